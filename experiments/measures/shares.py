"""Shares as exact rationals: weights and counts turned to integers, and the distance of two distributions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray


def whole_weights(weights: ArrayLike) -> NDArray[np.object_]:
    """Give integers in exactly the proportions of `weights`, so that shares are exact rationals.

    Examples
    --------
    >>> whole_weights([1.0, 0.5, 2.0]).tolist()
    [2, 1, 4]
    """
    values = np.asarray(weights, dtype=np.float64)
    whole = np.empty(values.size, dtype=np.object_)
    if np.array_equal(values, np.floor(values)) and (not values.size or float(values.max()) < 2.0**53):
        whole[:] = values.astype(np.int64).tolist()
        return whole
    ratios = [value.as_integer_ratio() for value in values.tolist()]
    scale = max(denominator for _, denominator in ratios)
    whole[:] = [numerator * (scale // denominator) for numerator, denominator in ratios]
    return whole


def total_variation(before: ArrayLike, after: ArrayLike) -> Fraction:
    """Total variation distance of two distributions over the same nodes, given by their weights.

    It is the least fraction of keys that must change node to get from the one to the other.

    Examples
    --------
    >>> total_variation([1, 1, 0], [1, 1, 1])
    Fraction(1, 3)
    """
    p, q = (whole_numbers(side) for side in (before, after))
    p_sum, q_sum = sum(p), sum(q)
    if not p_sum or not q_sum:
        raise ValueError("a side of the event has total 0; both need at least one node with a load or weight")
    distance = sum(abs(a * q_sum - b * p_sum) for a, b in zip(p, q, strict=True))
    return Fraction(distance, 2 * p_sum * q_sum)


def whole_numbers(values: ArrayLike) -> list[int]:
    """Give Python ints: integers as they are, floats scaled by one power of two."""
    array = np.asarray(values)
    if array.dtype.kind in "iuO":
        return [int(value) for value in array.tolist()]
    return list(whole_weights(array))
