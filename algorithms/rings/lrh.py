"""Local rendezvous: a few neighbours on a ring bid for each key."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidParameter
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
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import mix
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally
from algorithms.registry import register
from algorithms.rings.points import MOST_POINTS, PartitionerWithPoints, Successors, next_row, successors

MOST_CANDIDATES = 1024
MOST_ENTRIES = 1 << 29
"""Candidates at all points together, of 4 bytes each."""

LANES = 64
"""Keys for which nodes bid side by side, so that the loop over them vectorises."""

_ZERO, _ONE = np.uint64(0), np.uint64(1)


class Windows(NamedTuple):
    """The points, the candidates at each, and who they are.

    ``candidates`` has a row for each point, the first two once more at the end, of places among the nodes in
    the order of their names; ``seeds`` and ``buckets`` are in that order.
    """

    points: Successors
    candidates: NDArray[np.uint32]
    seeds: NDArray[np.uint64]
    buckets: NDArray[np.int32]


@kernel
def windows_kernel(owners: NDArray[np.int32], windows: NDArray[np.uint32]) -> None:
    """Write the first distinct owners from each point upwards, in rounds beyond the last one.

    Going down, the owner of a point comes to the front of the window above it. The second round down begins
    with all that is to be met.
    """
    n, size = len(owners), windows.shape[1]
    found = 0
    for at in range(n):
        known = False
        for j in range(found):
            known |= windows[n - 1, j] == np.uint32(owners[at])
        if not known and found < size:
            windows[n - 1, found] = np.uint32(owners[at])
            found += 1
    for at in range(n - 1, -1, -1):
        above, owner = (at + 1) % n, np.uint32(owners[at])
        if at == n - 1:
            above = at
        carried = owner
        for j in range(size):
            here = windows[above, j]
            windows[at, j], carried = carried, here
            if here == owner:
                for k in range(j + 1, size):
                    windows[at, k] = windows[above, k]
                break


@kernel
def elected(
    value: np.uint64,
    row: np.uint64,
    candidates: NDArray[np.uint32],
    seeds: NDArray[np.uint64],
    steps: Steps | None = None,
) -> Any:
    """Return which node of a window bids highest for a hash; of equal bids that of the smaller name."""
    tally(steps, PROBES)
    best = np.uint64(candidates[row, 0])
    highest = mix(value ^ seeds[best])
    for j in range(1, candidates.shape[1]):
        tally(steps, PROBES)
        who = np.uint64(candidates[row, j])
        word = mix(value ^ seeds[who])
        if word > highest or (word == highest and who < best):
            best, highest = who, word
    return best


@kernel
def lrh_kernel(
    hashes: Hashes,
    points: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    shift: np.uint64,
    mask: np.uint64,
    ahead: np.uint64,
    candidates: NDArray[np.uint32],
    seeds: NDArray[np.uint64],
    buckets: NDArray[np.int32],
    out: Buckets,
    rows: NDArray[np.uint64],
    whos: NDArray[np.uint64],
    bids: NDArray[np.uint64],
    words: NDArray[np.uint64],
    bests: NDArray[np.uint64],
) -> None:
    """Write who bids highest among the candidates of each hash; the last five are room for `LANES` keys.

    What a place in memory leads to is fetched first, so that the loop over the bids vectorises.
    """
    for first in range(0, len(hashes), LANES):
        size = min(LANES, len(hashes) - first)
        for i in range(size):
            row = np.uint64(next_row(points, firsts, shift, mask, ahead, hashes[first + i]))
            who = np.uint64(candidates[row, 0])
            rows[i], bests[i], words[i] = row, who, mix(hashes[first + i] ^ seeds[who])
        for j in range(1, candidates.shape[1]):
            for i in range(size):
                who = np.uint64(candidates[rows[i], j])
                whos[i], bids[i] = who, seeds[who]
            for i in range(size):
                word, who, highest, best = mix(hashes[first + i] ^ bids[i]), whos[i], words[i], bests[i]
                wins = (word > highest) | ((word == highest) & (who < best))
                words[i], bests[i] = (word if wins else highest), (who if wins else best)
        for i in range(size):
            out[first + i] = buckets[bests[i]]


@kernel
def windowed(
    h: np.uint64,
    points: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    shift: np.uint64,
    mask: np.uint64,
    ahead: np.uint64,
    candidates: NDArray[np.uint32],
    seeds: NDArray[np.uint64],
    buckets: NDArray[np.int32],
    steps: Steps | None = None,
) -> Any:
    """Return the bucket of one hash."""
    row = np.uint64(next_row(points, firsts, shift, mask, ahead, h))
    return buckets[elected(h, row, candidates, seeds, steps)]


@kernel
def alive_kernel(
    hashes: Hashes,
    points: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    shift: np.uint64,
    mask: np.uint64,
    ahead: np.uint64,
    candidates: NDArray[np.uint32],
    seeds: NDArray[np.uint64],
    buckets: NDArray[np.int32],
    live: NDArray[np.bool_],
    out: Buckets,
) -> None:
    """Write who bids highest among the live candidates of each hash, while the points of the dead stay.

    ``live`` is in the order of the names. Where a window has no live node the next ones are looked at.
    """
    n = np.uint64(len(points) - 2)
    for i in range(len(hashes)):
        row = np.uint64(next_row(points, firsts, shift, mask, ahead, hashes[i]))
        found, best, highest = False, _ZERO, _ZERO
        while not found:
            for j in range(candidates.shape[1]):
                who = np.uint64(candidates[row, j])
                word = mix(hashes[i] ^ seeds[who])
                wins = not found or word > highest or (word == highest and who < best)
                if live[who] and wins:
                    found, best, highest = True, who, word
            row = (row + _ONE) % n
        out[i] = buckets[best]


count_bids = counted(windowed)
one_bid = entry(windowed)


@register(
    Spec(
        name="lrh",
        title="Local rendezvous",
        summary="of the first few nodes on a ring, the one with the highest random score for the key",
        capabilities=frozenset({Capability.REMOVES_ANY, Capability.ORDER_INDEPENDENT, Capability.REVERSIBLE}),
        lacks={
            Capability.UNIFORM: "a node is a candidate as often as the gaps below its points say",
            Capability.WEIGHTED: "however heavy a node is, it is a candidate of C/n of the keys",
            Capability.INTERVALS: "each hash is drawn for itself, so the arcs would be single hashes",
            Capability.REPLICAS: "a removal lets another candidate in, anywhere in the order",
        },
        reference="Guan, Local rendezvous hashing, arXiv:2512.23434",
        year=2025,
        publications=(
            Publication(
                "lrh",
                "misc",
                "Guan, Yongjie",
                "Local rendezvous hashing: Bounded loads and minimal churn via cache-local candidates",
                2025,
                {"eprint": "2512.23434", "archiveprefix": "arXiv", "note": "arXiv:2512.23434"},
            ),
        ),
        lookup_cost=Cost("O(C)", "for C candidates and scattered points; O(C + log nv) in the worst case"),
        resize_cost=Cost("O(n v C)", "for v points a node"),
        memory_cost=Cost("O(n v C)"),
        by_default=False,
        vary={"candidates": (2, 4, 8, 16, 32)},
        steps={"probes": Step("window")},
    )
)
class LRH(PartitionerWithPoints[Windows]):
    """Local rendezvous hashing (Guan 2025).

    Nodes have points on a ring, and a hash walks up from where it lies until it has met so many distinct
    nodes: its candidates. They bid for it as in rendezvous hashing, and the highest bid wins. So shares are
    smoothed over as many neighbours as there are candidates, and all that a lookup reads lies side by side.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    points
        Points of a node. Point i of a node is the hash of ``f"{name}-{i}"``, as that of a ring.
    candidates
        How many distinct nodes bid for a key, 1 to 1024; all of them where there are fewer.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`. Functions that do not scatter names (``identity``,
        ``splitmix64``, ``ordered``) leave the points to xxh64.

    Raises
    ------
    InvalidParameter
        For numbers of points or candidates that cannot be, or windows that would take more than 2 GB.

    Notes
    -----
    **Sources.** arXiv:2512.23434, its abstract; the section that defines the algorithm was not at hand. What
    an abstract leaves open is decided here: candidates are the first *distinct* nodes, and bids are those of
    ``rendezvous``, by the xxh64 of the name whatever ``hash`` is.

    **Done otherwise.** The candidates of each point are kept beside it. A node that leaves takes its points
    with it. Its "zero excess churn" is that of a ring which keeps the points of the dead and passes them over
    in the election; `alive_kernel` does that, and with it a death moves the keys of the dead alone.

    **Costs.** assign one look at the ring and C bids; an event O(n v C), all built anew; memory 12 + 4 C
    bytes a point and 4 to 8 cells of 4 bytes.

    **Adverse case.** A node that joins moves 2C/(C + 1) times as many keys as it must, 1.8 times with 8
    candidates: it wins its part of the windows that it enters, and from each it pushes out another, whose
    keys are dealt among all. And with one point a node, of 100 the fullest has 1.8 times the mean.

    Examples
    --------
    >>> p = LRH(["a", "b", "c", "d"], candidates=2)
    >>> before = p.lookup_many(range(1000))
    >>> p.add_node("e")
    4
    >>> moved = p.lookup_many(range(1000)) != before
    >>> int(moved.sum()), int((p.lookup_many(range(1000)) == "e").sum())
    (293, 214)
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        points: Annotated[int, Whole(1, MOST_POINTS)] = 64,
        candidates: Annotated[int, Whole(1, MOST_CANDIDATES)] = 8,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.points = points
        self.candidates = candidates
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _check_size(self, nodes: Nodes) -> None:
        super()._check_size(nodes)
        entries = self.points * len(nodes) * min(self.candidates, len(nodes))
        if entries > MOST_ENTRIES:
            raise InvalidParameter(
                f"{entries} candidates at all points of {len(nodes)} nodes are too many: at most "
                f"{MOST_ENTRIES}; give fewer points a node, or fewer candidates"
            )

    def _build(self, nodes: Nodes) -> Windows:
        self._check_size(nodes)
        points = self._sorted_points(nodes)
        by_name = np.argsort(nodes.name_order())
        buckets = nodes.buckets()[by_name]
        places = np.empty(nodes.top, dtype=np.int32)
        places[buckets] = np.arange(len(buckets), dtype=np.int32)
        count = len(points.owners)
        candidates = np.empty((count + 2, min(self.candidates, len(nodes))), dtype=np.uint32)
        windows_kernel(places[points.owners], candidates[:count])
        candidates[count:] = candidates[[0, min(1, count - 1)]]
        seeds = hash_column("xxh64", nodes.name_column(), seed=self.seed)[by_name]
        return Windows(successors(points.hashes, self.hash_bits), candidates, seeds, buckets)

    def _one(self, structure: Windows) -> One:
        points, candidates, seeds, buckets = structure
        return one_bid.of(*points, candidates, seeds, buckets)

    def _place(self, structure: Windows, hashes: Hashes, out: Buckets) -> None:
        rows, whos, bids, words, bests = np.empty((5, LANES), dtype=np.uint64)
        points, candidates, seeds, buckets = structure
        lrh_kernel(hashes, *points, candidates, seeds, buckets, out, rows, whos, bids, words, bests)

    def _place_counting(self, structure: Windows, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        points, candidates, seeds, buckets = structure
        count_bids(hashes, (*points, candidates, seeds, buckets), out, steps)
