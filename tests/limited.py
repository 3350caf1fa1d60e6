"""A member as a stranger writes it: any node may leave, and a table of a prime size limits their number."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, InvalidParameter, Nodes, Partitioner, Spec, register
from algorithms.hashing import hash_column
from algorithms.interface import Buckets, Cost, Hashes, Whole
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel


def is_prime(number: int) -> bool:
    """Return whether a number from 2 is a prime."""
    return all(number % divisor for divisor in range(2, math.isqrt(number) + 1))


TABLE_SIZES = Whole(
    2, 65537, is_prime, "a prime", "hashes in steps would meet few slots; use one such as 101"
)


class Slots(NamedTuple):
    """The bucket of each slot."""

    owners: NDArray[np.int32]


@kernel
def deal_kernel(names: Hashes, buckets: NDArray[np.int32], owners: NDArray[np.int32]) -> None:
    """Give each slot to the node whose name scores highest with it."""
    for slot in range(len(owners)):
        best = np.uint64(0)
        for i in range(len(names)):
            score = names[i] ^ (np.uint64(slot + 1) * np.uint64(0x9E3779B97F4A7C15))
            score = (score ^ (score >> np.uint64(31))) * np.uint64(0xD6E8FEB86659FD93)
            score ^= score >> np.uint64(32)
            if i == 0 or score > best:
                best = score
                owners[slot] = buckets[i]


@kernel
def slots_kernel(hashes: Hashes, owners: NDArray[np.int32], out: Buckets) -> None:
    """Write the owner of slot number hash mod slots."""
    size = np.uint64(len(owners))
    for i in range(len(hashes)):
        out[i] = owners[hashes[i] % size]


@register(
    Spec(
        name="limited",
        title="Limited",
        summary="slot = hash mod a prime; a slot goes to the node that scores highest with it",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.MINIMAL_MOVEMENT,
                Capability.ORDER_INDEPENDENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.WEIGHTED: "all nodes score alike, so a weight other than 1 is refused",
            Capability.INTERVALS: "neighbouring hashes have different slots: arcs would be single hashes",
            Capability.REPLICAS: "a slot has one owner",
        },
        reference="unpublished: the worked example of a member that can have only so many nodes",
        year=2026,
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(table_size * n)"),
        memory_cost=Cost("O(table_size)"),
        by_default=False,
        most_nodes=101,
        vary={"table_size": (11, 101)},
    )
)
class Limited(Partitioner[Slots]):
    """A table of slots, each of which goes to the node that scores highest with it.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`; at most ``table_size``.
    table_size
        How many slots: a prime from 2 to 65537.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For a table size that is no such prime, and for more nodes than slots.

    Notes
    -----
    **Sources.** None: each slot is given away by rendezvous hashing, as a table of highest scores.

    **Costs.** assign O(1), one read of a table of 4 bytes a slot; an event O(table_size * n).

    **Adverse case.** About as many nodes as slots: more than a third have no slot, and so no keys.

    Examples
    --------
    >>> p = Limited(["a", "b", "c"], table_size=7, hash="identity")
    >>> p.lookup_many(range(7)).tolist()
    ['b', 'a', 'b', 'a', 'a', 'c', 'b']
    >>> Limited(8, table_size=7)
    Traceback (most recent call last):
        ...
    algorithms.errors.InvalidParameter: 8 nodes do not fit into a table of 7 slots; give a larger table
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        table_size: Annotated[int, TABLE_SIZES] = 101,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.table_size = table_size
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    @property
    def room(self) -> int:
        """How many nodes can still join."""
        return self.table_size - len(self.nodes)

    def _build(self, nodes: Nodes) -> Slots:
        if len(nodes) > self.table_size:
            raise InvalidParameter(
                f"{len(nodes)} nodes do not fit into a table of {self.table_size} slots; give a larger table"
            )
        owners = np.empty(self.table_size, dtype=np.int32)
        names = hash_column("xxh64", nodes.name_column(), seed=self.seed)
        deal_kernel(names, nodes.buckets().astype(np.int32), owners)
        return Slots(owners)

    def _place(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        slots_kernel(hashes, structure.owners, out)
