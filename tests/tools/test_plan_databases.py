"""How `plan` places the keys of databases and logs: recorded rows, types, and refusals."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from recordings import VECTORS, answers, main, recorded

from experiments.options.errors import BadUse
from experiments.plan.placement import placement_of
from experiments.plan.pool import Pool, neutral_pool, pool_of
from experiments.plan.structure import shares_of
from experiments.plan.systems import cassandra, mongodb, postgresql, redis

DATABASES = ("cassandra", "elasticsearch", "kafka", "postgresql", "redis")
PLACED = [
    path
    for system in DATABASES
    for path in sorted((VECTORS / system).glob("*.json"))
    if json.loads(path.read_text(encoding="utf-8")).get("kind") != "values"
]


def pool(system: str, nodes: str = "ab", **options: Any) -> Pool:
    return pool_of({"system": system, "nodes": [{"name": name} for name in nodes], "options": options})


@pytest.mark.parametrize("path", PLACED, ids=[f"{path.parent.name}-{path.stem}" for path in PLACED])
def test_a_recorded_key_is_where_it_was(path: Path) -> None:
    given = list(answers(path))
    assert given
    assert [answer for answer in given if not answer.right] == []


def test_rows_of_a_folder_are_counted_and_a_wrong_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "redis"
    folder.mkdir()
    facts = {"system": "redis", "nodes": [{"name": "a"}, {"name": "b"}]}
    facts["options"] = {"slots": [[0, 8191, 0], [8192, 16383, 1]]}
    (folder / "two.json").write_text(json.dumps(facts), encoding="utf-8")
    (folder / "two.csv").write_text("key,node\nfoo,1\nbar,0\n", encoding="utf-8")
    assert main(str(tmp_path)) == 0
    (folder / "two.csv").write_text("key,node\nfoo,1\nbar,1\n", encoding="utf-8")
    assert main(str(tmp_path)) == 1
    first, _, second, _ = capsys.readouterr().out.splitlines()
    assert first.split() == ["redis", "2", "rows", "0", "wrong"]
    assert second.split() == ["redis", "2", "rows", "1", "wrong"]


def test_hashes_of_mongodb_are_those_of_its_tests() -> None:
    rows = recorded("mongodb", "hashed_index_golden")
    assert len(rows) == 14
    for row in rows:
        assert mongodb.hashed(row["key"].encode(), row["type"]) - 2**63 == int(row["hash"])
    placed = placement_of(pool("mongodb", chunks=[[None, 0], [0, "b"]]))
    keys = [f"{row['key']}\t{row['type']}".encode() for row in rows]
    assert placed.which(keys) == ["a" if int(row["hash"]) < 0 else "b" for row in rows]


@pytest.mark.parametrize(
    ("key", "kind", "whole"),
    [
        ("1e30", "number", 2**63 - 1),
        ("-1e30", "number", -(2**63)),
        ("nan", "number", 0),
        ("-1.9", "number", -1),
    ],
)
def test_numbers_of_mongodb_are_cut_to_longs(key: str, kind: str, whole: int) -> None:
    assert mongodb.hashed(key.encode(), kind) == mongodb.hashed(str(whole).encode(), kind)


def test_types_of_postgresql_that_are_hashed_alike() -> None:
    """Widths of integers agree; a date counts days and a timestamp microseconds since 2000."""
    assert postgresql.value_of(b"2000-01-11", "date") == 10
    assert postgresql.value_of(b"2000-01-01 00:00:01.5", "timestamp") == 1_500_000
    assert postgresql.value_of(b"2000-01-01T01:00:00+01:00", "timestamptz") == 0
    assert postgresql.value_of(b"2000-01-01T01:00:00+01:00", "timestamp") == 3_600_000_000
    assert postgresql.value_of(b"ab  ", "char") == b"ab"
    placed = {
        kind: placement_of(pool("postgresql", "abc", types=[kind])).which([b"7", b"-7"])
        for kind in ("smallint", "integer", "int8")
    }
    assert placed["smallint"] == placed["integer"] == placed["int8"]


def test_a_row_that_no_partition_takes_is_nowhere() -> None:
    placed = placement_of(pool("postgresql", types=["bigint"], parts=[[4, 0], [2, 1]]))
    answers = set(placed.which([str(value).encode() for value in range(50)]))
    assert answers == {"a", "b", "-"}
    ranges = placement_of(pool("postgresql", method="RANGE", types=["int"], bounds=[0, 10, 20]))
    assert ranges.which([b"-1", b"0", b"9", b"10", b"19", b"20"]) == ["-", "a", "a", "b", "b", "-"]


@pytest.mark.parametrize("kind", ["smallint", "int", "bigint"])
def test_ranges_of_integers_have_arcs_over_their_type(kind: str) -> None:
    placed = placement_of(pool("postgresql", method="RANGE", types=[kind], bounds=[None, -5, None]))
    bits = {"smallint": 16, "int": 32, "bigint": 64}[kind]
    assert placed.partitioner.arcs().shares() == {0: 2 ** (bits - 1) - 5, 1: 2 ** (bits - 1) + 5}


def test_a_slot_without_a_master_is_nowhere() -> None:
    placed = placement_of(pool("redis", slots=[[0, 5000, 0], [5062, 16383, 1]]))
    assert placed.which([b"foo{bar}zap", b"{user1000}.following", b"foo{}{bar}"]) == ["-", "a", "b"]
    assert dict(getattr(placed, "points", {})) == {"a": 5001, "b": 11322, "-": 61}


def test_the_slots_of_issues_are_told() -> None:
    """The rule and five of them are of Redis' documentation, the last is of its issue 6027."""
    placed = placement_of(pool("redis", "abc"))
    keys = ["foo{bar}zap", "foo{bar}{zap}", "{user1000}.following", "foo{}{bar}", "foo{{bar}}zap"]
    asked = [key.encode() for key in [*keys, "a{'1':{'i32':1}}"]]
    assert [told["slot"] for told in placed.details(asked)] == [5061, 5061, 3443, 8363, 4015, 5540]  # type: ignore[attr-defined]
    assert placed.which(asked[:4]) == ["a", "a", "a", "b"]


def test_a_rebalance_after_an_edit() -> None:
    before, after = pool("redis", "abcde"), pool("redis", "abcdef")
    rows = redis.rebalanced(before, after, {})
    owned = dict.fromkeys("abcdef", 0)
    for first, last, name in rows:
        owned[name] += last - first + 1
    assert owned == {"a": 2730, "b": 2730, "c": 2730, "d": 2730, "e": 2730, "f": 2734}
    drained = redis.rebalanced(after, before, {})
    assert {name for _, _, name in drained} == set("abcde")


def test_json_puts_quotes_round_the_keys_of_kafka() -> None:
    """As reported of kafka-rest (issue 610): "A" and "B" are both in partition 2 of 3."""
    plain = placement_of(pool("kafka", "012", partitioner="murmur2"))
    quoted = placement_of(pool("kafka", "012", partitioner="murmur2", serializer="json"))
    assert plain.which([b"A"]) == ["1"]
    assert quoted.which([b"A", b"B"]) == ["2", "2"] == plain.which([b'"A"', b'"B"'])


def test_an_empty_key_of_kafka_is_hashed_by_java_alone() -> None:
    options: dict[str, Any] = {"partitions": 12}
    assert placement_of(pool("kafka", "", partitioner="murmur2", **options)).which([b""]) == ["9"]
    assert placement_of(pool("kafka", "", partitioner="consistent_random", **options)).which([b""]) == [None]


def test_tokens_of_the_random_partitioner_are_compared_whole() -> None:
    key, token = b"user:1", 88134755466692984910954222269423366958
    read = pool_of(
        {
            "system": "cassandra",
            "options": {
                "partitioner": "org.apache.cassandra.dht.RandomPartitioner",
                "strategy": "SimpleStrategy",
            },
            "nodes": [{"name": "low", "tokens": [0]}, {"name": "at", "tokens": [token]}],
        }
    )
    assert placement_of(read).which([key]) == ["at"]
    below = [read.nodes[0], type(read.nodes[1])("below", tokens=(token - 1,))]
    assert placement_of(read.with_nodes(below)).which([key]) == ["low"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "-2", b"\xff\xff\xff\xfe"),
        ("bigint", "1", b"\0\0\0\0\0\0\0\1"),
        ("uuid", "00000000-0000-0000-0000-000000000001", b"\0" * 15 + b"\1"),
        ("blob", "0x0a", b"\n"),
        ("boolean", "true", b"\1"),
        ("date", "1970-01-02", b"\x80\0\0\1"),
        ("timestamp", "1", b"\0\0\0\0\0\0\0\1"),
    ],
)
def test_columns_of_cassandra_are_encoded_as_it_does(kind: str, text: str, value: bytes) -> None:
    assert cassandra.encoded(text.encode(), kind) == value


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("kafka", {"partitioner": "sticky"}, "sticky"),
    ("kafka", {"partitions": 3}, "2 are listed"),
    ("kafka", {"partitions": 0}, "whole number"),
    ("kafka", {"serializer": "avro"}, "avro"),
    ("elasticsearch", {"number_of_routing_shards": 3}, "3 routing shards"),
    ("elasticsearch", {"number_of_shards": "x"}, "number_of_shards"),
    ("redis", {"slots": [[0, 16383, 2]]}, "nodes to 1"),
    ("redis", {"slots": [[0, 5, 0], [5, 16383, 1]]}, "slot 5"),
    ("redis", {"slots": "all"}, "list"),
    ("redis", {"slots": [[0, "x", 1]]}, "x"),
    ("mongodb", {"type": "decimal"}, "decimal"),
    ("mongodb", {"chunks": [[0, "a"]]}, "lowest"),
    ("mongodb", {"chunks": [7]}, "7"),
    ("mongodb", {"chunks": [[None, "c"]]}, "c"),
    ("postgresql", {}, "types"),
    ("postgresql", {"types": ["jsonb"]}, "jsonb"),
    ("postgresql", {"types": ["text"], "parts": [[2, 0]]}, "parts"),
    ("postgresql", {"types": ["text"], "parts": [[2, 0], [3, 1]]}, "does not divide"),
    ("postgresql", {"types": ["text"], "method": "LIST"}, "LIST"),
    ("postgresql", {"types": ["int"], "method": "RANGE", "bounds": [None, None, None]}, "null"),
    ("postgresql", {"types": ["int"], "method": "RANGE", "bounds": [5, 4, 9]}, "ascend"),
    ("postgresql", {"types": ["int"], "method": "RANGE", "bounds": [1]}, "3 values"),
    ("postgresql", {"types": ["int", "int"], "method": "RANGE", "bounds": [1, 2, 3]}, "several columns"),
    ("cassandra", {}, "no tokens"),
    ("cassandra", {"partitioner": "ByteOrderedPartitioner"}, "ByteOrderedPartitioner"),
    ("cassandra", {"types": ["duration"]}, "duration"),
]


@pytest.mark.parametrize(("system", "options", "said"), REFUSED)
def test_what_is_not_covered_is_refused_by_name(system: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(BadUse, match=said):
        placement_of(pool(system, **options))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"strategy": "EverywhereStrategy"}, "EverywhereStrategy"),
        ({"strategy": "SimpleStrategy", "rf": 0}, "rf"),
        ({"strategy": "NetworkTopologyStrategy", "rf": 3}, "rf"),
        ({"strategy": "NetworkTopologyStrategy", "rf": {"dc9": 1}}, "dc9"),
        ({"strategy": "NetworkTopologyStrategy", "rf": "dc1=3"}, "rf"),
    ],
)
def test_strategies_that_cannot_be_are_refused(options: dict[str, Any], said: str) -> None:
    nodes = [{"name": "a", "tokens": [1], "dc": "dc1", "rack": "r1"}]
    with pytest.raises(BadUse, match=said):
        placement_of(pool_of({"system": "cassandra", "options": options, "nodes": nodes}))


@pytest.mark.parametrize(
    ("scenario", "quarters"),
    [("nts_1dc_2racks_in_blocks", [3, 1, 3, 1]), ("nts_1dc_2racks_alternating", [2, 2, 2, 2])],
)
def test_effective_ownership_counts_all_replicas(scenario: str, quarters: list[int]) -> None:
    placed: Any = placement_of(neutral_pool(VECTORS / "cassandra" / f"{scenario}.json"))
    shares = shares_of(placed.structure)
    assert [shares[node.name] for node in placed.partitioner.nodes.values()] == [
        Fraction(quarter, 4) for quarter in quarters
    ]


def test_a_factor_may_be_given_as_a_text() -> None:
    nodes = [{"name": name, "tokens": [row], "dc": "dc1", "rack": name} for row, name in enumerate("abc")]
    for text in ("dc1:2", '{"dc1": 2}'):
        options = {"strategy": "NetworkTopologyStrategy", "rf": text}
        placed = placement_of(pool_of({"system": "cassandra", "options": options, "nodes": nodes}))
        assert [len(answer or ()) for answer in placed.which([b"x", b"y"])] == [2, 2]


BAD_KEYS = [
    (postgresql.value_of, "40000", "smallint"),
    (postgresql.value_of, "1.5", "int"),
    (postgresql.value_of, "x", "uuid"),
    (postgresql.value_of, "2000-13-01", "date"),
    (postgresql.value_of, "2026-W48-4", "date"),
    (postgresql.value_of, "2000-01-01 00:00:00.1234567", "timestamp"),
    (postgresql.value_of, "2000-01-01 00:00:00", "timestamptz"),
    (mongodb.hashed, "x", "number"),
    (mongodb.hashed, "0", "objectid"),
    (mongodb.hashed, "yes", "bool"),
    (mongodb.hashed, "1.5", "date"),
    (cassandra.encoded, "9999999999", "int"),
    (cassandra.encoded, "zz", "blob"),
    (cassandra.encoded, "yes", "boolean"),
]


@pytest.mark.parametrize(("function", "key", "kind"), BAD_KEYS)
def test_a_key_that_is_not_of_its_type_is_refused(function: Any, key: str, kind: str) -> None:
    with pytest.raises(BadUse, match=key):
        function(key.encode(), kind)


def test_keys_of_several_columns_have_as_many() -> None:
    with pytest.raises(BadUse, match="1 columns"):
        postgresql.columns_of(b"x", ["text", "int"])
    with pytest.raises(BadUse, match="3 columns"):
        cassandra.partition_key(b"x\ty\tz", ["text", "int"])
    with pytest.raises(BadUse, match="no id"):
        placement_of(pool("elasticsearch", routing_partition_size=2)).which([b"x"])
