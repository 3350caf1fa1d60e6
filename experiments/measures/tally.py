"""Counts of (node before, node after), piece by piece: how many keys went from whom to whom."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel

__all__ = ["DENSE_CELLS", "Rows", "Tally", "count_numbers", "join_buckets", "mark_moved", "rows_of"]

DENSE_CELLS = 1 << 20
"""Up to this many (bucket before, bucket after) cells keys are counted in a dense table."""

FEW_CELLS = 1 << 12
"""Up to this many there are two tables, used in turn: beyond, neighbours seldom share a cell."""

Rows = NDArray[np.int64]


class Tally:
    """How many keys of any number of pieces went from each row to each row, or stayed.

    Parameters
    ----------
    before, after
        (buckets,) int64: bucket -> row, -1 where a bucket has no node.

    Examples
    --------
    >>> tally = Tally(np.array([0, 1]), np.array([1, 0]))
    >>> tally.add(np.array([0, 0, 1], dtype=np.int32), np.array([0, 1, 1], dtype=np.int32))
    >>> [column.tolist() for column in tally.pairs()]
    [[0, 0, 1], [0, 1, 0], [1, 1, 1]]
    """

    def __init__(self, before: Rows, after: Rows) -> None:
        self.before, self.after = before, after
        cells = len(before) * len(after)
        tables = 2 if cells <= FEW_CELLS else 1
        self._cells = np.zeros((tables, cells), dtype=np.int64) if cells <= DENSE_CELLS else None
        self._sums: tuple[Rows, Rows] = (np.zeros(0, np.int64), np.zeros(0, np.int64))
        self._pending: list[tuple[Rows, Rows]] = []
        self._waiting = 0

    def add(self, before: NDArray[np.integer[Any]], after: NDArray[np.integer[Any]]) -> None:
        """Count some keys by their buckets; a bucket without a node is a ValueError, here or in `pairs`."""
        if before.shape != after.shape:
            raise ValueError(f"{before.size} buckets before and {after.size} after; give both for each key")
        width = len(self.after)
        if self._cells is not None and _count(before, after, len(self.before), width, self._cells):
            return
        rows_of(before, self.before)
        rows_of(after, self.after)
        codes, counts = np.unique(before * np.int64(width) + after, return_counts=True)
        self._pending.append((codes, counts))
        self._waiting += len(codes)
        if self._waiting > max(1 << 16, len(self._sums[0])):
            self._merge()

    def pairs(self) -> tuple[Rows, Rows, Rows]:
        """Return rows before, rows after and counts of the pairs that occur, ascending by rows."""
        if self._cells is None:
            self._merge()
            codes, counts = self._sums
        else:
            cells = self._cells.sum(axis=0)
            codes = np.flatnonzero(cells)
            counts = cells[codes]
        width = max(1, len(self.after))
        source, target = rows_of(codes // width, self.before), rows_of(codes % width, self.after)
        steps = np.diff(source)
        if (steps < 0).any() or (np.diff(target)[steps == 0] <= 0).any():  # rows are in another order
            order = np.lexsort((target, source))
            source, target, counts = source[order], target[order], counts[order]
        return source, target, counts

    @property
    def table(self) -> Rows | None:
        """(tables, cells) int64: counts by the numbers of `join_buckets`; None where cells are too many."""
        return self._cells

    @property
    def live(self) -> bool:
        """Whether no key that is counted in the table is in a bucket without a node."""
        if self._cells is None:
            return True
        cells = self._cells.reshape(-1, len(self.before), len(self.after))
        return not (cells[:, self.before < 0].any() or cells[:, :, self.after < 0].any())

    def add_pairs(self, buckets: NDArray[np.integer[Any]], counts: Rows) -> bool:
        """Count keys by the rows of a table (p, 2) of buckets before and after; False where one is beyond."""
        before, after = buckets[counts > 0].astype(np.int64).T
        ends = len(self.before), len(self.after)
        if self._cells is None or any(
            len(side) and not 0 <= side.min() <= side.max() < end
            for side, end in zip((before, after), ends, strict=True)
        ):
            return False
        np.add.at(self._cells[0], before * ends[1] + after, counts[counts > 0])
        return True

    @property
    def moved(self) -> int:
        """How many keys have another row."""
        source, target, counts = self.pairs()
        return int(counts[source != target].sum())

    def _merge(self) -> None:
        self._sums = summed([self._sums, *self._pending])
        self._pending, self._waiting = [], 0


def summed(parts: list[tuple[Rows, Rows]]) -> tuple[Rows, Rows]:
    """Return the codes of all parts, each once and ascending, with the sums of their counts.

    No part has a code twice, and all counts are above 0.
    """
    every = np.concatenate([codes for codes, _ in parts])
    end = int(every.max(initial=-1)) + 1
    if end <= 2 * len(every) and all(counts.dtype == np.int64 for _, counts in parts):
        cells = np.zeros(end, dtype=np.int64)  # nearly all there are, so none is looked for
        for codes, counts in parts:
            cells[codes] += counts
        present = np.flatnonzero(cells)
        return present, cells[present]
    codes, place = np.unique(every, return_inverse=True)
    counts = np.concatenate([counts for _, counts in parts])
    sums = np.zeros(len(codes), dtype=counts.dtype)
    np.add.at(sums, place, counts)
    return codes, sums


@kernel
def _count(
    before: NDArray[np.integer[Any]],
    after: NDArray[np.integer[Any]],
    rows: int,
    width: int,
    cells: NDArray[np.int64],
) -> bool:
    """Count pairs of buckets into `cells`, the tables in turn; nothing, and False, where one is beyond."""
    highest, highest_after = np.uint32(0), np.uint32(0)
    for i in range(len(before)):
        # without a sign a negative bucket is beyond too
        highest = max(highest, np.uint32(before[i]))
        highest_after = max(highest_after, np.uint32(after[i]))
    if len(before) and (
        np.uint64(highest) >= np.uint64(rows) or np.uint64(highest_after) >= np.uint64(width)
    ):
        return False
    stride, other, one = np.uint32(width), np.uint64(len(cells) - 1), np.uint64(1)
    pairs = np.uint64(len(before) // 2 * 2)
    for i in range(np.uint64(0), pairs, np.uint64(2)):
        cells[np.uint64(0), np.uint64(np.uint32(before[i]) * stride + np.uint32(after[i]))] += 1
        cells[other, np.uint64(np.uint32(before[i + one]) * stride + np.uint32(after[i + one]))] += 1
    if len(before) % 2:
        cells[np.uint64(0), np.uint64(np.uint32(before[pairs]) * stride + np.uint32(after[pairs]))] += 1
    return True


@kernel
def join_buckets(before: NDArray[np.int32], after: NDArray[np.int32], rows: int, width: int) -> bool:
    """Replace buckets before by the numbers of the cells in which pairs are counted; False: one is beyond."""
    highest, highest_after, stride = np.uint32(0), np.uint32(0), np.uint32(width)
    for i in range(len(before)):
        old, new = np.uint32(before[i]), np.uint32(after[i])
        highest, highest_after = max(highest, old), max(highest_after, new)
        before[i] = np.int32(np.uint32(old * stride) + new)
    return bool(np.uint64(highest) < np.uint64(rows) and np.uint64(highest_after) < np.uint64(width))


@kernel
def count_numbers(numbers: NDArray[np.int32], cells: NDArray[np.int64]) -> bool:
    """Count numbers into the tables in turn; nothing, and False, where one is beyond."""
    highest, one, other = np.uint32(0), np.uint64(1), np.uint64(len(cells) - 1)
    for i in range(len(numbers)):
        highest = max(highest, np.uint32(numbers[i]))
    if np.uint64(highest) >= np.uint64(cells.shape[1]):
        return False
    pairs = np.uint64(len(numbers) // 2 * 2)
    for i in range(np.uint64(0), pairs, np.uint64(2)):
        cells[np.uint64(0), np.uint64(np.uint32(numbers[i]))] += 1
        cells[other, np.uint64(np.uint32(numbers[i + one]))] += 1
    if len(numbers) % 2:
        cells[np.uint64(0), np.uint64(np.uint32(numbers[pairs]))] += 1
    return True


@kernel
def mark_moved(
    before: NDArray[np.int32],
    after: NDArray[np.int32],
    rows_before: Rows,
    rows_after: Rows,
    moved: NDArray[np.bool_],
) -> int:
    """Mark the keys whose row differs; return how many are marked, by this call or before."""
    count = 0
    for i in range(len(before)):
        moved[i] |= rows_before[before[i]] != rows_after[after[i]]
        count += moved[i]
    return count


def rows_of(buckets: NDArray[np.integer[Any]], rows: Rows) -> Rows:
    """(k,) rows of the nodes in these buckets; a bucket without a node is an error."""
    if buckets.size and (int(buckets.min()) < 0 or int(buckets.max()) >= rows.size):
        stranger = int(buckets.min()) if int(buckets.min()) < 0 else int(buckets.max())
        raise ValueError(
            f"a key is in bucket {stranger}, which has no node; live buckets end at {rows.size - 1}"
        )
    result: Rows = rows[buckets]
    if result.size and int(result.min()) < 0:
        stranger = int(buckets[int(result.argmin())])
        raise ValueError(f"a key is in bucket {stranger}, which has no node; no node took it in this event")
    return result
