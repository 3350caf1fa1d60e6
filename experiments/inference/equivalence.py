"""Tests of equivalence: whether a difference is shown to be too small to matter.

A test of agreement that does not reject has shown nothing: the sample may be too small. Two one-sided t tests
(TOST: Schuirmann 1987) turn the burden round. Their null hypothesis is a difference of at least the margin,
and rejecting it at level alpha is the same as finding the whole 1 - 2 alpha interval within the margin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from numpy.typing import ArrayLike

from experiments.inference.levels import ALPHA
from experiments.inference.samples import Interval, error_by_law, finite, interval_of, mean_and_error, ratio
from experiments.inference.tails import chi_square_tails, t_below, t_quantile
from experiments.measures import rounded


@dataclass(frozen=True)
class Equivalence:
    """What a test of equivalence found.

    Attributes
    ----------
    p_value
        Chance of an effect as far within the margin, if the true one were at the margin or beyond.
    effect
        Measured minus expected, or ours minus theirs, in the unit of the measure.
    margin
        What is too small to matter, in the same unit.
    interval
        Of the effect, at level 1 - 2 alpha: equivalent if it lies within the margin.
    size
        Number of independent observations.

    Examples
    --------
    >>> Equivalence(0.01, 0.1, 0.5, Interval(-0.1, 0.3, 0.9, "t"), 10).holds(0.05)
    True
    """

    p_value: float
    effect: float
    margin: float
    interval: Interval
    size: int

    def holds(self, alpha: float) -> bool:
        """Return whether equivalence is shown at this level of significance."""
        return self.p_value <= alpha


def mean_equivalent(
    values: ArrayLike,
    expected: float | Fraction,
    margin: float,
    *,
    alpha: float = ALPHA,
    variance: float | None = None,
) -> Equivalence:
    """Show that a mean over repetitions is within a margin of its law: two one-sided t tests, or z tests.

    z where the variance of one repetition is known, by the law.
    scipy has no TOST; it is the larger p-value of its two one-sided t tests.

    Examples
    --------
    >>> found = mean_equivalent([0.98, 1.0, 1.02, 1.0], 1, 0.05)
    >>> found.holds(0.05), mean_equivalent([0.98, 1.0, 1.02, 1.0], 1, 0.001).holds(0.05)
    (True, False)
    """
    sample = finite(values)
    if sample.size < 2 and variance is None:
        raise ValueError("one repetition says nothing of its error; a test of equivalence needs at least 2")
    if not margin > 0:
        raise ValueError(f"a margin of {margin}; give the smallest difference that matters, above 0")
    if not 0 < alpha < 0.5:
        raise ValueError(f"a level of {alpha}; give one between 0 and 0.5, such as {ALPHA}")
    centre, error = mean_and_error(sample)
    effect = centre - float(expected)
    degrees, method = float(sample.size - 1), "t"
    if variance is not None:  # t of endless degrees is normal
        error, degrees, method = error_by_law(variance, sample.size), math.inf, "z, the law's variance"
    # above -margin and below +margin; without any spread both are certain, one way or the other
    below, above = ratio(effect + margin, error), ratio(effect - margin, error)
    p_value = max(t_below(-below, degrees), t_below(above, degrees))
    reach = -t_quantile(alpha, degrees) * error
    interval = interval_of(effect - reach, effect + reach, 1 - 2 * alpha, method)
    return Equivalence(rounded(p_value), effect, margin, interval, sample.size)


def of_mean(
    mean: float, deviation: float, size: int, expected: float, *, margin: float, known: bool
) -> tuple[float, float]:
    """Return the p-values of `mean_agrees` and `mean_equivalent` of values that are not at hand.

    `known`: the deviation is the law's, and not that of the values.

    Examples
    --------
    >>> values = [0.98, 1.0, 1.03, 1.0]
    >>> found = of_mean(1.0025, 0.020615528, 4, 1.0, margin=0.05, known=False)
    >>> abs(found[1] - mean_equivalent(values, 1.0, 0.05).p_value) < 1e-8
    True
    """
    if size < 2 or not deviation > 0:
        raise ValueError(f"{size} values of deviation {deviation}; give at least 2, and one above 0")
    error, degrees = deviation / math.sqrt(size), math.inf if known else size - 1
    effect = mean - expected
    apart = 2 * t_below(-abs(effect) / error, degrees)
    same = max(t_below(-(effect + margin) / error, degrees), t_below((effect - margin) / error, degrees))
    return rounded(apart), rounded(same)


def squares_equivalent(mean_ratio: float, degrees: float, margin: float) -> float:
    """Return the p-value of two one-sided tests that CV² is within a margin of its law: chi-square.

    Of a mean of CV²/law², which is chi-square over its degrees if the law holds (`loads.squares_agree`),
    the larger chance of a value so far within the margin, were the truth at one of its ends.

    Examples
    --------
    >>> round(squares_equivalent(1.0, 99, 0.1), 3), squares_equivalent(1.0, 99_000, 0.1) < 1e-9
    (0.27, True)
    """
    if not (0 < margin < 1 and degrees > 0):
        raise ValueError(f"a margin of {margin} and {degrees} degrees; give a part of the law, below 1")
    below = chi_square_tails(degrees * mean_ratio / (1 + margin), degrees)[0]
    above = chi_square_tails(degrees * mean_ratio / (1 - margin), degrees)[1]
    return rounded(max(below, above))
