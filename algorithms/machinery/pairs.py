"""Pairs: two structures that place the same hashes, as a loop in compiled code places by both.

What counts keys before and after a scale event draws, hashes, places and counts in one loop, and goes back
to Python once for many keys. It needs the placing as a kernel; what is different for each algorithm is here
a kernel with its arguments, and what is the same for all whose arcs have owners is one merged table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.intervals import Intervals, build_intervals, locate, room_to_locate
from algorithms.machinery.kernel import Kernel, kernel

__all__ = ["MOST_MERGED", "Pair", "no_room", "pair_of_intervals"]

Buckets = NDArray[np.int32]

MOST_MERGED = 1 << 18
"""Intervals of both sides, at most, of which one table is made: with more it costs as much as its use."""


def no_room() -> tuple[NDArray[Any], ...]:
    """Return room for a kernel that needs none.

    Returns
    -------
    tuple of array
        A byte: compiled code takes no empty tuple.

    Examples
    --------
    >>> len(no_room())
    1
    """
    return (np.empty(1, dtype=np.uint8),)


class Pair(NamedTuple):
    """How compiled code places hashes by two structures in one pass.

    Parameters
    ----------
    places
        (sides, room, hashes, numbers, others) -> None: writes the buckets of each hash by the one structure,
        (k,) int32, and by the other; or, where there are ``buckets``, the row of these two alone.
    sides
        What it reads of the two structures: arrays and numbers.
    room
        Returns the arrays that it writes meanwhile; of this thread.
    buckets
        (p, 2) int32, all different: the two buckets of each row; None where ``places`` writes both.
    """

    places: Kernel[[Any, Any, NDArray[np.uint64], Buckets, Buckets], None]
    sides: tuple[Any, ...]
    room: Callable[[], tuple[NDArray[Any], ...]] = no_room
    buckets: Buckets | None = None


@kernel
def _locate_once(
    sides: Any, room: Any, hashes: NDArray[np.uint64], numbers: Buckets, others: Buckets
) -> None:
    starts, owners, cells, shift, mark_bits, owner_bits = sides
    locate(starts, owners, cells, shift, mark_bits, owner_bits, hashes, numbers, room[0])


def merged_owners(one: Intervals, other: Intervals) -> tuple[NDArray[np.uint64], Buckets, Buckets]:
    """Return the intervals in which neither table has a boundary, and the pairs of owners.

    Parameters
    ----------
    one, other
        Intervals of one hash space.

    Returns
    -------
    (ndarray, ndarray, ndarray)
        First hash of each interval, (k,) uint64; the row of its owners, (k,) int32, no two neighbours alike;
        and the owners by both tables, (p, 2) int32, all different.

    Examples
    --------
    >>> owners = np.array([3, 1], dtype=np.int32)
    >>> tables = [build_intervals(np.array([0, at], dtype=np.uint64), owners, 8) for at in (9, 5)]
    >>> [part.tolist() for part in merged_owners(*tables)]
    [[0, 5, 9], [2, 1, 0], [[1, 1], [3, 1], [3, 3]]]
    """
    starts = np.union1d(one.starts, other.starts)
    columns = [
        table.owners[np.searchsorted(table.starts, starts, side="right") - 1].astype(np.int64)
        for table in (one, other)
    ]
    width = int(columns[1].max()) + 1
    codes, rows = np.unique(columns[0] * width + columns[1], return_inverse=True)
    begins = np.append(True, rows[1:] != rows[:-1])
    pairs = np.stack([codes // width, codes % width], axis=1).astype(np.int32)
    return starts[begins], rows[begins].astype(np.int32), pairs


def pair_of_intervals(one: Intervals, other: Intervals) -> Pair | None:
    """Return how hashes are placed by two tables with one look-up, in a table of both.

    Nearly all boundaries before and after a scale event are the same ones.

    Parameters
    ----------
    one, other
        Intervals of one hash space.

    Returns
    -------
    Pair or None
        None where the tables have more than `MOST_MERGED` intervals.

    Examples
    --------
    >>> owners = np.array([3, 1], dtype=np.int32)
    >>> tables = [build_intervals(np.array([0, at], dtype=np.uint64), owners, 8) for at in (9, 5)]
    >>> pair_of_intervals(*tables).buckets.tolist()
    [[1, 1], [3, 1], [3, 3]]
    """
    if len(one.starts) + len(other.starts) > MOST_MERGED:
        return None
    starts, rows, pairs = merged_owners(one, other)
    table = build_intervals(starts, rows, one.hash_bits)
    return Pair(_locate_once, tuple(table[:6]), room_to_locate, pairs)
