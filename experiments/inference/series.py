"""Whether values that came one after the other are as if they had been drawn at random."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike

from experiments.inference.samples import TestResult, finite


def runs(values: ArrayLike) -> TestResult | None:
    """Test whether values above and below the median take turns as chance has it (Wald and Wolfowitz).

    Few runs are a drift, many an alternation; the p-value is exact, of two sides. Values that are the median
    are left out. None where all others lie on one side, or fewer than two on either.

    Values come in the order in which they were measured. The effect is the number of runs less the expected.

    Examples
    --------
    >>> drift = runs([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    >>> round(drift.p_value, 4), drift.effect
    (0.0159, -4.0)
    >>> runs([3, 9, 1, 8, 7, 2, 4, 10, 6, 5]).agrees(0.05)
    True
    >>> runs([1.0, 1.0, 1.0]) is None
    True
    """
    sample = finite(values)
    centre = np.median(sample)
    sides = [bool(value > centre) for value in sample if value != centre]
    above = sum(sides)
    below = len(sides) - above
    if min(above, below) < 2:
        return None
    seen = sum(1 for _ in groupby(sides))
    chances = dict(_chances(above, below))
    mean = 1 + 2 * above * below / (above + below)
    spread = math.sqrt((mean - 1) * (mean - 2) / (above + below - 1))
    few = sum(chance for count, chance in chances.items() if count <= seen)
    many = sum(chance for count, chance in chances.items() if count >= seen)
    p_value = min(1.0, 2 * min(few, many))
    return TestResult(p_value, seen - mean, (seen - mean) / spread, len(sides), "runs")


def _chances(above: int, below: int) -> Iterator[tuple[int, float]]:
    """Yield each number of runs with its chance, where all orders are equally likely."""
    orders = math.comb(above + below, above)
    for count in range(2, 2 * min(above, below) + 2):
        half, odd = divmod(count, 2)
        if odd:
            ways = math.comb(above - 1, half) * math.comb(below - 1, half - 1)
            ways += math.comb(above - 1, half - 1) * math.comb(below - 1, half)
        else:
            ways = 2 * math.comb(above - 1, half - 1) * math.comb(below - 1, half - 1)
        yield count, ways / orders
