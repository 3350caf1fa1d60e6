"""Warm-up: how much of a series is to be cut before its mean is that of the long run."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["mser"]


def mser(values: ArrayLike, batch: int = 5) -> int:
    """Return how many values to cut from the start, by MSER-5: at most half.

    Of means of batches of five those are cut whose loss makes the standard error of the rest the smallest:
    the sum of squares over the square of how many are left.

    Source: White, Cobb & Spratt 2000, "A comparison of five steady-state truncation heuristics for
    simulation".

    >>> mser([100.0] * 10 + [1.0, 2.0] * 50)
    10
    >>> mser([1.0] * 8)
    0
    """
    series = np.asarray(values, dtype=np.float64)
    means = series[: len(series) // batch * batch].reshape(-1, batch).mean(axis=1)
    count = len(means)
    if count < 2:
        return 0
    centred = means - means.mean()
    left = np.arange(count, 0, -1)
    sums, squares = (np.cumsum(part[::-1])[::-1] for part in (centred, centred**2))
    errors = (squares - sums**2 / left) / left**2
    return int(np.argmin(errors[: count // 2 + 1])) * batch
