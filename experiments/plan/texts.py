"""Placements by one partitioner, whose nodes may be hashed by other texts than their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from algorithms import Node, Partitioner
from algorithms.interface import Nodes
from experiments.plan.pool import Pool, PoolNode, refuse

__all__ = ["ByHash", "hashed_by"]


def _as_is(key: bytes) -> bytes:
    return key


@dataclass(frozen=True)
class ByHash:
    """A placement by one partitioner: each key goes where its hash does.

    Attributes
    ----------
    partitioner
        Of the usable nodes by their names.
    hashed
        What of a key is hashed.
    modulus
        The node of a hash h is that of ``h % modulus``; None for other rules.
    points
        How many points or entries each node has; empty where nodes have none.
    """

    partitioner: Any
    hashed: Callable[[bytes], bytes] = _as_is
    modulus: int | None = None
    points: Mapping[str, int] = field(default_factory=dict)

    def which(self, keys: Sequence[bytes]) -> list[str | tuple[str, ...]]:
        """Return the node of each key."""
        return list(self.partitioner.lookup_many(list(map(self.hashed, keys))))

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the hash of each key, and its slot where there is a modulus."""
        hashes = self.partitioner.hashes_of(list(map(self.hashed, keys))).tolist()
        if self.modulus is None:
            return [{"hash": value} for value in hashes]
        return [{"hash": value, "slot": value % self.modulus} for value in hashes]


def hashed_by(
    algorithm: type[Partitioner[Any]], pool: Pool, text: Callable[[PoolNode], str], **parameters: Any
) -> Partitioner[Any]:
    """Return a partitioner of a pool's usable nodes that hashes each by a text, and has it by its name."""
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
    weights = {node.name: float(node.weight) for node in pool.usable} if weighted(algorithm) else {}
    nodes = [Node(node.name, weights.get(node.name, 1.0)) for node in pool.usable]
    if not nodes:
        raise refuse(pool.file, pool.line, "no node is usable, so no key has a node")
    made: Partitioner[Any] = named(nodes, **parameters)
    return made


def weighted(algorithm: type[Partitioner[Any]]) -> bool:
    """Return whether an algorithm follows weights."""
    from algorithms import Capability

    return algorithm.spec.can(Capability.WEIGHTED)


def shares_of_points(partitioner: Partitioner[Any]) -> dict[str, int]:
    """Return how many points each node of a ring has."""
    base: Any = partitioner
    points = base._points(partitioner.nodes)
    owners = points.owners.tolist()
    return {node.name: owners.count(bucket) for bucket, node in partitioner.nodes.items()}
