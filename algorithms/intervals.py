"""Intervals of the hash space with an owner each: what ring, ranges and tables come down to.

An index over the top bits says for each cell of the hash space which interval its first hash lies in. From
there a few steps lead to the interval of any hash in the cell; where a cell holds many intervals (points may
be crowded on purpose) a binary search takes over, so a lookup costs O(1) for scattered intervals and
O(log intervals) in the worst case.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.kernels import kernel

_CELLS_PER_INTERVAL = 4
_MOST_CELL_BITS = 26
_STEPS = 8
_ONE = np.uint64(1)


class Intervals(NamedTuple):
    """Intervals that tile a hash space, with their index.

    Parameters
    ----------
    starts
        First hash of each interval, (k,) uint64, strictly ascending, the first one 0.
    owners
        Bucket of each interval, (k,) int32.
    first
        The interval in which each cell begins, and at the end the last one; (cells + 1,) int32.
    shift
        The cell of a hash is ``hash >> shift``.
    hash_bits
        Bits of the hash space.
    """

    starts: NDArray[np.uint64]
    owners: NDArray[np.int32]
    first: NDArray[np.int32]
    shift: int
    hash_bits: int


def build_intervals(starts: NDArray[np.uint64], owners: NDArray[np.int32], hash_bits: int) -> Intervals:
    """Return intervals with an index over their starts.

    Parameters
    ----------
    starts
        (k,) uint64, strictly ascending, the first one 0.
    owners
        (k,) int32 buckets.
    hash_bits
        Bits of the hash space, 1 to 64.

    Returns
    -------
    Intervals
        With 4 to 8 cells an interval, of 4 bytes each. Cost: O(intervals + cells).

    Examples
    --------
    >>> table = build_intervals(np.array([0, 10], dtype=np.uint64), np.array([1, 0], dtype=np.int32), 8)
    >>> locate(table.starts, table.owners, table.first, table.shift, np.array([9, 10], dtype=np.uint64),
    ...        out := np.empty(2, dtype=np.int32))
    >>> out
    array([1, 0], dtype=int32)
    """
    # at least one bit, since a machine word cannot be shifted by all of its 64
    cell_bits = min(hash_bits, _MOST_CELL_BITS, max(1, (_CELLS_PER_INTERVAL * len(starts) - 1).bit_length()))
    first = np.empty((1 << cell_bits) + 1, dtype=np.int32)
    _index(starts, hash_bits - cell_bits, first)
    return Intervals(starts, owners, first, hash_bits - cell_bits, hash_bits)


@kernel
def _index(starts: NDArray[np.uint64], shift: int, first: NDArray[np.int32]) -> None:
    cells = len(first) - 1
    row = 0
    for cell in range(cells):
        begin = np.uint64(cell) << np.uint64(shift)
        while row + 1 < len(starts) and starts[row + 1] <= begin:
            row += 1
        first[cell] = row
    first[cells] = len(starts) - 1


@kernel
def row_of(starts: NDArray[np.uint64], first: NDArray[np.int32], shift: int, value: np.uint64) -> np.int64:
    """Return the interval that a hash lies in."""
    cell = np.int64(value >> np.uint64(shift))
    low, high = np.int64(first[cell]), np.int64(first[cell + 1])
    while high - low > _STEPS:
        middle = (low + high + 1) >> 1
        if starts[middle] <= value:
            low = middle
        else:
            high = middle - 1
    while low < high and starts[low + 1] <= value:
        low += 1
    return low


@kernel
def locate(
    starts: NDArray[np.uint64],
    owners: NDArray[np.int32],
    first: NDArray[np.int32],
    shift: int,
    hashes: NDArray[np.uint64],
    out: NDArray[np.int32],
) -> None:
    """Write the owner of the interval that each hash lies in."""
    for i in range(len(hashes)):
        out[i] = owners[row_of(starts, first, shift, hashes[i])]


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


def place(table: Intervals, hashes: NDArray[np.uint64], out: NDArray[np.int32]) -> None:
    """Write the owner of each hash, (k,) uint64 -> (k,) int32.

    Parameters
    ----------
    table
        The intervals.
    hashes, out
        As for ``Partitioner._place``.
    """
    locate(table.starts, table.owners, table.first, table.shift, hashes, out)
