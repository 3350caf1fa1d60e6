"""A placement by one partitioner, of what a program hashes of each key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from algorithms import Capability, Node, Partitioner
from algorithms.interface import Nodes
from experiments.plan.pool import Pool, PoolNode, refuse

__all__ = [
    "Blocks",
    "HashedPlacement",
    "as_it_is",
    "check_names",
    "check_usable",
    "hashed_by",
    "points_of",
    "unless_empty",
]

Blocks = Mapping[object, tuple[str, int]]
"""Of each text or id that points are made of: whose they are, and how many."""


def unless_empty(key: bytes) -> bytes | None:
    """Return a key that is hashed as it is; nothing of an empty one, which goes round robin."""
    return key or None


def as_it_is(key: bytes) -> bytes | None:
    """Return the key: an empty one is hashed, too."""
    return key


@dataclass(frozen=True)
class HashedPlacement:
    """Which node has a key, by the hash of what ``taken`` makes of it.

    ``partitioner``, ``modulus``, ``space``, ``points`` and ``blocks`` are those of
    `experiments.plan.placement`, and ``places`` is what has the keys where the partitioner is another for the
    sake of counting. ``value`` makes the hash that the program knows of one of ours; ``reason`` says why a
    key is not hashed.
    """

    partitioner: Any
    taken: Callable[[bytes], bytes | None] = unless_empty
    modulus: int | None = None
    space: int | None = None
    points: Mapping[str, int] = field(default_factory=dict)
    places: Any = None
    value: Callable[[int], int] = int
    blocks: Blocks | None = None
    nearest: bool = False
    reason: str = "an empty value is not hashed: it goes round robin"

    @property
    def _places(self) -> Any:
        return self.partitioner if self.places is None else self.places

    def which(self, keys: Sequence[bytes]) -> list[Any]:
        """Return the node of each key; None for one that is not hashed."""
        hashed, some = self._taken(keys)
        names: list[Any] = self._places.lookup_many(some).tolist() if some else []
        if len(some) == len(hashed):
            return names
        named = iter(names)
        return [None if key is None else next(named) for key in hashed]

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the hash of each key, and its point or its slot; why, where it is not hashed."""
        hashed, some = self._taken(keys)
        if not some:
            return [{"reason": self.reason} for _ in hashed]
        hashes = self._places.hashes_of(some)
        told = iter(self._told(hashes))
        return [{"reason": self.reason} if key is None else next(told) for key in hashed]

    def _taken(self, keys: Sequence[bytes]) -> tuple[Sequence[bytes | None], list[bytes]]:
        if self.taken is as_it_is or (self.taken is unless_empty and b"" not in keys):
            return keys, list(keys)
        hashed = list(map(self.taken, keys))
        if None not in hashed:
            return hashed, cast("list[bytes]", hashed)
        return hashed, [key for key in hashed if key is not None]

    def _told(self, hashes: Any) -> list[Mapping[str, object]]:
        values = [self.value(h) for h in hashes.tolist()]
        if self.modulus is not None:
            return [{"hash": value, "slot": value % self.modulus} for value in values]
        if self.space is not None or not self.partitioner.spec.can(Capability.INTERVALS):
            return [{"hash": value} for value in values]
        arcs = self.partitioner.arcs()
        rows = np.searchsorted(arcs.start, hashes.astype(np.uint64), side="right") - 1
        points = [arcs.point_name(row) for row in rows.tolist()]
        return [{"hash": value, "point": point} for value, point in zip(values, points, strict=True)]


def check_names(pool: Pool) -> None:
    """Refuse two nodes of one name."""
    first: dict[str, PoolNode] = {}
    for node in pool.nodes:
        if node.name in first:
            where = f" in line {first[node.name].line}" if first[node.name].line else ""
            raise refuse(pool.file, node.line, f'server "{node.name}" is there already{where}')
        first[node.name] = node


def check_usable(pool: Pool) -> None:
    """Refuse a pool without a node that may get keys."""
    if not pool.usable:
        raise refuse(
            pool.file, pool.line, f'no server of "{pool.name}" is usable, so no key has one; leave one up'
        )


def hashed_by(
    algorithm: type[Partitioner[Any]], pool: Pool, text: Callable[[PoolNode], str], **parameters: Any
) -> Partitioner[Any]:
    """Return a partitioner of a pool's usable nodes that hashes each by a text, and has it by its name."""
    check_names(pool)
    check_usable(pool)
    texts: dict[str, str] = {}
    taken: dict[str, PoolNode] = {}
    for node in pool.usable:
        texts[node.name] = text(node)
        before = taken.setdefault(text(node), node)
        if before is not node:
            raise refuse(
                pool.file,
                node.line,
                f"{node.name!r} is hashed by {text(node)!r}, as {before.name!r} is: their texts must differ",
            )

    def renamed(nodes: Nodes) -> Nodes:
        return Nodes.of(
            {bucket: Node(texts.get(node.name, node.name), node.weight) for bucket, node in nodes.items()}
        )

    base: Any = algorithm
    hooks: dict[str, Any] = {"texts": texts, "_build": lambda self, nodes: base._build(self, renamed(nodes))}
    if hasattr(base, "_points"):
        hooks["_points"] = lambda self, nodes: base._points(self, renamed(nodes))
        del hooks["_build"]
    named: Any = type(algorithm.__name__, (algorithm,), hooks)
    weighted = algorithm.spec.can(Capability.WEIGHTED)
    nodes = [Node(node.name, float(node.weight) if weighted else 1.0) for node in pool.usable]
    made: Partitioner[Any] = named(nodes, **parameters)
    return made


def points_of(partitioner: Partitioner[Any]) -> tuple[dict[str, int], Blocks]:
    """Return how many points each node of a ring has, and the same by the texts that they are made of."""
    base: Any = partitioner
    nodes = partitioner.nodes
    counts = np.bincount(base._points(nodes).owners, minlength=max(nodes) + 1).tolist()
    points = {node.name: counts[bucket] for bucket, node in nodes.items()}
    return points, {base.texts[name]: (name, count) for name, count in points.items()}
