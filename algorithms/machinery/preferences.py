"""Preferences: who comes next for a hash, asked only as far as those before have no room.

A search is made around a condition, a kernel (state, in flight by place, place) -> bool, and compiled with it
inside. It returns the first place of a hash's preference that the condition admits. Nothing changes while it
looks, so a place that is met again says again what it said: no list of those that were met is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import Kernel, kernel
from algorithms.machinery.logarithm import minus_log_of_uniform
from algorithms.machinery.mixing import mix
from algorithms.machinery.traces import InFlight, Place

__all__ = ["Admits", "Bids", "Preference", "Search", "Walk", "along_walk", "by_bids"]

Admits: TypeAlias = Kernel[[Any, InFlight, Place], Any]
Search: TypeAlias = Kernel[[Any, NDArray[np.int32], np.uint64, Place, Any, InFlight], Place]
"""(order, place of each bucket, hash, what to return where nobody is admitted, state, in flight) -> place."""


class Preference(NamedTuple):
    """How compiled code finds whom a hash prefers of those that a condition admits.

    Parameters
    ----------
    search
        condition -> search, such as `along_walk`; the same function for all partitioners of a class.
    order
        What the search looks at, of buckets.
    """

    search: Callable[[Admits], Search]
    order: Any


class Walk(NamedTuple):
    """A circle: (k,) first hash of each arc, owners on the way, where each arc's walk begins, (1,) the step.

    ``entry`` is empty where the walk of arc i begins at i.
    """

    starts: NDArray[np.uint64]
    owners: NDArray[np.int32]
    entry: NDArray[np.int32]
    step: NDArray[np.int64]


class Bids(NamedTuple):
    """Bidders by rank of equal bids: seeds, weights (empty where all are equal) and buckets."""

    seeds: NDArray[np.uint64]
    weights: NDArray[np.float64]
    buckets: NDArray[np.int32]


@kernel
def arc_of(starts: NDArray[np.uint64], value: np.uint64) -> np.int64:
    """Return the arc that a hash lies in, by halves and without a branch."""
    low, size = np.int64(0), np.int64(len(starts))
    while size > 1:
        half = size >> 1
        low += half * np.int64(starts[low + half] <= value)
        size -= half
    return low


@lru_cache(maxsize=64)
def along_walk(admits: Admits) -> Search:
    """Return the search along a circle: the owner of each point on the way that the condition admits.

    Parameters
    ----------
    admits
        The condition.

    Returns
    -------
    Kernel
        Costs O(log k) to find the arc, and a step a point.
    """

    @kernel
    def search(
        order: Walk,
        places: NDArray[np.int32],
        value: np.uint64,
        nobody: Place,
        state: Any,
        in_flight: InFlight,
    ) -> Place:
        at = arc_of(order.starts, value)
        if len(order.entry):
            at = np.int64(order.entry[at])
        points, step = np.int64(len(order.owners)), order.step[0]
        for _ in range(points):
            place = np.int64(places[order.owners[at]])
            if admits(state, in_flight, place):
                return place
            at += step
            if at < 0:
                at += points
            elif at >= points:
                at -= points
        return nobody

    return search


@lru_cache(maxsize=64)
def by_bids(admits: Admits) -> Search:
    """Return the search among bidders: the highest bid, -w / ln(u), of those that the condition admits.

    Parameters
    ----------
    admits
        The condition.

    Returns
    -------
    Kernel
        Costs a word for each bidder that is admitted.
    """

    @kernel
    def search(
        order: Bids,
        places: NDArray[np.int32],
        value: np.uint64,
        nobody: Place,
        state: Any,
        in_flight: InFlight,
    ) -> Place:
        weighted = len(order.weights) > 0
        best, best_word, best_score = nobody, np.uint64(0), -1.0
        for j in range(len(order.seeds)):
            place = np.int64(places[order.buckets[j]])
            if not admits(state, in_flight, place):
                continue
            word = mix(value ^ order.seeds[j])
            score = order.weights[j] / minus_log_of_uniform(word) if weighted else 0.0
            if score > best_score or (score == best_score and word > best_word):
                best, best_word, best_score = place, word, score
        return best

    return search
