"""A heap in two arrays: the least key first, and of equal keys the one that was put in first."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel

__all__ = ["Heap", "empty_heap", "first_out", "put"]


class Heap(NamedTuple):
    """Keys, the order in which they were put in, and what they stand for; (2,) how many, and were ever."""

    keys: NDArray[np.float64]
    orders: NDArray[np.int64]
    items: NDArray[np.int64]
    counts: NDArray[np.int64]


def empty_heap(room: int) -> Heap:
    """Return a heap with nothing in it.

    Parameters
    ----------
    room
        How many entries it can have at once.

    Returns
    -------
    Heap
    """
    return Heap(np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64), np.zeros(2, np.int64))


@kernel
def put(heap: Heap, key: float, item: Any) -> None:
    """Put an item in; there must be room."""
    at, order = heap.counts[0], heap.counts[1]
    heap.counts[0], heap.counts[1] = at + 1, order + 1
    while at > 0:
        above = (at - 1) >> 1
        if heap.keys[above] <= key:  # what is in it was put in before
            break
        heap.keys[at], heap.orders[at], heap.items[at] = (
            heap.keys[above],
            heap.orders[above],
            heap.items[above],
        )
        at = above
    heap.keys[at], heap.orders[at], heap.items[at] = key, order, item


@kernel
def first_out(heap: Heap) -> Any:
    """Take the first entry out and return its item; there must be one."""
    item, last = heap.items[0], heap.counts[0] - 1
    heap.counts[0] = last
    key, order = heap.keys[last], heap.orders[last]
    at, below = 0, 1
    while below < last:
        right = below + 1
        if right < last and (
            heap.keys[right] < heap.keys[below]
            or (heap.keys[right] == heap.keys[below] and heap.orders[right] < heap.orders[below])
        ):
            below = right
        if key < heap.keys[below] or (key == heap.keys[below] and order < heap.orders[below]):
            break
        heap.keys[at], heap.orders[at], heap.items[at] = (
            heap.keys[below],
            heap.orders[below],
            heap.items[below],
        )
        at, below = below, 2 * below + 1
    heap.keys[at], heap.orders[at], heap.items[at] = key, order, heap.items[last]
    return item
