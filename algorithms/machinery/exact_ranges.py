"""Ranges in proportion to weights, their bounds exact: what key ranges, tables and chunks begin as."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.intervals import Intervals, build_intervals

__all__ = ["intervals_from", "proportional_starts"]


def proportional_starts(weights: Sequence[float], hash_bits: int) -> list[int]:
    """Return where ranges in proportion to weights begin: at ceil(2^bits * W_i / W), from exact fractions.

    Parameters
    ----------
    weights
        Of each range in turn, above 0; W_i is the sum of those before range i, W that of all.
    hash_bits
        Bits of the hash space.

    Returns
    -------
    list of int
        Ascending from 0; two are equal where a range is too narrow to hold a hash.

    Examples
    --------
    >>> proportional_starts([1, 1, 2], 8)
    [0, 64, 128]
    """
    exact = [Fraction(weight) for weight in weights]
    # over a common denominator all is integer arithmetic
    scale = math.lcm(*(weight.denominator for weight in exact))
    widths = [int(weight * scale) for weight in exact]
    total = sum(widths)
    return [-((-before << hash_bits) // total) for before in accumulate(widths[:-1], initial=0)]


def intervals_from(starts: Sequence[int], owners: NDArray[np.int32], hash_bits: int) -> Intervals:
    """Return intervals of exact starts, leaving out those that hold no hash.

    Parameters
    ----------
    starts
        Ascending from 0; of equal ones, and of those from 2^bits on, only what holds a hash is kept.
    owners
        (k,) int32 buckets.
    hash_bits
        Bits of the hash space.

    Returns
    -------
    Intervals

    Examples
    --------
    >>> intervals_from([0, 5, 5], np.array([7, 8, 9], dtype=np.int32), 4).owners
    array([7, 9], dtype=int32)
    """
    bounds = [*starts, 1 << hash_bits]
    keep = [row for row in range(len(starts)) if bounds[row] < min(bounds[row + 1], 1 << hash_bits)]
    return build_intervals(np.array([starts[row] for row in keep], dtype=np.uint64), owners[keep], hash_bits)
