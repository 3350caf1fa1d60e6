"""Bounded loads: each partition goes to the first node of its preference that is not full."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.errors import InvalidParameter, UnsupportedEvent
from algorithms.hashing import hash_column
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Publication,
    Spec,
    Step,
    Whole,
)
from algorithms.interface.arcs import Arcs
from algorithms.interface.nodes import NodesLike
from algorithms.jumps.jump import jump_bucket
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import derive, mix, multiply_high
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, tally
from algorithms.registry import register
from algorithms.rings.points import MOST_POINTS, PartitionerWithPoints, next_row, successors

MOST_PARTITIONS = 1 << 24
LARGEST_FACTOR = 100

_ONE = np.uint64(1)


class Partitions(NamedTuple):
    """The bucket of each partition."""

    owners: NDArray[np.int32]


@kernel
def fill_by_ring_kernel(
    seed: np.uint64,
    narrow: np.uint64,
    cap: int,
    points: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    shift: np.uint64,
    mask: np.uint64,
    ahead: np.uint64,
    owners: NDArray[np.int32],
    loads: NDArray[np.int32],
    out: NDArray[np.int32],
) -> None:
    """Write for each partition the first owner of a point above its word that has fewer than ``cap``."""
    n = np.uint64(len(owners))
    for partition in range(len(out)):
        word = derive(seed, np.uint64(partition)) >> narrow
        row = np.uint64(next_row(points, firsts, shift, mask, ahead, word)) % n
        while loads[owners[row]] >= cap:
            row = (row + _ONE) % n
        out[partition] = owners[row]
        loads[owners[row]] += 1


@kernel
def fill_by_bids_kernel(
    seed: np.uint64,
    cap: int,
    seeds: NDArray[np.uint64],
    buckets: NDArray[np.int32],
    loads: NDArray[np.int32],
    out: NDArray[np.int32],
) -> None:
    """Write for each partition who bids highest for its word of those that have fewer than ``cap``."""
    for partition in range(len(out)):
        word = derive(seed, np.uint64(partition))
        best, highest = -1, np.uint64(0)
        for j in range(len(seeds)):
            bid = mix(word ^ seeds[j])
            if (bid > highest or best < 0) and loads[j] < cap:
                best, highest = j, bid
        out[partition] = buckets[best]
        loads[best] += 1


@kernel
def fill_by_jumps_kernel(
    seed: np.uint64,
    cap: int,
    buckets: NDArray[np.int32],
    loads: NDArray[np.int32],
    out: NDArray[np.int32],
) -> None:
    """Write for each partition the first that jumps of its word, and of words derived from it, find free."""
    n = len(buckets)
    for partition in range(len(out)):
        word = derive(seed, np.uint64(partition))
        at, number = jump_bucket(word, n), np.uint64(0)
        while loads[at] >= cap:
            number += _ONE
            at = jump_bucket(derive(word, number), n)
        out[partition] = buckets[at]
        loads[at] += 1


@kernel
def partitions_kernel(
    hashes: Hashes, narrow: np.uint64, owners: NDArray[np.int32], out: Buckets, steps: Steps | None
) -> None:
    """Write the owner of each hash's partition."""
    count = np.uint64(len(owners))
    for i in range(len(hashes)):
        if steps is not None:
            tally(steps[i], PROBES)
        out[i] = owners[multiply_high(hashes[i] << narrow, count)]


@kernel
def leading_bits_kernel(hashes: Hashes, shift: np.uint64, owners: NDArray[np.int32], out: Buckets) -> None:
    """Write the owner of each hash's partition where they are a power of two, and so its leading bits."""
    for i in range(len(hashes)):
        out[i] = owners[hashes[i] >> shift]


@kernel
def partition(h: np.uint64, narrow: np.uint64, count: np.uint64) -> np.uint64:
    """Return the partition of a hash."""
    return multiply_high(h << narrow, count)


one_partition = entry(partition)


@register(
    Spec(
        name="bounded",
        title="Bounded loads",
        summary="each of many partitions goes to the first node of its preference that is not full",
        capabilities=frozenset({Capability.REMOVES_ANY, Capability.INTERVALS, Capability.REVERSIBLE}),
        lacks={
            Capability.UNIFORM: "no node is above its cap, but those below it are as uneven as the base is",
            Capability.WEIGHTED: "the cap could follow weights, and shares would do so only roughly",
            Capability.REPLICAS: "who is next depends on who is full, which any event changes",
            Capability.ORDER_INDEPENDENT: 'true of "ring" and "rendezvous"; "jump" goes by numbers',
        },
        reference="Mirrokni, Thorup & Zadimoghaddam, Consistent hashing with bounded loads, arXiv:1608.01350",
        year=2016,
        publications=(
            Publication(
                "bounded",
                "misc",
                "Mirrokni, Vahab and Thorup, Mikkel and Zadimoghaddam, Morteza",
                "Consistent hashing with bounded loads",
                2016,
                {"eprint": "1608.01350", "archiveprefix": "arXiv", "note": "arXiv:1608.01350"},
            ),
            Publication(
                "random-jumps",
                "misc",
                "Chen, John and Coleman, Benjamin and Shrivastava, Anshumali",
                "Revisiting consistent hashing with bounded loads",
                2019,
                {"eprint": "1908.08762", "archiveprefix": "arXiv", "note": "arXiv:1908.08762"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(P + n v)", "for P partitions and v points a node; O(P n) for rendezvous"),
        memory_cost=Cost("O(P)"),
        by_default=False,
        most_nodes=4096,
        vary={"factor": (1.05, 1.1, 1.25, 1.5, 2.0)},
        steps={"probes": Step("one")},
    )
)
class Bounded(PartitionerWithPoints[Partitions]):
    """Consistent hashing with bounded loads (Mirrokni, Thorup & Zadimoghaddam 2016), over partitions.

    The hash space is cut into equal partitions, and each has a list of preferences: the owners of the points
    above its own on a ring, say. One after the other goes to the first node of its list that has fewer than
    its cap, ``factor`` times the mean. So the fullest node is known in advance, and the price is movement: a
    node that is full passes partitions on, and where it passes them depends on the others.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    factor
        The cap in units of the mean, above 1 and at most 100. Of n nodes and P partitions no node has more
        than ceil(factor P / n).
    partitions
        P, as many as nodes at least, and at most 2^24.
    base
        Whose order is the preference: "ring", the owners of the points upwards from the partition's word;
        "rendezvous", the nodes by their bids for it; "jump", where it jumps to, and then words derived from
        it, among the live nodes in the order of their buckets.
    points
        Points of a node, for the base "ring". Point i of a node is the hash of ``f"{name}-{i}"``.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`. Functions that do not scatter names (``identity``,
        ``splitmix64``, ``ordered``) leave the points to xxh64.

    Raises
    ------
    InvalidParameter
        For numbers that cannot be, and more nodes than partitions.
    UnsupportedEvent
        When more nodes join than there are partitions for.

    Notes
    -----
    **Sources.** arXiv:1608.01350; partitions are those of buraksezer/consistent. That the next preference of
    a full node is drawn anew, as from the base "jump", is the idea of arXiv:1908.08762.

    **Left out.** Loads of keys, which depend on the other keys: the place of a hash would be no function of
    it. Weights: caps could follow them, and shares would do so only roughly.

    **Done otherwise.** The word of partition p is ``mixing.derive`` of the seed and p. Caps are exact
    fractions of the factor's own value, rounded up.

    **Costs.** assign one read of a table of 4 bytes a partition; an event O(P + n v), all dealt anew,
    and O(P n) for rendezvous; memory 4 bytes a partition.

    **Adverse case.** A factor near 1 and one point a node: of 64 nodes with a factor of 1.05, one that joins
    moves 7 times as many keys as it takes over, with 1.25 3.7 times; on rendezvous 1.3 and 1.02 times.

    Examples
    --------
    >>> p = Bounded(["a", "b", "c"], partitions=64, hash="sha1_28", hash_bits=6)
    >>> p.cap(3), p.arcs().shares()
    (27, {0: 27, 1: 27, 2: 10})
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        factor: float = 1.25,
        partitions: Annotated[int, Whole(1, MOST_PARTITIONS)] = 4096,
        base: Literal["ring", "rendezvous", "jump"] = "ring",
        points: Annotated[int, Whole(1, MOST_POINTS)] = 20,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.factor = _checked_factor(factor)
        self.partitions = partitions
        self.base = base
        self.points = points
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    @property
    def room(self) -> int:
        """How many nodes can still join."""
        return self.partitions - len(self.nodes)

    def cap(self, n: int) -> int:
        """Return the most partitions that each of n nodes may have."""
        return max(1, math.ceil(Fraction(self.factor) * self.partitions / n))

    def _check_size(self, nodes: Nodes) -> None:
        if len(nodes) > self.partitions:
            raise InvalidParameter(
                f"{self.partitions} partitions are too few for {len(nodes)} nodes: give as many at least, "
                "and better a hundred for each"
            )
        if self.base == "ring":
            super()._check_size(nodes)

    def _build(self, nodes: Nodes) -> Partitions:
        self._check_size(nodes)
        owners = np.empty(self.partitions, dtype=np.int32)
        seed, cap = np.uint64(self.seed), self.cap(len(nodes))
        loads = np.zeros(nodes.top, dtype=np.int32)
        if self.base == "ring":
            points = self._sorted_points(nodes)
            table = successors(points.hashes, self.hash_bits)
            fill_by_ring_kernel(seed, self._narrow, cap, *table, points.owners, loads, owners)
        elif self.base == "rendezvous":
            by_name = np.argsort(nodes.name_order())
            seeds = hash_column("xxh64", nodes.name_column(), seed=self.seed)[by_name]
            fill_by_bids_kernel(seed, cap, seeds, nodes.buckets()[by_name], loads, owners)
        else:
            fill_by_jumps_kernel(seed, cap, nodes.buckets(), loads, owners)
        return Partitions(owners)

    @property
    def _narrow(self) -> np.uint64:
        return np.uint64(64 - self.hash_bits)

    def _free_buckets(self, left: Nodes, count: int) -> Sequence[int]:
        if len(left) + count > self.partitions:
            raise UnsupportedEvent(
                f"bounded has room for {self.partitions - len(left)} more nodes, not {count}: a node has a "
                f"partition at least, and there are {self.partitions}; build it anew with more"
            )
        return super()._free_buckets(left, count)

    def _one(self, structure: Partitions) -> One:
        return one_partition.of(self._narrow, np.uint64(self.partitions), owners=structure.owners)

    def _place(self, structure: Partitions, hashes: Hashes, out: Buckets) -> None:
        shift = self.hash_bits - self.partitions.bit_length() + 1
        if self.partitions & (self.partitions - 1) or not 0 <= shift < 64:
            partitions_kernel(hashes, self._narrow, structure.owners, out, None)
        else:
            leading_bits_kernel(hashes, np.uint64(shift), structure.owners, out)

    def _place_counting(self, structure: Partitions, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        partitions_kernel(hashes, self._narrow, structure.owners, out, steps)

    def _arcs(self, structure: Partitions, nodes: Nodes) -> Arcs:
        owners, size = structure.owners, 1 << self.hash_bits
        # ceil(p size / P), of which the product would not fit
        whole, rest = divmod(size, self.partitions)
        numbers = np.arange(self.partitions, dtype=np.uint64)
        begun = (numbers * np.uint64(rest) + np.uint64(self.partitions - 1)) // np.uint64(self.partitions)
        starts = numbers * np.uint64(whole) + begun
        # of partitions that begin at one hash only the last one has it
        rows = np.flatnonzero(np.concatenate([starts[1:] != starts[:-1], [True]]))
        rows = rows[starts[rows] <= np.uint64(size - 1)]
        rows = rows[np.concatenate([[True], owners[rows[1:]] != owners[rows[:-1]]])]
        return Arcs.from_starts(starts[rows], owners[rows], self.hash_bits, nodes)


def _checked_factor(factor: object) -> float:
    if (isinstance(factor, float | np.floating) or is_int(factor)) and 1 < float(factor) <= LARGEST_FACTOR:
        return float(factor)
    raise InvalidParameter(f"factor must be a number above 1, at most {LARGEST_FACTOR}, not {factor!r:.60}")
