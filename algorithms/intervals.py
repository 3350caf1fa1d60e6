"""Intervals of the hash space with an owner each: what ring, ranges and tables come down to.

An index over the top bits says for each cell of the hash space which interval its first hash lies in. From
there a few steps lead to the interval of any hash in the cell; where a cell holds many intervals (points may
be crowded on purpose) a binary search takes over, so a lookup costs O(1) for scattered intervals and
O(log intervals) in the worst case.
"""

from __future__ import annotations

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
    cell_bits = min(hash_bits, _MOST_CELL_BITS, (_CELLS_PER_INTERVAL * len(starts) - 1).bit_length())
    first = np.empty((1 << cell_bits) + 1, dtype=np.int32)
    _index(starts, hash_bits - cell_bits, first)
    # a shift by 64 is undefined in machine code; one cell is reached by shifting twice
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
        h = hashes[i]
        cell = np.int64(h >> np.uint64(shift))
        low, high = first[cell], first[cell + 1]
        while high - low > _STEPS:
            middle = (low + high + 1) >> 1
            if starts[middle] <= h:
                low = middle
            else:
                high = middle - 1
        while low < high and starts[low + 1] <= h:
            low += 1
        out[i] = owners[low]
