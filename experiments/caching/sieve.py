"""SIEVE: entries stay in the order in which they came; a hand passes those that were asked for once.

Source: Zhang, Yang, Yue, Vigfusson & Rashmi, "SIEVE is simpler than LRU", NSDI 2024, algorithm 1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel

__all__ = ["Sieves", "empty_sieves", "sieved"]

NONE, ABSENT = -1, -2
NEWEST, OLDEST, HAND, COUNT = 0, 1, 2, 3


class Sieves(NamedTuple):
    """By bucket and key the next older and the next newer entry, and whether it was asked for again.

    ``ends`` are (buckets, 4): newest, oldest, the hand, how many. ``newer`` is `ABSENT` where a key is not
    cached; a hand that is `NONE` begins at the oldest.
    """

    older: NDArray[np.int32]
    newer: NDArray[np.int32]
    asked: NDArray[np.bool_]
    ends: NDArray[np.int32]

    def empty(self, bucket: int) -> None:
        """Have a cache with nothing in it."""
        self.newer[bucket] = ABSENT
        self.ends[bucket] = (NONE, NONE, NONE, 0)


def empty_sieves(buckets: int, keys: int) -> Sieves:
    """Return caches with nothing in them, of so many different keys."""
    sieves = Sieves(
        np.empty((buckets, keys), dtype=np.int32),
        np.empty((buckets, keys), dtype=np.int32),
        np.zeros((buckets, keys), dtype=np.bool_),
        np.empty((buckets, 4), dtype=np.int32),
    )
    for bucket in range(buckets):
        sieves.empty(bucket)
    return sieves


@kernel
def sieved(sieves: Sieves, bucket: Any, key: Any, room: Any) -> bool:
    """Return whether a key is cached, and have it cached; where there is no room, the hand finds who goes."""
    older, newer, asked = sieves.older[bucket], sieves.newer[bucket], sieves.asked[bucket]
    ends = sieves.ends[bucket]
    if newer[key] != ABSENT:
        asked[key] = True
        return True
    if ends[COUNT] < room:
        ends[COUNT] += 1
    else:
        leaver = ends[HAND] if ends[HAND] != NONE else ends[OLDEST]
        while asked[leaver]:
            asked[leaver] = False
            leaver = newer[leaver] if newer[leaver] != NONE else ends[OLDEST]
        above, below = newer[leaver], older[leaver]
        ends[HAND] = above
        if above == NONE:
            ends[NEWEST] = below
        else:
            older[above] = below
        if below == NONE:
            ends[OLDEST] = above
        else:
            newer[below] = above
        newer[leaver] = ABSENT
    before = ends[NEWEST]
    older[key], newer[key], asked[key] = before, NONE, False
    if before == NONE:
        ends[OLDEST] = key
    else:
        newer[before] = key
    ends[NEWEST] = key
    return False
