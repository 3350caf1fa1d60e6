"""LRU: the entry goes that was used least recently."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel

__all__ = ["Caches", "cached", "empty_caches"]

NONE, ABSENT = -1, -2
NEWEST, OLDEST, COUNT = 0, 1, 2


class Caches(NamedTuple):
    """By bucket and key the next older and the next newer entry; (buckets, 3) newest, oldest, how many.

    ``newer`` is `ABSENT` where a key is not cached.
    """

    older: NDArray[np.int32]
    newer: NDArray[np.int32]
    ends: NDArray[np.int32]

    def empty(self, bucket: int) -> None:
        """Have a cache with nothing in it."""
        self.newer[bucket] = ABSENT
        self.ends[bucket] = (NONE, NONE, 0)


def empty_caches(buckets: int, keys: int) -> Caches:
    """Return caches with nothing in them, of so many different keys."""
    caches = Caches(
        np.empty((buckets, keys), dtype=np.int32),
        np.empty((buckets, keys), dtype=np.int32),
        np.empty((buckets, 3), dtype=np.int32),
    )
    for bucket in range(buckets):
        caches.empty(bucket)
    return caches


@kernel
def cached(caches: Caches, bucket: Any, key: Any, room: Any) -> bool:
    """Return whether a key is cached, and make it the newest entry; the oldest goes where it must."""
    older, newer, ends = caches.older[bucket], caches.newer[bucket], caches.ends[bucket]
    hit = newer[key] != ABSENT
    if hit:
        above, below = newer[key], older[key]
        if above == NONE:
            return True
        older[above] = below
        if below == NONE:
            ends[OLDEST] = above
        else:
            newer[below] = above
    elif ends[COUNT] < room:
        ends[COUNT] += 1
    else:
        last = ends[OLDEST]
        above = newer[last]
        newer[last] = ABSENT
        ends[OLDEST] = above
        if above == NONE:
            ends[NEWEST] = NONE
        else:
            older[above] = NONE
    before = ends[NEWEST]
    older[key], newer[key] = before, NONE
    if before == NONE:
        ends[OLDEST] = key
    else:
        newer[before] = key
    ends[NEWEST] = key
    return bool(hit)
