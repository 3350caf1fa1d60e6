"""Ranges of a hash space: boundaries in proportion to weights, from exact fractions."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from math import ceil


def boundaries(weights: list[float], bits: int) -> list[int]:
    """Return ceil(2^bits * W_i / W) for each i, where W_i is the sum of the weights before it."""
    exact = [Fraction(weight) for weight in weights]
    return [ceil(Fraction(2**bits) * sum(exact[:i], Fraction(0)) / sum(exact)) for i in range(len(exact))]


def row_of(starts: list[int], value: int) -> int:
    """Return the last row that starts at or below a hash; the first where there is none."""
    return max(0, bisect_right(starts, value) - 1)
