"""Maglev: nodes take turns to fill a table, each by a permutation of its own; a lookup is one read."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.baselines.modulo import remainder_kernel
from algorithms.hashing import hash_column
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Partitioner,
    Publication,
    Spec,
    Step,
    Whole,
)
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import WORD, through
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, tally
from algorithms.registry import register

LARGEST_TABLE = 5_000_011

TABLE_SIZES = Whole(
    2,
    LARGEST_TABLE,
    lambda size: all(size % divisor for divisor in range(2, math.isqrt(size) + 1)),
    "a prime",
    "a node whose skip divides it would not reach all entries; use a prime such as 65537",
)

BLOCK = 1024
"""Hashes whose remainders are taken before any of them is looked up."""


class Entries(NamedTuple):
    """The bucket of each entry."""

    buckets: NDArray[np.int32]


@kernel
def fill_kernel(
    positions: NDArray[np.int64],
    skips: NDArray[np.int64],
    shares: NDArray[np.float64],
    targets: NDArray[np.float64],
    buckets: NDArray[np.int32],
    table: NDArray[np.int32],
) -> None:
    """Fill a table of -1: in each turn every node whose share is due takes its next free position.

    ``positions`` and ``targets``, which begin at each node's offset and at 0, are used up.
    """
    size, most = len(table), shares.max()
    taken, turn = 0, 0
    while taken < size:
        turn += 1
        for i in range(len(shares)):
            if taken == size:
                break
            if turn * shares[i] < targets[i]:
                continue
            targets[i] += most
            position = positions[i]
            while table[position] >= 0:
                position += skips[i]
                position -= size if position >= size else 0
            table[position] = buckets[i]
            positions[i] = position
            taken += 1


@kernel
def maglev_kernel(hashes: Hashes, table: NDArray[np.int32], out: Buckets, steps: Steps | None) -> None:
    """Write the entry of each hash, a block at a time: remainders are still at hand when they are used."""
    for first in range(0, len(hashes), BLOCK):
        last = min(first + BLOCK, len(hashes))
        remainder_kernel(hashes[first:last], np.uint64(len(table)), out[first:last])
        through(table, out[first:last])
        if steps is not None:
            for i in range(first, last):
                tally(steps[i], PROBES)


@kernel
def remainder(h: np.uint64, size: np.uint64) -> np.uint64:
    """Return the place of a hash in the table."""
    return h % size


one_entry = entry(remainder)


@register(
    Spec(
        name="maglev",
        title="Maglev",
        summary="hash mod M is an entry of a table, which the nodes fill in turns, each by its permutation",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.UNIFORM,
                Capability.ORDER_INDEPENDENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.INTERVALS: "an entry has every M-th hash, so the arcs would be single hashes",
            Capability.REPLICAS: "an entry has one node",
        },
        reference="Eisenbud et al., Maglev: A fast and reliable software network load balancer, NSDI 2016",
        year=2016,
        publications=(
            Publication(
                "maglev",
                "inproceedings",
                "Eisenbud, Daniel E. and Yi, Cheng and Contavalli, Carlo and Smith, Cody and Kononov, Roman "
                "and Mann-Hielscher, Eric and Cilingiroglu, Ardas and Cheyney, Bin and Shang, Wentao "
                "and Hosein, Jinnah Dylan",
                "Maglev: A fast and reliable software network load balancer",
                2016,
                {
                    "booktitle": "13th USENIX Symposium on Networked Systems Design and Implementation",
                    "pages": "523–535",
                },
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(M log M)", "O(M^2) in the worst case"),
        memory_cost=Cost("O(M)"),
        by_default=False,
        steps={
            "probes": Step("one", published="one", source="the paper, section 3.4"),
        },
    )
)
class Maglev(Partitioner[Entries]):
    """Maglev hashing (Eisenbud et al. 2016), weighted as in Envoy.

    A table has M entries, and hash mod M says which entry a key reads. Each node has a permutation of the
    entries, offset + i skip mod M, from two hashes of its name. The nodes fill the table in turns: in the
    order of their names, each takes the next entry of its permutation that is still free, until none is. So
    shares differ by one entry, and a lookup is one read. After an event the table is filled anew, and most
    entries come out as before, but not all: it trades some stray moves for balance. With weights, a node
    sits out those turns for which its share is not yet due.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    table_size
        M, a prime from 2 to 5,000,011, or a skip that divides it would not reach all entries. Have 100
        entries a node or more.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For a table size that is no such prime.

    Notes
    -----
    **Sources.** NSDI 2016, section 3.4; the weights are those of envoyproxy/envoy, ``maglev_lb.cc``. With
    ``hash="xxh64"`` the placements are those recorded from Envoy 1.40.0, of the same names and weights.

    **Done otherwise.** Names are hashed by xxh64 whatever ``hash`` is, by the seed and by the seed plus 1,
    so that narrow hash functions cannot give two nodes one permutation. The sum of the weights is rounded
    once, so that it does not depend on their order.

    **Costs.** assign O(1), one read of a table of 4 M bytes; an event O(M log M) on average, 3 ms at the
    default, O(M^2) at worst; memory 4 M bytes.

    **Adverse case.** Many nodes: of the keys that a removal moves, 2 % need not at 10 nodes, but with 1000
    nodes seven times as many move as must. Beyond M nodes, some have no entry.

    Examples
    --------
    >>> p = Maglev(["a", "b", "c"], table_size=7, hash="identity")
    >>> p.lookup_many(range(7)).tolist()
    ['a', 'c', 'a', 'b', 'b', 'c', 'a']
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        table_size: Annotated[int, TABLE_SIZES] = 65537,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.table_size = table_size
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _build(self, nodes: Nodes) -> Entries:
        size = self.table_size
        by_name = np.argsort(nodes.name_order())
        names = nodes.name_column()
        offsets = hash_column("xxh64", names, seed=self.seed)[by_name] % np.uint64(size)
        skips = hash_column("xxh64", names, seed=(self.seed + 1) & WORD)[by_name] % np.uint64(size - 1)
        weights = np.array(nodes.weights())[by_name]
        shares = weights / math.fsum(weights.tolist())
        table = np.full(size, -1, dtype=np.int32)
        fill_kernel(
            offsets.astype(np.int64),
            skips.astype(np.int64) + 1,
            shares,
            np.zeros(len(shares)),
            nodes.buckets()[by_name],
            table,
        )
        return Entries(table)

    def _one(self, structure: Entries) -> One:
        return one_entry.of(np.uint64(self.table_size), owners=structure.buckets)

    def _place(self, structure: Entries, hashes: Hashes, out: Buckets) -> None:
        maglev_kernel(hashes, structure.buckets, out, None)

    def _place_counting(self, structure: Entries, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        maglev_kernel(hashes, structure.buckets, out, steps)
