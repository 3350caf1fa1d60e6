"""Removals: recorded placements, histories, capacities, laws of the work, and adverse cases."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st
from oracles import anchor, choose, dx, histories, jumpback_anchor, memento
from oracles.jump import jump_consistent_hash
from recorded_engines import Row, engine_of

from algorithms import (
    InvalidParameter,
    InvalidWeight,
    Node,
    UnknownNode,
    UnsupportedEvent,
    create,
)
from algorithms.machinery.histories import History
from algorithms.registry import class_of
from experiments.conformance import Subject, checks, run_machine
from experiments.conformance.check import Kind

VECTORS = Path(__file__).parents[1] / "vectors"
WITH_HISTORY = {"anchor": anchor, "jumpback_anchor": jumpback_anchor, "memento": memento}


def rows_of(name: str) -> list[Row]:
    with (VECTORS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def by_state(name: str) -> Iterator[tuple[Row, list[Row]]]:
    """Yield each recorded state with its placements."""
    states = {row["state"]: row for row in rows_of(f"{name}_states")}
    for state, some in itertools.groupby(rows_of(name), key=lambda row: row["state"]):
        yield states[state], list(some)


# ---- recorded placements -------------------------------------------------------------------------------


def after_events(name: str, state: Row) -> Any:
    """Return a partitioner that has lived through the events of a state."""
    own = {"capacity": int(state["capacity"])} if name == "anchor" else {}
    p = create(name, int(state["n"]), **own)
    for step, op in enumerate(state["ops"].split()):
        bucket = int(op[1:])
        if op[0] == "-":
            p.remove_node(p.nodes[bucket].name)
        else:
            assert p.add_node(f"new-{step}") == bucket
    return p


@pytest.mark.parametrize("name", sorted(WITH_HISTORY))
def test_placements_are_the_recorded_ones(name: str) -> None:
    seen = 0
    for state, some in by_state(name):
        if int(state["n"]) * len(state["ops"].split()) > 10**6:
            continue
        p = after_events(name, state)
        hashes = np.array([row["hash"] for row in some], dtype=np.uint64)
        expected = [int(row["bucket"]) for row in some]
        assert p.assign(hashes).tolist() == expected, state
        assert p.assign(np.tile(hashes, 40)).tolist() == expected * 40
        again = eval(repr(p), {type(p).__name__: type(p)})
        assert again.assign(hashes).tolist() == expected
        assert again.removed == p.removed
        seen += len(some)
    assert seen > 500


@pytest.mark.parametrize("name", sorted(WITH_HISTORY))
def test_oracles_are_the_recorded_engines(name: str) -> None:
    get: Callable[[Any, int], int] = getattr(WITH_HISTORY[name], "get", lambda engine, h: engine.get(h))
    for state, some in by_state(name):
        engine = engine_of(name, state)
        assert [get(engine, int(row["hash"])) for row in some] == [int(row["bucket"]) for row in some]


def crc32c(value: int, register: int) -> int:
    """Return what the processor's instruction makes of eight bytes and the low half of a register."""
    register %= 1 << 32
    for byte in (value % (1 << 64)).to_bytes(8, "little"):
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    return register


def test_anchor_with_another_inner_hash() -> None:
    for state, some in by_state("anchor_crc32c"):
        engine = engine_of("anchor", state)
        for row in some:
            key, seed = int(row["key"]), int(row["seed"])
            found = engine.get(crc32c(key, seed), lambda s, b, k=key, d=seed: crc32c(k - s, d + s))
            assert found == int(row["bucket"])


def test_memento_with_other_inner_hashes() -> None:
    def by_crc(row: Row) -> tuple[int, Callable[[int], int]]:
        key = int(row["key"])
        return crc32c(key, int(row["seed"])), lambda b: crc32c(key, b)

    def by_xxh64(row: Row) -> tuple[int, Callable[[int], int]]:
        text = row["key"].encode()
        return xxhash.xxh64(text, seed=0).intdigest(), lambda b: xxhash.xxh64(text, seed=b).intdigest()

    for name, words in (("memento_crc32c", by_crc), ("memento_xxh64", by_xxh64)):
        for state, some in by_state(name):
            engine = engine_of("memento", state)
            for row in some:
                first, again = words(row)
                found = engine.get(lambda n, h=first: jump_consistent_hash(h, n), again)
                assert found == int(row["bucket"])


class LiveSlots:
    """Slots that are freed and taken, last in first out or where a walk meets a free one."""

    def __init__(self, state: Row, walk: Callable[[int, int], Iterator[int]] | None = None) -> None:
        n, self.capacity = int(state["n"]), int(state["capacity"])
        self.live = set(range(n))
        self.free = list(reversed(range(n, self.capacity)))
        self.walk = walk
        histories.replay(self, state["ops"])

    def remove(self, b: int) -> None:
        self.live.discard(b)
        self.free.append(b)

    def add(self) -> int:
        if self.walk is None:
            b = self.free.pop()
        else:
            b = next(slot for slot in self.walk(1228, self.capacity) if slot not in self.live)
            self.free.remove(b)
        self.live.add(b)
        return b


def of_java(seed: int, bound: int) -> Iterator[int]:
    """Yield java.util.Random(seed).nextInt(bound)."""
    state = (seed ^ 0x5DEECE66D) % (1 << 48)
    while True:
        state = (state * 0x5DEECE66D + 0xB) % (1 << 48)
        word = state >> 17
        if bound & bound - 1 == 0:
            yield bound * word >> 31
        elif word - word % bound + bound - 1 < 1 << 31:
            yield word % bound


def by_crc32c(key: int, bound: int) -> Iterator[int]:
    """Yield slots by CRC-32C of the low half of a key, chained."""
    other = (421757 * key + 1) % (1 << 32)
    word = crc32c(key % (1 << 32), other)
    while True:
        yield word % bound
        word = crc32c(word, other)


def test_dx_with_other_sequences() -> None:
    for state, some in by_state("dx_supsi"):
        slots = LiveSlots(state)
        for row in some:
            sequence = of_java(int(row["hash"]), slots.capacity)
            assert next(dx.live_slots(sequence, slots.live)) == int(row["bucket"])
    for state, some in by_state("dx_crc32c"):
        slots = LiveSlots(state, by_crc32c)
        for row in some:
            sequence = by_crc32c(int(row["key"]), slots.capacity)
            assert next(dx.live_slots(sequence, slots.live)) == int(row["bucket"])


def test_choose_is_the_recorded_one() -> None:
    """The place among n, the ranking by replicas, and what a node map makes of free buckets."""
    for row in rows_of("choose_one"):
        h, n, bucket = (int(row[column]) for column in ("hash", "n", "bucket"))
        assert choose.sample(h, 0, n) == bucket
        assert create("choose", n).assign(np.array([h], dtype=np.uint64)).tolist() == [bucket]
    check_rankings("choose", rows_of("choose_ranking"))
    slots = {
        row["state"]: sorted(set(range(int(row["slots"]))) - set(map(int, row["deleted"].split())))
        for row in rows_of("node_map_states")
    }
    for state, some in itertools.groupby(rows_of("node_map"), key=lambda row: row["state"]):
        p = create("choose", {bucket: f"node-{bucket}" for bucket in slots[state]})
        for row in some:
            h, bucket = int(row["hash"]), int(row["bucket"])
            assert p.assign(np.array([h], dtype=np.uint64)).tolist() == [bucket]


def check_rankings(name: str, rows: list[Row], **own: Any) -> None:
    for row in rows:
        h, n = np.array([row["hash"]], dtype=np.uint64), int(row["n"])
        expected = list(map(int, row["buckets"].split()))
        p = create(name, n, **own)
        assert p.assign_replicas(h, int(row["count"])).tolist() == [expected]
        assert p.assign(h).tolist() == expected[:1]


def test_permutation_is_the_recorded_one() -> None:
    check_rankings("permutation", rows_of("permutation_crate"), rounds="crate")


# ---- histories -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(WITH_HISTORY))
@given(data=st.data())
def test_free_buckets_are_a_stack(name: str, data: st.DataObject) -> None:
    """Beside a model that replays every event on the oracle's engine, from the start."""
    n = data.draw(st.integers(1, 6), label="n")
    p = create(name, n, **({"capacity": 40} if name == "anchor" else {}))
    engine = engine_of(name, {"n": str(n), "capacity": "40", "ops": ""})
    fresh = itertools.count()
    for _ in range(data.draw(st.integers(1, 5), label="events")):
        live = list(p.nodes)
        leaving = data.draw(
            st.lists(st.sampled_from(live), unique=True, max_size=len(live) - 1), label="leave"
        )
        joining = data.draw(st.integers(0, 3), label="join")
        p.change(
            remove=[p.nodes[bucket].name for bucket in leaving],
            add=(added := [f"new-{next(fresh)}" for _ in range(joining)]),
        )
        for bucket in sorted(leaving, reverse=True):
            engine.remove(bucket)
        assert [p.nodes.bucket_of(node) for node in added] == [engine.add() for _ in added]
        hashes = np.random.PCG64(7).random_raw(20)
        get: Callable[[Any, int], int] = getattr(WITH_HISTORY[name], "get", lambda e, h: e.get(h))
        assert p.assign(hashes).tolist() == [get(engine, h) for h in hashes.tolist()]


@pytest.mark.parametrize("name", sorted(WITH_HISTORY))
def test_the_order_of_removals_matters_and_is_told(name: str) -> None:
    hashes = np.random.PCG64(3).random_raw(2000)
    one, other = create(name, 10), create(name, 10)
    for p, order in ((one, (2, 7, 4)), (other, (4, 2, 7))):
        for bucket in order:
            p.remove_node(f"node-{bucket}")
    assert dict(one.nodes) == dict(other.nodes)
    assert one.removed == (7, 4)
    assert other.removed == (7,)
    assert (one.assign(hashes) != other.assign(hashes)).any()
    assert one.add_node("x") == 4
    assert other.add_node("x") == 7


@pytest.mark.parametrize("name", sorted(WITH_HISTORY))
@pytest.mark.parametrize(
    ("removed", "said"),
    [
        ("12", "list of free buckets"),
        (7, "list of free buckets"),
        ([-1], "ints from 0"),
        ([True], "ints from 0"),
        ([1.0], "ints from 0"),
        ([5, 5], "twice"),
        ([1], "which 'node-1' has"),
    ],
)
def test_buckets_that_cannot_have_been_removed(name: str, removed: Any, said: str) -> None:
    with pytest.raises(InvalidParameter, match=said):
        create(name, 3, removed=removed)


def test_a_history_shrinks_only_while_nothing_is_free() -> None:
    start = History(5, np.empty(0, dtype=np.int32))
    assert start.without([4, 3], shrinks=True).size == 3
    assert start.without([4, 3], shrinks=False).freed.tolist() == [4, 3]
    held = start.without([1], shrinks=True).without([4], shrinks=True)
    assert (held.size, held.freed.tolist(), held.joining(3)) == (5, [1, 4], [4, 1, 5])
    assert held.grown(3).size == 6


# ---- capacities ----------------------------------------------------------------------------------------

SMALL = [("anchor", {"capacity": 9}), ("dx", {"capacity": 9}), ("weighted_dx", {"capacity": 90, "slots": 3})]


def tight(name: str) -> Subject:
    return Subject(class_of(name), dict(SMALL)[name])


@pytest.mark.parametrize("name", [name for name, _ in SMALL])
def test_small_tables_live_through_events(name: str) -> None:
    run_machine(tight(name))


@pytest.mark.parametrize("name", [name for name, _ in SMALL])
@pytest.mark.parametrize(
    "named", ["events_keep_buckets", "growth_onto_new_only", "rebuilt_by_copy_pickle_and_repr"]
)
@given(data=st.data())
def test_small_tables_keep_their_promises(named: str, name: str, data: st.DataObject) -> None:
    check = {made.name: made for made in checks()}[named]
    assert check.kind is Kind.PROPERTY
    check(tight(name), data)


@pytest.mark.parametrize("name", ["anchor", "dx"])
def test_a_full_table_takes_no_more(name: str) -> None:
    p = create(name, 3, capacity=4)
    assert p.room == 1
    before = repr(p)
    with pytest.raises(UnsupportedEvent, match="room for 1 more nodes, not 2"):
        p.change(add=["a", "b"])
    assert repr(p) == before
    p.change(add=["a", "b"], remove=["node-0"])
    assert p.room == 0
    with pytest.raises(UnsupportedEvent, match="capacity of 4"):
        p.add_node("c")
    with pytest.raises(InvalidParameter, match="capacity must be a whole number from 3"):
        create(name, 3, capacity=2)


@pytest.mark.parametrize("name", ["anchor", "dx", "weighted_dx"])
def test_the_default_capacity_is_twice_the_nodes_or_256(name: str) -> None:
    for n, capacity in ((1, 256), (128, 256), (129, 258)):
        p = create(name, n)
        assert p.capacity is None
        assert p.room == capacity - n
    p.remove_node("node-128")
    assert p.capacity == 258
    assert "capacity=258" in repr(p)


def test_anchor_refuses_removed_buckets_beyond_the_capacity() -> None:
    with pytest.raises(InvalidParameter, match="beyond the capacity of 5"):
        create("anchor", 3, capacity=5, removed=[5])
    with pytest.raises(UnsupportedEvent, match="jumpback_anchor"):
        create("anchor", 1, capacity=1).add_node("a")


# ---- weighted dx ---------------------------------------------------------------------------------------


def test_a_weight_takes_the_lowest_free_slots_and_frees_its_highest() -> None:
    p = create("weighted_dx", ["a", "b", "c"], slots=2, capacity=6)
    p.change(weights={"a": 2.0})
    assert p.held == ((0, 2, "a"), (2, 2, "b"), (4, 2, "c"), (6, 2, "a"))
    p.change(weights={"a": 0.5, "b": 1.5})
    assert p.held is None  # these are the slots in the order of the buckets
    assert p.room == 3
    p.change(remove=["b"], add=[Node("d", 2.5)])
    assert p.held == ((0, 1, "a"), (1, 3, "d"), (4, 2, "c"), (6, 2, "d"))
    with pytest.raises(UnsupportedEvent, match="4 free slots, and the event asks for 6"):
        p.change(weights={"c": 4.0})


@pytest.mark.parametrize(
    ("held", "error", "said"),
    [
        ("ab", InvalidParameter, "rows"),
        ([], InvalidParameter, "no rows"),
        ([(0, "a")], InvalidParameter, "a row of held"),
        ([(0, 0, "a")], InvalidParameter, "slots of a row"),
        ([(-1, 2, "a")], InvalidParameter, "first slot"),
        ([(0, 2, "a"), (1, 2, "b")], InvalidParameter, "two rows of held have slot 1"),
        ([(0, 2, "a"), (2, 3, "b")], InvalidParameter, "gives 'b' 3 slots"),
        ([(0, 2, "a"), (2, 2, "z")], UnknownNode, "z"),
        ([(0, 2, "a")], InvalidParameter, "gives 'b' 0 slots"),
    ],
)
def test_slots_that_cannot_be_held(held: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        create("weighted_dx", ["a", "b"], slots=2, held=held)


def test_weights_that_ask_for_too_many_slots() -> None:
    with pytest.raises(InvalidWeight, match="slots"):
        create("weighted_dx", [Node("a", 1e9)])
