"""Slots: keys fall into a fixed number of slots, and a table says which node has each slot."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, Nodes, Partitioner, Spec, register
from algorithms.interface import Buckets, Cost, Hashes, Whole
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel


class Owners(NamedTuple):
    """The bucket of each slot."""

    owners: NDArray[np.int32]


@kernel
def deal_kernel(owners: NDArray[np.int32], n: int) -> None:
    """Grow from bucket 0, which owns all slots, to n buckets; a newcomer takes what each can spare."""
    slots = len(owners)
    spare = np.zeros(n, dtype=np.int64)
    for newcomer in range(1, n):
        for bucket in range(newcomer):
            # of n buckets, bucket b has ceil((slots - b) / n) slots, which never grows with n
            spare[bucket] = (slots - bucket - 1) // newcomer - (slots - bucket - 1) // (newcomer + 1)
        for slot in range(slots):
            if spare[owners[slot]] > 0:
                spare[owners[slot]] -= 1
                owners[slot] = newcomer


@kernel
def slots_kernel(hashes: Hashes, owners: NDArray[np.int32], out: Buckets) -> None:
    """Write the owner of slot number hash mod slots."""
    slots = np.uint64(len(owners))
    for i in range(len(hashes)):
        out[i] = owners[hashes[i] % slots]


@register(
    Spec(
        name="slots",
        title="Slots",
        summary="slot = hash mod slots; a table gives each slot to a node",
        capabilities=frozenset(
            {
                Capability.REMOVES_LAST,
                Capability.MINIMAL_MOVEMENT,
                Capability.UNIFORM,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.REMOVES_ANY: "the table is dealt to buckets 0 to n - 1, so only the last one can go",
            Capability.WEIGHTED: "all buckets are dealt alike, so a weight other than 1 is refused",
            Capability.INTERVALS: "neighbouring hashes have different slots: arcs would be single hashes",
            Capability.REPLICAS: "a slot has one owner",
        },
        reference="Redis Cluster specification, key distribution model (which has 16384 slots)",
        year=2015,
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(slots * n)"),
        memory_cost=Cost("O(slots)"),
    )
)
class Slots(Partitioner[Owners]):
    """A table of slots, as Redis Cluster has it: one more step between a key and its node.

    A key belongs to slot number hash mod slots for ever; nodes come and go, and only the table from slots to
    nodes changes. A newcomer takes from each node just the slots that this one has too many. So the numbers
    of slots differ by one at most, and no slot moves between two nodes that stay.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    slots
        How many, 1 to 2^24; a hash space of fewer hashes has as many slots as hashes.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For a number of slots that is not whole, or out of range.

    Notes
    -----
    **Sources.** The Redis Cluster specification: 16384 slots, a slot being CRC16(key) mod 16384.

    **Done otherwise.** In Redis the table is kept as data, and an operator may move any slot. Here it follows
    from n alone: it is dealt by growing from one bucket to n. Nothing needs to be kept, and the price is that
    only the last bucket can go. The hash function is whichever ``hash`` names.

    **Costs.** assign O(1); an event O(slots * n), which is 20 ms for 1000 nodes; memory 4 bytes a slot.

    **Adverse case.** Many nodes: shares are whole slots, so of 3 slots for 2 nodes one has twice the other's,
    and nodes beyond the number of slots have no keys. Have 100 slots a node or more.

    Examples
    --------
    >>> p = Slots(["a", "b"], slots=6, hash="identity")
    >>> p.lookup_many(range(6)).tolist()
    ['b', 'b', 'b', 'a', 'a', 'a']
    >>> p.add_node("c")
    2
    >>> p.lookup_many(range(6)).tolist()
    ['c', 'b', 'b', 'c', 'a', 'a']
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        slots: Annotated[int, Whole(1, 1 << 24)] = 16384,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.slots = slots
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _build(self, nodes: Nodes) -> Owners:
        owners = np.zeros(min(self.slots, 1 << self.hash_bits), dtype=np.int32)
        deal_kernel(owners, min(len(nodes), len(owners)))
        return Owners(owners)

    def _place(self, structure: Owners, hashes: Hashes, out: Buckets) -> None:
        slots_kernel(hashes, structure.owners, out)
