"""Guava: Hashing.consistentHash of a long, or of the long that a hash code is padded to."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.plan.placement import Placement
from experiments.plan.pool import Pool, refuse

INPUTS = {"long": 64, "murmur3_128": 64, "murmur3_32_fixed": 32, "sha256": 64}


@dataclass(frozen=True)
class ByLong:
    """A placement by the long that a key comes to."""

    partitioner: Any
    input: str

    @property
    def blocks(self) -> Mapping[object, tuple[str, int]]:
        """One for each bucket: who joins takes from all alike."""
        return {bucket: (node.name, 1) for bucket, node in self.partitioner.nodes.items()}

    def longs(self, keys: Sequence[bytes]) -> list[int]:
        """Return what the buckets are drawn from, as unsigned numbers of 64 bits."""
        from algorithms.hashing import hash_key

        if self.input == "long":
            return [int(key) % (1 << 64) for key in keys]
        if self.input == "sha256":
            return [int.from_bytes(hashlib.sha256(key).digest()[:8], "little") for key in keys]
        name = {"murmur3_128": "murmur3_64", "murmur3_32_fixed": "murmur3_32"}[self.input]
        return [hash_key(name, key) for key in keys]

    def which(self, keys: Sequence[bytes]) -> list[str | tuple[str, ...]]:
        """Return the bucket of each key, by its name."""
        import numpy as np

        nodes = self.partitioner.nodes
        buckets = self.partitioner.assign(np.array(self.longs(keys), dtype=np.uint64))
        return list(nodes.names_of(buckets))

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the long of each key."""
        return [{"hash": value} for value in self.longs(keys)]


def placement(pool: Pool) -> Placement:
    """Return the placement over so many buckets as the option says, or over the nodes in their order."""
    function = pool.hash or "murmur3_128"
    if function not in INPUTS:
        raise refuse(pool.file, pool.line, f"input {function!r} is unknown: {', '.join(INPUTS)}")
    buckets = int(pool.options.get("buckets", len(pool.nodes)))
    if buckets < 1 or (pool.nodes and buckets != len(pool.nodes)):
        raise refuse(
            pool.file, pool.line, f"{buckets} buckets are not possible with {len(pool.nodes)} nodes listed"
        )
    if not pool.nodes:
        return ByLong(_numbered(buckets).copy(), function)
    return ByLong(_over([node.name for node in pool.nodes]), function)


@functools.lru_cache(maxsize=1)
def _numbered(buckets: int) -> Any:
    """Return a partitioner over so many numbers; of a million their names take four seconds."""
    return _over([str(bucket) for bucket in range(buckets)])


def _over(names: Sequence[str]) -> Any:
    from algorithms import create

    return create("guava", names, hash="murmur3_64")
