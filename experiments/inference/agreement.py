"""Tests of a measured value against its law: whether chance alone can explain the difference."""

from __future__ import annotations

import math
from fractions import Fraction

from numpy.typing import ArrayLike

from experiments.inference.samples import (
    TestResult,
    check_counts,
    error_by_law,
    finite,
    mean_and_error,
    ratio,
)
from experiments.inference.tails import normal_below, t_below
from experiments.measures import rounded


def proportion_agrees(successes: int, trials: int, expected: float | Fraction) -> TestResult:
    """Test a sampled fraction against its exact value: the exact binomial test, two-sided.

    For the sampled movement of one partitioner against the movement integrated over its arcs.

    Examples
    --------
    >>> proportion_agrees(260, 1000, Fraction(1, 4)).p_value
    0.4652752578
    >>> proportion_agrees(1, 1000, 0).p_value
    0.0
    """
    check_counts(successes, trials)
    if not 0 <= expected <= 1:
        raise ValueError(f"an expected fraction of {float(expected)}; give one in [0, 1]")
    from scipy import stats

    p = float(expected)
    effect = successes / trials - p
    p_value = float(stats.binomtest(successes, trials, p).pvalue)
    return TestResult(
        rounded(p_value), effect, ratio(effect, math.sqrt(p * (1 - p) / trials)), trials, "exact binomial"
    )


def mean_agrees(
    values: ArrayLike, expected: float | Fraction, *, variance: float | None = None
) -> TestResult:
    """Test a mean over repetitions against its law, two-sided: Student's t, or z where its variance is known.

    The variance is that of one repetition, by the law. t of a few repetitions does not hold small levels
    where values are skewed, since a low mean comes with a low spread; z does, once the mean itself is about
    normal.

    Examples
    --------
    >>> mean_agrees([1.0, 2.0, 3.0], 2).p_value
    1.0
    >>> round(mean_agrees([1.0, 2.0, 3.0], 1, variance=1.0).p_value, 4)
    0.0833
    """
    sample = finite(values)
    if variance is not None:
        centre, error = mean_and_error(sample)[0], error_by_law(variance, sample.size)
        z = ratio(centre - float(expected), error)
        return TestResult(
            rounded(2 * normal_below(-abs(z))),
            centre - float(expected),
            z,
            sample.size,
            "z, the law's variance",
        )
    if sample.size < 2:
        raise ValueError("one repetition says nothing of its error; a test of a mean needs at least 2")
    centre, error = mean_and_error(sample)
    effect = centre - float(expected)
    t = ratio(effect, error)
    p_value = 2 * t_below(-abs(t), sample.size - 1)
    return TestResult(rounded(p_value), effect, t, sample.size, "t")
