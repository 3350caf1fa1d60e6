"""Estimates with their intervals."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from experiments.inference.levels import LEVEL
from experiments.inference.samples import (
    Estimate,
    Interval,
    check_counts,
    check_level,
    finite,
    interval_of,
    mean_and_error,
)
from experiments.inference.tails import heads_quantile, t_quantile

if TYPE_CHECKING:
    from scipy.stats.distributions import rv_frozen


def mean(values: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Mean over repetitions, with Student's t interval.

    Examples
    --------
    >>> mean([1.0, 2.0, 3.0]).interval
    Interval(low=-0.484137712, high=4.484137712, level=0.95, method='t')
    >>> mean([1.0]).interval is None
    True
    """
    sample = finite(values)
    check_level(level)
    centre, error = mean_and_error(sample)
    if sample.size == 1:
        return Estimate(centre, None, 1)
    reach = t_quantile((1 + level) / 2, sample.size - 1) * error
    return Estimate(centre, interval_of(centre - reach, centre + reach, level, "t"), sample.size)


def median(values: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Median over rounds, with its distribution-free interval, from order statistics.

    Without an interval where no order statistics are far enough out: there are too few rounds.

    Examples
    --------
    >>> estimate = median(range(1, 22))
    >>> estimate.value, estimate.interval.low, estimate.interval.high
    (11.0, 6.0, 16.0)
    >>> median([1.0, 2.0]).interval is None
    True
    """
    sample = np.sort(finite(values))
    check_level(level)
    centre, beyond = float(np.median(sample)), heads_quantile((1 - level) / 2, sample.size)
    if not beyond:
        return Estimate(centre, None, sample.size)
    low, high = float(sample[beyond - 1]), float(sample[-beyond])
    return Estimate(centre, interval_of(low, high, level, "order statistics"), sample.size)


def middle_half(values: ArrayLike) -> float:
    """Width of the middle half of some values, as a part of their median: how steady they are.

    Examples
    --------
    >>> middle_half([8.0, 9.0, 10.0, 11.0, 12.0])
    0.2
    """
    sample = finite(values)
    quarter, three_quarters = np.percentile(sample, [25, 75])
    return float((three_quarters - quarter) / np.median(sample))


def proportion(successes: int, trials: int, *, level: float = LEVEL) -> Estimate:
    """Fraction of independent draws, with the exact (Clopper-Pearson) interval.

    For the movement of jump, of rendezvous or of one fixed ring; never over several rings.

    Examples
    --------
    >>> proportion(0, 100).interval
    Interval(low=0.0, high=0.03621669265, level=0.95, method='exact binomial')
    """
    check_counts(successes, trials)
    check_level(level)
    from scipy import stats

    ends = stats.binomtest(successes, trials).proportion_ci(level, method="exact")
    return Estimate(successes / trials, interval_of(ends.low, ends.high, level, "exact binomial"), trials)


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

    Examples
    --------
    >>> estimate = bootstrap([1.0, 2.0, 3.0, 5.0, 8.0, 13.0], np.median, seed=1)
    >>> estimate.value, estimate.value in estimate.interval
    (4.0, True)
    """
    sample = finite(values)
    check_level(level)
    value = float(statistic(sample, axis=-1))
    if sample.size == 1:
        return Estimate(value, None, 1)
    if np.ptp(sample) == 0:
        return Estimate(value, interval_of(value, value, level, "bootstrap BCa"), sample.size)
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
    return Estimate(value, interval_of(ends.low, ends.high, level, f"bootstrap {method}"), sample.size)


BOOTSTRAP_LEAST = 20
"""From so many repetitions on BCa is used for skewed measures; with fewer its quantiles are rough."""


def skewed_mean(values: ArrayLike, *, seed: int, level: float = LEVEL) -> Estimate:
    """Mean of a skewed measure over repetitions, such as max/mean: BCa, or t for few repetitions.

    Examples
    --------
    >>> skewed_mean([1.1, 1.2, 1.15], seed=1).interval.method
    't'
    """
    sample = finite(values)
    if sample.size < BOOTSTRAP_LEAST:
        return mean(sample, level=level)
    return bootstrap(sample, np.mean, seed=seed, level=level, resamples=1_999)


def mean_by_law(values: ArrayLike, variance: float, *, level: float = LEVEL) -> Estimate:
    """Mean over repetitions of a law whose variance is known: narrower than t for few repetitions.

    For the movement of rings, Beta(v, nv) of known variance: a mean of a few is all but normal.

    Examples
    --------
    >>> mean_by_law([0.9, 1.1], 0.02).interval
    Interval(low=0.804003602, high=1.195996398, level=0.95, method="normal, the law's variance")
    """
    sample = finite(values)
    check_level(level)
    if not variance >= 0:
        raise ValueError(f"a variance of {variance}; give the law's, from 0")
    from scipy import stats

    centre, _ = mean_and_error(sample)
    reach = float(stats.norm.ppf((1 + level) / 2)) * math.sqrt(variance / sample.size)
    interval = interval_of(centre - reach, centre + reach, level, "normal, the law's variance")
    return Estimate(centre, interval, sample.size)


def cv_by_law(values: ArrayLike, nodes: int, *, level: float = LEVEL) -> Estimate:
    """Root mean square CV over repetitions, with the interval of a chi-square law.

    n - 1 degrees of freedom a repetition: the law of CVs of loads that are about normal, as with many keys a
    node, or many points. One repetition is enough.

    Examples
    --------
    >>> cv_by_law([0.1], 51).interval
    Interval(low=0.0836709087, high=0.1243078162, level=0.95, method='chi-square')
    """
    sample = finite(values)
    check_level(level)
    if nodes < 2 or float(sample.min()) < 0:
        raise ValueError(f"{nodes} nodes, and CVs from {sample.min():.3g}; give at least 2 nodes, CVs from 0")
    from scipy import stats

    square, degrees = math.fsum((sample**2).tolist()) / sample.size, (nodes - 1) * sample.size
    low, high = (
        math.sqrt(square * degrees / float(stats.chi2.ppf(q, degrees)))
        for q in ((1 + level) / 2, (1 - level) / 2)
    )
    return Estimate(math.sqrt(square), interval_of(low, high, level, "chi-square"), sample.size)


def law_interval(law: rv_frozen, *, level: float = LEVEL) -> Interval:
    """Where a single repetition falls if a law holds: its central interval.

    For the movement of one ring it is that of Beta(v, nv), see `theory.ring_moved`.

    Examples
    --------
    >>> from experiments.theory import ring_share
    >>> ends = law_interval(ring_share(160, 160 * 16))
    >>> round(ends.low, 4), round(ends.high, 4), ends.method
    (0.0503, 0.068, 'beta')
    """
    check_level(level)
    low, high = (float(law.ppf(q)) for q in ((1 - level) / 2, (1 + level) / 2))
    return interval_of(low, high, level, str(vars(law.dist)["name"]))
