"""Measures against plain counting with dicts and rationals."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from algorithms import Node
from experiments.measures import (
    EventShape,
    Flows,
    cv,
    loads,
    max_to_mean,
    min_to_mean,
    relative_loads,
    total_variation,
    whole_weights,
)
from experiments.measures import tally as tally_module

WEIGHTS = st.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0, 3.0])


@dataclass
class Tiling:
    """The three columns of `algorithms.Arcs` that flows read."""

    start: NDArray[np.uint64]
    last: NDArray[np.uint64]
    bucket: NDArray[np.int32]


def tile(starts: list[int], buckets: list[int], bits: int) -> Tiling:
    lasts = [start - 1 for start in starts[1:]] + [2**bits - 1]
    columns = (np.array(column, dtype=np.uint64) for column in (starts, lasts))
    return Tiling(*columns, np.array(buckets, dtype=np.int32))


@st.composite
def members(draw: st.DrawFn) -> dict[int, Node]:
    """Up to five of eight nodes, in buckets with gaps."""
    names = draw(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=5, unique=True))
    buckets = draw(st.lists(st.integers(0, 9), min_size=len(names), max_size=len(names), unique=True))
    return {b: Node(name, draw(WEIGHTS)) for b, name in sorted(zip(buckets, names, strict=True))}


@st.composite
def events(draw: st.DrawFn) -> tuple[dict[int, Node], dict[int, Node], list[int], list[int]]:
    """Nodes of both sides, and the buckets of 1 to 40 keys in each."""
    before, after = draw(members()), draw(members())
    pair = st.tuples(st.sampled_from(list(before)), st.sampled_from(list(after)))
    keys = draw(st.lists(pair, min_size=1, max_size=40))
    return before, after, [old for old, _ in keys], [new for _, new in keys]


def shares(nodes: dict[int, Node]) -> Counter[str]:
    whole = sum(Fraction(node.weight) for node in nodes.values())
    return Counter({node.name: Fraction(node.weight) / whole for node in nodes.values()})


@pytest.mark.parametrize("dense_cells", [tally_module.DENSE_CELLS, 0], ids=["dense", "sparse"])
@settings(deadline=None)  # the first example compiles the kernel
@given(events())
def test_flows_equal_a_count_key_by_key(
    dense_cells: int, event: tuple[dict[int, Node], dict[int, Node], list[int], list[int]]
) -> None:
    before, after, old, new = event
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally_module, "DENSE_CELLS", dense_cells)
        flows = Flows.sampled(
            EventShape.between(before, after), np.array(old, np.int32), np.array(new, np.int32)
        )
    keys = [(before[b].name, after[a].name) for b, a in zip(old, new, strict=True)]
    p, q = shares(before), shares(after)
    moves = Counter((a, b) for a, b in keys if a != b)
    strays = [(a, b) for a, b in keys if a != b and not (q[a] < p[a] and q[b] > p[b])]
    loads_before, loads_after = Counter(a for a, _ in keys), Counter(b for _, b in keys)
    names = set(loads_before) | set(loads_after)
    distance = sum(abs(loads_before[name] - loads_after[name]) for name in names)
    declared = sum(abs(p[name] - q[name]) for name in set(p) | set(q))
    assert (flows.total, flows.moved, flows.stays) == (len(keys), moves.total(), len(keys) - moves.total())
    assert flows.movement == Fraction(moves.total(), len(keys))
    assert flows.minimum == Fraction(distance, 2 * len(keys))
    assert flows.excess == flows.movement - flows.minimum
    assert flows.excess >= 0
    assert flows.ideal == declared / 2
    assert flows.stray == Fraction(len(strays), len(keys))
    assert flows.losers == len({a for a, _ in moves})
    assert flows.receivers == len({b for _, b in moves})
    assert flows.pairs == len(moves)
    assert flows.largest == Fraction(max(moves.values(), default=0), len(keys))
    assert {(a, b): count for a, b, count in flows.named()} == dict(moves)
    rows = flows.event.names
    assert dict(zip(rows, flows.load_before.tolist(), strict=True)) == {n: loads_before[n] for n in rows}
    assert dict(zip(rows, flows.load_after.tolist(), strict=True)) == {n: loads_after[n] for n in rows}


@settings(deadline=None)
@given(events(), st.integers(0, 40))
def test_flows_of_chunks_add_up(
    event: tuple[dict[int, Node], dict[int, Node], list[int], list[int]], cut: int
) -> None:
    before, after, old, new = event
    shape = EventShape.between(before, after)
    columns = np.array([old, new], dtype=np.int32)
    whole = Flows.sampled(shape, *columns)
    parts = [Flows.sampled(shape, *columns[:, :cut]), Flows.sampled(shape, *columns[:, cut:])]
    folded = sum(parts, Flows.none(shape))
    for field in ("source", "target", "count"):
        np.testing.assert_array_equal(getattr(folded, field), getattr(whole, field))


@st.composite
def tilings(draw: st.DrawFn, bits: int = 6) -> tuple[Tiling, Tiling]:
    def one() -> Tiling:
        inner = draw(st.lists(st.integers(1, 2**bits - 1), max_size=6, unique=True))
        starts = [0, *sorted(inner)]
        return tile(starts, [draw(st.integers(0, 3)) for _ in starts], bits)

    return one(), one()


@settings(deadline=None)
@given(tilings())
def test_exact_flows_equal_a_walk_over_every_hash(pair: tuple[Tiling, Tiling]) -> None:
    nodes = {bucket: Node(name) for bucket, name in enumerate("abcd")}
    event = EventShape.between(nodes, {bucket: Node(name) for bucket, name in enumerate("bcde")})
    columns = []
    for arcs in pair:
        spans = zip(arcs.start.tolist(), arcs.last.tolist(), arcs.bucket.tolist(), strict=True)
        columns.append(np.array([b for start, last, b in spans for _ in range(start, last + 1)], np.int32))
    exact, walked = Flows.exact(event, *pair), Flows.sampled(event, *columns)
    assert list(exact.named()) == list(walked.named())
    for measure in ("total", "movement", "minimum", "stray"):
        assert getattr(exact, measure) == getattr(walked, measure)
    assert exact.load_before.tolist() == walked.load_before.tolist()
    assert all(isinstance(count, int) for count in exact.count)


def test_exact_flows_hold_all_hashes_of_64_bits() -> None:
    one, two = {0: Node("a")}, {0: Node("a"), 1: Node("b")}
    event = EventShape.between(one, two)
    whole, split = tile([0], [0], 64), tile([0, 2**63], [0, 1], 64)
    flows = Flows.exact(event, whole, split)
    assert flows.total == 2**64
    assert flows.movement == flows.ideal == flows.minimum == Fraction(1, 2)
    assert Flows.exact(EventShape.between(one, one), whole, whole).count.tolist() == [2**64]
    thirds = tile([0, 2**64 // 3, 2**64 // 3 * 2], [0, 1, 0], 64)
    moved = Flows.exact(EventShape.between(two, two), split, thirds)
    assert moved.moved == (2**63 - 2**64 // 3) + (2**64 - 2**64 // 3 * 2)


def test_sampled_and_exact_flows_of_one_event_add_up() -> None:
    event = EventShape.between({0: Node("a")}, {0: Node("a"), 1: Node("b")})
    exact = Flows.exact(event, tile([0], [0], 64), tile([0, 2**63], [0, 1], 64))
    sampled = Flows.sampled(event, np.zeros(2, np.int32), np.array([0, 1], np.int32))
    assert (exact + sampled).count.tolist() == [2**63 + 1, 2**63 + 1]


def test_movement_is_by_name_and_not_by_bucket() -> None:
    event = EventShape.between({0: Node("a"), 1: Node("b")}, {0: Node("b"), 1: Node("a")})
    assert Flows.sampled(event, np.array([0, 1]), np.array([1, 0])).moved == 0
    assert Flows.sampled(event, np.array([0, 1]), np.array([0, 1])).moved == 2


@pytest.mark.parametrize("dense_cells", [tally_module.DENSE_CELLS, 0], ids=["dense", "sparse"])
@pytest.mark.parametrize(("old", "new", "stranger"), [(1, 0, 1), (0, 3, 3), (-1, 0, -1), (0, 1, 1)])
def test_a_key_without_a_node_is_an_error(
    monkeypatch: pytest.MonkeyPatch, dense_cells: int, old: int, new: int, stranger: int
) -> None:
    monkeypatch.setattr(tally_module, "DENSE_CELLS", dense_cells)
    event = EventShape.between({0: Node("a")}, {0: Node("a"), 2: Node("b")})
    with pytest.raises(ValueError, match=f"bucket {stranger}, which has no node"):
        Flows.sampled(event, np.array([0, old]), np.array([0, new]))


def test_flows_refuse_what_does_not_belong_together() -> None:
    event = EventShape.between({0: Node("a")}, {0: Node("a"), 1: Node("b")})
    other = EventShape.between({0: Node("x")}, {0: Node("x")})
    with pytest.raises(ValueError, match="1 buckets before and 2 after"):
        Flows.sampled(event, np.array([0]), np.array([0, 1]))
    with pytest.raises(ValueError, match="different events"):
        Flows.none(event) + Flows.none(other)
    with pytest.raises(ValueError, match="different hash spaces"):
        Flows.exact(event, tile([0], [0], 32), tile([0], [0], 64))
    with pytest.raises(ValueError, match="without keys"):
        _ = Flows.none(event).movement


def test_events_know_their_nodes() -> None:
    event = EventShape.between(
        {0: Node("a"), 3: Node("b", 2.0), 1: Node("c")}, {4: Node("d"), 3: Node("b", 0.5), 1: Node("c")}
    )
    assert event.names == ("a", "b", "c", "d")
    assert event.slots_before.tolist() == [0, 2, 1]
    assert event.slots_after.tolist() == [2, 1, 3]
    assert event.weights_before.tolist() == [1.0, 2.0, 1.0, 0.0]
    assert event.weights_after.tolist() == [0.0, 0.5, 1.0, 1.0]
    assert event.growth.tolist() == [-1, -1, 1, 1]
    assert event.ideal == Fraction(11, 20)  # shares 5, 10, 5, 0 and 0, 4, 8, 8 twentieths


def test_growth_is_exact_where_floats_would_waver() -> None:
    thirds = {i: Node(name, 0.1) for i, name in enumerate("abc")}
    assert (
        EventShape.between(thirds, {i: Node(n, 0.7) for i, n in enumerate("abc")}).growth.tolist() == [0] * 3
    )


@given(st.lists(st.tuples(st.integers(0, 2**70), WEIGHTS), min_size=1, max_size=8))
def test_balance_is_relative_to_the_declared_weights(nodes: list[tuple[int, float]]) -> None:
    nodes[0] = (nodes[0][0] + 1, nodes[0][1])
    load, weights = [count for count, _ in nodes], [weight for _, weight in nodes]
    whole, total = sum(map(Fraction, weights)), sum(load)
    expected = [count * whole / (Fraction(weight) * total) for count, weight in nodes]
    column = np.array(load, dtype=object)
    assert relative_loads(column, weights).tolist() == [float(ratio) for ratio in expected]
    assert max_to_mean(column, weights) == float(max(expected))
    assert min_to_mean(column, weights) == float(min(expected))
    squared = sum(Fraction(w) / whole * (x - 1) ** 2 for w, x in zip(weights, expected, strict=True))
    assert cv(column, weights) == pytest.approx(math.sqrt(squared), rel=1e-12)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
def test_cv_of_equal_weights_is_deviation_over_mean(load: list[int]) -> None:
    assert cv(load) == pytest.approx(np.std(load) / np.mean(load), rel=1e-12, abs=1e-12)
    assert cv(load, [3.0] * len(load)) == pytest.approx(cv(load), rel=1e-12, abs=1e-12)


def test_loads_count_live_buckets_only() -> None:
    buckets = np.array([4, 4, 1, 4], dtype=np.int32)
    assert loads(buckets, [1, 2, 4]).tolist() == [1, 0, 3]
    assert loads(buckets[:0], [1, 2]).tolist() == [0, 0]
    for live in ([1, 2], [2, 4], [0, 4, 5]):
        with pytest.raises(ValueError, match="which has no node"):
            loads(buckets, live)
    with pytest.raises(ValueError, match="bucket -1"):
        loads(np.array([-1]), [0])


@pytest.mark.parametrize(
    ("load", "weights", "message"),
    [
        ([], None, "at least one node"),
        ([0, 0], None, "without keys"),
        ([1, 2], [1.0], "2 loads and 1 weights"),
        ([1, 2], [1.0, 0.0], "positive weight"),
    ],
)
def test_balance_refuses_what_it_is_not_defined_for(load: Any, weights: Any, message: str) -> None:
    for measure in (cv, relative_loads, max_to_mean, min_to_mean):
        with pytest.raises(ValueError, match=message):
            measure(load, weights)


@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=6))
def test_whole_weights_keep_proportions_exactly(weights: list[float]) -> None:
    whole = whole_weights(weights)
    for (a, x), (b, y) in pairwise(zip(weights, whole, strict=True)):
        assert Fraction(a) * y == Fraction(b) * x


def test_total_variation_is_the_least_movement() -> None:
    assert total_variation([2, 1, 1], [1, 1, 2]) == Fraction(1, 4)
    assert total_variation([1, 0], [0, 5]) == 1
    assert total_variation([0.5, 1.5], [1, 3]) == 0
    with pytest.raises(ValueError, match="total 0"):
        total_variation([0, 0], [1, 0])
