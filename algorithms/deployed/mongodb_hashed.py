"""MongoDB: a hashed shard key, and chunks of hashes on shards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.errors import InvalidParameter, UnsupportedEvent
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Partitioner,
    Publication,
    Spec,
    State,
    Step,
    Whole,
)
from algorithms.interface.arcs import Arcs
from algorithms.interface.memory import must_fit
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.exact_ranges import intervals_from
from algorithms.machinery.intervals import Intervals, one_of, place
from algorithms.machinery.pairs import Pair, pair_of_intervals
from algorithms.machinery.single import One
from algorithms.machinery.steps import Steps
from algorithms.registry import register

__all__ = ["Chunks", "MongodbHashed", "split_points"]

Chunks: TypeAlias = Sequence[tuple[int | None, str]]

MOST_INITIAL_CHUNKS = 8192


def split_points(chunks: int, hash_bits: int = 64) -> list[int]:
    """Return where the chunks of an empty collection part, all but the first, ascending and signed.

    Parameters
    ----------
    chunks
        How many chunks.
    hash_bits
        Bits of the hash space.

    Returns
    -------
    list of int
        In steps of twice floor(largest hash / chunks) around 0.

    Examples
    --------
    >>> split_points(4)
    [-4611686018427387902, 0, 4611686018427387902]
    """
    step = ((1 << hash_bits - 1) - 1) // chunks * 2
    if chunks % 2 == 0:
        return [(row - chunks // 2) * step for row in range(1, chunks)]
    above = [step // 2 + row * step for row in range(chunks // 2)]
    return [-point for point in reversed(above)] + above


@register(
    Spec(
        name="mongodb_hashed",
        title="MongoDB hashed",
        summary="the shard of the chunk in which the hash of the shard key lies",
        capabilities=frozenset({Capability.INTERVALS}),
        lacks={
            Capability.REMOVES_ANY: "the balancer moves the chunks of a shard that goes, by the data in them",
            Capability.REMOVES_LAST: "the balancer moves the chunks of a shard that goes, by their data",
            Capability.REVERSIBLE: "nothing can be removed, so nothing can be undone",
            Capability.WEIGHTED: "the balancer counts data: shards have no weight",
            Capability.UNIFORM: "chunks lie where the balancer has put them",
            Capability.ORDERED: "chunks lie where the balancer has put them",
            Capability.REPLICAS: "a shard is a replica set; documents are on one shard",
        },
        reference="MongoDB Manual, Hashed Sharding and config.chunks",
        year=2013,
        publications=(
            Publication(
                "mongodb-hashed",
                "misc",
                "{MongoDB, Inc.}",
                "MongoDB manual: hashed sharding",
                2013,
                {"howpublished": "Documentation of the program"},
            ),
        ),
        lookup_cost=Cost("O(1)", "O(log chunks) in the worst case"),
        resize_cost=Cost("O(chunks)"),
        memory_cost=Cost("O(chunks)"),
        movement_law="range",
        lawless={
            "balance": "equal chunks differ by a few hashes, and others lie where the balancer put them"
        },
        kind="deployed",
        by_default=False,
        steps={"probes": Step()},
    )
)
class MongodbHashed(Partitioner[Intervals]):
    """The shard of the chunk in which a document's hashed shard key lies.

    The hash is 64 bits of MD5 over the value in BSON, with its type, read as a signed number: here plus 2^63.
    Chunks are ranges of it, and each is on a shard. An empty collection begins with equal chunks, dealt to
    the shards in rows; afterwards the balancer moves them, by rules that the shard key does not decide.

    Parameters
    ----------
    nodes
        The shards.
    chunks
        (first hash, shard) of each chunk, as ``config.chunks`` lists them: signed, None for the lowest. None
        for those of an empty collection. An event is then refused: build it anew with other chunks.
    initial_chunks
        Chunks a shard of an empty collection.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For chunks that are no such pairs, repeat a hash, or do not begin at the lowest.
    UnknownNode
        For a chunk whose shard is not among the nodes.

    Notes
    -----
    **Sources.** MongoDB's manual, golden values of its own tests of the hash, and two hashes that somebody
    printed. No server was run.

    **Done otherwise.** "mongo_hashed" hashes a str as a string and an int as a number, whose two's complement
    it is; :func:`algorithms.hashing.systems.mongo_hashed` takes other types. An event without ``chunks`` is a
    collection sharded anew over those shards.

    **Costs.** assign as for intervals; an event O(chunks). Memory 12 bytes a chunk and an index.

    **Adverse case.** One value of the key: all its documents have one hash, and stay in one chunk.

    Examples
    --------
    >>> MongodbHashed(["s0", "s1"]).lookup_many([42, "abc"]).tolist()
    ['s0', 's1']
    >>> MongodbHashed(["s0", "s1"], chunks=[(None, "s1"), (-5, "s0")]).lookup(42)
    's1'
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        chunks: Chunks | None = None,
        initial_chunks: Annotated[int, Whole(1, MOST_INITIAL_CHUNKS)] = 2,
        hash: str = "mongo_hashed",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        if chunks is not None:
            if isinstance(chunks, str | bytes) or not isinstance(chunks, Iterable):
                raise InvalidParameter(f"chunks are (first hash, shard) pairs, not {chunks!r:.60}")
            chunks = tuple(tuple(chunk) if isinstance(chunk, list) else chunk for chunk in chunks)
        self.chunks = chunks
        self.initial_chunks = initial_chunks
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _check_size(self, nodes: Nodes) -> None:
        must_fit(len(nodes), 160 * self.initial_chunks, f"shards of {self.initial_chunks} chunks")

    def _build(self, nodes: Nodes) -> Intervals:
        self._check_size(nodes)
        half = 1 << self.hash_bits - 1
        if self.chunks is None:
            points = split_points(len(nodes) * self.initial_chunks, self.hash_bits)
            # a shard's chunks are neighbours, and one interval
            starts = [0, *(point + half for point in points[self.initial_chunks - 1 :: self.initial_chunks])]
            return intervals_from(starts, nodes.buckets(), self.hash_bits)
        starts, owners = self._listed(nodes, self.chunks, half)
        return intervals_from(starts, owners, self.hash_bits)

    def _listed(self, nodes: Nodes, chunks: Chunks, half: int) -> tuple[list[int], NDArray[np.int32]]:
        """Return where the chunks that were given begin, ascending, and their shards."""
        rows: list[tuple[int, int]] = []
        for chunk in chunks:
            if not (isinstance(chunk, tuple) and len(chunk) == 2 and (chunk[0] is None or is_int(chunk[0]))):
                raise InvalidParameter(f"a chunk is a pair (first hash or None, shard), not {chunk!r:.60}")
            start = 0 if chunk[0] is None else int(chunk[0]) + half
            if start < 0 or start >> self.hash_bits:
                raise InvalidParameter(
                    f"a chunk begins in the hash space, {-half} to {half - 1}, not at {chunk[0]}"
                )
            rows.append((start, nodes.bucket_of(chunk[1])))
        rows.sort()
        if not rows or rows[0][0] != 0:
            raise InvalidParameter("the first chunk must begin at the lowest hash: write None as its first")
        for (first, _), (second, _) in pairwise(rows):
            if first == second:
                raise InvalidParameter(f"two chunks begin at {first - half}: one hash has one shard")
        return [start for start, _ in rows], np.array([owner for _, owner in rows], dtype=np.int32)

    def _rebuild(self, before: State[Intervals], nodes: Nodes, layout: Any) -> Intervals:
        if self.chunks is not None:
            raise UnsupportedEvent(
                "the chunks of this mongodb_hashed were given, and where the balancer moves them cannot be "
                "told: build it anew with chunks="
            )
        return self._build(nodes)

    def _one(self, structure: Intervals) -> One:
        return one_of(structure)

    def _place(self, structure: Intervals, hashes: Hashes, out: Buckets) -> None:
        place(structure, hashes, out)

    def _pair(self, structure: Intervals, other: Intervals) -> Pair | None:
        return pair_of_intervals(structure, other)

    def _place_counting(self, structure: Intervals, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        place(structure, hashes, out, steps)

    def _arcs(self, structure: Intervals, nodes: Nodes) -> Arcs:
        return Arcs.from_starts(structure.starts, structure.owners, self.hash_bits, nodes)
