"""Tests of the loads of nodes against their shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from experiments.inference.samples import TestResult
from experiments.inference.tails import chi_square_tails, normal_quantile
from experiments.measures import rounded

LEAST_EXPECTED = 5
"""Keys that each node should expect for the chi-square law of the statistics to hold (Cochran 1954)."""

_LAMBDAS: dict[str, Literal["log-likelihood", "pearson"]] = {"g": "log-likelihood", "chi-square": "pearson"}


def g_statistic(load: ArrayLike, shares: ArrayLike | None = None) -> float:
    """Likelihood ratio statistic of loads against shares: G = 2 sum load ln(load / expected).

    If each key falls on a node by the shares, independently of the others, G is about chi-square with n - 1
    degrees of freedom. Never so for a ring, see `loads_agree`.

    Examples
    --------
    >>> g_statistic([10, 10]), g_statistic([30, 10], [3, 1]), g_statistic([11, 9])
    (0.0, 0.0, 0.200334674)
    """
    return _statistic(load, shares, "g")


def loads_agree(
    load: ArrayLike, shares: ArrayLike | None = None, *, statistic: Literal["g", "chi-square"] = "g"
) -> TestResult:
    """Test loads against shares that the keys follow one by one: the G test, or Pearson's chi-square.

    For modulo, ranges, jump and rendezvous, where loads are multinomial. **Never for a ring against equal
    shares**: its shares are random, E[chi^2 / (n - 1)] is (m + N) / (N + 1) and not 1, and given keys enough
    the test rejects every ring. `ring_loads_agree` is for those.

    Examples
    --------
    >>> round(loads_agree([530, 470]).p_value, 4), round(loads_agree([530, 470], [53, 47]).p_value, 4)
    (0.0577, 1.0)
    """
    from scipy import stats

    value, degrees = _statistic(load, shares, statistic), _degrees(load)
    counts = np.asarray(load, dtype=np.float64)
    weights = np.ones_like(counts) if shares is None else np.asarray(shares, dtype=np.float64)
    least = float(weights.min() / weights.sum() * counts.sum())
    if least < LEAST_EXPECTED:
        raise ValueError(f"a node expects {least:.3g} keys; the law of {statistic} needs {LEAST_EXPECTED}")
    p_value = float(stats.chi2.sf(value, degrees))
    return _result(p_value, value, float(degrees), 2.0 * degrees, int(counts.sum()), statistic)


def ring_loads_agree(load: ArrayLike, points: int) -> TestResult:
    """Test the loads of one ring against what random points give: a scaled chi-square, two-sided.

    Loads are Dirichlet-multinomial. Pearson's statistic m CV^2 then has mean (n - 1) (m + N) / (N + 1) and a
    variance that is known exactly (`theory.cv_squared_variance`); the chi-square law that has both, scaled
    and with fractional degrees of freedom (Satterthwaite 1946), stands in for its law. Two-sided: a ring may
    be too even. scipy has no test of Dirichlet-multinomial loads.

    Examples
    --------
    >>> ring_loads_agree([1100, 950, 1040, 910], 160).agrees(0.05)
    True
    >>> ring_loads_agree([1400, 900, 900, 800], 160).agrees(0.001)
    False
    """
    from scipy import stats

    from experiments import theory

    n, keys = _degrees(load) + 1, int(np.sum(load))
    square = _statistic(load, None, "chi-square") / keys
    mean = float(theory.load_cv_squared(n, 1 / keys, float(theory.ring_share_cv_squared(n, points))))
    variance = float(theory.cv_squared_variance(n, keys=keys, points=points))
    degrees, scaled = degrees_of(mean, variance), 2 * mean * square / variance
    tails = float(stats.chi2.cdf(scaled, degrees)), float(stats.chi2.sf(scaled, degrees))
    p_value = min(1.0, 2 * min(tails))
    return _result(p_value, square, mean, variance, keys, "chi-square, scaled to Dirichlet-multinomial")


def squares_agree(mean_ratio: float, degrees: float) -> TestResult:
    """Test CV² over that of its law, CV²/law², by the law of both: chi-square over its degrees, two-sided.

    Of one draw of distinct keys, or of loads that are about normal, (n - 1) CV²/law² is chi-square with n -
    1 degrees of freedom; the mean of r independent draws has r (n - 1). Where a law gives CV² another
    variance, as on a ring of few points, `degrees_of` has the degrees.

    Examples
    --------
    >>> squares_agree(1.0, 99).agrees(0.5), squares_agree(2.0, 99).agrees(0.01)
    (True, False)
    """
    value = degrees * mean_ratio
    p_value = min(1.0, 2 * min(chi_square_tails(value, degrees)))
    return _result(p_value, value, degrees, 2.0 * degrees, round(degrees), "chi-square, two-sided")


def squares_so_near(ratios: Sequence[float], degrees: Sequence[float]) -> float:
    """Chance that single draws of CV², over their laws, all lie as near to the middle as these, or nearer.

    Each is chi-square over its degrees; the normal values of the same chances have squares whose sum is
    chi-square with as many degrees as there are draws. Small where values that are said to be of single draws
    are means of several.

    Examples
    --------
    >>> round(squares_so_near([1.0], [500]), 3), round(squares_so_near([1.2, 0.9], [500, 500]), 3)
    (0.017, 0.997)
    """
    chances = [
        chi_square_tails(count * ratio, count)[0] for ratio, count in zip(ratios, degrees, strict=True)
    ]
    total = math.fsum(normal_quantile(chance) ** 2 for chance in chances)
    return rounded(chi_square_tails(total, len(chances))[0])


def degrees_of(mean: float, variance: float, repetitions: int = 1) -> float:
    """Return the degrees of the chi-square law, scaled, that has a mean and a variance (Satterthwaite 1946).

    Examples
    --------
    >>> degrees_of(1.0, 2 / 9, 10)
    90.0
    """
    return 2 * repetitions * mean * mean / variance


def _statistic(load: ArrayLike, shares: ArrayLike | None, statistic: str) -> float:
    from scipy import stats

    counts = np.asarray(load, dtype=np.float64)
    weights = np.ones(counts.size) if shares is None else np.asarray(shares, dtype=np.float64)
    expected = weights * (float(counts.sum()) / float(weights.sum()))
    found = float(stats.power_divergence(counts, expected, lambda_=_LAMBDAS[statistic]).statistic)
    return rounded(max(0.0, found), scale=max(1.0, found))


def _degrees(load: ArrayLike) -> int:
    nodes = int(np.size(load))
    if nodes < 2:
        raise ValueError(f"{nodes} nodes; loads of fewer than 2 cannot differ")
    return nodes - 1


def _result(p_value: float, value: float, mean: float, variance: float, keys: int, method: str) -> TestResult:
    effect = rounded(value / mean - 1, scale=1.0)
    standardised = rounded((value - mean) / math.sqrt(variance), scale=1.0)
    return TestResult(rounded(p_value), effect, standardised, keys, method)
