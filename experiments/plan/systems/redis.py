"""Redis and Valkey Cluster: the master of the key's slot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.plan.pool import Pool, refuse

UNCOVERED = "-"
"""Stands for the master of slots that none has, whose keys the cluster refuses."""
SLOTS = 16384


@dataclass(frozen=True)
class Masters:
    """The masters of a cluster, with their slots."""

    partitioner: Any
    points: Mapping[str, int]

    def which(self, keys: Sequence[bytes]) -> list[str | tuple[str, ...]]:
        """Return the master of each key."""
        return list(self.partitioner.lookup_many(list(keys)).tolist())

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the slot of each key."""
        return [{"hash": slot, "slot": slot} for slot in self.partitioner.hashes_of(list(keys)).tolist()]


def placement(pool: Pool) -> Masters:
    """Return the placement of a cluster; without ``slots`` it is made by ``redis-cli --cluster create``."""
    from algorithms import ShardlabError, create

    names = [node.name for node in pool.nodes]
    rows = _rows(pool)
    try:
        partitioner = create("redis_cluster", _named(names, rows), slots=rows)
    except ShardlabError as error:
        raise refuse(pool.file, pool.line, str(error)) from None
    return Masters(partitioner, _counts(partitioner))


def rebalanced(
    before: Pool, after: Pool, weights: Mapping[str, float], threshold: int = 2
) -> list[tuple[int, int, str]]:
    """Return the slots of ``after``, an edit of ``before``, when ``redis-cli --cluster rebalance`` is done.

    Masters that ``after`` lacks are emptied, those that it adds begin empty.
    """
    from algorithms import Node, ShardlabError, create

    rows = _rows(before)
    names = [node.name for node in before.nodes]
    wanted = [node.name for node in after.nodes]
    try:
        partitioner: Any = create("redis_cluster", _named(names, rows), slots=rows, threshold=threshold)
        partitioner.change(
            add=[Node(name, weights.get(name, 1.0)) for name in wanted if name not in names],
            remove=[name for name in names if name not in wanted],
            weights={name: weight for name, weight in weights.items() if name in names and name in wanted},
        )
    except ShardlabError as error:
        raise refuse(after.file, after.line, str(error)) from None
    return list(partitioner.slots)


def _rows(pool: Pool) -> list[tuple[int, int, str]] | None:
    """Return (first, last, name) of all slots, those without a master on a node of the name "-"."""
    given = pool.options.get("slots")
    if given is None:
        return None
    rows, free = [], np.ones(SLOTS, dtype=np.bool_)
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise refuse(pool.file, pool.line, "slots is no list of [first, last, node]")
    for row in given:
        if not (isinstance(row, Sequence) and len(row) == 3 and all(type(part) is int for part in row)):
            raise refuse(pool.file, pool.line, f"slots has {row!r}; write [first, last, place of the node]")
        first, last, node = row
        if not 0 <= first <= last < SLOTS or not 0 <= node < len(pool.nodes):
            raise refuse(
                pool.file,
                pool.line,
                f"slots has {row!r}; slots go from 0 to {SLOTS - 1}, nodes to {len(pool.nodes) - 1}",
            )
        rows.append((first, last, pool.nodes[node].name))
        free[first : last + 1] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]])))
    rows += [(int(start), int(stop) - 1, UNCOVERED) for start, stop in edges.reshape(-1, 2)]
    return rows


def _named(names: list[str], rows: list[tuple[int, int, str]] | None) -> list[str]:
    uncovered = rows is not None and any(name == UNCOVERED for _, _, name in rows)
    return [*names, UNCOVERED] if uncovered else names


def _counts(partitioner: Any) -> dict[str, int]:
    shares, hashes = partitioner.arcs().shares(), 1 << partitioner.hash_bits
    return {partitioner.nodes[bucket].name: share * SLOTS // hashes for bucket, share in shares.items()}
