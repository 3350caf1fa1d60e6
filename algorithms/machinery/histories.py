"""Histories: which buckets were freed, in order, who stayed each time, and who then stood in for them.

The arrays that kernels read go up to one past the highest free bucket, and their last entry stands for all
buckets from there on, which are live.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel
from algorithms.machinery.steps import LINKS, Steps, tally

Places = NDArray[np.int32]


class History(NamedTuple):
    """What placement depends on: all buckets below ``size`` are live but the freed ones, the oldest first."""

    size: int
    freed: Places

    def without(self, leaving: Sequence[int] | Places, *, shrinks: bool) -> Self:
        """Return the history after buckets were freed in this order.

        Parameters
        ----------
        leaving
            Live buckets.
        shrinks
            Whether the last bucket takes its number with it while no bucket is free.

        Returns
        -------
        History

        Examples
        --------
        >>> History(5, np.empty(0, np.int32)).without([4, 2], shrinks=True)
        History(size=4, freed=array([2], dtype=int32))
        """
        size, kept = self.size, 0
        if shrinks and not len(self.freed):
            while kept < len(leaving) and leaving[kept] == size - 1:
                size, kept = size - 1, kept + 1
        pushed = np.asarray(leaving[kept:], dtype=np.int32)
        return self._replace(size=size, freed=np.concatenate([self.freed, pushed]))

    def joining(self, count: int) -> list[int]:
        """Return the buckets that ``count`` new nodes take: those freed last, then new ones.

        Examples
        --------
        >>> History(5, np.array([3, 1], np.int32)).joining(3)
        [1, 3, 5]
        """
        last = self.freed[::-1][:count].tolist()
        return [*last, *range(self.size, self.size + count - len(last))]

    def grown(self, count: int) -> Self:
        """Return the history after ``count`` nodes have joined."""
        popped = min(count, len(self.freed))
        freed = self.freed[: len(self.freed) - popped]
        return self._replace(size=self.size + count - popped, freed=freed)

    def stayed(self) -> Places:
        """Return by bucket how many stayed when it was freed, 0 where it is live."""
        stayed = np.zeros(int(self.freed.max(initial=-1)) + 2, dtype=np.int32)
        stayed[self.freed] = np.arange(self.size - 1, self.size - 1 - len(self.freed), -1)
        return stayed


class Anchors(NamedTuple):
    """A history with, by bucket, how many stayed when it was freed, and who of them stood in for it."""

    history: History
    stayed: Places
    stand_ins: Places


@kernel
def seen(
    stayed: Places, stand_ins: Places, bucket: np.int32, live: np.int32, steps: Steps | None = None
) -> np.int32:
    """Return who stood in a bucket at the time when so many were live."""
    above = np.int32(len(stayed) - 1)
    while stayed[min(bucket, above)] >= live:
        tally(steps, LINKS)
        bucket = stand_ins[bucket]
    return bucket


@kernel
def stand_in_kernel(freed: Places, first: int, size: int, stayed: Places, stand_ins: Places) -> None:
    """Find out who stood in for each bucket from the ``first`` one freed on; the arrays hold those before."""
    for i in range(first, len(freed)):
        bucket, left = freed[i], np.int32(size - i - 1)
        stand_ins[bucket] = seen(stayed, stand_ins, left, np.int32(left + 1))
        stayed[bucket] = left


def anchors_of(history: History, before: Anchors | None = None) -> Anchors:
    """Return who stayed and who stood in, beginning with what is known of a time before.

    Parameters
    ----------
    history
        As it is now.
    before
        Of an earlier or later time of the same history, where there is one.

    Returns
    -------
    Anchors

    Examples
    --------
    >>> anchors_of(History(4, np.array([1, 2], np.int32))).stand_ins
    array([0, 3, 2, 0], dtype=int32)
    """
    stayed = np.zeros(int(history.freed.max(initial=-1)) + 2, dtype=np.int32)
    stand_ins = np.zeros_like(stayed)
    # a last bucket stands in for itself, which also spares a fresh table the compiler
    falling = history.freed == np.arange(history.size - 1, history.size - 1 - len(history.freed), -1)
    first = int(np.argmin(np.append(falling, False)))
    stayed[history.freed[:first]] = stand_ins[history.freed[:first]] = history.freed[:first]
    if before is not None and before.history.size == history.size:
        first = max(first, min(len(history.freed), len(before.history.freed)))
        common = history.freed[: min(first, len(before.history.freed))]
        stayed[common], stand_ins[common] = before.stayed[common], before.stand_ins[common]
    if first < len(history.freed):
        stand_in_kernel(history.freed, first, history.size, stayed, stand_ins)
    return Anchors(history, stayed, stand_ins)
