"""Redis and Valkey Cluster: 16,384 slots, each on a master, moved by redis-cli."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.deployed.float32 import in_float32
from algorithms.deployed.slots import created, rebalanced
from algorithms.errors import InvalidParameter
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
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.intervals import Intervals, build_intervals, one_of, place
from algorithms.machinery.pairs import Pair, pair_of_intervals
from algorithms.machinery.single import One
from algorithms.machinery.steps import Steps
from algorithms.registry import register

__all__ = ["RedisCluster", "SlotRows"]

SlotRows: TypeAlias = Sequence[tuple[int, int, str]]

SLOT_BITS = 14


class Slots(NamedTuple):
    """The bucket of each slot, the same as intervals, and whether nothing was given or moved yet."""

    owners: NDArray[np.int32]
    intervals: Intervals
    initial: bool


@register(
    Spec(
        name="redis_cluster",
        title="Redis Cluster",
        summary="slot = CRC-16 of the key's tag mod 16384; the operator says whose a slot is",
        capabilities=frozenset({Capability.REMOVES_ANY, Capability.WEIGHTED, Capability.INTERVALS}),
        lacks={
            Capability.UNIFORM: "slots are whole: five masters have 3276 or 3277 of them each",
            Capability.REPLICAS: "a replica copies a whole master; keys are not placed on replicas",
        },
        reference="Redis Cluster specification; redis-cli --cluster create and rebalance",
        year=2015,
        publications=(
            Publication(
                "redis-cluster",
                "misc",
                "Sanfilippo, Salvatore",
                "Redis cluster specification",
                2015,
                {"howpublished": "Documentation of the program"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(n)", "and the slots that move"),
        memory_cost=Cost("O(1)", "16,384 slots"),
        kind="deployed",
        by_default=False,
        steps={"probes": Step()},
        lawless={
            "movement": "what redis-cli moves depends on all events before, and on its threshold",
            "balance": "a slot is 1/16384 of all, and a threshold leaves up to 2 % more or less",
        },
    )
)
class RedisCluster(Partitioner[Slots]):
    """A cluster of masters with slots: the hash of a key is its slot, and a table says whose it is.

    The hash is CRC-16 of what stands between the first brace that opens and the next that closes, or of the
    whole key, in 14 bits. At first slots are dealt in equal rows, as ``redis-cli --cluster create`` does; an
    event is ``redis-cli --cluster rebalance`` with these weights, where a master that joins is empty and one
    that leaves has weight 0.

    Parameters
    ----------
    nodes
        The masters, in the order in which redis-cli lists them; weights are those of ``rebalance``.
    slots
        (first, last, name) rows, as CLUSTER NODES has them; each slot once. None for what ``create`` deals.
    threshold
        ``--cluster-threshold`` in percent: an event in which no master is further off moves nothing.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`; of longer hashes the high 14 bits are the slot, and
        in a smaller space there are fewer slots.

    Raises
    ------
    InvalidParameter
        For rows that are none, overlap, leave a slot out or name another.
    UnknownNode
        For a row whose master is not among the nodes.

    Notes
    -----
    **Sources.** The cluster specification, and redis-cli; slots and moves recorded from Redis 7.0.15 and
    Valkey 9.1.2.

    **Done otherwise.** ``create`` knows no weights: where they differ, a rebalance follows. Of masters that
    are equally far off, redis-cli goes by the random order of their ids; here by their buckets, so that
    counts are its own and pairs may be others. Several hosts are not interleaved.

    **Costs.** assign as for intervals; an event O(n) and the slots that move. Memory 64 kB and the rows.

    **Adverse case.** One tag for all keys: one slot has them.

    Examples
    --------
    >>> p = RedisCluster(["a", "b", "c"])
    >>> p.lookup("foo{bar}zap"), p.lookup("{user1000}.following"), p.lookup("foo{}{bar}")
    ('a', 'a', 'b')
    >>> p.add_node("d")
    3
    >>> p.arcs().shares()
    {0: 4096, 1: 4096, 2: 4096, 3: 4096}
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        slots: SlotRows | None = None,
        threshold: Annotated[int, Whole(0, 99)] = 2,
        hash: str = "crc16_slot",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self._first_slots = slots
        self.threshold = threshold
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)
        self._first_slots = self.slots  # what was given may be used up by now, or changed later

    @property
    def slots(self) -> tuple[tuple[int, int, str], ...] | None:
        """The rows that would build this again; None while they are those of ``create``."""
        state = self._state
        if state.structure.initial:
            return None
        owners = state.structure.owners
        firsts = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist()]
        lasts = [*(first - 1 for first in firsts[1:]), len(owners) - 1]
        return tuple(
            (first, last, state.nodes[int(owners[first])].name)
            for first, last in zip(firsts, lasts, strict=True)
        )

    def _build(self, nodes: Nodes) -> Slots:
        count = 1 << min(SLOT_BITS, self.hash_bits)
        if self._first_slots is not None:
            return self._table(_owners(nodes, self._first_slots, count), initial=False)
        owners = created(nodes.buckets(), count)
        if not nodes.equal_weights:
            weights = _weights(nodes)
            owners, _ = rebalanced(owners, weights, self.threshold)
        return self._table(owners, initial=True)

    def _rebuild(self, before: State[Slots], nodes: Nodes, layout: Any) -> Slots:
        """Rebalance: a bucket with another node has a master that leaves, and one that joins."""
        owners = before.structure.owners.copy()
        leaving = [
            bucket for bucket in np.unique(owners).tolist()
            if bucket not in nodes or nodes[bucket].name != before.nodes[bucket].name
        ]  # fmt: skip
        top = max(before.nodes.top, nodes.top)
        aside = {bucket: top + row for row, bucket in enumerate(leaving)}
        for bucket, other in aside.items():
            owners[owners == bucket] = other
        weights = _weights(nodes) | dict.fromkeys(aside.values(), 0.0)
        owners, _ = rebalanced(owners, weights, self.threshold)
        return self._table(owners, initial=False)

    def _table(self, owners: NDArray[np.int32], *, initial: bool) -> Slots:
        firsts = np.concatenate([[0], np.flatnonzero(np.diff(owners)) + 1])
        starts = firsts.astype(np.uint64) << np.uint64(self.hash_bits - (len(owners) - 1).bit_length())
        return Slots(owners, build_intervals(starts, owners[firsts], self.hash_bits), initial)

    def _one(self, structure: Slots) -> One:
        return one_of(structure.intervals)

    def _place(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        place(structure.intervals, hashes, out)

    def _pair(self, structure: Slots, other: Slots) -> Pair | None:
        return pair_of_intervals(structure.intervals, other.intervals)

    def _place_counting(self, structure: Slots, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        place(structure.intervals, hashes, out, steps)

    def _arcs(self, structure: Slots, nodes: Nodes) -> Arcs:
        table = structure.intervals
        return Arcs.from_starts(table.starts, table.owners, self.hash_bits, nodes)


def _weights(nodes: Nodes) -> dict[int, float]:
    """Return the weight of each bucket, as redis-cli has it."""
    return dict(zip(nodes, in_float32(nodes.weights(), "slots").tolist(), strict=True))


def _owners(nodes: Nodes, rows: SlotRows, count: int) -> NDArray[np.int32]:
    """Return the bucket of each slot by rows that name all of them once."""
    if isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
        raise InvalidParameter(f"slots are (first, last, node name) rows, not {rows!r:.60}")
    owners = np.full(count, -1, dtype=np.int32)
    for row in rows:
        if not (isinstance(row, tuple | list) and len(row) == 3 and is_int(row[0]) and is_int(row[1])):
            raise InvalidParameter(f"slots are rows (first, last, node name), not {row!r:.60}")
        first, last = int(row[0]), int(row[1])
        if not 0 <= first <= last < count:
            raise InvalidParameter(f"slots {row[0]} to {row[1]} are not all among 0 to {count - 1}")
        if (owners[first : last + 1] >= 0).any():
            twice = first + int(np.argmax(owners[first : last + 1] >= 0))
            raise InvalidParameter(f"slot {twice} stands in two rows: one slot has one node")
        owners[first : last + 1] = nodes.bucket_of(row[2])
    if (owners < 0).any():
        raise InvalidParameter(f"slot {int(np.argmin(owners))} has no node: every slot must have one")
    return owners
