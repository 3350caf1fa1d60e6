"""A trace of requests through the caches of many nodes, of which each key has one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel
from experiments.caching.recency import cached, empty_caches
from experiments.caching.sieve import empty_sieves, sieved

__all__ = ["POLICIES", "Policy", "replay"]

ABSENT = -2


@dataclass(frozen=True)
class Policy:
    """Who goes where there is no room.

    Parameters
    ----------
    name
        As it is typed.
    title
        In words.
    make
        Returns empty caches of so many buckets and different keys.
    step
        The kernel.
    """

    name: str
    title: str
    make: Callable[[int, int], Any]
    step: Any


POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy("lru", "the entry goes that was used least recently", empty_caches, cached),
        Policy("sieve", "the oldest entry goes that was not asked for again", empty_sieves, sieved),
    )
}
"""The policies by name."""


@cache
def _loop(name: str) -> Any:
    step = POLICIES[name].step

    @kernel
    def requests(
        caches: Any,
        keys: NDArray[np.int32],
        placed: NDArray[np.int32],
        room: NDArray[np.int64],
        hits: NDArray[np.bool_],
    ) -> None:
        for i in range(len(keys)):
            key = keys[i]
            bucket = placed[key]
            hits[i] = step(caches, bucket, key, room[bucket])

    return requests


def replay(
    policy: str,
    caches: Any,
    keys: NDArray[np.int32],
    placed: NDArray[np.int32],
    room: NDArray[np.int64],
    hits: NDArray[np.bool_],
) -> None:
    """Send requests to the caches, and write which of them were hits.

    `placed` is the bucket of each key, `room` the entries of each bucket's cache, at least 1.
    """
    _loop(policy)(caches, keys, placed, room, hits)


def held(caches: Any, placed: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return whether each key is cached by its bucket."""
    there: NDArray[np.bool_] = caches.newer[placed, np.arange(len(placed))] != ABSENT
    return there
