"""The simulation: requests go to the node that has their key, and each node has a cache of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner
from experiments.caching import POLICIES, replay
from experiments.caching.replay import held

__all__ = ["Nodes", "Pool", "moved"]

Placed = NDArray[np.int32]


class Nodes:
    """The nodes of a partitioner with their keys.

    Parameters
    ----------
    partitioner
        Who places them.
    placed
        The bucket of each key.
    """

    def __init__(self, partitioner: Partitioner[Any], placed: Placed) -> None:
        self.placed = placed
        self.top = partitioner.nodes.top
        self.names = {
            bucket: partitioner.nodes[bucket].name for bucket in partitioner.nodes.buckets().tolist()
        }
        self.weights = {name: partitioner.nodes[bucket].weight for bucket, name in self.names.items()}

    @classmethod
    def of(cls, partitioner: Partitioner[Any], hashes: NDArray[np.uint64]) -> Nodes:
        """Return the nodes with the keys of these hashes."""
        return cls(partitioner, partitioner.assign(hashes))

    def others(self, before: Nodes) -> list[int]:
        """Return the buckets that have another node, or none any more."""
        buckets = {*self.names, *before.names}
        return [bucket for bucket in sorted(buckets) if self.names.get(bucket) != before.names.get(bucket)]


def moved(before: Nodes, after: Nodes) -> NDArray[np.bool_]:
    """Return whether each key has another node."""
    away = np.zeros(max(before.top, after.top), dtype=np.bool_)
    away[after.others(before)] = True
    different: NDArray[np.bool_] = (before.placed != after.placed) | away[before.placed]
    return different


class Pool:
    """Caches of nodes, and the requests that go through them.

    Parameters
    ----------
    policy
        Who goes where there is no room.
    keys
        What each request asks for.
    nodes
        Who has which key at the start.
    each
        Entries of a cache, for each unit of its node's weight; at least one.
    top
        The most buckets that there will ever be.
    """

    def __init__(self, policy: str, keys: NDArray[np.int32], nodes: Nodes, each: float, top: int) -> None:
        self.policy, self.keys, self.nodes, self.each = policy, keys, nodes, each
        self.caches = POLICIES[policy].make(top, len(nodes.placed))
        self.hits = np.zeros(len(keys), dtype=np.bool_)
        self.done = 0
        self.room = np.zeros(top, dtype=np.int64)
        self._furnish(list(nodes.names))

    def _furnish(self, buckets: Sequence[int]) -> None:
        """Have empty caches at some buckets, as large as their nodes' weights say."""
        for bucket in buckets:
            self.caches.empty(bucket)
            if bucket in self.nodes.names:
                weight = self.nodes.weights[self.nodes.names[bucket]]
                self.room[bucket] = max(1, round(self.each * weight))

    def copy(self) -> Pool:
        """Return the same with caches of its own."""
        other = object.__new__(Pool)
        other.__dict__ |= self.__dict__
        other.caches = type(self.caches)(*(array.copy() for array in self.caches))
        other.hits, other.room = self.hits.copy(), self.room.copy()
        return other

    def run(self, until: int) -> None:
        """Go on with all requests before one."""
        part = slice(self.done, until)
        replay(self.policy, self.caches, self.keys[part], self.nodes.placed, self.room, self.hits[part])
        self.done = max(self.done, until)

    def change(self, nodes: Nodes) -> None:
        """Have other nodes: who is new has an empty cache, who goes takes its own along."""
        others = nodes.others(self.nodes)
        self.nodes = nodes
        self._furnish(others)

    def cached(self) -> NDArray[np.bool_]:
        """Return whether each key is cached where it is looked for."""
        return held(self.caches, self.nodes.placed)
