"""How many different keys there are among draws of which some are equal."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing import hash_column
from algorithms.hashing.columns import Offsets, Strings
from algorithms.machinery.kernel import kernel

__all__ = ["Distinct", "first_rows"]


class Distinct:
    """Counts the different numbers of many arrays, exactly.

    A key moves or stays with all its draws, so the distinct keys that moved are those of ``ids[moved]``.

    Examples
    --------
    >>> ids, moved = np.array([7, 7, 9, 7], dtype=np.uint64), np.array([True, True, False, True])
    >>> Distinct().add(ids).count, Distinct().add(ids[moved]).count
    (2, 1)

    Notes
    -----
    Sorts what it gets: about 10 ns a draw where few keys repeat. Memory: 8 bytes for each different number,
    and as much again while it adds.
    """

    def __init__(self) -> None:
        self._merged: NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)
        self._pending: list[NDArray[np.uint64]] = []
        self._waiting = 0

    def add(self, ids: NDArray[np.uint64]) -> Self:
        """Take the numbers of one array, such as the `Workload.ids` of a chunk."""
        fresh = _unique(ids)
        self._pending.append(fresh)
        self._waiting += len(fresh)
        if self._waiting > max(1 << 20, len(self._merged)):
            self._merge()
        return self

    @property
    def count(self) -> int:
        """How many different numbers were added."""
        self._merge()
        return len(self._merged)

    def _merge(self) -> None:
        if self._pending:
            self._merged = _unique(np.concatenate([self._merged, *self._pending]))
            self._pending, self._waiting = [], 0


def _unique(ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # np.unique hashes: 20 times slower where few keys repeat
    ascending = np.sort(ids)
    new = np.ones(len(ids), dtype=np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    return ascending[new]


def first_rows(keys: Strings) -> NDArray[np.uint64]:
    """Return, for each key of a column, the first row that holds the same key.

    Examples
    --------
    >>> first_rows(Strings.of([b"a", b"b", b"a"]))
    array([0, 1, 0], dtype=uint64)
    """
    bits = max(1, (2 * len(keys) - 1).bit_length())
    slots = np.full(1 << bits, -1, dtype=np.int32)
    rows = np.empty(len(keys), dtype=np.uint64)
    _first_rows(keys.data, keys.offsets, hash_column("xxh64", keys), np.uint64(64 - bits), slots, rows)
    return rows


@kernel
def _first_rows(
    data: NDArray[np.uint8],
    offsets: Offsets,
    hashes: NDArray[np.uint64],
    shift: np.uint64,
    slots: NDArray[np.int32],
    rows: NDArray[np.uint64],
) -> None:
    for row in range(len(rows)):
        slot = np.int64(hashes[row] >> shift)
        length = offsets[row + 1] - offsets[row]
        while True:
            first = np.int64(slots[slot])
            if first < 0:
                slots[slot] = row
                first = np.int64(row)
                break
            if hashes[first] == hashes[row] and offsets[first + 1] - offsets[first] == length:
                same = True
                for i in range(length):
                    if data[offsets[first] + i] != data[offsets[row] + i]:
                        same = False
                        break
                if same:
                    break
            slot = (slot + 1) % len(slots)
        rows[row] = first
