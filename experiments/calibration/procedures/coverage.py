"""Intervals: how often they hold the truth."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from experiments import inference
from experiments.calibration import exact
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
from experiments.inference.levels import LEVEL

_RESAMPLES = 499

T_OF_MAXIMA, BCA_OF_MAXIMA = 0.9433, 0.9293
"""What intervals of skewed means cover, by many data sets of another seed."""


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
    "coverage", "t, 95 %, mean max/mean of 10 repetitions", T_OF_MAXIMA, band=0.001,
    reason="promises 95 %; over 10⁶ data sets of another seed it covered so many, known to 0.1 %",
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
    "coverage", "BCa, 95 %, mean max/mean of 30 repetitions", BCA_OF_MAXIMA, cost=2, band=0.013,
    reason="promises 95 %; over 6,000 data sets of another seed it covered so many, known to 1.3 %",
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
    "coverage", "order statistics, median of 10 skewed repetitions",
    partial(exact.median_cover, 10, level=LEVEL), cost=2,
)  # fmt: skip
def order_statistics_of_a_median(seed: int, count: int) -> int:
    """Count the hits."""
    from scipy import stats

    truth, rng = float(stats.gamma(4.0).median()), np.random.default_rng(seed)
    return sum(_holds(inference.median(_gamma_skew(rng, 10)), truth) for _ in range(count))


@procedure(
    "coverage", "exact binomial, movement of 1000 keys",
    partial(exact.binomial_cover, 1_000, MOVED, level=LEVEL), cost=2,
)  # fmt: skip
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
    "warning", "exact binomial, 95 %, of 10⁶ keys, over rings", cost=2,
    nominal=partial(exact.binomial_over_beta, 1_000_000, POINTS, NODES * POINTS, level=LEVEL),
)  # fmt: skip
def binomial_over_rings(seed: int, count: int) -> int:
    """Count the hits."""
    rng = np.random.default_rng(seed)
    moved = rng.binomial(1_000_000, ring_movements(rng, count))
    return sum(_holds(inference.proportion(int(x), 1_000_000), MOVED) for x in moved)
