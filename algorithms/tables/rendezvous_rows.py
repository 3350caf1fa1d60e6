"""Rendezvous rows: the nodes bid for the rows of a table instead of for keys; a lookup is one read."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
from algorithms.interface.arcs import Arcs
from algorithms.interface.guards import read_only
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import derive
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, tally
from algorithms.registry import register
from algorithms.scores.rendezvous import Bidders, Rendezvous, rendezvous_replicas_kernel

LARGEST_TABLE = 1 << 24

TABLE_SIZES = Whole(
    2,
    LARGEST_TABLE,
    lambda size: size & (size - 1) == 0,
    "a power of two",
    "the top bits of a hash name a row",
)


class Rows(NamedTuple):
    """The owner of each row, the word that nodes bid for, and who bids."""

    owners: NDArray[np.int32]
    words: NDArray[np.uint64]
    bidders: Bidders


@kernel
def words_kernel(seed: np.uint64, out: NDArray[np.uint64]) -> None:
    """Write the word of each row."""
    for row in range(len(out)):
        out[row] = derive(seed, np.uint64(row))


@kernel
def rows_kernel(
    hashes: Hashes, shift: np.uint64, owners: NDArray[np.int32], out: Buckets, steps: Steps | None
) -> None:
    """Write the owner of each hash's row, which its top bits name."""
    for i in range(len(hashes)):
        if steps is not None:
            tally(steps[i], PROBES)
        out[i] = owners[hashes[i] >> shift]


@kernel
def row(h: np.uint64, shift: np.uint64) -> np.uint64:
    """Return the row of a hash, which its top bits name."""
    return h >> shift


one_row = entry(row)


@register(
    Spec(
        name="rendezvous_rows",
        title="Rendezvous rows",
        summary="the top bits of the hash name a row, and each row's owner is found by rendezvous",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.MINIMAL_MOVEMENT,
                Capability.INTERVALS,
                Capability.REPLICAS,
                Capability.ORDER_INDEPENDENT,
                Capability.REVERSIBLE,
            }
        ),
        reference="Julienne, GLB, 2018: GitHub's director calls its table a derivative of rendezvous hashing",
        year=2018,
        publications=(
            Publication(
                "rendezvous-rows",
                "misc",
                "Julienne, Theo",
                "GLB: GitHub's open source load balancer",
                2018,
                {"howpublished": "GitHub Engineering"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(v n)", "of v rows"),
        memory_cost=Cost("O(v + n)", "of v rows"),
        by_default=False,
        leads="no move is needless, and any node may leave or have another weight",
        movement_law="consistent",
        rows="table_size",
        steps={
            "probes": Step("one"),
        },
    )
)
class RendezvousRows(Partitioner[Rows]):
    """A table of rows, each of which is a key of rendezvous hashing.

    The top bits of a hash name a row. For each row the nodes bid as for a key of rendezvous, and the highest
    bid owns the row, and so all its hashes. A lookup is one read, as with Maglev. But where Maglev has even
    shares and stray moves, this moves the least there can be, only the rows of the node that leaves or onto
    the one that joins, and its shares are uneven: each is a draw of as many rows as there are.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    table_size
        How many rows, a power of two from 2 to 2^24; a hash space of fewer hashes has as many rows as hashes.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For a table size that is no such power of two.

    Notes
    -----
    **Sources.** GitHub's GLB director (2018) has such a table, with a primary and a secondary node a row.

    **Done otherwise.** The word of a row is ``mixing.derive`` of the seed and the row's number, where the
    director has SipHash, and bids are those of ``rendezvous``, weights included. A row has as many replicas
    as you like: its ranking.

    **Costs.** assign O(1), one read of a table of 4 bytes a row; an event one bid of each node for each row,
    0.03 ms a node at the default and 0.1 ms with weights; memory 12 bytes a row.

    **Adverse case.** Many nodes: the CV of the shares is sqrt((n - 1) / rows), 1 % of 10 nodes and 12 % of
    1000 at the default. Have a thousand rows a node, or more.

    Examples
    --------
    >>> p = RendezvousRows(["a", "b", "c"], table_size=8, hash="sha1_28", hash_bits=8)
    >>> p.arcs().shares()
    {0: 32, 1: 160, 2: 64}
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        table_size: Annotated[int, TABLE_SIZES] = 65536,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.table_size = table_size
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    @property
    def _shift(self) -> int:
        return max(0, self.hash_bits - self.table_size.bit_length() + 1)

    def _build(self, nodes: Nodes) -> Rows:
        words = np.empty(1 << (self.hash_bits - self._shift), dtype=np.uint64)
        words_kernel(np.uint64(self.seed), words)
        keys = Rendezvous(nodes, seed=self.seed)
        return Rows(keys.assign(words), words, keys._state.structure)

    def _one(self, structure: Rows) -> One:
        return one_row.of(np.uint64(self._shift), owners=structure.owners)

    def _place(self, structure: Rows, hashes: Hashes, out: Buckets) -> None:
        rows_kernel(hashes, np.uint64(self._shift), structure.owners, out, None)

    def _place_counting(self, structure: Rows, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        rows_kernel(hashes, np.uint64(self._shift), structure.owners, out, steps)

    def _place_replicas(self, structure: Rows, hashes: Hashes, out: Buckets) -> None:
        words, bidders = read_only(structure.words[hashes >> np.uint64(self._shift)]), structure.bidders
        rendezvous_replicas_kernel(words, bidders.seeds, bidders.weights, bidders.buckets, out)

    def _arcs(self, structure: Rows, nodes: Nodes) -> Arcs:
        owners = structure.owners
        rows = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
        starts = rows.astype(np.uint64) << np.uint64(self._shift)
        return Arcs.from_starts(starts, owners[rows], self.hash_bits, nodes)
