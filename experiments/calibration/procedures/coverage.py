"""Intervals: how often they hold the truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from experiments import inference
from experiments.calibration.procedure import procedure
from experiments.calibration.procedures.draws import (
    MOVED,
    NODES,
    POINTS,
    loads,
    peaks,
    ring_movement,
    ring_movements,
)

_RESAMPLES = 499


def _holds(estimate: inference.Estimate, truth: float) -> bool:
    return estimate.interval is not None and truth in estimate.interval


def _gamma_skew(rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    return rng.gamma(4.0, size=size)


@procedure("coverage", "t, mean of 10 normal repetitions", 0.95)
def t_over_repetitions(seed: int, count: int) -> int:
    """Count the hits."""
    rng = np.random.default_rng(seed)
    return sum(_holds(inference.mean(rng.normal(7, 2, 10)), 7.0) for _ in range(count))


@procedure("coverage", "t, movement of 10 rings, 16 → 17 nodes", 0.95)
def t_over_rings(seed: int, count: int) -> int:
    """Count the hits."""
    rng = np.random.default_rng(seed)
    return sum(_holds(inference.mean(ring_movements(rng, 10)), MOVED) for _ in range(count))


@procedure(
    "coverage", "t, mean max/mean of 10 repetitions", 0.95, band=0.02, reason="maxima are skewed"
)  # fmt: skip
def t_of_maxima(seed: int, count: int) -> int:
    """Count the hits."""
    from experiments.theory import balance

    law = balance("multinomial", NODES, keys=2_000)
    assert law is not None
    assert law.max_to_mean is not None
    truth, rng = float(law.max_to_mean), np.random.default_rng(seed)
    return sum(_holds(inference.skewed_mean(peaks(rng, 10), seed=0), truth) for _ in range(count))


@procedure(
    "coverage", "BCa, mean max/mean of 30 repetitions", 0.95, cost=10,
    band=0.03, reason="BCa is of second order: its error falls like 1/r, and 30 are few",
)  # fmt: skip
def bca_of_maxima(seed: int, count: int) -> int:
    """Count the hits."""
    from experiments.theory import balance

    law = balance("multinomial", NODES, keys=2_000)
    assert law is not None
    assert law.max_to_mean is not None
    truth, rng = float(law.max_to_mean), np.random.default_rng(seed)
    return sum(
        _holds(inference.bootstrap(peaks(rng, 30), np.mean, seed=i, resamples=_RESAMPLES), truth)
        for i in range(count)
    )


@procedure(
    "coverage", "BCa, median of 40 skewed repetitions", 0.95, cost=20,
    band=0.03, reason="a median of few values takes few values",
)  # fmt: skip
def bca_of_a_median(seed: int, count: int) -> int:
    """Count the hits."""
    from scipy import stats

    truth, rng = float(stats.gamma(4.0).median()), np.random.default_rng(seed)
    return sum(
        _holds(inference.bootstrap(_gamma_skew(rng, 40), np.median, seed=i, resamples=_RESAMPLES), truth)
        for i in range(count)
    )


@procedure("coverage", "exact binomial, movement of 1000 keys", 0.95, relation="at least", cost=10)
def clopper_pearson(seed: int, count: int) -> int:
    """Count the hits."""
    moved = np.random.default_rng(seed).binomial(1_000, MOVED, size=count)
    return sum(_holds(inference.proportion(int(x), 1_000), MOVED) for x in moved)


@procedure("coverage", "normal by the law's variance, movement of 3 rings", 0.95)
def law_over_rings(seed: int, count: int) -> int:
    """Count the hits."""
    from experiments.theory import ring_share

    rng, variance = np.random.default_rng(seed), float(ring_share(POINTS, NODES * POINTS).var())
    return sum(_holds(inference.mean_by_law(ring_movements(rng, 3), variance), MOVED) for _ in range(count))


@procedure("coverage", "Beta(v, nv), movement of one real ring", 0.95, cost=10)
def beta_of_a_ring(seed: int, count: int) -> int:
    """Count the hits."""
    from experiments.theory import ring_share

    rng = np.random.default_rng(seed)
    interval = inference.law_interval(ring_share(POINTS, NODES * POINTS))
    return sum(ring_movement(rng) in interval for _ in range(count))


@procedure("coverage", "chi-square, CV of one repetition of real jump", 0.95, cost=2)
def chi_square_of_a_cv(seed: int, count: int) -> int:
    """Count the hits."""
    from experiments.measures import cv

    rng, truth = np.random.default_rng(seed), ((NODES - 1) / 10_000) ** 0.5
    return sum(
        _holds(inference.cv_by_law([cv(loads("jump", rng, 10_000))], NODES), truth) for _ in range(count)
    )


@procedure("coverage", "t of paired differences, 10 repetitions on the same rings", 0.95)
def t_of_pairs(seed: int, count: int) -> int:
    """Count the hits."""
    rng, hits = np.random.default_rng(seed), 0
    for _ in range(count):
        shared = rng.normal(0, 100, 10)
        hits += _holds(inference.paired_difference(shared + rng.normal(1, 1, 10), shared), 1.0)
    return hits


@procedure(
    "warning", "exact binomial, 95 %, of 10⁶ keys, over rings", 0.0813, cost=8,
    band=0.004, reason="by the normal law: 2 Φ(1.96 / 19.2) - 1, as rings vary 19.2 times as much",
)  # fmt: skip
def binomial_over_rings(seed: int, count: int) -> int:
    """Count the hits."""
    rng = np.random.default_rng(seed)
    moved = rng.binomial(1_000_000, ring_movements(rng, count))
    return sum(_holds(inference.proportion(int(x), 1_000_000), MOVED) for x in moved)
