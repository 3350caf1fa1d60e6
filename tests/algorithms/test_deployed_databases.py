"""Partitions, shards and chunks of Kafka, Elasticsearch and MongoDB as recorded; state of all databases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import elasticsearch as elasticsearch_oracle
from oracles import mongodb_hashed as mongodb_oracle
from oracles.hashes_of_systems import FUNCTIONS
from recordings import about, as_oracle, names_of, recorded, scenarios

from algorithms import InvalidParameter, UnknownNode, UnsupportedEvent, create
from algorithms.deployed.elasticsearch import partitioned
from algorithms.deployed.mongodb_hashed import split_points

KAFKA = {"murmur2": "murmur2_kafka", "consistent": "crc32", "fnv1a": "fnv1a_kafka"}


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
