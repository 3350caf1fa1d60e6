"""Ranges that split when they are full, as databases split their chunks, tablets or regions."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Split", "split_when_full"]


@dataclass(frozen=True, eq=False)
class Split:
    """What is there when all records have been inserted.

    Parameters
    ----------
    starts
        The first key of each range, ascending, as a number of the distinct keys; the first is 0.
    owners
        The shard of each range.
    splits
        How many splits there were.
    moved
        Records that went to another shard with the upper half of a range.
    written
        (N,) int32: the shard that took each record when it came.
    """

    starts: NDArray[np.int64]
    owners: NDArray[np.int32]
    splits: int
    moved: int
    written: NDArray[np.int32]


def split_when_full(arrivals: NDArray[np.int64], shards: int, most: int) -> Split:
    """Insert records, and split each range that has more than ``most`` of them.

    At first one range on shard 0 has all keys. A full one is cut where its records are halved best, never
    between equal keys; its upper half goes to the shard with fewest ranges, if that has fewer than its own.
    One whose records have the same key waits until it has half as many again. ``arrivals`` are (N,) keys in
    the order in which they come, as numbers of the distinct keys.

    Examples
    --------
    >>> done = split_when_full(np.arange(8), shards=2, most=3)
    >>> done.starts.tolist(), done.owners.tolist(), done.splits, done.moved
    ([0, 2, 4, 6], [0, 1, 1, 0], 3, 4)
    >>> done.written.tolist()
    [0, 0, 0, 0, 1, 1, 1, 1]
    """
    count = len(arrivals)
    written = np.zeros(count, dtype=np.int32)
    begins, owners, inside = [0], [0], [np.arange(count)]
    ranges_of = [1] + [0] * (shards - 1)
    full = [(most, 0)] if count > most else []  # (the record with which it is too full, the range)
    splits = moved = 0
    while full:
        time, number = heapq.heappop(full)
        own = inside[number]
        have = int(np.searchsorted(own, time, side="right"))
        cut = _halved(np.sort(arrivals[own[:have]]))
        if cut is None:
            later = have + max(1, most // 2) - 1
            if later < len(own):
                heapq.heappush(full, (int(own[later]), number))
            continue
        above = arrivals[own] >= cut
        halves = own[~above], own[above]
        to = min(range(shards), key=ranges_of.__getitem__)
        if ranges_of[to] >= ranges_of[owners[number]]:
            to = owners[number]
        else:
            moved += int(np.searchsorted(halves[1], time, side="right"))
            written[halves[1][halves[1] > time]] = to
        splits += 1
        ranges_of[to] += 1
        inside[number] = halves[0]
        begins.append(cut)
        owners.append(to)
        inside.append(halves[1])
        for each in (number, len(begins) - 1):
            if len(inside[each]) > most:
                heapq.heappush(full, (max(time, int(inside[each][most])), each))
    order = np.argsort(begins)
    return Split(np.array(begins)[order], np.array(owners, dtype=np.int32)[order], splits, moved, written)


def _halved(keys: NDArray[np.int64]) -> int | None:
    """Return the first key of the upper half of some keys in order, or None where they are all equal."""
    middle = int(keys[len(keys) // 2])
    below, up_to = (int(np.searchsorted(keys, middle, side=side)) for side in ("left", "right"))
    if below and (up_to == len(keys) or len(keys) - 2 * below <= 2 * up_to - len(keys)):
        return middle
    return int(keys[up_to]) if up_to < len(keys) else None
