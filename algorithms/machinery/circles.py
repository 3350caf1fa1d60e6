"""Intervals between points that are scattered over a hash space, as those of a ring are.

The counts that sort the points into cells say what each cell holds, so the index costs next to nothing; and
an event merges the few new points into the many old ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.cells import (
    bits_of_cells,
    deal_into_parts,
    ends_in,
    merge_points,
    room_for_cells,
    sort_into_cells,
)
from algorithms.machinery.intervals import Intervals, bits_of_owners, patched_intervals, with_cells

_MANY, _PART_BITS = 1 << 20, 10
"""From so many points on they are dealt into 1024 parts first, in each of which the caches hold all cells."""


def scattered_intervals(
    points: NDArray[np.uint64], owners: NDArray[np.int32], hash_bits: int, *, below: bool
) -> Intervals | None:
    """Return the intervals between scattered points; sorting them gives the cells too.

    Parameters
    ----------
    points
        (k,) uint64 in any order: where intervals begin, beside 0.
    owners
        (k,) int32: who has the interval that begins at each point, or that ends there.
    hash_bits
        Bits of the hash space.
    below
        Whether the owner of a point has the interval below it. The one that is left, before the first point
        or from the last one on, is the other end of the same circle.

    Returns
    -------
    Intervals or None
        None where the points are crowded, two of them are equal, or one is 0.

    Examples
    --------
    >>> points, owners = np.array([200, 10], dtype=np.uint64), np.array([0, 1], dtype=np.int32)
    >>> scattered_intervals(points, owners, 8, below=False).owners
    array([0, 1, 0], dtype=int32)
    """
    starts, interval_owners, inner = _room(len(points), below)
    cells = room_for_cells(len(starts), bits_of_owners(owners), hash_bits)
    shift = hash_bits - bits_of_cells(len(starts), hash_bits)
    dealt = _dealt(points, owners, hash_bits)
    if not sort_into_cells(*dealt, shift, ends_in(cells), starts[1:], interval_owners[inner]) or np.any(
        starts[1:] == starts[:-1]
    ):
        return None
    _close(interval_owners, below)
    return with_cells(starts, interval_owners, cells, hash_bits)


def merged_intervals(
    table: Intervals,
    stays: NDArray[np.bool_],
    points: NDArray[np.uint64],
    owners: NDArray[np.int32],
    *,
    below: bool,
) -> Intervals | None:
    """Return the intervals of :func:`scattered_intervals` after some owners left and points were added.

    Parameters
    ----------
    table
        The intervals before.
    stays
        By bucket, whether its points stay.
    points, owners, below
        The new points, as for :func:`scattered_intervals`.

    Returns
    -------
    Intervals or None
        None where two points are equal, or one is 0.

    Examples
    --------
    >>> points, owners = np.array([200, 10], dtype=np.uint64), np.array([0, 1], dtype=np.int32)
    >>> table = scattered_intervals(points, owners, 8, below=False)
    >>> merged_intervals(table, np.array([False, True]), points[:1], owners[:1], below=False).starts
    array([  0,  10, 200], dtype=uint64)
    """
    kept = table.owners[_inner(len(table.starts) - 1, below)]
    order = np.argsort(points, kind="stable")
    starts, interval_owners, inner = _room(len(kept) + len(points), below)
    changed, steps = np.empty(len(starts), dtype=np.uint64), np.empty(len(starts), dtype=np.int32)
    count = merge_points(
        table.starts[1:],
        kept,
        stays[:0] if stays.all() else stays,
        points[order],
        owners[order],
        starts[1:],
        interval_owners[inner],
        changed,
        steps,
    )
    if count < 0 or starts[1] == 0:
        return None
    went = len(kept) + len(points) - count
    if went:
        starts, interval_owners = starts[: count + 1].copy(), interval_owners[: count + 1].copy()
    _close(interval_owners, below)
    number = went + len(points)
    return patched_intervals(table, starts, interval_owners, changed[:number], steps[:number])


def _dealt(
    hashes: NDArray[np.uint64], payload: NDArray[np.int32], hash_bits: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return hashes, each with its payload, in parts by their leading bits if they are many."""
    if len(hashes) < _MANY or hash_bits < _PART_BITS:
        return hashes, payload
    dealt, ends = (np.empty_like(hashes), np.empty_like(payload)), np.zeros((1 << _PART_BITS) + 1, np.int64)
    deal_into_parts(hashes, payload, hash_bits - _PART_BITS, ends, *dealt)
    return dealt


def _inner(count: int, below: bool) -> slice:
    """Return where among the owners of all intervals those of the points are."""
    return slice(0, count) if below else slice(1, count + 1)


def _room(count: int, below: bool) -> tuple[NDArray[np.uint64], NDArray[np.int32], slice]:
    """Return room for starts, of which the first is 0, and for owners, and where those of the points are."""
    return (
        np.zeros(count + 1, dtype=np.uint64),
        np.empty(count + 1, dtype=np.int32),
        _inner(count, below),
    )


def _close(owners: NDArray[np.int32], below: bool) -> None:
    """Give the interval that is left to the owner at the other end of the circle."""
    if below:
        owners[-1] = owners[0]
    else:
        owners[0] = owners[-1]


def order_of(hashes: NDArray[np.uint64], hash_bits: int) -> NDArray[np.int64]:
    """Return the rows of hashes in ascending order; equal hashes keep their order.

    Parameters
    ----------
    hashes
        (k,) uint64, below 2^hash_bits; scattered ones are sorted in O(k).
    hash_bits
        Bits of the hash space.

    Returns
    -------
    ndarray
        (k,) int64, what a stable ``np.argsort`` returns.

    Examples
    --------
    >>> order_of(np.array([7, 3, 3], dtype=np.uint64), 8)
    array([1, 2, 0])
    """
    cell_bits = bits_of_cells(len(hashes), hash_bits)
    ends, order = np.zeros(1 << cell_bits, dtype=np.int32), np.empty(len(hashes), dtype=np.int32)
    rows = np.arange(len(hashes), dtype=np.int32)
    dealt = _dealt(hashes, rows, hash_bits)
    if sort_into_cells(*dealt, hash_bits - cell_bits, ends, np.zeros_like(hashes), order):
        return order.astype(np.int64)
    return np.argsort(hashes, kind="stable")
