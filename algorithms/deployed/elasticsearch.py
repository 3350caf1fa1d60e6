"""Elasticsearch and OpenSearch: the shard of a document, by routing shards that a split can divide."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from algorithms.errors import InvalidParameter
from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Partitioner, Publication, Spec
from algorithms.interface.nodes import NodesLike
from algorithms.interface.signature import Whole
from algorithms.machinery.kernel import kernel
from algorithms.machinery.single import One, entry
from algorithms.registry import register

__all__ = ["Elasticsearch", "default_routing_shards", "partitioned"]

MOST_ROUTING_SHARDS = 1 << 30


class Routing(NamedTuple):
    """Routing shards, how many of them a shard has, and the remainder of the lowest signed hash."""

    routing_shards: int
    each: int
    lowest: int


@kernel
def shard_of(h: np.uint64, routing_shards: int, each: int, lowest: int) -> np.int64:
    """Return the remainder of the signed hash by the routing shards, div how many a shard has."""
    count = np.uint64(routing_shards)
    return np.int64((h % count + np.uint64(lowest)) % count // np.uint64(each))


_one_shard = entry(shard_of)


@kernel
def shards_kernel(routing_shards: int, each: int, lowest: int, hashes: Hashes, out: Buckets) -> None:
    """Write the shard of each hash."""
    for i in range(len(hashes)):
        out[i] = np.int32(shard_of(hashes[i], routing_shards, each, lowest))


def default_routing_shards(shards: int) -> int:
    """Return ``index.number_of_routing_shards`` where an index does not set it.

    Parameters
    ----------
    shards
        ``index.number_of_shards``.

    Returns
    -------
    int
        shards * 2^max(1, 10 - ceil(log2 shards)).

    Examples
    --------
    >>> [default_routing_shards(shards) for shards in (1, 3, 4, 5, 1024)]
    [1024, 768, 1024, 640, 2048]
    """
    return shards << max(1, 10 - (shards - 1).bit_length())


def partitioned(routing: Hashes, ids: Hashes, size: int) -> Hashes:
    """Return the hashes of documents of an index with ``index.routing_partition_size``.

    Parameters
    ----------
    routing, ids
        (k,) uint64 below 2^32: hashes of the routing values and of the ids, by "es_routing".
    size
        The partition size, at least 1.

    Returns
    -------
    ndarray
        (k,) uint64: the routing hash plus the remainder of the id's by the size, modulo 2^32.

    Examples
    --------
    >>> partitioned(np.array([7], dtype=np.uint64), np.array([2**31 - 1], dtype=np.uint64), 4).tolist()
    [10]
    """
    signed = ids.astype(np.int64) - (1 << 31)
    return (routing + (signed % size).astype(np.uint64)) & np.uint64(0xFFFFFFFF)


@register(
    Spec(
        name="elasticsearch",
        title="Elasticsearch",
        summary="shard = (hash mod routing shards) div how many routing shards a shard has",
        capabilities=frozenset({Capability.UNIFORM}),
        lacks={
            Capability.REMOVES_ANY: "an index has its shards for life; it can be split, shrunk or made anew",
            Capability.REMOVES_LAST: "an index has its shards for life",
            Capability.REVERSIBLE: "an index has its shards for life, so nothing can be undone",
            Capability.WEIGHTED: "a shard has as many routing shards as another, so a weight is refused",
            Capability.INTERVALS: "neighbouring hashes go to different shards: arcs would be single hashes",
            Capability.REPLICAS: "nodes keep replicas of a shard; documents are not placed on nodes",
        },
        reference="Elasticsearch Guide, _routing field and index.number_of_routing_shards",
        year=2010,
        publications=(
            Publication(
                "elasticsearch",
                "misc",
                "{Elastic}",
                "Elasticsearch guide: _routing field",
                2010,
                {"howpublished": "Documentation of the program"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(1)", "and nearly all keys move, unless shards are split"),
        memory_cost=Cost("O(1)"),
        movement_law="elasticsearch",
        balance_law="multinomial",
        kind="deployed",
        by_default=False,
    )
)
class Elasticsearch(Partitioner[Routing]):
    """The shard of a document: many routing shards by a remainder, equally many consecutive ones a shard.

    Nodes are the shards in the order of their numbers. The hash is MurmurHash3 of the routing value (by
    default the id) in UTF-16, a signed number: here plus 2^31. An index of n shards has R routing shards, n
    times a power of two and mostly 640 to 1024; split by k, its shard s becomes s k ... s k + k - 1, and no
    document leaves that group.

    Parameters
    ----------
    nodes
        The shards.
    routing_shards
        ``index.number_of_routing_shards``, a multiple of the number of shards; None for the
        program's default. As many as shards: what versions before 7 did.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`; the program's hash is "es_routing".

    Raises
    ------
    InvalidParameter
        For routing shards that the shards do not divide.

    Notes
    -----
    **Sources.** Elasticsearch's guide; golden values of its routing tests, and placements that another
    product printed. No server was run. OpenSearch has the same rule.

    **Done otherwise.** With ``index.routing_partition_size`` the id counts too: :func:`partitioned` makes the
    hash. An event without ``routing_shards`` is a new index, into which all is written anew.

    **Costs.** assign O(1): two divisions; an event O(1) here, and for its user all documents of an index.
    Memory 3 numbers.

    **Adverse case.** Few routing values: 1, 2 and 3 are all on shard 0 of four.

    Examples
    --------
    >>> Elasticsearch(["0", "1", "2"]).lookup_many(["1", "2", "3"]).tolist()
    ['2', '1', '1']
    >>> Elasticsearch(15, routing_shards=640)
    Traceback (most recent call last):
        ...
    algorithms.errors.InvalidParameter: 640 routing shards cannot be dealt to 15 shards: give a multiple of 15
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        routing_shards: Annotated[int | None, Whole(1, MOST_ROUTING_SHARDS)] = None,
        hash: str = "es_routing",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.routing_shards = routing_shards
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _build(self, nodes: Nodes) -> Routing:
        count = self.routing_shards or default_routing_shards(len(nodes))
        if count % len(nodes):
            raise InvalidParameter(
                f"{count} routing shards cannot be dealt to {len(nodes)} shards: "
                f"give a multiple of {len(nodes)}"
            )
        return Routing(count, count // len(nodes), -(1 << self.hash_bits - 1) % count)

    def _one(self, structure: Routing) -> One:
        return _one_shard.of(*structure)

    def _place(self, structure: Routing, hashes: Hashes, out: Buckets) -> None:
        shards_kernel(*structure, hashes, out)
