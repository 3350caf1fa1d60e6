"""Intervals of the hash space with an owner each: what ring, ranges and tables come down to.

The hash space is cut into equal cells, a few for each interval, and one word a cell says who serves it.
Most cells lie in one interval or have one boundary inside, and then the word holds the answer: the owner
below the boundary, the owner from it on, and the leading bits of where in the cell it is. So a lookup reads
one word, without a search. Only a hash whose leading bits equal the boundary's, or a cell with several
boundaries (points may be crowded on purpose), goes to the starts themselves, by a few steps and then a
binary search.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.cells import (
    Words,
    bits_of_cells,
    count_into_cells,
    ends_in,
    fill_cells,
    patch_cells,
    room_for_cells,
)
from algorithms.machinery.kernel import kernel
from algorithms.machinery.lanes import kept_scratch
from algorithms.machinery.prefetch import AHEAD, prefetch
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally

_STEPS, _BLOCK = 8, 1024
_FEW_CHANGED = 8
"""Up to one start in so many that changed, words are taken over; beyond, all are written anew."""
_NEAR = 1 << 14
"""So few cells lie in the nearest caches: nothing is gained by reading ahead."""
_TELLING = 6
"""Of so many bits of a boundary few hashes have all: a branch on them is foreseen. Slots have two or so."""
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_ROW = np.uint64((1 << 31) - 1)


class Intervals(NamedTuple):
    """Intervals that tile a hash space, with the words of their cells.

    Parameters
    ----------
    starts
        First hash of each interval, (k,) uint64, strictly ascending, the first one 0.
    owners
        Bucket of each interval, (k,) int32.
    cells
        One word a cell, (c,) uint32 for buckets below 4096, else uint64. From the top: a bit for "crowded",
        ``mark_bits`` of the boundary, ``owner_bits`` of the owner below it and as many of the owner from it
        on. In a crowded cell the low bits are the row in which it begins.
    shift
        The cell of a hash is ``hash >> shift``.
    mark_bits
        How many bits of a boundary's place in its cell are in the word.
    owner_bits
        Bits of the largest bucket.
    hash_bits
        Bits of the hash space.
    """

    starts: NDArray[np.uint64]
    owners: NDArray[np.int32]
    cells: Words
    shift: int
    mark_bits: int
    owner_bits: int
    hash_bits: int


def build_intervals(starts: NDArray[np.uint64], owners: NDArray[np.int32], hash_bits: int) -> Intervals:
    """Return intervals with the words of their cells.

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
        With 2 to 4 cells an interval (4 to 8 up to 16,384 intervals), of 4 or 8 bytes each. Cost:
        O(intervals + cells).

    Examples
    --------
    >>> table = build_intervals(np.array([0, 10], dtype=np.uint64), np.array([1, 0], dtype=np.int32), 8)
    >>> place(table, np.array([9, 10], dtype=np.uint64), out := np.empty(2, dtype=np.int32))
    >>> out
    array([1, 0], dtype=int32)
    """
    cells = room_for_cells(len(starts), bits_of_owners(owners), hash_bits)
    count_into_cells(starts[1:], hash_bits - bits_of_cells(len(starts), hash_bits), ends_in(cells))
    return with_cells(starts, owners, cells, hash_bits)


def bits_of_owners(owners: NDArray[np.int32]) -> int:
    """Return the bits of the largest bucket, at least one.

    Parameters
    ----------
    owners
        (k,) int32 buckets.

    Returns
    -------
    int

    Examples
    --------
    >>> bits_of_owners(np.array([0, 5], dtype=np.int32))
    3
    """
    return max(1, int(owners.max()).bit_length())


def with_cells(
    starts: NDArray[np.uint64], owners: NDArray[np.int32], cells: Words, hash_bits: int
) -> Intervals:
    """Return intervals with the words of their cells.

    Parameters
    ----------
    starts, owners, hash_bits
        As for :func:`build_intervals`.
    cells
        Room for the words; in it stands, as :func:`~algorithms.machinery.cells.ends_in`, how many of the
        starts, but for the first, lie in each cell or before it.

    Returns
    -------
    Intervals

    Examples
    --------
    >>> starts, owners = np.array([0, 10], dtype=np.uint64), np.array([1, 0], dtype=np.int32)
    >>> with_cells(starts, owners, np.array([1, 1], dtype=np.uint32), 8).shift
    7
    """
    shift = hash_bits - (len(cells) - 1).bit_length()
    owner_bits = bits_of_owners(owners)
    mark_bits = min(shift, 8 * cells.itemsize - 1 - 2 * owner_bits)
    fill_cells(starts, owners, ends_in(cells), shift, mark_bits, owner_bits, cells)
    return Intervals(starts, owners, cells, shift, mark_bits, owner_bits, hash_bits)


def patched_intervals(
    table: Intervals,
    starts: NDArray[np.uint64],
    owners: NDArray[np.int32],
    changed: NDArray[np.uint64],
    steps: NDArray[np.int32],
) -> Intervals:
    """Return what :func:`build_intervals` does, mostly from the words of the cells that there were before.

    Parameters
    ----------
    table
        The intervals before.
    starts, owners
        As for :func:`build_intervals`.
    changed
        Starts that came or went, (k,) uint64, ascending.
    steps
        1 for each that came and -1 for each that went, (k,) int32.

    Returns
    -------
    Intervals

    Examples
    --------
    >>> starts, owners = np.arange(0, 90, 10, dtype=np.uint64), np.arange(9, dtype=np.int32)
    >>> before = build_intervals(starts[:8], np.append(np.int32(8), owners[1:8]), 8)
    >>> after = patched_intervals(before, starts, owners, starts[8:], np.array([1], dtype=np.int32))
    >>> all(map(np.array_equal, after, build_intervals(starts, owners, 8)))
    True
    """
    bits = bits_of_owners(owners)
    same = bits == table.owner_bits and len(table.cells) == 1 << bits_of_cells(len(starts), table.hash_bits)
    if not same or len(changed) > len(starts) // _FEW_CHANGED:
        return build_intervals(starts, owners, table.hash_bits)
    cells = np.empty_like(table.cells)
    patch_cells(starts, owners, changed, steps, table.cells, table.shift, table.mark_bits, bits, cells)
    return table._replace(starts=starts, owners=owners, cells=cells)


@kernel
def row_of(
    starts: NDArray[np.uint64], row: np.int64, value: np.uint64, steps: Steps | None = None
) -> np.int64:
    """Return the interval that a hash lies in, which is not before ``row``: a few steps, then by halves."""
    low, high = row, np.int64(len(starts) - 1)
    for _ in range(_STEPS):
        tally(steps, PROBES)
        if low == high or starts[low + 1] > value:
            return low
        low += 1
    while low < high:
        tally(steps, PROBES)
        middle = (low + high + 1) >> 1
        if starts[middle] <= value:
            low = middle
        else:
            high = middle - 1
    return low


@kernel
def fields_of(
    shift: int, mark_bits: int, owner_bits: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return how a hash is shifted to its mark, the bits of an owner, and the masks of mark and owner."""
    bits, below = np.uint64(mark_bits), np.uint64(owner_bits)
    return np.uint64(shift) - bits, below, (_ONE << bits) - _ONE, (_ONE << below) - _ONE


@kernel
def answer(
    word: np.uint64, h: np.uint64, fields: tuple[np.uint64, np.uint64, np.uint64, np.uint64]
) -> tuple[np.int32, bool]:
    """Return who has a hash by the word of its cell, and whether the starts must be asked instead."""
    to_mark, below, mark_mask, owner_mask = fields
    mark, boundary = (h >> to_mark) & mark_mask, word >> (below + below)
    # the common case has no branch: which of the two owners
    owner = (word >> (below if mark < boundary else _ZERO)) & owner_mask
    return np.int32(owner), (boundary > mark_mask) | (mark == boundary)


@kernel
def first_row(word: np.uint64, fields: tuple[np.uint64, np.uint64, np.uint64, np.uint64]) -> np.int64:
    """Return the row from which the starts are asked."""
    _, below, mark_mask, _ = fields
    return np.int64(word & _ROW) if word >> (below + below) > mark_mask else np.int64(0)


@kernel
def owner_of(
    h: np.uint64,
    starts: NDArray[np.uint64],
    owners: NDArray[np.int32],
    cells: Words,
    shift: int,
    mark_bits: int,
    owner_bits: int,
    steps: Steps | None = None,
) -> np.int64:
    """Return the owner of the interval that one hash lies in: what `locate` writes."""
    tally(steps, PROBES)
    word = np.uint64(cells[h >> np.uint64(shift)])
    fields = fields_of(shift, mark_bits, owner_bits)
    owner, unsure = answer(word, h, fields)
    return np.int64(owners[row_of(starts, first_row(word, fields), h, steps)]) if unsure else np.int64(owner)


_one_owner, count_owners = entry(owner_of), counted(owner_of)


@kernel
def locate(
    starts: NDArray[np.uint64],
    owners: NDArray[np.int32],
    cells: Words,
    shift: int,
    mark_bits: int,
    owner_bits: int,
    hashes: NDArray[np.uint64],
    out: NDArray[np.int32],
    who: NDArray[np.uint32],
) -> None:
    """Write the owner of the interval that each hash lies in; ``who`` has room for a block.

    Those of a block whose word does not say it are gathered, and the starts are asked for them alone: no
    branch that nobody could foresee is left, and what they need is read ahead too. Few cells are near anyway,
    and are read key by key where their words nearly always say it.
    """
    if len(cells) <= _NEAR and mark_bits >= _TELLING:
        _locate_near(starts, owners, cells, shift, mark_bits, owner_bits, hashes, out)
        return
    to_cell, fields = np.uint64(shift), fields_of(shift, mark_bits, owner_bits)
    for start in range(0, len(hashes), _BLOCK):
        block, places = hashes[start : start + _BLOCK], out[start : start + _BLOCK]
        later = hashes[start + AHEAD : start + AHEAD + _BLOCK]
        left = _ZERO
        for i in range(len(later)):
            prefetch(cells, later[i] >> to_cell)
            word = np.uint64(cells[block[i] >> to_cell])
            places[i], unsure = answer(word, block[i], fields)
            who[left] = i
            left += _ONE if unsure else _ZERO
        for i in range(len(later), len(block)):
            word = np.uint64(cells[block[i] >> to_cell])
            places[i], unsure = answer(word, block[i], fields)
            who[left] = i
            left += _ONE if unsure else _ZERO
        for j in range(left):
            row = first_row(np.uint64(cells[block[who[j]] >> to_cell]), fields)
            prefetch(starts, row)
            prefetch(owners, row)
        for j in range(left):
            h = block[who[j]]
            row = first_row(np.uint64(cells[h >> to_cell]), fields)
            places[who[j]] = owners[row_of(starts, row, h, None)]


@kernel
def _locate_near(
    starts: NDArray[np.uint64],
    owners: NDArray[np.int32],
    cells: Words,
    shift: int,
    mark_bits: int,
    owner_bits: int,
    hashes: NDArray[np.uint64],
    out: NDArray[np.int32],
) -> None:
    """Do as `locate` where the words lie in the nearest caches, key by key.

    There is a branch for each of the two reasons: with one for both the choice of the owner becomes a third.
    """
    to_cell, fields = np.uint64(shift), fields_of(shift, mark_bits, owner_bits)
    to_mark, below, mark_mask, owner_mask = fields
    for i in range(len(hashes)):
        word = np.uint64(cells[hashes[i] >> to_cell])
        mark, boundary = (hashes[i] >> to_mark) & mark_mask, word >> (below + below)
        owner = (word >> (below if mark < boundary else _ZERO)) & owner_mask
        if boundary > mark_mask:
            owner = np.uint64(owners[row_of(starts, np.int64(word & _ROW), hashes[i], None)])
        elif mark == boundary:
            owner = np.uint64(owners[row_of(starts, np.int64(0), hashes[i], None)])
        out[i] = np.int32(owner)


def one_of(table: Intervals) -> One:
    """Return how one hash is placed.

    Parameters
    ----------
    table
        The intervals.

    Returns
    -------
    One

    Examples
    --------
    >>> starts, owners = np.array([0, 10], dtype=np.uint64), np.array([1, 0], dtype=np.int32)
    >>> table = build_intervals(starts, owners, 8)
    >>> one_of(table).place(9), one_of(table).place(10)
    (1, 0)
    """
    return _one_owner.of(*table[:6])


def room_to_locate() -> tuple[NDArray[Any], ...]:
    """Return the room that `locate` takes.

    Returns
    -------
    tuple of array
        Not initialised; of this thread.

    Examples
    --------
    >>> [part.dtype.name for part in room_to_locate()]
    ['uint32']
    """
    return kept_scratch(_BLOCK, np.uint32)


def place(
    table: Intervals, hashes: NDArray[np.uint64], out: NDArray[np.int32], steps: Steps | None = None
) -> None:
    """Write the owner of each hash, (k,) uint64 -> (k,) int32.

    Parameters
    ----------
    table
        The intervals.
    hashes, out
        As for ``Partitioner._place``.
    steps
        As for ``Partitioner._place_counting``; None where steps are not counted.
    """
    if steps is None:
        locate(*table[:6], hashes, out, *room_to_locate())
    else:
        count_owners(hashes, table[:6], out, steps)
