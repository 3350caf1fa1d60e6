"""Kafka: the partition of a serialized key, by the partitioner of the client."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.plan.pool import Pool, refuse

HASHES: Mapping[str, str] = {
    "murmur2": "murmur2_kafka",
    "murmur2_random": "murmur2_kafka",
    "consistent": "crc32",
    "consistent_random": "crc32",
    "fnv1a": "fnv1a_kafka",
    "fnv1a_random": "fnv1a_kafka",
}
DEFAULT = "murmur2"


@dataclass(frozen=True)
class Partitions:
    """The partitions of a topic."""

    partitioner: Any
    partitions: int
    json_keys: bool
    empty_is_random: bool
    folded: bool = False

    @property
    def modulus(self) -> int:
        """The number of partitions, by which a hash is divided."""
        return self.partitions

    def _serialized(self, keys: Sequence[bytes]) -> list[bytes]:
        if not self.json_keys:
            return list(keys)
        return [json.dumps(key.decode("utf-8", "replace"), ensure_ascii=False).encode() for key in keys]

    def which(self, keys: Sequence[bytes]) -> list[str | None]:
        """Return the partition of each key; None for one that any may have."""
        given = self._serialized(keys)
        names = self.partitioner.lookup_many(given).tolist()
        if not self.empty_is_random:
            return list(names)
        return [name if key else None for name, key in zip(names, given, strict=True)]

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the hash of each key."""
        return [{"hash": value} for value in self.partitioner.hashes_of(self._serialized(keys)).tolist()]


def placement(pool: Pool) -> Partitions:
    """Return the placement of a topic: nodes are its partitions, or ``partitions`` says how many."""
    from algorithms import create

    chosen = str(pool.options.get("partitioner") or pool.method or DEFAULT)
    if chosen not in HASHES:
        raise refuse(
            pool.file,
            pool.line,
            f"partitioner {chosen!r} is not known: plan covers {', '.join(HASHES)}",
        )
    count = pool.options.get("partitions", len(pool.nodes))
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise refuse(pool.file, pool.line, f"partitions is {count!r}; write a whole number from 1 on")
    if pool.nodes and count != len(pool.nodes):
        raise refuse(pool.file, pool.line, f"partitions is {count}, but {len(pool.nodes)} are listed")
    serializer = str(pool.options.get("serializer") or "string")
    if serializer not in ("string", "json"):
        raise refuse(pool.file, pool.line, f"serializer is {serializer!r}; write string or json")
    names = [node.name for node in pool.nodes] or [str(number) for number in range(count)]
    partitioner = create("kafka", names, hash=HASHES[chosen])
    return Partitions(
        partitioner, count, serializer == "json", chosen == "consistent_random", chosen.startswith("fnv1a")
    )
