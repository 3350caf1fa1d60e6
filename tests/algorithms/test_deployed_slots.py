"""Redis' slots and PostgreSQL's partitions against what these programs did, and plain readings of both."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import postgresql_hash as postgresql_oracle
from oracles import redis_cluster as redis_oracle
from oracles.hashes_of_systems import FUNCTIONS, OF_INTEGERS, pg_integer, pg_row, pg_text
from recordings import about, as_oracle, names_of, recorded, scenarios

from algorithms import InvalidParameter, UnknownNode, create
from algorithms.deployed.postgresql_hash import combined
from algorithms.deployed.slots import created, rebalanced
from algorithms.hashing import hash_column, hash_key

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
