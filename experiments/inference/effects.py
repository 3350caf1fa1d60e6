"""Effect sizes: how large a difference is, whatever the number of repetitions or keys (Cohen 1988)."""

from __future__ import annotations

import math
from fractions import Fraction

from numpy.typing import ArrayLike

from experiments.inference.samples import finite, mean_and_error, ratio
from experiments.measures import rounded


def cohen_d(values: ArrayLike, expected: float | Fraction) -> float:
    """Mean less its law, in standard deviations of a repetition; of differences and 0 it is d_z.

    Examples
    --------
    >>> cohen_d([1.0, 2.0, 3.0], 1)
    1.0
    """
    sample = finite(values)
    if sample.size < 2:
        raise ValueError("one repetition has no standard deviation; an effect size needs at least 2")
    centre, error = mean_and_error(sample)
    return rounded(ratio(centre - float(expected), error * math.sqrt(sample.size)))


def relative_excess(value: float | Fraction, expected: float | Fraction) -> float:
    """Value over what is expected, less 1; infinite for something where nothing is expected.

    Examples
    --------
    >>> relative_excess(0.11, 0.1), relative_excess(0, 0)
    (0.1, 0.0)
    """
    if value < 0 or expected < 0:
        raise ValueError(f"{float(value)} and {float(expected)}; a relative excess needs values from 0")
    if not expected:
        return math.inf if value else 0.0
    return rounded(float(value) / float(expected) - 1, scale=1.0)
