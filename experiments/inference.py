"""Intervals and tests, on scipy.

The unit of replication is the repetition: new keys and new hash seeds. Over repetitions a mean has a t
interval (`mean`). Within one repetition the keys are independent draws only where an algorithm places each
key on its own (jump, rendezvous) or on a structure that is fixed (one ring): there a fraction has the exact
binomial interval (`proportion`). Over independent rings a binomial interval would be far too narrow.

Every function returns an `Estimate` or a `TestResult`; a family of tests is corrected by `holm`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.measures import rounded

LEVEL = 0.95
"""Confidence level of intervals, unless said otherwise."""


@dataclass(frozen=True)
class Interval:
    """A confidence interval, both ends included.

    Attributes
    ----------
    low, high
        The ends.
    level
        Confidence level, such as 0.95.
    method
        How it was computed, in words fit for a table's caption.

    Examples
    --------
    >>> 0.5 in Interval(0.4, 0.6, 0.95, "t")
    True
    """

    low: float
    high: float
    level: float
    method: str

    def __contains__(self, value: float | Fraction) -> bool:
        """Return whether a value lies in the interval."""
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Estimate:
    """A measured value with what is known of its error.

    Attributes
    ----------
    value
        The estimate.
    interval
        Its interval; None where the sample says nothing of the error (a single repetition).
    size
        Number of independent observations: repetitions, or keys.

    Examples
    --------
    >>> Estimate(0.25, Interval(0.2, 0.3, 0.95, "t"), 10).interval.level
    0.95
    """

    value: float
    interval: Interval | None
    size: int


@dataclass(frozen=True)
class TestResult:
    """What a test of agreement found.

    Attributes
    ----------
    p_value
        Chance, if the two agree, of a difference at least as large.
    effect
        Measured minus expected, in the unit of the measure.
    standardised
        The effect in standard errors; infinite where the law leaves no error.
    size
        Number of independent observations.
    method
        The test, in words fit for a table's caption.

    Examples
    --------
    >>> TestResult(0.04, 0.01, 2.0, 100, "t").agrees(0.05)
    False
    """

    __test__ = False  # not a class of tests, whatever its name suggests to pytest

    p_value: float
    effect: float
    standardised: float
    size: int
    method: str

    def agrees(self, alpha: float) -> bool:
        """Return whether the test fails to reject at this level of significance."""
        return self.p_value > alpha


def mean(values: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Mean over repetitions, with Student's t interval.

    Parameters
    ----------
    values
        (r,) one value for each repetition.
    level
        Confidence level.

    Returns
    -------
    The estimate; without interval if r = 1, of no width if all values are equal.

    Raises
    ------
    ValueError
        If there is no value, or one that is not finite, or the level is not in (0, 1).

    Examples
    --------
    >>> mean([1.0, 2.0, 3.0]).interval
    Interval(low=-0.484137712, high=4.484137712, level=0.95, method='t')
    >>> mean([1.0]).interval is None
    True
    """
    sample = _finite(values)
    _check_level(level)
    centre, error = _mean_and_error(sample)
    if sample.size == 1:
        return Estimate(centre, None, 1)
    from scipy import stats

    reach = float(stats.t.ppf((1 + level) / 2, sample.size - 1)) * error
    return Estimate(centre, _interval(centre - reach, centre + reach, level, "t"), sample.size)


def proportion(successes: int, trials: int, *, level: float = LEVEL) -> Estimate:
    """Fraction of independent draws, with the exact (Clopper-Pearson) interval.

    For the movement of jump, of rendezvous or of one fixed ring; never over several rings.

    Parameters
    ----------
    successes, trials
        Keys that moved, and all keys.
    level
        Confidence level; the interval covers at least that often.

    Raises
    ------
    ValueError
        If not 0 <= successes <= trials, trials >= 1, or the level is not in (0, 1).

    Examples
    --------
    >>> proportion(0, 100).interval
    Interval(low=0.0, high=0.03621669265, level=0.95, method='exact binomial')
    """
    _check_counts(successes, trials)
    _check_level(level)
    from scipy import stats

    ends = stats.binomtest(successes, trials).proportion_ci(level, method="exact")
    return Estimate(successes / trials, _interval(ends.low, ends.high, level, "exact binomial"), trials)


def bootstrap(
    values: ArrayLike,
    statistic: Callable[..., Any],
    *,
    seed: int,
    level: float = LEVEL,
    resamples: int = 9_999,
) -> Estimate:
    """Any statistic of the repetitions, with the bootstrap's BCa interval.

    Where resampling gives nearly always the same value, as for a median among many ties, BCa is not defined,
    and the percentile interval of the same resamples stands in for it; the method says so.

    For statistics without a law, such as a median or a ratio of means; from about 20 repetitions on.

    Parameters
    ----------
    values
        (r,) one value for each repetition.
    statistic
        Function of an array with a keyword `axis`, such as `np.median`.
    seed
        Seed of the resampling, so that the interval is the same every time.
    level
        Confidence level.
    resamples
        Number of bootstrap samples.

    Returns
    -------
    The estimate; without interval if r = 1, of no width if all values are equal.

    Raises
    ------
    ValueError
        As `mean`.

    Examples
    --------
    >>> estimate = bootstrap([1.0, 2.0, 3.0, 5.0, 8.0, 13.0], np.median, seed=1)
    >>> estimate.value, estimate.value in estimate.interval
    (4.0, True)
    """
    sample = _finite(values)
    _check_level(level)
    value = float(statistic(sample, axis=-1))
    if sample.size == 1:
        return Estimate(value, None, 1)
    if np.ptp(sample) == 0:
        return Estimate(value, _interval(value, value, level, "bootstrap BCa"), sample.size)
    from scipy import stats

    result = None
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
            warnings.simplefilter("ignore", stats.DegenerateDataWarning)
            result = stats.bootstrap(
                (sample,),
                statistic,
                confidence_level=level,
                n_resamples=resamples if result is None else 0,
                method=method,
                bootstrap_result=result,
                rng=np.random.default_rng(seed),
            )
        ends = result.confidence_interval
        if math.isfinite(ends.low) and math.isfinite(ends.high):
            break
    return Estimate(value, _interval(ends.low, ends.high, level, f"bootstrap {method}"), sample.size)


def proportion_agrees(successes: int, trials: int, expected: float | Fraction) -> TestResult:
    """Test a sampled fraction against its exact value: the exact binomial test, two-sided.

    For the sampled movement of one partitioner against the movement integrated over its arcs.

    Parameters
    ----------
    successes, trials
        Keys that moved, and all keys, independent draws of uniform hashes.
    expected
        The exact fraction.

    Raises
    ------
    ValueError
        If not 0 <= successes <= trials, trials >= 1, 0 <= expected <= 1.

    Examples
    --------
    >>> proportion_agrees(260, 1000, Fraction(1, 4)).p_value
    0.4652752578
    >>> proportion_agrees(1, 1000, 0).p_value
    0.0
    """
    _check_counts(successes, trials)
    if not 0 <= expected <= 1:
        raise ValueError(f"an expected fraction of {float(expected)}; give one in [0, 1]")
    from scipy import stats

    p = float(expected)
    effect = successes / trials - p
    p_value = float(stats.binomtest(successes, trials, p).pvalue)
    return TestResult(
        rounded(p_value), effect, _ratio(effect, math.sqrt(p * (1 - p) / trials)), trials, "exact binomial"
    )


def mean_agrees(values: ArrayLike, expected: float | Fraction) -> TestResult:
    """Test a mean over repetitions against its law: Student's t, two-sided.

    Parameters
    ----------
    values
        (r,) one value for each repetition, r >= 2.
    expected
        The law's mean.

    Raises
    ------
    ValueError
        If there are fewer than 2 values, or one that is not finite.

    Examples
    --------
    >>> mean_agrees([1.0, 2.0, 3.0], 2).p_value
    1.0
    """
    sample = _finite(values)
    if sample.size < 2:
        raise ValueError("one repetition says nothing of its error; a test of a mean needs at least 2")
    from scipy import stats

    centre, error = _mean_and_error(sample)
    effect = centre - float(expected)
    t = _ratio(effect, error)
    p_value = 2 * float(stats.t.sf(abs(t), sample.size - 1))
    return TestResult(rounded(p_value), effect, t, sample.size, "t")


def paired_difference(ours: ArrayLike, theirs: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Mean difference of two algorithms over the same repetitions (same keys, same seeds).

    Parameters
    ----------
    ours, theirs
        (r,) one value for each repetition, in the same order.
    level
        Confidence level.

    Raises
    ------
    ValueError
        If the two differ in length, and as `mean`.

    Examples
    --------
    >>> paired_difference([3.0, 4.0, 5.0], [2.0, 3.0, 4.0]).value
    1.0
    """
    first, second = _finite(ours), _finite(theirs)
    if first.size != second.size:
        raise ValueError(
            f"{first.size} and {second.size} repetitions; pairs need the same ones on both sides"
        )
    return mean(first - second, level=level)


def holm(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Correct a family of p-values after Holm (1979): any false rejection is as rare as the level says.

    Home-made because scipy has corrections for the false discovery rate only.

    Parameters
    ----------
    p_values
        (t,) p-values of the family, each in [0, 1].

    Returns
    -------
    (t,) corrected p-values, in the same order: reject those that are at most the level.

    Raises
    ------
    ValueError
        If a p-value is not in [0, 1].

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError("a p-value outside [0, 1], or none at all (NaN); give those of tests that were made")
    order = np.argsort(p, kind="stable")
    steps = np.minimum(1.0, p[order] * np.arange(p.size, 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.maximum.accumulate(steps)
    return corrected


def _mean_and_error(sample: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and its standard error (0 for one value), from sums rounded once."""
    values = sample.tolist()
    n = len(values)
    if n == 1 or min(values) == max(values):
        return values[0], 0.0
    centre = math.fsum(values) / n
    return centre, math.sqrt(math.fsum((x - centre) ** 2 for x in values) / (n - 1) / n)


def _finite(values: ArrayLike) -> NDArray[np.float64]:
    sample = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if sample.ndim != 1 or not sample.size or not np.isfinite(sample).all():
        raise ValueError("statistics need at least one value, in one dimension, and none infinite or missing")
    return sample


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"a confidence level of {level}; give one between 0 and 1, such as {LEVEL}")


def _check_counts(successes: int, trials: int) -> None:
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(
            f"{successes} of {trials} keys; give 0 <= successes <= trials, and at least one trial"
        )


def _ratio(effect: float, error: float) -> float:
    if error:
        return effect / error
    return math.copysign(math.inf, effect) if effect else 0.0


def _interval(low: float, high: float, level: float, method: str) -> Interval:
    scale = max(abs(low), abs(high))
    return Interval(rounded(float(low), scale=scale), rounded(float(high), scale=scale), level, method)
