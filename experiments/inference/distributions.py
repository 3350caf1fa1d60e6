"""Tests of a whole distribution against its law, not of its mean alone.

Kolmogorov-Smirnov is for a continuous law and independent values: the movement, or one node's share, of
independent rings against Beta (the n shares of one ring are not independent). Counts of keys are discrete,
where Kolmogorov-Smirnov is not valid as it stands; `counts_agree` makes them continuous first.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from experiments.inference.samples import TestResult, finite, ratio
from experiments.inference.tails import chi_square_tails
from experiments.measures import rounded

if TYPE_CHECKING:
    from scipy.stats.distributions import rv_frozen


def law_agrees(values: ArrayLike, law: rv_frozen) -> TestResult:
    """Test independent values against a continuous law: Kolmogorov-Smirnov, two-sided, exact.

    Examples
    --------
    >>> from scipy import stats
    >>> law_agrees([0.1, 0.3, 0.5, 0.7, 0.9], stats.uniform()).effect
    0.1
    """
    from scipy import stats

    sample = finite(values)
    found = stats.kstest(law.cdf(sample), "uniform", method="exact" if sample.size <= 10_000 else "asymp")
    distance = float(found.statistic)
    return TestResult(
        rounded(float(found.pvalue)),
        rounded(distance),
        rounded(distance * math.sqrt(sample.size)),
        sample.size,
        "Kolmogorov-Smirnov",
    )


def counts_agree(counts: ArrayLike, trials: int, chance: float, *, seed: int) -> TestResult:
    """Test counts of independent repetitions against their binomial law, as a whole.

    A count x is replaced by a draw that is uniform between P(X < x) and P(X <= x), and so uniform over [0, 1)
    if the law holds: the randomised probability integral transform (Smith 1985, Journal of Forecasting 4;
    residuals of this kind: Dunn and Smyth 1996). These go to Kolmogorov-Smirnov. scipy has no such test.

    Examples
    --------
    >>> counts_agree([240, 251, 262, 245, 255], 1000, 0.25, seed=1).agrees(0.01)
    True
    """
    from scipy import stats

    sample = finite(counts)
    spread = np.random.default_rng(seed).random(sample.size)
    found = law_agrees(
        stats.binom.cdf(sample - 1, trials, chance) + spread * stats.binom.pmf(sample, trials, chance),
        stats.uniform(),
    )
    method = "Kolmogorov-Smirnov of randomised binomial probabilities"
    return TestResult(found.p_value, found.effect, found.standardised, found.size, method)


def dispersion_agrees(
    values: ArrayLike, mean: float, variance: float, *, kurtosis: float = 0.0
) -> TestResult:
    """Test whether repetitions spread about their law's mean as the law says: chi-square, two-sided.

    sum (x - mean)^2 / variance is chi-square with r degrees of freedom if values are about normal, as a
    fraction of many keys is, or the share of many points (Fisher's index of dispersion, with known mean;
    Cochran 1954). A law with an excess kurtosis has other degrees of freedom, 2 r / (2 + kurtosis). It
    finds what a test of the mean cannot: rings treated as if they were binomial. scipy has the chi-square
    law, and no test of a known variance.

    Examples
    --------
    >>> dispersion_agrees([0.9, 1.1, 1.0, 0.8, 1.2], 1.0, 0.01).effect
    1.0
    """
    sample = finite(values)
    if not variance > 0:
        raise ValueError(f"a variance of {variance}; give the law's, above 0")
    total = math.fsum(((sample - mean) ** 2 / variance).tolist())
    degrees = 2 * sample.size / (2 + kurtosis)
    p_value = min(1.0, 2 * min(chi_square_tails(total * degrees / sample.size, degrees)))
    effect = rounded(total / sample.size - 1, scale=1.0)
    standardised = rounded(ratio(effect, math.sqrt(2 / sample.size)), scale=1.0)
    return TestResult(rounded(p_value), effect, standardised, sample.size, "dispersion, chi-square")
