"""Dumps of databases and logs, read and placed: what people asked, in numbers; and what is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from experiments.options.errors import BadUse
from experiments.plan import read

IDS = ["0" * 39 + digit for digit in "123"]
CLUSTER = """\
{0} 10.0.0.1:7001@17001 myself,master - 0 0 1 connected 0-5460
{1} 10.0.0.2:7002@17002,host master - 0 0 2 connected 5461-10922 [77->-{2}]
{2} 10.0.0.3:7003@17003 master - 0 0 3 connected 10923-16383
""".format(*IDS)
RING = """\
Datacenter: dc1
==========
Address    Rack  Status State   Load        Owns   Token
                                                   4611686018427387904
10.0.0.1   r1    Up     Normal  105.45 KiB  ?      -9223372036854775808
10.0.0.2   r1    Up     Normal  105.45 KiB  ?      -4611686018427387904
10.0.0.3   r2    Up     Normal  105.45 KiB  ?      0
10.0.0.4   r2    Up     Normal  105.45 KiB  ?      4611686018427387904
"""


def write(folder: Path, text: str, name: str = "dump.txt") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_slots_of_tags(tmp_path: Path) -> None:
    path = write(tmp_path, CLUSTER)
    keys = {"foo{bar}zap": (5061, 1), "{user1000}.following": (3443, 1), "foo{}{bar}": (8363, 2)}
    pool = read(path).pool()
    assert [detail["slot"] for detail in pool.details(list(keys))] == [slot for slot, _ in keys.values()]
    assert pool.which(list(keys)) == [f"10.0.0.{number}:700{number}" for _, number in keys.values()]


def test_a_master_with_another_address_is_the_same_one(tmp_path: Path) -> None:
    before = read(write(tmp_path, CLUSTER)).pool()
    moved = (
        CLUSTER.replace("10.0.0.2:7002@", "10.9.9.9:7002@")
        .replace("0-5460", "0-5000")
        .replace("5461-", "5001-")
    )
    change = before.to(read(write(tmp_path, moved, "after.txt")).pool())
    assert (change.method, change.moved, change.stray) == ("exact", Fraction(460, 16384), 0)


@pytest.mark.parametrize(("racks", "shares"), [("1122", [75, 25, 75, 25]), ("1212", [50, 50, 50, 50])])
def test_racks_in_blocks_hold_three_quarters(racks: str, shares: list[int], tmp_path: Path) -> None:
    text = RING
    for number, rack in enumerate(racks, 1):
        text = text.replace(f"10.0.0.{number}   r{'1122'[number - 1]}", f"10.0.0.{number}   r{rack}")
    pool = read(write(tmp_path, text), settings={"strategy": "NetworkTopologyStrategy:dc1:2"}).pool()
    assert [share * 100 for share in pool.shares.shares.values()] == shares


@pytest.mark.parametrize(("shards", "wanted"), [(3, "211"), (4, "000"), (5, "430")])
def test_few_routing_values(shards: int, wanted: str, tmp_path: Path) -> None:
    path = write(tmp_path, f'{{"docs": {{"settings": {{"index": {{"number_of_shards": "{shards}"}}}}}}}}')
    assert read(path).pool("docs").which(["1", "2", "3"]) == list(wanted)


def test_clients_of_kafka_disagree(tmp_path: Path) -> None:
    path = write(tmp_path, "Topic: t\tTopicId: x\tPartitionCount: 15\tReplicationFactor: 1\n")
    assert [pool.which(["TT0124"]) for pool in read(path).pools] == [["10"], ["9"]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (CLUSTER.replace("10923-", "5461-"), ":3: slots 5461-10922 are owned twice"),
        (CLUSTER.replace("0-5460", "0-99999"), ':1: "0-99999" is no range of slots'),
        (RING, ": keyspace replication is not in `nodetool ring`: give --set strategy=SimpleStrategy:3"),
        ("p:\n  listen: x\n  servers:\n   - a:6379\n", ':4: server "a:6379" has no weight: write a:6379:1'),
        (
            "name: c\nlb_policy: MAGLEV\nmaglev_lb_config:\n  table_size: 65536\n",
            ":4: maglev table_size 65536 is not",
        ),
        ("name: c\nlb_policy: [\n", ":2: no YAML"),
        ("FOR VALUES WITH (modulus 2,\nremainder 2)", ""),
    ],
)
def test_errors_name_the_line(text: str, sentence: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(BadUse) as refused:
        read(path).pool()
    assert str(refused.value).startswith(path + sentence)


def test_a_dump_has_partitions_before_their_table(tmp_path: Path) -> None:
    """As pg_dump has it: tables by their names, each partition a table like others, attached at the end."""
    text = """\
CREATE TABLE public.orders_0 (
    id bigint NOT NULL,
    note text DEFAULT ';)'::text
);
CREATE TABLE public.orders_1 (
    id bigint NOT NULL,
    note text DEFAULT ';)'::text
);
CREATE TABLE public.rows (
    id bigint NOT NULL,
    note text DEFAULT ';)'::text
)
PARTITION BY HASH (id);
ALTER TABLE ONLY public.rows ATTACH PARTITION public.orders_0 FOR VALUES WITH (modulus 2, remainder 0);
ALTER TABLE ONLY public.rows ATTACH PARTITION public.orders_1 FOR VALUES WITH (modulus 2, remainder 1);
"""
    pool = read(write(tmp_path, text)).pool("public.rows")
    assert pool.pool.options["types"] == ["bigint"]
    assert [node.line for node in pool.nodes] == [14, 15]


def test_a_dump_of_tables_that_are_not_partitioned_alike(tmp_path: Path) -> None:
    """Of a plain table before it a partitioned one takes nothing; other partitions are told, and not read."""
    text = (
        "CREATE TABLE a (\n    x text\n);\nCREATE TABLE b (\n    y bigint\n)\nPARTITION BY HASH (y);\n"
        "CREATE TABLE r (z int)\nPARTITION BY RANGE (z);\n"
        "CREATE TABLE b0 PARTITION OF b FOR VALUES WITH (modulus 1, remainder 0);\n"
    )
    found = read(write(tmp_path, text))
    assert [(pool.name, pool.pool.options["types"]) for pool in found.pools] == [("b", ["bigint"])]
    assert [(refused.name, refused.line) for refused in found.refused] == [("r", 8)]


def test_names_of_postgresql_in_quotes(tmp_path: Path) -> None:
    """As psql 15 describes them."""
    text = """\
                    Partitioned table "public.My Table"
 Column |           Type           | Collation | Nullable
--------+--------------------------+-----------+----------
 id     | bigint                   |           | not null
 Name x | character varying(40)    |           |
 n      | numeric(10,2)            |           |
Partition key: HASH (id, "Name x")
Partitions: "mt 3" FOR VALUES WITH (modulus 2, remainder 1),
            mt0 FOR VALUES WITH (modulus 2, remainder 0), PARTITIONED
"""
    pool = read(write(tmp_path, text)).pool("public.My Table")
    assert pool.pool.options["types"] == ["bigint", "varchar"]
    assert [(node.name, node.line) for node in pool.nodes] == [('"mt 3"', 8), ("mt0", 9)]


def test_the_file_of_a_node_of_redis_is_a_dump(tmp_path: Path) -> None:
    path = write(tmp_path, CLUSTER + "vars currentEpoch 3 lastVoteEpoch 0\n")
    assert len(read(path).pool().nodes) == 3


def test_indices_of_older_versions_have_no_room_to_split(tmp_path: Path) -> None:
    made = '{"a": {"settings": {"index": {"number_of_shards": "5", "version": {"created": "%d"}}}}}'
    old, new, newer = (read(write(tmp_path, made % number)).pool() for number in (6082199, 8500003, 9009000))
    assert old.pool.options["number_of_routing_shards"] == 5
    assert new.pool.options["number_of_routing_shards"] is None
    assert [[remark.code for remark in pool.pool.warnings] for pool in (new, newer)] == [[], ["version"]]


CHUNK = '{{"ns": "a.b", "min": {{"k": {}}}, "max": {{"k": {}}}, "shard": "s"}}\n'
LOW, HIGH = '{"$minKey": 1}', '{"$maxKey": 1}'
PART = "CREATE TABLE {} PARTITION OF t FOR VALUES WITH ({});\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (CHUNK.format(LOW, 0) + CHUNK.format(5, HIGH), ":1: this chunk ends at 0, and the next begins at 5"),
        (CHUNK.format(LOW, 0), ":1: no chunk ends at MaxKey; the last one ends at 0"),
        (CHUNK.format(LOW, '{"$numberLong": "9223372036854775808"}'), ":1: a bound is '9223372036854775808'"),
        (
            RING.replace("Up     Normal  105.45 KiB  ?      0", "Up     Nromal  105.45 KiB  ?      0"),
            ":7: no row of",
        ),
        (RING.replace("      0\n", "      x0\n"), ":7: no row of `nodetool ring`"),
        (
            PART.format("p", "modulus 1, remainder 0") + PART.format("q", "modulus x"),
            ":2: no modulus and remainder",
        ),
        ("Topic: a PartitionCount: 3 x\n" * 2, ":2: topic a stands twice, in line 1 too"),
        (
            '[{"slots": [0], "nodes": [{"role": "master", "id": "x", "ip": "h", "port": 1}]}]',
            ":1: slots of h:1 are",
        ),
        ('[{"slots":' + "[" * 100_000, ": JSON that is nested too deeply"),
        (
            "p:\n  listen: x\n  frob: 1\n  servers:\n   - a:1:1\n",
            ':3: pool p uses "frob", which plan does not know',
        ),
        (
            "p:\n  listen: x\n  hash: hsieh\n  servers:\n   - a:1:1\n",
            ":3: pool p uses hash hsieh, which is not",
        ),
    ],
)
def test_what_is_missing_in_a_dump_is_told(text: str, sentence: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(BadUse) as refused:
        read(path, settings={"strategy": "SimpleStrategy:1"} if "Datacenter" in text else {}).pool()
    assert str(refused.value).startswith(path + sentence)


def test_servers_of_memcached_may_be_typed(tmp_path: Path) -> None:
    pool = read("10.0.0.1:11211,10.0.0.2:11212:3", system="libmemcached").pool()
    assert [(node.name, node.weight) for node in pool.nodes] == [("10.0.0.1:11211", 1), ("10.0.0.2:11212", 3)]


def test_a_collation_that_calls_other_bytes_equal_is_refused(tmp_path: Path) -> None:
    text = """\
CREATE COLLATION public.loose (provider = icu, deterministic = false, locale = 'und-u-ks-level2');
CREATE TABLE public.t (
    a text COLLATE public.loose,
    b text COLLATE "C"
)
PARTITION BY HASH (KEY);
CREATE TABLE public.t_0 PARTITION OF public.t FOR VALUES WITH (modulus 1, remainder 0);
"""
    assert read(write(tmp_path, text.replace("KEY", "b"))).pool().which(["x"]) == ["public.t_0"]
    with pytest.raises(BadUse, match=r"type 'text COLLATE public\.loose' is not covered"):
        read(write(tmp_path, text.replace("KEY", "a, b"))).pool().which(["x\ty"])
