"""A placement by one partitioner, of what a program hashes of each key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from experiments.plan.pool import Pool, PoolNode, refuse

__all__ = ["HashedPlacement", "check_names", "check_usable", "whole"]


def whole(key: bytes) -> bytes | None:
    """Return a key that is hashed as it is; nothing of an empty one, which goes round robin."""
    return key or None


@dataclass(frozen=True)
class HashedPlacement:
    """Which node has a key, by the hash of what ``taken`` makes of it.

    ``partitioner``, ``modulus``, ``space`` and ``points`` are those of `experiments.plan.placement`, and
    ``places`` is what has the keys where the partitioner is another for the sake of counting. ``value`` makes
    the hash that the program knows of one of ours.
    """

    partitioner: Any
    taken: Callable[[bytes], bytes | None] = whole
    modulus: int | None = None
    space: int | None = None
    points: Mapping[str, int] = field(default_factory=dict)
    places: Any = None
    value: Callable[[int], int] = int

    @property
    def _places(self) -> Any:
        return self.partitioner if self.places is None else self.places

    def which(self, keys: Sequence[bytes]) -> list[Any]:
        """Return the node of each key; None for one that is not hashed."""
        hashed = [self.taken(key) for key in keys]
        some = [key for key in hashed if key is not None]
        if len(some) == len(hashed):
            named: list[Any] = self._places.lookup_many(some).tolist() if some else []
            return named
        names = iter(self._places.lookup_many(some).tolist() if some else [])
        return [None if key is None else next(names) for key in hashed]

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the hash of each key, and its point's number or its slot; nothing where it is not hashed."""
        found: list[Mapping[str, object]] = []
        arcs = self.partitioner.arcs() if self.modulus is None and self.space is None else None
        for key in map(self.taken, keys):
            if key is None:
                found.append({})
                continue
            h = int(self._places.hashes_of([key])[0])
            value = self.value(h)
            if arcs is not None:
                row = int(np.searchsorted(arcs.start, np.uint64(h), side="right")) - 1
                found.append({"hash": value, "point": arcs.point_name(row)})
            elif self.modulus is None:
                found.append({"hash": value})
            else:
                found.append({"hash": value, "slot": value % self.modulus})
        return found


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
