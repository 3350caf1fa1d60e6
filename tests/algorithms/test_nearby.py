"""Multi-probe, local rendezvous, bounded loads: recordings, many points, laws by simulation, bad cases."""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracles import lrh, multi_probe
from oracles.elsewhere import siphash24
from oracles.maglev import seeded_xxh32
from oracles.words import derive

from algorithms import Partitioner, create
from algorithms.errors import InvalidParameter, UnsupportedEvent
from algorithms.rings.lrh import alive_kernel
from algorithms.rings.multi_probe import PAIRS, nearest_row
from algorithms.rings.points import next_row, successors
from experiments import theory

VECTORS = Path(__file__).parents[1] / "vectors"
SPACE = 1 << 64


def _rows(name: str) -> list[dict[str, str]]:
    with (VECTORS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _hashes(seed: int, count: int) -> NDArray[np.uint64]:
    return np.random.PCG64(seed).random_raw(count)


# ---- the next point --------------------------------------------------------------------------------------


@given(data=st.data(), bits=st.sampled_from((1, 3, 8, 63, 64)))
def test_the_next_point_however_points_lie(data: st.DataObject, bits: int) -> None:
    """Scattered, equal, at both ends, or all in one cell."""
    last = (1 << bits) - 1
    near = data.draw(st.integers(0, last))
    some = (
        st.integers(0, last) | st.integers(max(0, near - 9), min(last, near + 9)) | st.sampled_from((0, last))
    )
    points = sorted(data.draw(st.lists(some, min_size=1, max_size=40)))
    table = successors(np.array(points, dtype=np.uint64), bits)
    for value in [*data.draw(st.lists(some, min_size=1, max_size=10)), 0, near, last]:
        expected = next((row for row, point in enumerate(points) if point >= value), len(points))
        row = int(next_row(*table, np.uint64(value)))
        assert int(table.hashes[row]) == points[expected % len(points)]
        assert row in (expected, expected % len(points) + len(points))


# ---- multi-probe -----------------------------------------------------------------------------------------


def test_placements_of_go_mpchash() -> None:
    """Its own test data: 21 probes from two SipHashes of the key, one point for each of 6000 shards."""
    shards = sorted((siphash24(0, 0, name.encode()), name) for name in (f"shard-{i}" for i in range(1, 6001)))
    points = [point for point, _ in shards]
    table = successors(np.array(points, dtype=np.uint64), 64)
    rows = _rows("multi_probe_siphash")
    assert len(rows) == 1850
    for number, row in enumerate(rows):
        first, step = (siphash24(k0, 0, row["key"].encode()) for k0 in (1, 2))
        nearest = int(nearest_row(*table, np.uint64(first), np.uint64(step), 21, number % 2 == 0)) % 6000
        assert shards[nearest][1] == row["node"]
        if number % 37 == 0:
            assert multi_probe.nearest(points, first, step, 21) == nearest


def test_another_suite_does_not_go_round() -> None:
    """Recorded from SUPSI's engine, up to 100,000 nodes; its first probe is hashed without a seed."""
    rows = _rows("multi_probe_supsi")
    seen = 0
    for state in _rows("multi_probe_supsi_states"):
        gone = set(state["removed"].split())
        points = sorted(
            (seeded_xxh32(f"node_{i}", 0xDEADBEEF), i) for i in range(int(state["n"])) if str(i) not in gone
        )
        some = [row for row in rows if row["state"] == state["state"]]
        for row in some:
            probes = [seeded_xxh32(row["key"], i) for i in range(int(state["param"]))]
            nearest = multi_probe.not_round([point for point, _ in points], probes)
            assert str(points[nearest][1]) == row["node"]
        seen += len(some)
    assert seen == len(rows) == 954


@pytest.mark.parametrize(
    ("n", "points", "space"),
    [
        (PAIRS, 1, {}),
        (PAIRS + 1, 1, {}),
        (700, 100, {"hash": "crc32", "hash_bits": 20}),
        (300, 7, {"hash": "crc32"}),
        (500, 1, {"hash_bits": 10}),
    ],
)
def test_many_points_scattered_crowded_and_equal(n: int, points: int, space: dict[str, Any]) -> None:
    """Against numpy's search, on both sides of the size from which only one point is read at once."""
    p: Any = create("multi_probe", n, probes=9, points=points, **space)
    bits, table = p.hash_bits, p._state.structure.points
    ascending = table.hashes[:-2]
    hashes = _hashes(3, 3000) >> np.uint64(64 - bits)
    steps = np.array([derive(value, 0) >> (64 - bits) for value in hashes.tolist()], dtype=np.uint64)
    least = np.full(len(hashes), SPACE - 1, dtype=np.uint64)
    rows = np.full(len(hashes), -1)
    for number in range(9):
        probes = (hashes + np.uint64(number) * steps) & table.mask
        at = np.searchsorted(ascending, probes) % len(ascending)
        distance = (ascending[at] - probes) & table.mask
        nearer = (distance < least) | (rows < 0)
        least, rows = np.where(nearer, distance, least), np.where(nearer, at, rows)
    assert np.array_equal(p.assign(hashes), p._state.structure.owners[rows])


def _loads(p: Partitioner[Any], hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return loads in units of their mean."""
    n = len(p.nodes)
    return np.bincount(p.assign(hashes), minlength=n) * n / len(hashes)


@pytest.mark.parametrize(("probes", "points"), [(2, 1), (5, 1), (21, 1), (5, 4)])
def test_shares_of_multi_probe_spread_by_their_law(probes: int, points: int) -> None:
    """The fullest is compared from 2 sides: shares end at k/(k - 1), and of 1000 nodes some come near it."""
    n, keys, squares, peaks = 1000, 400_000, [], []
    for seed in range(6):
        loads = _loads(create("multi_probe", n, probes=probes, points=points, seed=seed), _hashes(seed, keys))
        squares.append(float(np.mean((loads - 1) ** 2)) - n / keys)
        peaks.append(float(loads.max()))
    law = float(theory.multi_probe_cv_squared(probes, points))
    error = float(np.std(squares, ddof=1)) / math.sqrt(len(squares))
    assert abs(np.mean(squares) - law) < 4 * error + 0.03 * law
    if points == 1:
        peak = float(theory.multi_probe_max_to_mean(n, probes))
        # the greatest of many loads of about the greatest share is above it by a few of their errors
        assert peak < np.mean(peaks) < peak + 4.5 * math.sqrt(n / keys * peak)


def _independent_peak(p: Any, probes: int) -> float:
    """Return max share / mean for the gaps of a partitioner, were the probes of a key independent."""
    points = p._state.structure.points.hashes[:-2]
    gaps = (points - np.roll(points, 1)).astype(np.float64) / SPACE
    depth = np.linspace(0, gaps.max(), 2001)
    # a probe lies deeper than x below its point with chance F(x); the nearest of k has the density k F^(k-1)
    deeper = np.maximum(gaps[:, None] - depth, 0).sum(axis=0) ** (probes - 1)
    shares = np.array([np.trapezoid(deeper * (depth < gap), depth) for gap in gaps])
    return float(shares.max() / shares.mean())


def test_few_nodes_are_the_adverse_case_of_multi_probe() -> None:
    """Probes at equal steps crowd together if the step is near 0, or 1/2, ...: of 10 nodes it shows."""
    peaks, independent = [], []
    for seed in range(60):
        p = create("multi_probe", 10, seed=seed)
        peaks.append(float(_loads(p, _hashes(seed, 100_000)).max()))
        independent.append(_independent_peak(p, 21))
    assert 1.05 < np.mean(independent) < 1.07
    assert 1.10 < np.mean(peaks) < 1.16
    assert 1.18 < np.quantile(peaks, 0.95) < 1.33


def test_one_probe_is_a_ring() -> None:
    hashes = _hashes(9, 2000)
    ring = create("ring", 50, points=3, serves="successor")
    assert np.array_equal(create("multi_probe", 50, probes=1, points=3).assign(hashes), ring.assign(hashes))
    single = create("ring", 20, points=1, serves="successor")
    several = create("multi_probe", 20, probes=1).assign_replicas(hashes, 20)
    assert np.array_equal(several, single.assign_replicas(hashes, 20))


@pytest.mark.parametrize("own", [{"probes": 0}, {"probes": 1025}, {"probes": 2.0}, {"points": 0}])
def test_probes_that_cannot_be(own: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        create("multi_probe", 3, **own)


# ---- local rendezvous ------------------------------------------------------------------------------------


def _shares(p: Any) -> NDArray[np.float64]:
    """Return the shares of nodes, in the order of names: of each gap one in C for each candidate."""
    points, candidates, seeds, _ = p._state.structure
    ascending = points.hashes[:-2]
    gaps = (ascending - np.roll(ascending, 1)).astype(np.float64) / SPACE
    count = candidates.shape[1]
    return np.bincount(candidates[:-2].ravel(), np.repeat(gaps / count, count), minlength=len(seeds))


@given(data=st.data())
def test_windows_are_the_first_distinct_nodes(data: st.DataObject) -> None:
    n, size = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    p: Any = create("lrh", n, points=data.draw(st.integers(1, 6)), candidates=size, hash_bits=12)
    points, candidates, _, buckets = p._state.structure
    facts = {bucket: (node.name, node.weight) for bucket, node in p.nodes.items()}
    for row, point in enumerate(points.hashes[:-2].tolist()):
        first = int(np.searchsorted(points.hashes[:-2], np.uint64(point)))
        if row == first:  # of equal points no hash leads to a later one
            met = lrh.window(facts, point, 12, "xxh64", 0, p.points, size)
            assert buckets[candidates[row]].tolist() == met
    assert np.array_equal(candidates[-2:], candidates[[0, min(1, len(candidates) - 3)]])


@pytest.mark.parametrize(("points", "candidates"), [(64, 8), (1, 32), (16, 4)])
def test_shares_of_lrh_spread_by_their_law(points: int, candidates: int) -> None:
    squares = [
        float(
            np.mean(
                (_shares(create("lrh", 1500, points=points, candidates=candidates, seed=seed)) * 1500 - 1)
                ** 2
            )
        )
        for seed in range(8)
    ]
    law = float(theory.lrh_cv_squared(points, candidates))
    error = float(np.std(squares, ddof=1)) / math.sqrt(len(squares))
    assert abs(np.mean(squares) - law) < 4 * error + 0.05 * law


@pytest.mark.parametrize(("n", "candidates"), [(100, 8), (100, 32), (20, 4), (5, 8)])
def test_a_node_that_joins_lrh_moves_nearly_twice_its_share(n: int, candidates: int) -> None:
    hashes, ratios = _hashes(5, 100_000), []
    for seed in range(10):
        p = create("lrh", n, candidates=candidates, seed=seed)
        before = p.assign(hashes)
        p.add_node("new")
        ratios.append(float((before != p.assign(hashes)).mean()))
    law = float(theory.lrh_moved(n + 1, candidates))
    error = float(np.std(ratios, ddof=1)) / math.sqrt(len(ratios))
    assert abs(np.mean(ratios) - law) < 4.5 * error + 0.02 * law


def test_one_point_a_node_is_the_adverse_case_of_lrh() -> None:
    peaks = [float(_shares(create("lrh", 100, points=1, seed=seed)).max()) * 100 for seed in range(20)]
    assert 1.6 < np.mean(peaks) < 2.0


def test_the_dead_move_alone_while_their_points_stay() -> None:
    """The zero excess churn of the paper; and where all of a window are dead the next ones are asked."""
    p: Any = create("lrh", 40, points=16, candidates=4)
    points, candidates, seeds, buckets = p._state.structure
    hashes = _hashes(7, 20_000)

    def placed(dead: list[int]) -> NDArray[np.int32]:
        live, out = np.ones(40, dtype=np.bool_), np.empty(len(hashes), dtype=np.int32)
        live[np.isin(buckets, dead)] = False
        alive_kernel(hashes, *points, candidates, seeds, buckets, live, out)
        return out

    before = p.assign(hashes)
    assert np.array_equal(placed([]), before)
    after = placed([3, 17])
    assert np.array_equal(before != after, np.isin(before, [3, 17]))
    assert set(placed(list(range(39))).tolist()) == {39}
    p.change(remove=["node-3"])
    stray = (p.assign(hashes) != before) & (before != 3)
    assert stray.mean() > 0.4 / 40


def test_windows_that_no_memory_holds() -> None:
    with pytest.raises(InvalidParameter, match="fewer points a node, or fewer candidates"):
        create("lrh", 2000, points=4096, candidates=1024)
    with pytest.raises(InvalidParameter):
        create("lrh", 3, candidates=0)


# ---- bounded loads ---------------------------------------------------------------------------------------


def _counts(p: Any) -> NDArray[np.int64]:
    return np.bincount(p._state.structure.owners, minlength=len(p.nodes))


@pytest.mark.parametrize("base", ["ring", "rendezvous", "jump"])
@pytest.mark.parametrize("factor", [1.05, 1.25, 2.0, 100.0])
def test_no_node_is_above_its_cap(base: str, factor: float) -> None:
    """Though it is reached by a ring with a factor of 1.25, and what is in all is what there is."""
    for n in (1, 7, 64, 100, 4096):
        p: Any = create("bounded", n, base=base, factor=factor)
        cap = math.ceil(Fraction(factor) * 4096 / n)
        assert p.cap(n) == cap
        assert Fraction(cap * n, 4096) == theory.bounded_max_to_mean(n, 4096, factor)
        counts = _counts(p)
        assert counts.max() <= cap
        assert counts.sum() == 4096
        if base == "ring" and factor <= 1.25 and n in (64, 100):
            assert counts.max() == cap
        assert max(p.arcs().shares().values()) == int(counts.max()) * (SPACE // 4096)


@pytest.mark.parametrize(
    ("base", "points", "factor", "low", "high"),
    [
        ("ring", 1, 1.05, 6.0, 11.0),
        ("ring", 1, 1.25, 3.0, 6.0),
        ("ring", 20, 1.05, 1.5, 2.6),
        ("ring", 20, 1.25, 1.05, 1.6),
        ("rendezvous", 20, 1.05, 1.15, 1.6),
        ("rendezvous", 20, 1.25, 1.0, 1.1),
        ("jump", 20, 1.05, 1.1, 1.6),
        ("jump", 20, 1.25, 1.0, 1.05),
    ],
)
def test_the_price_of_a_cap_is_movement(
    base: str, points: int, factor: float, low: float, high: float
) -> None:
    """What one node that joins moves, over what shares require: sums over seeds, as single rings differ."""
    moved, taken = 0, 0
    for seed in range(24):
        p: Any = create("bounded", 64, base=base, points=points, factor=factor, seed=seed)
        before = p._state.structure.owners
        p.add_node("new")
        after = p._state.structure.owners
        moved += int((before != after).sum())
        taken += int(np.abs(np.bincount(before, minlength=65) - np.bincount(after, minlength=65)).sum()) // 2
    assert low <= moved / taken <= high, moved / taken


def test_partitions_are_a_nodes_least() -> None:
    with pytest.raises(InvalidParameter, match="4096 partitions are too few for 4097 nodes"):
        create("bounded", 4097)
    p = create("bounded", 5, partitions=6)
    assert p.room == 1
    with pytest.raises(UnsupportedEvent, match="room for 1 more"):
        p.change(add=["x", "y"])
    p.change(add=["x"])
    assert p.room == 0
    p.change(add=["y"], remove=["node-2"])
    assert p.nodes.bucket_of("y") == 2


@pytest.mark.parametrize(
    "own",
    [
        {"factor": 1.0},
        {"factor": 101},
        {"factor": math.nan},
        {"factor": "1.25"},
        {"factor": True},
        {"partitions": (1 << 24) + 1},
        {"base": "maglev"},
        {"points": 0},
    ],
)
def test_bounds_that_cannot_be(own: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        create("bounded", 3, **own)


def test_a_whole_number_is_a_factor_too() -> None:
    assert repr(create("bounded", 2, factor=2)) == "Bounded(2, factor=2.0)"
