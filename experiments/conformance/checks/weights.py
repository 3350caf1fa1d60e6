"""Shares of the hash space: uniform, or by weight. Exact over arcs; by a test of significance otherwise."""

# ruff: noqa: D401 - a check's first line is the property itself

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from numpy.typing import NDArray

from algorithms import Capability, Node, Spec
from algorithms.hashing import hash_function
from experiments.conformance.check import Evidence, Kind, Make, Refuted, Trial, check, refute
from experiments.conformance.events import draw_joiners, draw_leavers, draw_partitioner
from experiments.conformance.strategies import MOST_DRAWN, capacity_of, node_lists, spaces
from experiments.conformance.words import told

__all__: list[str] = []

_SIZES = (2, 3, 10, 64, 257)
_HASHES = 200_000
_WEIGHTS = (
    (1.0, 2.0),
    (1.0, 2.0, 4.0, 0.5),
    (1.0,) * 9 + (10.0,),
    tuple(float(i) for i in range(1, 13)),
    # one of a fortieth, in sixteenths as slots and points are counted
    (1 / 16, 1.0, 1.0, 7 / 16),
)
_SEEDS, _HASHES_A_SEED = 64, 20_000
_OF_ONE_NODE = 0.01
"""Which part of a level the test of the node that is farthest off has, beside the chi-square's."""


@check(promise=Capability.UNIFORM, needs=(Capability.INTERVALS,))
def check_equal_shares_exactly(make: Make, data: DataObject) -> None:
    """Nodes of equal weight have equal shares of the hash space, but for one hash."""
    some = node_lists(weighted=False, most=min(MOST_DRAWN, capacity_of(make)))
    p = make(data.draw(some, label="nodes"), **data.draw(spaces(), label="space"))
    if data.draw(st.booleans(), label="nodes join"):
        p.change(add=draw_joiners(data, p, most=7, weighted=False))
    if (
        p.spec.can(Capability.REMOVES_ANY)
        and len(p.nodes) > 1
        and data.draw(st.booleans(), label="nodes leave")
    ):
        p.change(remove=draw_leavers(data, p, most=len(p.nodes) - 1))
    shares = p.arcs().shares()
    least, most = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    if shares[most] - shares[least] > 1:
        refute(
            f"{told(p)}: {p.nodes[most].name} has {shares[most]} of 2^{p.hash_bits} hashes, but "
            f"{p.nodes[least].name} has {shares[least]}"
        )


@check(promise=Capability.WEIGHTED, needs=(Capability.UNIFORM, Capability.INTERVALS))
def check_shares_follow_weights_exactly(make: Make, data: DataObject) -> None:
    """The share of a node is its part of the weights, to within one hash for each node."""
    p = draw_partitioner(data, make)
    shares, total = p.arcs().shares(), sum(Fraction(node.weight) for node in p.nodes.values())
    for bucket, node in p.nodes.items():
        quota = Fraction(node.weight) * (1 << p.hash_bits) / total
        if abs(shares[bucket] - quota) > len(p.nodes):
            refute(
                f"{told(p)}: {node.name} has {shares[bucket]} of 2^{p.hash_bits} hashes, but its part of the "
                f"weights, {node.weight:g} of {float(total):g}, is {float(quota):.6g}"
            )


@check(promise=Capability.UNIFORM, kind=Kind.STATISTICAL)
def check_uniform(make: Make, data: Trial) -> Evidence:
    """Random hashes fall on nodes of equal weight as often as independent draws would."""
    seen = []
    most = capacity_of(make)
    sizes = [n for n in _SIZES if n <= most]
    for n in sizes:
        p = make(n)
        counts = _counts(p.assign(_random_hashes(data.seed + n, _HASHES, p.hash_bits)), n)
        seen.append(_chi_square(counts, np.full(n, 1 / n), p.spec))
        _no_node_stands_out(counts, p.spec, data.level * _OF_ONE_NODE / len(sizes), data.seed)
    return _judged("chi-square against equal shares", data, tuple(sizes), seen)


def _weights_that_fit(make: Make) -> list[tuple[float, ...]]:
    whole = make(1).spec.whole_weights is not None
    some = [_whole(weights) for weights in _WEIGHTS] if whole else _WEIGHTS
    room = capacity_of(make)
    return [weights for weights in some if sum(map(math.ceil, weights)) <= room]


def _whole(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Return weights so many times over that all are whole, and twice at least."""
    times = max(2, *(Fraction(weight).denominator for weight in weights))
    return tuple(times * weight for weight in weights)


@check(promise=Capability.WEIGHTED, kind=Kind.STATISTICAL)
def check_shares_follow_weights(make: Make, data: Trial) -> Evidence:
    """Random hashes fall on nodes in proportion to weights; where shares are random, on the mean of seeds."""
    several = _weights_that_fit(make)
    sizes = tuple(len(weights) for weights in several)
    seen = []
    uniform = make(1).spec.can(Capability.UNIFORM)
    for weights in several:
        nodes = [Node(f"server-{i}", weight) for i, weight in enumerate(weights)]
        expected = np.array(weights) / sum(weights)
        if uniform:
            p = make(nodes)
            hashes = _random_hashes(data.seed + len(nodes), _HASHES, p.hash_bits)
            seen.append(_chi_square(_counts(p.assign(hashes), len(nodes)), expected, p.spec))
        else:
            seen.append(_mean_over_seeds(make, nodes, expected, data.seed))
    name = "chi-square against the weights" if uniform else f"t-test of mean shares over {_SEEDS} seeds"
    return _judged(name, data, sizes, seen)


@check(promise=Capability.WEIGHTED, needs=(Capability.UNIFORM,), kind=Kind.STATISTICAL)
def check_changed_weights_count(make: Make, data: Trial) -> Evidence:
    """After an event the new weights decide, as if the nodes had always had them."""
    several = _weights_that_fit(make)
    sizes = tuple(len(weights) for weights in several)
    seen = []
    for weights in several:
        p = make([f"server-{i}" for i in range(len(weights))])
        p.change(weights={f"server-{i}": weight for i, weight in enumerate(weights)})
        hashes = _random_hashes(data.seed + len(weights), _HASHES, p.hash_bits)
        counts = _counts(p.assign(hashes), len(weights))
        seen.append(_chi_square(counts, np.array(weights) / sum(weights), p.spec))
    return _judged("chi-square against the new weights", data, sizes, seen)


def _random_hashes(seed: int, count: int, bits: int) -> NDArray[np.uint64]:
    # the raw words of PCG64 are fixed by its definition; numpy may change what it makes of them
    return np.random.PCG64(seed).random_raw(count) >> np.uint64(64 - bits)


def _counts(buckets: NDArray[np.int32], n: int) -> NDArray[np.int64]:
    if len(buckets) and not 0 <= int(buckets.min()) <= int(buckets.max()) < n:
        raise Refuted(f"buckets from {buckets.min()} to {buckets.max()} were assigned among {n} nodes")
    return np.bincount(buckets, minlength=n)


def _chi_square(counts: NDArray[np.int64], expected: NDArray[np.float64], spec: Spec) -> tuple[float, float]:
    """Return the statistic and its p-value; of few values of a hash a share may have one more or less."""
    from scipy import stats

    wanted = _wanted(counts, expected, spec)
    statistic = float(((counts - wanted) ** 2 / wanted).sum())
    return statistic, float(stats.chi2.sf(statistic, len(counts) - 1))


def _wanted(counts: NDArray[np.int64], expected: NDArray[np.float64], spec: Spec) -> NDArray[np.float64]:
    wanted: NDArray[np.float64] = expected * counts.sum()
    if spec.values is not None:
        grain = counts.sum() / spec.values
        wanted = np.maximum(np.clip(counts, wanted - grain, wanted + grain), 1.0)
    return wanted


def _no_node_stands_out(counts: NDArray[np.int64], spec: Spec, level: float, seed: int) -> None:
    """Test the node that is farthest off, which a chi-square of many nodes hardly sees, by exact tails."""
    from scipy import stats

    n, keys = len(counts), int(counts.sum())
    rates = np.minimum(_wanted(counts, np.full(n, 1 / n), spec) / keys, 1.0)
    tails = np.minimum(stats.binom.cdf(counts, keys, rates), stats.binom.sf(counts - 1, keys, rates))
    worst = int(np.argmin(tails))
    p_value = min(1.0, 2 * n * float(tails[worst]))
    if p_value < level:
        raise Refuted(
            f"of {n} nodes the one in bucket {worst} has {counts[worst]} of {keys} hashes, which has "
            f"probability {p_value:.2g} over all nodes, below the level {level:.2g} (seed {seed})"
        )


def _mean_over_seeds(
    make: Make, nodes: list[Node], expected: NDArray[np.float64], seed: int
) -> tuple[float, float]:
    """Return the greatest t among the nodes and its p-value, corrected for their number."""
    from scipy import stats

    shares = np.empty((_SEEDS, len(nodes)))
    seeded = hash_function(make(1).hash).seeded
    for row in range(_SEEDS):
        # a hash function without a seed places other names at random, as in repetitions of experiments
        named = nodes if seeded else [Node(f"{row}/{node.name}", node.weight) for node in nodes]
        p = make(named, seed=seed + row)
        hashes = _random_hashes(seed + row, _HASHES_A_SEED, p.hash_bits)
        shares[row] = _counts(p.assign(hashes), len(nodes)) / _HASHES_A_SEED
    spread = shares.std(axis=0, ddof=1) / np.sqrt(_SEEDS)
    worst = float(np.max(np.abs(shares.mean(axis=0) - expected) / np.maximum(spread, 1e-12)))
    return worst, min(1.0, float(2 * stats.t.sf(worst, _SEEDS - 1)) * len(nodes))


def _judged(test: str, trial: Trial, sizes: tuple[int, ...], seen: list[tuple[float, float]]) -> Evidence:
    worst = min(range(len(seen)), key=lambda row: (seen[row][1], -seen[row][0]))
    statistic, p_value = seen[worst][0], min(1.0, seen[worst][1] * len(seen))
    if p_value < trial.level:
        raise Refuted(
            f"{test}: with {sizes[worst]} nodes the statistic is {statistic:.4g}, which has probability "
            f"{p_value:.2g} over {len(sizes)} sizes, below the level {trial.level:.2g} (seed {trial.seed})"
        )
    return Evidence(test, statistic, p_value, trial.level, sizes)
