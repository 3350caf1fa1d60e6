"""Rates that procedures have exactly, by their laws: what simulations are held against, without a band."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from experiments.inference.tails import normal_below, t_quantile

__all__ = [
    "binomial_cover",
    "binomial_over_beta",
    "binomial_rejection",
    "equivalence_power",
    "median_cover",
]


def binomial_rejection(trials: int, chance: float, true: float | None = None, *, alpha: float) -> float:
    """Chance that the exact two-sided binomial test of a chance rejects it, if another one is true.

    The test takes as extreme what is at most as likely, as `scipy.stats.binomtest` does.

    Examples
    --------
    >>> round(binomial_rejection(20, 0.5, alpha=0.05), 6)
    0.041389
    """
    from scipy import stats

    counts = np.arange(trials + 1)
    mass = stats.binom.pmf(counts, trials, chance)
    order = np.sort(mass)
    below = np.concatenate([[0.0], np.cumsum(order)])
    p_values = below[np.searchsorted(order, mass * (1 + 1e-7), side="right")]
    return float(stats.binom.pmf(counts, trials, chance if true is None else true)[p_values <= alpha].sum())


def binomial_cover(trials: int, chance: float, *, level: float) -> float:
    """Chance that the exact (Clopper-Pearson) interval of a fraction holds its chance.

    Examples
    --------
    >>> round(binomial_cover(20, 0.5, level=0.95), 6)
    0.958611
    """
    from scipy import stats

    counts = _covered(trials, chance, level)
    return float(stats.binom.pmf(counts, trials, chance).sum())


def binomial_over_beta(trials: int, a: int, b: int, *, level: float) -> float:
    """Chance that the same interval holds the mean of a Beta law from which the chance was drawn.

    Examples
    --------
    >>> round(binomial_over_beta(1_000_000, 160, 2_560, level=0.95), 4)
    0.0813
    """
    from scipy import stats

    counts = _covered(trials, a / (a + b), level)
    return float(stats.betabinom.pmf(counts, trials, a, b).sum())


def _covered(trials: int, chance: float, level: float) -> NDArray[np.int64]:
    """Return the counts whose interval holds a chance: neither tail from them on is too small."""
    from scipy import stats

    tail, spread = (1 - level) / 2, math.sqrt(trials * chance * (1 - chance))
    low, high = (round(trials * chance + side * (10 * spread + 10)) for side in (-1, 1))
    counts = np.arange(max(0, low), min(trials, high) + 1)
    inside = (stats.binom.cdf(counts, trials, chance) > tail) & (
        stats.binom.sf(counts - 1, trials, chance) > tail
    )
    found: NDArray[np.int64] = counts[inside]
    return found


def equivalence_power(shift: float, margin: float, size: int, *, alpha: float) -> float:
    """Chance that two one-sided t tests find normal values, of deviation 1 and so far off, within a margin.

    Examples
    --------
    >>> round(equivalence_power(0.0, 1.0, 20, alpha=0.05), 4)
    0.9922
    """
    from scipy import integrate, stats

    t, root = -t_quantile(alpha, size - 1), math.sqrt(size)

    def found(spread: float) -> float:
        """Return the density of a spread s / sigma, by the chance that a mean then lies near enough."""
        reach = root * margin - t * spread
        if reach <= 0:
            return 0.0
        degrees = size - 1
        density = 2 * degrees * spread * float(stats.chi2.pdf(degrees * spread**2, degrees))
        return density * (normal_below(reach - root * shift) - normal_below(-reach - root * shift))

    value, _ = integrate.quad(found, 0, root * margin / t, limit=200)
    return float(value)


def median_cover(size: int, *, level: float) -> float:
    """Chance that the interval of a median, between order statistics, holds it: whatever the law is.

    Examples
    --------
    >>> round(median_cover(10, level=0.95), 6)
    0.978516
    """
    from experiments import inference

    interval = inference.median(np.arange(1, size + 1), level=level).interval
    if interval is None:
        return 1.0
    from scipy import stats

    low, high = round(interval.low), round(interval.high)
    return float(stats.binom.cdf(high - 1, size, 0.5) - stats.binom.cdf(low - 1, size, 0.5))
