"""Loads by node, and how evenly they follow the declared weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.measures.shares import whole_numbers


def loads(
    buckets: NDArray[np.integer[Any]], live: NDArray[np.integer[Any]] | Sequence[int]
) -> NDArray[np.int64]:
    """Count the keys on each live node.

    Examples
    --------
    >>> loads(np.array([0, 2, 2, 2, 3], dtype=np.int32), [0, 2, 3])
    array([1, 3, 1])
    """
    rows = np.asarray(live, dtype=np.int64)
    size = int(rows[-1]) + 1 if rows.size else 0
    if buckets.size and (int(buckets.min()) < 0 or int(buckets.max()) >= size):
        stranger = int(buckets.min()) if int(buckets.min()) < 0 else int(buckets.max())
        raise ValueError(f"a key is in bucket {stranger}, which has no node; live buckets end at {size - 1}")
    by_bucket = np.bincount(buckets, minlength=size).astype(np.int64, copy=False)
    result: NDArray[np.int64] = by_bucket[rows]
    if int(result.sum()) != buckets.size:
        by_bucket[rows] = 0
        stranger = int(np.flatnonzero(by_bucket)[0])
        raise ValueError(
            f"a key is in bucket {stranger}, which has no node; {rows.size} other buckets have one"
        )
    return result


def relative_loads(load: ArrayLike, weights: ArrayLike | None = None) -> NDArray[np.float64]:
    """Divide each load by what its declared weight entitles it to: 1 everywhere is perfect balance.

    Examples
    --------
    >>> relative_loads([30, 10], [2.0, 1.0])
    array([1.125, 0.75 ])
    """
    counts, shares = _checked(load, weights)
    total, whole = sum(counts), sum(shares)
    pairs = zip(counts, shares, strict=True)
    return np.array([count * whole / (share * total) for count, share in pairs], dtype=np.float64)


def cv(load: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Coefficient of variation of the load, relative to the declared weights.

    With p the declared shares and m the total, CV^2 = sum (load - m p)^2 / (m p) / m: Pearson's chi-square
    divided by m. For equal weights this is the population standard deviation over the mean. Defined so, its
    law does not depend on the weights (see `experiments.theory`).

    Examples
    --------
    >>> cv([1, 3])
    0.5
    >>> cv([10, 20], [1.0, 2.0])
    0.0
    """
    counts, shares = _checked(load, weights)
    n, total = len(counts), sum(counts)
    if min(shares) == max(shares):
        return math.sqrt((n * sum(count * count for count in counts) - total * total) / (total * total))
    whole = sum(shares)
    squares = [(c * whole - total * s) ** 2 / (s * whole) for c, s in zip(counts, shares, strict=True)]
    return math.sqrt(math.fsum(squares)) / total


def max_to_mean(load: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Load of the fullest node relative to what its weight entitles it to; see `relative_loads`.

    Examples
    --------
    >>> max_to_mean([1, 3])
    1.5
    """
    return float(relative_loads(load, weights).max())


def min_to_mean(load: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Load of the emptiest node relative to what its weight entitles it to; see `relative_loads`.

    Examples
    --------
    >>> min_to_mean([1, 3])
    0.5
    """
    return float(relative_loads(load, weights).min())


def _checked(load: ArrayLike, weights: ArrayLike | None) -> tuple[list[int], list[int]]:
    counts = whole_numbers(load)
    shares = [1] * len(counts) if weights is None else whole_numbers(weights)
    if len(shares) != len(counts):
        raise ValueError(f"{len(counts)} loads and {len(shares)} weights; give one weight for each node")
    if min(shares, default=0) <= 0:
        raise ValueError("balance needs at least one node, and a positive weight for each")
    if not sum(counts):
        raise ValueError("balance is not defined without keys: all loads are 0")
    return counts, shares
