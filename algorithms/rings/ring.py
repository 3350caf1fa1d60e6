"""Ring: consistent hashing with many points a node."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Publication,
    Spec,
    State,
    Step,
    Whole,
)
from algorithms.interface.arcs import Arcs
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.circles import merged_intervals, scattered_intervals
from algorithms.machinery.intervals import Intervals, build_intervals, one_of, place, row_of
from algorithms.machinery.kernel import kernel
from algorithms.machinery.pairs import Pair, pair_of_intervals
from algorithms.machinery.preferences import Preference, Walk, along_walk
from algorithms.machinery.single import One
from algorithms.machinery.steps import Steps
from algorithms.registry import register
from algorithms.rings.points import MOST_POINTS, MOST_POINTS_IN_ALL, PartitionerWithPoints, Points


class Circle(NamedTuple):
    """The arcs as intervals, and what replicas walk over.

    ``walk`` holds the owners of all points in ascending order, and ``entry`` where the walk of each interval
    begins. Where no two points are equal both would say what the intervals say, and ``entry`` is empty.
    """

    intervals: Intervals
    walk: NDArray[np.int32]
    entry: NDArray[np.int32]


def _plain(table: Intervals) -> Circle:
    """Return the circle of intervals between points of which no two are equal."""
    return Circle(table, table.owners, np.zeros(0, dtype=np.int32))


@kernel
def ring_replicas_kernel(
    starts: NDArray[np.uint64],
    walk: NDArray[np.int32],
    entry: NDArray[np.int32],
    step: int,
    hashes: Hashes,
    out: Buckets,
) -> None:
    """Write the first distinct owners met on a walk from each hash in the direction of ``step``."""
    for i in range(len(hashes)):
        at = row_of(starts, np.int64(0), hashes[i])
        if len(entry):
            at = entry[at]
        found = 0
        while found < out.shape[1]:
            owner, known = walk[at], False
            for j in range(found):
                known |= out[i, j] == owner
            if not known:
                out[i, found] = owner
                found += 1
            at = (at + step) % len(walk)


@register(
    Spec(
        name="ring",
        title="Ring",
        summary="the node whose point is nearest below (or above) the hash on a circle of points",
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
        lacks={Capability.UNIFORM: "shares are random: with v points a node they spread by about 1/sqrt(v)"},
        reference="Karger et al., Consistent hashing and random trees, STOC 1997",
        year=1997,
        publications=(
            Publication(
                "ring",
                "inproceedings",
                "Karger, David and Lehman, Eric and Leighton, Tom and Panigrahy, Rina and Levine, Matthew "
                "and Lewin, Daniel",
                "Consistent hashing and random trees: Distributed caching protocols for relieving hot spots "
                "on the World Wide Web",
                1997,
                {
                    "booktitle": "Proceedings of the 29th Annual ACM Symposium on Theory of Computing (STOC)",
                    "pages": "654–663",
                    "doi": "10.1145/258533.258660",
                },
            ),
            Publication(
                "ketama",
                "misc",
                "Jones, Richard",
                "libketama: Consistent hashing library for memcached clients",
                2007,
                {"howpublished": "Last.fm"},
            ),
        ),
        lookup_cost=Cost("O(1)", "for scattered points; O(log nv) in the worst case"),
        resize_cost=Cost("O(nv)"),
        memory_cost=Cost("O(nv)"),
        movement_law="ring",
        balance_law="ring",
        points="points",
        steps={
            "probes": Step(),
        },
    )
)
class Ring(PartitionerWithPoints[Circle]):
    """Consistent hashing (Karger et al. 1997) with ``points`` points a node.

    Nodes and keys are hashed onto one circle. A new node takes over the arcs at its own points and nothing
    else moves; a removed node's arcs fall to their neighbours. One point a node leaves shares as uneven as
    exponential variables; v points bring their standard deviation down to 1/sqrt(v) of the mean.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`. A node of weight w has max(1, floor(points * w +
        1/2)) points, always the first of the same sequence, so that a change of weight moves no more than
        it must.
    points
        Points of a node of weight 1. Point i of a node is the hash of ``f"{name}-{i}"``.
    serves
        "predecessor": a point serves the hashes from itself up to the next point, and the last point the
        wrap. "successor": a hash is served by the first point at or after it (Karger's, and ketama's).
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`. Functions that do not scatter names (``identity``,
        ``splitmix64``, ``ordered``) leave the points to xxh64.

    Raises
    ------
    InvalidParameter
        For points that are no whole number from 1 to 2^26, more than that in all, and for another ``serves``.
    InvalidWeight
        For weights that would make more than 2^26 points, of one node or in all.

    Notes
    -----
    **Sources.** STOC 1997 for the circle and several points a node; the label of a point is the article's.

    **Done otherwise.** Equal points of two nodes: the one with the smaller name in UTF-8 order has the arc,
    whatever the order of insertion, and the other has none there until the first one leaves.

    **Costs.** assign: an index over the top bits leads to the arc in O(1) when points are scattered.
    Building sorts scattered points in O(nv); an event merges or drops the points of its nodes and fills the
    cells again, O(nv) too. Memory: 12 bytes a point and 2 to 8 cells of 4
    bytes, or of 8 from 4096 buckets on.

    **Adverse case.** Crowded points: with ``hash="crc32"`` and few nodes names that differ in a digit lie
    close together, and with an index cell that holds many points a lookup is a binary search.

    Examples
    --------
    >>> p = Ring(["server-a", "server-b"], points=5, hash="sha1_28")
    >>> arcs = p.arcs().merged()
    >>> arcs.start[:2].tolist(), [p.nodes[bucket].name for bucket in arcs.bucket[:2].tolist()]
    ([0, 23746828], ['server-b', 'server-a'])
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        points: Annotated[int, Whole(1, MOST_POINTS)] = 160,
        serves: Literal["predecessor", "successor"] = "predecessor",
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.points = points
        self.serves = serves
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _scattered(self, nodes: Nodes) -> tuple[Hashes, Buckets]:
        """Return where the arcs of all points begin, in no order, and their owners."""
        counts = self._point_counts(nodes)
        hashes = self._point_hashes(nodes, counts)
        if self.serves == "successor":
            # a hash above a point is the first that it does not serve; above the last hash is 0 again
            hashes += np.uint64(1)
            hashes &= np.uint64((1 << self.hash_bits) - 1)
        return hashes, np.repeat(nodes.buckets(), counts)

    def _build(self, nodes: Nodes) -> Circle:
        points, owners = self._scattered(nodes)
        table = scattered_intervals(points, owners, self.hash_bits, below=self.serves == "successor")
        return self._circle(self._sorted_points(nodes)) if table is None else _plain(table)

    def _rebuild(self, before: State[Circle], nodes: Nodes, layout: Any) -> Circle:
        """Merge the points of new nodes into the circle, and leave out those of nodes that are gone.

        A node whose weight has changed is gone and new. Where points are equal or have no arc, or half of
        the nodes are new, all is built anew.
        """
        stays, table = nodes.shared_with(before.nodes), before.structure.intervals
        point_count = int(self._point_counts(before.nodes).sum())
        if len(table.starts) != point_count + 1 or 2 * len(stays) < len(nodes):
            return self._build(nodes)
        staying = np.zeros(before.nodes.top, dtype=np.bool_)
        staying[stays] = True
        points, owners = np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int32)
        if len(stays) < len(nodes):
            joined = np.setdiff1d(nodes.buckets(), stays, assume_unique=True)
            joining = {bucket: nodes[bucket] for bucket in joined.tolist()}
            newcomers = Nodes.of(joining)
            if point_count + int(self._point_counts(newcomers).sum()) > MOST_POINTS_IN_ALL:
                self._point_counts(nodes)
            points, owners = self._scattered(newcomers)
        merged = merged_intervals(table, staying, points, owners, below=self.serves == "successor")
        return self._build(nodes) if merged is None else _plain(merged)

    def _circle(self, points: Points) -> Circle:
        starts, owners, entry = self._intervals_of(points)
        table = build_intervals(starts, owners, self.hash_bits)
        if not np.any(points.hashes[1:] == points.hashes[:-1]):
            return _plain(table)
        return Circle(table, *self._walk_over(points, entry))

    def _intervals_of(
        self, points: Points
    ) -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int64]]:
        """Return start, owner and point of each interval; of equal points only the first has one."""
        hashes = points.hashes
        rows = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
        if self.serves == "predecessor":
            starts = hashes[rows]
            if starts[0] > 0:
                starts, rows = (
                    np.concatenate([np.zeros(1, np.uint64), starts]),
                    np.concatenate([rows[-1:], rows]),
                )
        else:
            # the arc of a point begins just above the point before it; the first point also has the wrap
            wraps = hashes[rows[-1]] < (1 << self.hash_bits) - 1
            below = hashes[rows] if wraps else hashes[rows[:-1]]
            starts = np.concatenate([np.zeros(1, np.uint64), below + np.uint64(1)])
            rows = np.concatenate([rows, rows[:1]]) if wraps else rows
        return starts, points.owners[rows], rows

    def _walk_over(
        self, points: Points, entry: NDArray[np.int64]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return all owners ascending, equal points as the walk meets them, and where walks begin."""
        if self.serves == "successor":
            return points.owners, entry.astype(np.int32)
        # going down, equal points come last one first, so each group is turned round
        last_of_group = np.concatenate([points.hashes[1:] != points.hashes[:-1], [True]])
        group = np.concatenate([[0], np.cumsum(last_of_group)[:-1]])
        order = np.lexsort((-np.arange(len(group)), group))
        position = np.empty(len(order), dtype=np.int32)
        position[order] = np.arange(len(order), dtype=np.int32)
        return points.owners[order], position[entry]

    def _one(self, structure: Circle) -> One:
        return one_of(structure.intervals)

    def _place(self, structure: Circle, hashes: Hashes, out: Buckets) -> None:
        place(structure.intervals, hashes, out)

    def _pair(self, structure: Circle, other: Circle) -> Pair | None:
        return pair_of_intervals(structure.intervals, other.intervals)

    def _place_counting(self, structure: Circle, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        place(structure.intervals, hashes, out, steps)

    def _place_replicas(self, structure: Circle, hashes: Hashes, out: Buckets) -> None:
        table, step = structure.intervals, -1 if self.serves == "predecessor" else 1
        ring_replicas_kernel(table.starts, structure.walk, structure.entry, step, hashes, out)

    def _preference(self, structure: Circle, nodes: Nodes) -> Preference | None:
        step = np.array([-1 if self.serves == "predecessor" else 1])
        starts, owners, entry = structure.intervals.starts, structure.walk, structure.entry
        return Preference(along_walk, Walk(starts.copy(), owners.copy(), entry.copy(), step))

    def _arcs(self, structure: Circle, nodes: Nodes) -> Arcs:
        points = self._sorted_points(nodes)
        starts, owners, rows = self._intervals_of(points)
        return Arcs.from_starts(starts, owners, self.hash_bits, nodes, points.numbers[rows])
