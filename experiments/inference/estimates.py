"""Estimates with their intervals."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from experiments.inference.samples import (
    LEVEL,
    Estimate,
    check_counts,
    check_level,
    finite,
    interval_of,
    mean_and_error,
)


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
    sample = finite(values)
    check_level(level)
    centre, error = mean_and_error(sample)
    if sample.size == 1:
        return Estimate(centre, None, 1)
    from scipy import stats

    reach = float(stats.t.ppf((1 + level) / 2, sample.size - 1)) * error
    return Estimate(centre, interval_of(centre - reach, centre + reach, level, "t"), sample.size)


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
