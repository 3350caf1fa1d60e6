"""What an estimate and a test return, and the checks of their samples that all functions share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.inference.levels import LEVEL
from experiments.measures import rounded


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


def mean_and_error(sample: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and its standard error (0 for one value), from sums rounded once."""
    values = sample.tolist()
    n = len(values)
    if n == 1 or min(values) == max(values):
        return values[0], 0.0
    centre = math.fsum(values) / n
    return centre, math.sqrt(math.fsum((x - centre) ** 2 for x in values) / (n - 1) / n)


def error_by_law(variance: float, size: int) -> float:
    """Return the standard error of a mean of values whose variance a law gives."""
    if not 0 < variance < math.inf:
        raise ValueError(f"a variance of {variance}; give the law's, above 0")
    return math.sqrt(variance / size)


def finite(values: ArrayLike) -> NDArray[np.float64]:
    """Return a sample as an array of one dimension; refuse one that is empty, infinite or missing."""
    sample = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if sample.ndim != 1 or not sample.size or not np.isfinite(sample).all():
        raise ValueError("statistics need at least one value, in one dimension, and none infinite or missing")
    return sample


def check_level(level: float) -> None:
    """Refuse a level that is not in (0, 1)."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level of {level}; give one between 0 and 1, such as {LEVEL}")


def check_counts(successes: int, trials: int) -> None:
    """Refuse counts that no trials can give."""
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(
            f"{successes} of {trials} keys; give 0 <= successes <= trials, and at least one trial"
        )


def ratio(effect: float, error: float) -> float:
    """Divide an effect by its standard error; infinite where there is no error, but 0 where no effect."""
    if error:
        return effect / error
    return math.copysign(math.inf, effect) if effect else 0.0


def interval_of(low: float, high: float, level: float, method: str) -> Interval:
    """Return an interval whose ends are the same on every machine."""
    scale = max(abs(low), abs(high))
    return Interval(rounded(float(low), scale=scale), rounded(float(high), scale=scale), level, method)


def differences(ours: ArrayLike, theirs: ArrayLike) -> NDArray[np.float64]:
    """Return ours minus theirs, repetition by repetition.

    Examples
    --------
    >>> differences([3.0, 4.0], [1.0, 1.5])
    array([2. , 2.5])
    """
    first, second = finite(ours), finite(theirs)
    if first.size != second.size:
        raise ValueError(
            f"{first.size} and {second.size} repetitions; pairs need the same ones on both sides"
        )
    return first - second
