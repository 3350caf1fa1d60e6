"""Members for databases and logs against what these programs did, and their oracles against the same rows."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import cassandra as cassandra_oracle
from oracles import elasticsearch as elasticsearch_oracle
from oracles import mongodb_hashed as mongodb_oracle
from oracles import postgresql_hash as postgresql_oracle
from oracles import redis_cluster as redis_oracle
from oracles.hashes_of_systems import FUNCTIONS, OF_INTEGERS, cassandra, pg_integer, pg_row, pg_text

from algorithms import InvalidParameter, UnknownNode, UnsupportedEvent, create
from algorithms.deployed.cassandra import composite, random_token
from algorithms.deployed.elasticsearch import partitioned
from algorithms.deployed.mongodb_hashed import split_points
from algorithms.deployed.postgresql_hash import combined
from algorithms.deployed.slots import created, rebalanced
from algorithms.hashing import hash_column, hash_key

VECTORS = Path(__file__).parents[1] / "vectors" / "systems"
KAFKA = {"murmur2": "murmur2_kafka", "consistent": "crc32", "fnv1a": "fnv1a_kafka"}


def scenarios(system: str, **wanted: Any) -> list[str]:
    names = [path.stem for path in sorted((VECTORS / system).glob("*.json"))]
    facts = {name: about(system, name) for name in names}
    said = {name: {"kind": facts[name].get("kind"), **facts[name]["options"]} for name in names}
    return [name for name in names if wanted.items() <= {key: said[name].get(key) for key in wanted}.items()]


def about(system: str, scenario: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / system / f"{scenario}.json").read_text(encoding="utf-8"))
    return loaded


def recorded(system: str, scenario: str) -> list[dict[str, str]]:
    with (VECTORS / system / f"{scenario}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def names_of(facts: dict[str, Any]) -> list[str]:
    return [node["name"] for node in facts["nodes"]]


def as_oracle(names: list[str]) -> dict[int, tuple[str, float]]:
    return {bucket: (name, 1.0) for bucket, name in enumerate(names)}


# ---- Redis and Valkey ----------------------------------------------------------------------------------


def slot_rows(names: list[str], rows: list[list[int]]) -> list[tuple[int, int, str]]:
    return [(first, last, names[node]) for first, last, node in rows]


@pytest.mark.parametrize("scenario", scenarios("redis"))
def test_a_cluster_places_keys_as_recorded(scenario: str) -> None:
    facts, rows = about("redis", scenario), recorded("redis", scenario)
    names = names_of(facts)
    p = create("redis_cluster", names, slots=slot_rows(names, facts["options"]["slots"]))
    keys, nodes = [row["key"] for row in rows], [names[int(row["node"])] for row in rows]
    assert p.lookup_many(keys).tolist() == nodes == [p.lookup(key) for key in keys]
    assert p.hashes_of(keys).tolist() == [int(row["slot"]) for row in rows]
    for key, node in zip(keys, nodes, strict=True):
        value = FUNCTIONS["crc16_slot"](key.encode())
        bucket = redis_oracle.place(as_oracle(names), value, 14, "crc16_slot", 0, slots=p.slots)
        assert names[bucket] == node


@pytest.mark.parametrize("scenario", scenarios("redis", kind="create"))
def test_slots_are_dealt_as_recorded(scenario: str) -> None:
    facts = about("redis", scenario)
    names = names_of(facts)
    rows = slot_rows(names, facts["options"]["slots"])
    given_rows = create("redis_cluster", names, slots=rows)
    dealt = create("redis_cluster", names)
    slots = np.arange(1 << 14, dtype=np.uint64)
    assert dealt.assign(slots).tolist() == given_rows.assign(slots).tolist()
    assert (
        list(redis_oracle.create(list(range(len(names))), 1 << 14).values()) == dealt.assign(slots).tolist()
    )
    assert [list(row) for row in given_rows.slots] == [list(row) for row in rows]


@pytest.mark.parametrize("scenario", scenarios("redis", kind="rebalance"))
def test_a_rebalance_moves_what_was_recorded(scenario: str) -> None:
    """In one of the orders that CLUSTER NODES may have had the moves are those, and so are the slots."""
    options = about("redis", scenario)["options"]
    before, after = np.empty(1 << 14, dtype=np.int32), np.empty(1 << 14, dtype=np.int32)
    for owners, rows in ((before, options["slots_before"]), (after, options["slots"])):
        for first, last, node in rows:
            owners[first : last + 1] = node
    moves = [tuple(move) for move in options["moves"]]
    weights = {node: float(weight) for node, weight in enumerate(options["weights"])}
    found = []
    for order in permutations(weights):
        listed = {node: weights[node] for node in order}
        slots, made = rebalanced(before, listed, 2)
        if [tuple(move) for move in made] == moves:
            found.append(slots.tolist())
            plain, told = redis_oracle.rebalance(dict(enumerate(before.tolist())), listed, 2)
            assert (list(plain.values()), told) == (slots.tolist(), moves)
            break
        assert sorted(move.slots for move in made) == sorted(count for count, _, _ in moves)
    assert found == [after.tolist()]


@given(
    masters=st.integers(1, 9),
    weights=st.lists(st.floats(1 / 16, 16), min_size=2, max_size=9),
    threshold=st.integers(0, 20),
    emptied=st.booleans(),
)
def test_a_rebalance_is_the_plain_reading_of_it(
    masters: int, weights: list[float], threshold: int, emptied: bool
) -> None:
    owners = created(np.arange(masters, dtype=np.int32), 1 << 14)
    taking_part = dict(enumerate(weights))
    for master in range(len(weights), masters):
        taking_part[master] = 1.0
    if emptied and masters > 1:
        taking_part[0] = 0.0
    slots, moves = rebalanced(owners, taking_part, threshold)
    plain, told = redis_oracle.rebalance(dict(enumerate(owners.tolist())), taking_part, threshold)
    assert (slots.tolist(), [tuple(move) for move in moves]) == ([plain[row] for row in sorted(plain)], told)


@pytest.mark.parametrize(("n", "slots"), [(1, 8192), (3, 4096), (5, 2734), (16, 976)])
def test_a_master_that_joins_gets_its_part_and_no_other_moves(n: int, slots: int) -> None:
    p = create("redis_cluster", n)
    every = np.arange(1 << 14, dtype=np.uint64)
    before = p.assign(every)
    p.add_node("new")
    after = p.assign(every)
    moved = before != after
    assert set(after[moved].tolist()) == {n}
    assert int(moved.sum()) == slots
    p.remove_node("new")
    assert set(p.assign(every).tolist()) == set(range(n))


def test_a_rebalance_ends_where_rounding_leaves_all_with_more_than_enough() -> None:
    """2 / 1.7 * 1.7 is below 2 in single precision, so the only master has a slot more than it should."""
    owners = np.zeros(2, dtype=np.int32)
    assert rebalanced(owners, {0: 1.7}, 0)[0].tolist() == [0, 0]
    assert redis_oracle.rebalance({0: 0, 1: 0}, {0: 1.7}, 0) == ({0: 0, 1: 0}, [])


def test_a_change_within_the_threshold_moves_nothing() -> None:
    p = create("redis_cluster", ["a", "b"])
    p.set_weight("a", 1.01)
    assert p.arcs().shares() == {0: 8192, 1: 8192}
    p = create("redis_cluster", ["a", "b"], threshold=0)
    p.set_weight("a", 1.01)
    assert p.arcs().shares() == {0: 8233, 1: 8151}


@pytest.mark.parametrize(
    ("slots", "wrong"),
    [
        ([(0, 16382, "a")], InvalidParameter),
        ([(0, 16383, "a"), (5, 5, "b")], InvalidParameter),
        ([(0, 16384, "a")], InvalidParameter),
        ([(0, 16383, "c")], UnknownNode),
        ([(0, 16383)], InvalidParameter),
        ("slots", InvalidParameter),
    ],
)
def test_slots_that_cannot_be_are_refused(slots: Any, wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        create("redis_cluster", ["a", "b"], slots=slots)


# ---- PostgreSQL ----------------------------------------------------------------------------------------


def plain_column(text: str, kind: str) -> int:
    if kind == "text":
        return pg_text(text.encode())
    if kind == "uuid":
        return pg_text(bytes.fromhex(text.replace("-", "")))
    return pg_integer(int(text) & 2**64 - 1)


def column_hashes(texts: list[str], kind: str) -> Any:
    if kind == "text":
        return hash_column("pg_row", texts)
    if kind == "uuid":
        return hash_column("pg_row", [bytes.fromhex(text.replace("-", "")) for text in texts])
    return hash_column("pg_row", np.array([int(text) for text in texts], dtype=np.int64).view(np.uint64))


@pytest.mark.parametrize("scenario", scenarios("postgresql", method="HASH"))
def test_a_row_is_in_the_partition_recorded(scenario: str) -> None:
    facts, rows = about("postgresql", scenario), recorded("postgresql", scenario)
    kinds, parts = facts["options"]["types"], facts["options"]["parts"]
    names, columns = names_of(facts), ["key", "key2"][: len(kinds)]
    p = create("postgresql_hash", names, parts=parts)
    hashes = combined(
        [
            column_hashes([row[column] for row in rows], kind)
            for column, kind in zip(columns, kinds, strict=True)
        ]
    )
    expected = [int(row["node"]) for row in rows]
    assert p.assign(hashes).tolist() == expected
    plain = [
        pg_row(*(plain_column(row[column], kind) for column, kind in zip(columns, kinds, strict=True)))
        for row in rows
    ]
    assert plain == hashes.tolist()
    nodes = as_oracle(names)
    assert [postgresql_oracle.place(nodes, value, 64, "", 0, parts) for value in plain] == expected
    if kinds == ["text"]:
        assert [p.lookup(row["key"]) for row in rows] == [names[node] for node in expected]


@pytest.mark.parametrize("scenario", ["golden_hashtext", "golden_hashint8"])
def test_a_column_has_the_hash_recorded_under_the_seed_of_partitions(scenario: str) -> None:
    kind = "text" if scenario == "golden_hashtext" else "bigint"
    rows = recorded("postgresql", scenario)
    assert len(rows) >= 40
    (column,) = (name for name in rows[0] if name.endswith("partseed"))
    for row in rows:
        assert plain_column(row["key"], kind) == int(row[column]) % 2**64


@given(st.integers(0, 2**64 - 1))
def test_integers_are_hashed_by_their_value(value: int) -> None:
    for name, function in OF_INTEGERS.items():
        assert hash_key(name, value) == hash_column(name, [value])[0] == function(value)


@pytest.mark.parametrize(
    "parts",
    [
        [(2, 0), (3, 1)],
        [(4, 0), (6, 1)],
        [(2, 0), (4, 2)],
        [(2, 0), (2, 2)],
        [(2, 0), (4, 1)],
        [(2, 0)],
        [(2, 0), 1],
        [(2, 0), (1 << 27, 1)],
        7,
    ],
)
def test_parts_that_cannot_be_are_refused(parts: Any) -> None:
    with pytest.raises(InvalidParameter):
        create("postgresql_hash", ["a", "b"], parts=parts)


def test_few_values_leave_a_partition_with_three_of_eleven() -> None:
    """A smallint from 0 to 10, modulo 2."""
    names = create("postgresql_hash", ["even", "odd"]).lookup_many(list(range(11))).tolist()
    assert sorted(names.count(name) for name in ("even", "odd")) == [3, 8]


# ---- Cassandra -----------------------------------------------------------------------------------------


def ring_of(facts: dict[str, Any]) -> dict[str, Any]:
    """Return tokens, and racks and factors where the strategy has them, as the member takes them."""
    topology = facts["options"]["strategy"] == "NetworkTopologyStrategy"
    return {
        "tokens": {node["name"]: node["tokens"] for node in facts["nodes"]},
        "topology": {node["name"]: (node["dc"], node["rack"]) for node in facts["nodes"]}
        if topology
        else None,
        "replication": facts["options"]["rf"] if topology else None,
    }


@pytest.mark.parametrize(
    "scenario", [name for name in scenarios("cassandra") if not name.startswith("tokens_")]
)
def test_a_key_has_the_replicas_recorded(scenario: str) -> None:
    facts, rows = about("cassandra", scenario), recorded("cassandra", scenario)
    names, options = names_of(facts), facts["options"]
    given_ring = ring_of(facts)
    p = create("cassandra", names, **given_ring)
    count = p.replicas_in_all() if given_ring["replication"] else options["rf"]
    hashes = p.hashes_of([row["key"] for row in rows])
    assert hashes.tolist() == [cassandra(row["key"].encode()) for row in rows]
    placed = p.assign_replicas(hashes, count).tolist()
    expected = [[int(node) for node in row["node"].split("|")] for row in rows]
    if options.get("sets"):
        assert [sorted(one) for one in placed] == [sorted(one) for one in expected]
    else:
        assert placed == expected
    assert p.assign(hashes).tolist() == [one[0] for one in placed]
    nodes = as_oracle(names)
    assert placed == [
        cassandra_oracle.replicas(nodes, value, 64, "", 0, count, **given_ring) for value in hashes.tolist()
    ]


def effective(p: Any, count: int) -> list[Fraction]:
    """Return how much of all keys each node holds, over all replicas."""
    arcs = p.arcs()
    replicas = p.assign_replicas(arcs.start, count)
    held = [0] * len(p.nodes)
    for nodes, size in zip(replicas.tolist(), arcs.sizes(), strict=True):
        for node in nodes:
            held[node] += size
    return [Fraction(one, 1 << 64) for one in held]


@pytest.mark.parametrize(
    ("racks", "shares"),
    [("1122", ["3/4", "1/4", "3/4", "1/4"]), ("1212", ["1/2"] * 4)],
    ids=["blocks", "turns"],
)
def test_racks_in_blocks_hold_three_quarters(racks: str, shares: list[str]) -> None:
    names = list("abcd")
    tokens = {name: [(row - 2) * 2**62] for row, name in enumerate(names)}
    topology = {name: ("dc1", rack) for name, rack in zip(names, racks, strict=True)}
    p = create("cassandra", names, tokens=tokens, topology=topology, replication={"dc1": 2})
    assert effective(p, 2) == [Fraction(share) for share in shares]


def test_racks_of_one_one_and_four_nodes_hold_all_all_and_a_quarter_of_a_rack() -> None:
    names = list("abcdef")
    tokens = {name: [round((row - 3) * 2**64 / 6)] for row, name in enumerate(names)}
    topology = {name: ("dc", rack) for name, rack in zip(names, "123333", strict=True)}
    p = create("cassandra", names, tokens=tokens, topology=topology, replication={"dc": 3})
    shares = [float(share) for share in effective(p, 3)]
    assert shares == pytest.approx([1, 1, 1 / 2, 1 / 6, 1 / 6, 1 / 6])


@st.composite
def rings(draw: st.DrawFn) -> tuple[list[str], dict[str, Any]]:
    names = [f"n{row}" for row in range(draw(st.integers(1, 8)))]
    points = draw(st.lists(st.integers(-128, 127), min_size=len(names), max_size=3 * len(names), unique=True))
    tokens = {name: points[row :: len(names)] for row, name in enumerate(names)}
    places = st.tuples(st.sampled_from(["dc1", "dc2"]), st.sampled_from(["r1", "r2", "r3"]))
    topology = {name: draw(places) for name in names}
    factors = {name: draw(st.integers(0, 4)) for name in sorted({place[0] for place in topology.values()})}
    return names, {"tokens": tokens, "topology": topology, "replication": factors}


@given(rings())
def test_replicas_by_rack_are_the_servers_rule(ring: tuple[list[str], dict[str, Any]]) -> None:
    """On small rings of two datacenters, every hash; a datacenter may have fewer racks than replicas."""
    names, facts = ring
    if not any(facts["replication"].values()):
        with pytest.raises(InvalidParameter):
            create("cassandra", names, **facts, hash_bits=8)
        return
    p = create("cassandra", names, **facts, hash_bits=8)
    count = p.replicas_in_all()
    every = np.arange(256, dtype=np.uint64)
    placed = p.assign_replicas(every, count).tolist()
    nodes = as_oracle(names)
    assert placed == [
        cassandra_oracle.replicas(nodes, value, 8, "", 0, count, **facts) for value in range(256)
    ]
    assert p.assign(every).tolist() == [one[0] for one in placed]
    with pytest.raises(InvalidParameter):
        p.assign_replicas(every, count + 1)


@pytest.mark.parametrize("scenario", scenarios("cassandra", kind="values"))
def test_a_key_has_the_token_recorded(scenario: str) -> None:
    rows = recorded("cassandra", scenario)
    assert len(rows) >= 20
    for row in rows:
        key = row["key"].encode()
        if "key2" in row:
            key = composite([key, int(row["key2"]).to_bytes(4, "big", signed=True)])
        token = random_token(key) if "random" in scenario else hash_key("murmur3_cassandra", key) - 2**63
        assert token == int(row["token"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"tokens": {"a": [1]}},
        {"tokens": {"a": [1], "b": [1]}},
        {"tokens": {"a": [1], "b": []}},
        {"tokens": {"a": [1], "b": [2**63]}},
        {"tokens": {"a": [1], "b": ["2"]}},
        {"tokens": {"a": [1], "b": [2], "c": [3]}},
        {"tokens": [1, 2]},
        {"replication": {"dc": 1}},
        {"topology": {"a": ("dc", "r"), "b": ("dc", "r")}, "replication": {"dc2": 1}},
        {"topology": {"a": ("dc", "r"), "b": "dc"}},
        {"topology": {"a": ("dc", "r")}},
    ],
)
def test_rings_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        create("cassandra", ["a", "b"], **wrong)


# ---- Kafka, Elasticsearch, MongoDB ---------------------------------------------------------------------


@pytest.mark.parametrize("scenario", scenarios("kafka"))
def test_a_key_is_in_the_partition_recorded(scenario: str) -> None:
    facts, rows = about("kafka", scenario), recorded("kafka", scenario)
    names = names_of(facts)
    p = create("kafka", names, hash=KAFKA[facts["options"]["partitioner"]])
    keys, nodes = [row["key"] for row in rows], [row["node"] for row in rows]
    assert p.lookup_many(keys).tolist() == nodes == [p.lookup(key) for key in keys]


@pytest.mark.parametrize(
    ("key", "partitions", "java", "librdkafka"),
    [
        ("TT0124", 15, 10, 9),
        ("fd7af248-ce5c-46a5-93d7-1c0c9005b99d", 32, 26, 23),
        ("354afe16-939a-4ea8-8e17-8bb0840b6886", 10, 4, 9),
        ("f562ac3b-2224-4e25-a0ab-56094e10c239", 10, 5, 6),
    ],
)
def test_two_clients_of_kafka_disagree(key: str, partitions: int, java: int, librdkafka: int) -> None:
    """As people reported of kafkajs (issue 1154) and node-rdkafka (616, 817)."""
    names = [str(row) for row in range(partitions)]
    assert create("kafka", names).lookup(key) == str(java)
    assert create("kafka", names, hash="crc32").lookup(key) == str(librdkafka)


def plain_routing(row: dict[str, str], size: int) -> int:
    value = FUNCTIONS["es_routing"](row["key"].encode())
    if size > 1:
        value += (FUNCTIONS["es_routing"](row["id"].encode()) - 2**31) % size
    return value % 2**32


@pytest.mark.parametrize("scenario", scenarios("elasticsearch"))
def test_a_document_is_on_the_shard_recorded(scenario: str) -> None:
    facts, rows = about("elasticsearch", scenario), recorded("elasticsearch", scenario)
    options, names = facts["options"], names_of(facts)
    p = create("elasticsearch", names, routing_shards=options["number_of_routing_shards"])
    size = options.get("routing_partition_size", 1)
    hashes = p.hashes_of([row["key"] for row in rows])
    if size > 1:
        hashes = partitioned(hashes, p.hashes_of([row["id"] for row in rows]), size)
    expected = [int(row["node"]) for row in rows]
    assert p.assign(hashes).tolist() == expected
    plain = [plain_routing(row, size) for row in rows]
    assert plain == hashes.tolist()
    nodes, routing = as_oracle(names), options["number_of_routing_shards"]
    assert [elasticsearch_oracle.place(nodes, value, 32, "", 0, routing) for value in plain] == expected


@pytest.mark.parametrize(("shards", "placed"), [(3, [2, 1, 1]), (4, [0, 0, 0]), (5, [4, 3, 0])])
def test_few_routing_values_leave_shards_empty(shards: int, placed: list[int]) -> None:
    """As a pull request of camunda (56522) prints it."""
    p = create("elasticsearch", shards)
    assert p.assign(p.hashes_of(["1", "2", "3"])).tolist() == placed


@given(st.integers(1, 40), st.integers(1, 5), st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=50))
def test_a_split_keeps_documents_among_the_shards_of_theirs(n: int, k: int, values: list[int]) -> None:
    hashes, routing = np.array(values, dtype=np.uint64), n * k * 6
    before = create("elasticsearch", n, routing_shards=routing).assign(hashes)
    after = create("elasticsearch", n * k, routing_shards=routing).assign(hashes)
    assert (after // k).tolist() == before.tolist()


def test_five_shards_are_split_into_ten_and_not_into_fifteen() -> None:
    assert create("elasticsearch", 10, routing_shards=640).lookup("1")
    with pytest.raises(InvalidParameter):
        create("elasticsearch", 15, routing_shards=640)


@given(st.integers(1, 300), st.sampled_from([8, 31, 64]))
def test_the_chunks_of_an_empty_collection_part_as_read(chunks: int, bits: int) -> None:
    assert split_points(chunks, bits) == mongodb_oracle.initial(chunks, 1, bits)


@given(
    st.lists(st.integers(-127, 127), unique=True, max_size=9),
    st.lists(st.sampled_from("abc"), min_size=10, max_size=10),
)
def test_a_hash_is_in_the_chunk_below_it(starts: list[int], shards: list[str]) -> None:
    chunks = list(zip([None, *starts], shards, strict=False))
    p = create("mongodb_hashed", list("abc"), chunks=chunks, hash_bits=8)
    placed = p.assign(np.arange(256, dtype=np.uint64)).tolist()
    nodes = as_oracle(list("abc"))
    assert placed == [mongodb_oracle.place(nodes, value, 8, "", 0, chunks=chunks) for value in range(256)]
    assert np.repeat(p.arcs().bucket, p.arcs().sizes()).tolist() == placed


@pytest.mark.parametrize(
    ("chunks", "wrong"),
    [
        ([(0, "a")], InvalidParameter),
        ([], InvalidParameter),
        ([(None, "a"), (3, "a"), (3, "b")], InvalidParameter),
        ([(None, "a"), (2**63, "b")], InvalidParameter),
        ([(None, "c")], UnknownNode),
        ([None], InvalidParameter),
        ("chunks", InvalidParameter),
    ],
)
def test_chunks_that_cannot_be_are_refused(chunks: Any, wrong: type[Exception]) -> None:
    with pytest.raises(wrong):
        create("mongodb_hashed", ["a", "b"], chunks=chunks)


# ---- what all of them do with state that names do not carry --------------------------------------------


GIVEN_STATES: list[tuple[str, dict[str, Any]]] = [
    ("postgresql_hash", {"parts": [(2, 0), (2, 1)]}),
    ("cassandra", {"tokens": {"a": [1], "b": [-1]}}),
    ("mongodb_hashed", {"chunks": [(None, "a"), (0, "b")]}),
]


@pytest.mark.parametrize(("name", "state"), GIVEN_STATES, ids=[name for name, _ in GIVEN_STATES])
def test_state_that_was_given_is_shown_and_no_event_guesses_another(name: str, state: dict[str, Any]) -> None:
    p = create(name, ["a", "b"], **state)
    rebuilt = create(name, p.nodes, **p.parameters)
    hashes = np.arange(0, 1 << 63, 1 << 55, dtype=np.uint64)
    assert rebuilt.assign(hashes).tolist() == p.assign(hashes).tolist()
    assert repr(rebuilt) == repr(p)
    with pytest.raises(UnsupportedEvent):
        p.add_node("c")
    assert len(p.nodes) == 2


def test_a_topic_may_have_many_partitions() -> None:
    p = create("kafka", 100_000)
    assert p.assign(np.array([2**31 - 1], dtype=np.uint64)).tolist() == [(2**31 - 1) % 100_000]
