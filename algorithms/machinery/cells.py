"""The cells of a hash space: scattered points sorted into them, and the words that say who serves each.

The hash space is cut into equal cells, a few for each point. Counting how many points lie in each cell sorts
them, but for the few that share a cell, and the same counts then say which cells have no boundary inside,
which have one, and which are crowded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel
from algorithms.machinery.prefetch import AHEAD, prefetch

Words = NDArray[np.uint32] | NDArray[np.uint64]

_NARROW = 12
_SMALL = 1 << 14
_MOST_CELL_BITS = 26
_MOST_INSERTED = 64
_ZERO, _ONE = np.uint64(0), np.uint64(1)


def bits_of_cells(count: int, hash_bits: int) -> int:
    """Return how many leading bits of a hash number the cells, for so many intervals.

    Parameters
    ----------
    count
        Intervals: there are 2 to 4 cells for each (4 to 8 up to 16,384 intervals), and at most 2^26.
    hash_bits
        Bits of the hash space.

    Returns
    -------
    int
        0 in a space of one bit. At least one bit is left for the place in a cell, and of 64 bits one is
        taken, since a machine word cannot be shifted by 64.

    Examples
    --------
    >>> bits_of_cells(160_001, 64), bits_of_cells(1, 1)
    (19, 0)
    """
    wanted = (4 if count <= _SMALL else 2) * count
    return min(hash_bits - 1, _MOST_CELL_BITS, max(1, (wanted - 1).bit_length()))


def room_for_cells(count: int, owner_bits: int, hash_bits: int) -> Words:
    """Return room for the words of all cells, all 0.

    Parameters
    ----------
    count, hash_bits
        As for :func:`bits_of_cells`.
    owner_bits
        Bits of the largest bucket: up to 12 a word has 32 bits, and the caches hold twice as many.

    Returns
    -------
    ndarray
        (2^c,) uint32 or uint64.

    Examples
    --------
    >>> room_for_cells(1, 3, 8).dtype, room_for_cells(1, 13, 8).dtype
    (dtype('uint32'), dtype('uint64'))
    """
    shape = 1 << bits_of_cells(count, hash_bits)
    return np.zeros(shape, np.uint32) if owner_bits <= _NARROW else np.zeros(shape, np.uint64)


def ends_in(cells: Words) -> NDArray[np.int32]:
    """Return room for a number a cell in the memory of the words, whose place they take.

    Words are written in ascending order, and none reaches a number that has not been read.

    Parameters
    ----------
    cells
        (c,) of 32 or 64 bits.

    Returns
    -------
    ndarray
        (c,) int32, the last bytes of the cells.

    Examples
    --------
    >>> len(ends_in(np.zeros(4, dtype=np.uint64)))
    4
    """
    return cells.view(np.int32)[-len(cells) :]


@kernel
def deal_into_parts(
    hashes: NDArray[np.uint64],
    payload: NDArray[np.int32],
    shift: int,
    ends: NDArray[np.int64],
    dealt_hashes: NDArray[np.uint64],
    dealt_payload: NDArray[np.int32],
) -> None:
    """Write hashes part by part, each with its payload and in the order in which they are in it.

    ``ends`` must be 0; it has room for one part more than there are.
    """
    to_part = np.uint64(shift)
    for i in range(len(hashes)):
        ends[(hashes[i] >> to_part) + _ONE] += 1
    for part in range(1, len(ends)):
        ends[part] += ends[part - 1]
    for i in range(len(hashes)):
        part = hashes[i] >> to_part
        at = ends[part]
        dealt_hashes[at], dealt_payload[at] = hashes[i], payload[i]
        ends[part] = at + 1


@kernel
def sort_into_cells(
    hashes: NDArray[np.uint64],
    payload: NDArray[np.int32],
    shift: int,
    ends: NDArray[np.int32],
    sorted_hashes: NDArray[np.uint64],
    sorted_payload: NDArray[np.int32],
) -> bool:
    """Write hashes in ascending order, each with its payload: counted into cells, then inserted in each.

    ``ends`` and ``sorted_hashes`` must be 0; afterwards ``ends`` says how many hashes lie in each cell or
    before it. Equal hashes keep their order. Returns False, with nothing useful written, if a cell holds more
    than `_MOST_INSERTED`.
    """
    to_cell, last = np.uint64(shift), len(hashes) - 1
    for i in range(len(hashes)):
        prefetch(ends, hashes[min(i + AHEAD, last)] >> to_cell)
        ends[hashes[i] >> to_cell] += 1
    total = np.int32(0)
    for cell in range(len(ends)):
        if ends[cell] > _MOST_INSERTED:
            return False
        ends[cell], total = total, np.int32(total + ends[cell])
    for i in range(len(hashes)):
        prefetch(ends, hashes[min(i + 2 * AHEAD, last)] >> to_cell)
        soon = ends[hashes[min(i + AHEAD, last)] >> to_cell]
        prefetch(sorted_hashes, soon)
        prefetch(sorted_payload, soon)
        value = hashes[i]
        own = value >> to_cell
        at = ends[own]
        ends[own] = at + 1
        # what lies in cells before is lower, and what is not there yet is 0
        while at > 0 and sorted_hashes[at - 1] > value:
            sorted_hashes[at], sorted_payload[at] = sorted_hashes[at - 1], sorted_payload[at - 1]
            at -= 1
        sorted_hashes[at], sorted_payload[at] = value, payload[i]
    return True


@kernel
def count_into_cells(ascending: NDArray[np.uint64], shift: int, ends: NDArray[np.int32]) -> None:
    """Write how many of the hashes lie in each cell or before it; ``ends`` must be 0."""
    to_cell = np.uint64(shift)
    for i in range(len(ascending)):
        ends[ascending[i] >> to_cell] += 1
    for cell in range(1, len(ends)):
        ends[cell] += ends[cell - 1]


@kernel
def word_of(
    starts: NDArray[np.uint64],
    owners: NDArray[np.int32],
    row: np.uint32,
    end: np.uint32,
    shift: int,
    mark_bits: int,
    owner_bits: int,
    crowded: np.uint64,
) -> np.uint64:
    """Return the word of a cell that row `row` serves at its begin and row `end` at its end."""
    below = np.uint64(owner_bits)
    mark_mask = (_ONE << np.uint64(mark_bits)) - _ONE
    mark = (starts[end] >> np.uint64(shift - mark_bits)) & mark_mask if end - row == 1 else _ZERO
    word = (((mark << below) | np.uint64(owners[row])) << below) | np.uint64(owners[end])
    return word if end - row <= 1 else crowded | np.uint64(row)


@kernel
def fill_cells(
    starts: NDArray[np.uint64],
    owners: NDArray[np.int32],
    ends: NDArray[np.int32],
    shift: int,
    mark_bits: int,
    owner_bits: int,
    cells: Words,
) -> None:
    """Write the word of each cell, as `Intervals` has it, without a branch.

    ``ends`` says how many starts, but for the first, lie in each cell or before it: so it is also the row
    that serves the end of the cell, and with no start in a cell the row before and after are the same. It
    may be ``ends_in(cells)``.
    """
    crowded = _ONE << np.uint64(8 * cells.itemsize - 1)
    row = np.uint32(0)
    for cell in range(len(cells)):
        end = np.uint32(ends[cell])
        cells[cell] = word_of(starts, owners, row, end, shift, mark_bits, owner_bits, crowded)
        row = end


@kernel
def patch_cells(
    starts: NDArray[np.uint64],
    owners: NDArray[np.int32],
    changed: NDArray[np.uint64],
    steps: NDArray[np.int32],
    before: Words,
    shift: int,
    mark_bits: int,
    owner_bits: int,
    cells: Words,
) -> None:
    """Write what `fill_cells` does where few starts were changed, from the words that there were before.

    ``changed`` are those that came (a step of 1) and went (-1), ascending. An owner's interval may lie on
    either side of its point, so all cells between the starts on both sides of it are written anew; of the
    others a crowded one has its row moved. The first and the last interval are one owner's.
    """
    crowded, to_cell = _ONE << np.uint64(8 * cells.itemsize - 1), np.uint64(shift)
    begin, moved = np.int64(0), np.int64(0)
    for j in range(len(changed) + 1):
        end = np.int64(changed[j] >> to_cell) if j < len(changed) else np.int64(len(cells))
        step, words, new_words = np.uint64(moved), before[begin:end], cells[begin:end]
        for cell in range(len(words)):
            word = np.uint64(words[cell])
            new_words[cell] = word + (step if word >= crowded else _ZERO)
        begin = max(begin, end)
        if j < len(changed):
            moved += np.int64(steps[j])
    final = np.uint64(len(cells) - 1) << to_cell
    for j in range(len(changed) + 2):
        value = changed[j] if j < len(changed) else (_ZERO if j == len(changed) else final)
        row = last_below(starts, value)
        first = cell = starts[row] >> to_cell
        # the cell of the start before may hold others before that one
        row = last_below(starts, first << to_cell)
        while cell < np.uint64(len(cells)):
            end_row = row
            while end_row + 1 < len(starts) and starts[end_row + 1] >> to_cell == cell:
                end_row += 1
            cells[cell] = word_of(
                starts, owners, np.uint32(row), np.uint32(end_row), shift, mark_bits, owner_bits, crowded
            )
            if end_row > row and cell > max(first, value >> to_cell):
                break
            row, cell = end_row, cell + _ONE


@kernel
def first_from(ascending: NDArray[np.uint64], value: np.uint64) -> int:
    """Return how many of the hashes are below a value."""
    low, high = 0, len(ascending)
    while low < high:
        middle = (low + high) >> 1
        if ascending[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def last_below(starts: NDArray[np.uint64], value: np.uint64) -> int:
    """Return the row of the last start that is below a value, or else the first."""
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) >> 1
        if starts[middle] < value:
            low = middle
        else:
            high = middle
    return low


@kernel
def merge_points(
    hashes: NDArray[np.uint64],
    owners: NDArray[np.int32],
    stays: NDArray[np.bool_],
    new_hashes: NDArray[np.uint64],
    new_owners: NDArray[np.int32],
    merged: NDArray[np.uint64],
    merged_owners: NDArray[np.int32],
    changed: NDArray[np.uint64],
    steps: NDArray[np.int32],
) -> int:
    """Merge new points into those whose owner stays; return how many there are, or -1 if two are equal.

    With no ``stays`` all stay. Who came and who went is written too, as `patch_cells` takes it; there is room
    for all that may be.
    """
    at, i, count, distinct = 0, 0, 0, True
    for j in range(len(new_hashes) + 1):
        last = j == len(new_hashes)
        if not len(stays):
            end = len(hashes) if last else i + first_from(hashes[i:], new_hashes[j])
            merged[at : at + end - i], merged_owners[at : at + end - i] = hashes[i:end], owners[i:end]
            at, i = at + end - i, end
        while i < len(hashes) and (last or hashes[i] < new_hashes[j]):
            if stays[owners[i]]:
                merged[at], merged_owners[at] = hashes[i], owners[i]
                at += 1
            else:
                changed[count], steps[count] = hashes[i], -1
                count += 1
            i += 1
        if not last:
            distinct &= at == 0 or merged[at - 1] != new_hashes[j]
            here = i < len(hashes) and hashes[i] == new_hashes[j]
            distinct &= not here or (len(stays) > 0 and not stays[owners[i]])
            merged[at], merged_owners[at] = new_hashes[j], new_owners[j]
            changed[count], steps[count] = new_hashes[j], 1
            at, count = at + 1, count + 1
    return at if distinct else -1
