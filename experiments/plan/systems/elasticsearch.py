"""Elasticsearch and OpenSearch: the shard of a routing value, with the id where the index is partitioned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.plan.pool import Pool, refuse


@dataclass(frozen=True)
class Shards:
    """The shards of an index."""

    partitioner: Any
    routing_shards: int
    partition_size: int

    @property
    def modulus(self) -> int:
        """The number of routing shards, on which the shard of a hash depends."""
        return self.routing_shards

    def hashes(self, keys: Sequence[bytes]) -> Any:
        """Return the hash of each document: of its routing value, and of its id behind a tab."""
        from algorithms.deployed.elasticsearch import partitioned
        from algorithms.hashing import hash_column

        if self.partition_size == 1:
            return hash_column("es_routing", list(keys))
        parts = [key.split(b"\t") for key in keys]
        for key, part in zip(keys, parts, strict=True):
            if len(part) != 2:
                raise refuse(
                    "",
                    0,
                    f"the key {key.decode('utf-8', 'replace')!r} has no id: with routing_partition_size "
                    "write the routing value, a tab and the id",
                )
        routing, ids = (hash_column("es_routing", [part[at] for part in parts]) for at in (0, 1))
        return partitioned(routing, ids, self.partition_size)

    def which(self, keys: Sequence[bytes]) -> list[str | tuple[str, ...]]:
        """Return the shard of each document."""
        buckets = self.partitioner.assign(self.hashes(keys))
        return list(self.partitioner.nodes.names_of(buckets).tolist())

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the signed hash of each document, and its routing shard."""
        signed = [value - (1 << 31) for value in self.hashes(keys).tolist()]
        return [{"hash": value, "slot": value % self.routing_shards} for value in signed]


def placement(pool: Pool) -> Shards:
    """Return the placement of an index: nodes are its shards, or ``number_of_shards`` says how many."""
    from algorithms import ShardlabError, create
    from algorithms.deployed.elasticsearch import default_routing_shards

    options = pool.options
    shards = _number(pool, "number_of_shards", len(pool.nodes) or None)
    if pool.nodes and shards != len(pool.nodes):
        raise refuse(
            pool.file, pool.line, f"number_of_shards is {shards}, but {len(pool.nodes)} shards are listed"
        )
    routing_shards = (
        default_routing_shards(shards)
        if options.get("number_of_routing_shards") is None
        else _number(pool, "number_of_routing_shards", None)
    )
    size = _number(pool, "routing_partition_size", 1)
    names = [node.name for node in pool.nodes] or [str(number) for number in range(shards)]
    try:
        partitioner = create("elasticsearch", names, routing_shards=routing_shards)
    except ShardlabError as error:
        raise refuse(pool.file, pool.line, str(error)) from None
    return Shards(partitioner, routing_shards, size)


def _number(pool: Pool, name: str, default: int | None) -> int:
    value = pool.options.get(name, default)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise refuse(pool.file, pool.line, f"{name} is {value!r}; write a whole number from 1 on")
    return value
