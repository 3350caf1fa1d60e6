"""Laws of queries over several shards: how many hold an answer, how many ranges are met, who answers last."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holding(shards: int, keys: ArrayLike) -> NDArray[np.float64]:
    """Return how many shards are expected to hold one of m hashed keys: n (1 - (1 - 1/n)^m).

    A shard holds none of them with chance (1 - 1/n)^m; it holds one with 1 less that. Cardenas, "Analysis and
    performance of inverted data base structures", CACM 18(5), 1975, of blocks and records. Powers are by
    squaring, so that every machine rounds alike.

    Examples
    --------
    >>> holding(8, [0, 1, 2]).tolist(), float(holding(16, 1000).round(6))
    ([0.0, 1.0, 1.875], 16.0)
    """
    if shards < 1:
        raise ValueError(f"{shards} shards; give at least 1")
    left = np.array(keys, dtype=np.int64)
    if (left < 0).any():
        raise ValueError("there are no fewer than 0 keys")
    missed, power = np.ones(left.shape), 1 - 1 / shards
    while left.any():
        missed = np.where(left & 1, missed * power, missed)
        power *= power
        left >>= 1
    expected: NDArray[np.float64] = shards * (1 - missed)
    return expected


def ranges_met(starts: Iterable[int], records: int, matching: int) -> Fraction:
    """Return in how many ranges m neighbours of N ordered records are expected to lie.

    They begin at any of N - m + 1 places alike. One range, and one more for each start of a range that falls
    between two of them: with b records before it, of the places from b - m + 1 to b - 1; ``starts`` are the
    b of all ranges but the first. Derived here.

    Examples
    --------
    >>> ranges_met([4, 8], 12, 1), ranges_met([4, 8], 12, 12), ranges_met([4, 8], 12, 2)
    (Fraction(1, 1), Fraction(3, 1), Fraction(13, 11))
    """
    if not 1 <= matching <= records:
        raise ValueError(f"{matching} of {records} records; give from 1 to all")
    last = records - matching
    inside = (max(0, min(b - 1, last) - max(b - matching + 1, 0) + 1) for b in starts)
    return 1 + Fraction(sum(inside), last + 1)


def fewest_ranges(shards: int, records: int, matching: int) -> int:
    """Return the fewest of n equal ranges that can hold m of N records: ceil(m n / N).

    No more than one more is met, wherever they begin, if n divides N.

    Examples
    --------
    >>> fewest_ranges(8, 240, 30), fewest_ranges(8, 240, 31)
    (1, 2)
    """
    return -(-matching * shards // records)


def slowest(shards: int) -> Fraction:
    """Return the expected maximum of n exponential times of mean 1: the n-th harmonic number.

    The first of n is there after 1/n on average, the next 1/(n - 1) later, and so on: Feller 1971, An
    introduction to probability theory and its applications, volume II, section I.6.

    Examples
    --------
    >>> slowest(1), slowest(4)
    (Fraction(1, 1), Fraction(25, 12))
    """
    return sum((Fraction(1, i) for i in range(1, shards + 1)), Fraction(0))


def even_fan_out(shards: int, overhead: float, record: float) -> float:
    """Return from how many records on n shards at once answer sooner than one that has them all.

    The one takes an exponential time of mean t and m records of r; of n, each m/n records, the slowest takes
    t H_n + r m/n. They are even at m = t (H_n - 1) / (r (1 - 1/n)). Derived here, for a range on one shard.

    Examples
    --------
    >>> round(even_fan_out(16, 500e3, 1000.0)), even_fan_out(1, 1.0, 1.0)
    (1270, inf)
    """
    if shards == 1 or record == 0:
        return math.inf
    return overhead * float(slowest(shards) - 1) / (record * (1 - 1 / shards))
