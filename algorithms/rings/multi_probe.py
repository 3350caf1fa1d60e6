"""Multi-probe: one point a node, and several probes a key, of which the one nearest to a point counts."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

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
    Step,
    Whole,
)
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import derive
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally
from algorithms.registry import register
from algorithms.rings.points import (
    MOST_POINTS,
    PartitionerWithPoints,
    Successors,
    next_row,
    searched_row,
    successors,
)

MOST_PROBES = 1024

PAIRS = 1 << 16
"""Up to so many points, a probe looks at both that may be its own; beyond, they are too far away."""

CROWDED = 16
"""Points in a cell from which on they are not looked at in turn."""

_ZERO, _ONE = np.uint64(0), np.uint64(1)


class Targets(NamedTuple):
    """The points that probes look for, and the owner of each, the first two once more at the end.

    ``pairs`` is whether a probe looks at two points at once: where they are in the caches, or crowded.
    """

    points: Successors
    owners: NDArray[np.int32]
    pairs: bool


@kernel
def nearest_row(
    points: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    shift: np.uint64,
    mask: np.uint64,
    ahead: np.uint64,
    first: np.uint64,
    step: np.uint64,
    probes: int,
    pairs: bool,
    steps: Steps | None = None,
) -> Any:
    """Return the row of the point that is the least above any of the probes first, first + step, ...

    A probe's own point is the nearest of all going round: the first of its cell, or the one after it,
    whichever is nearer; only if both lie behind the probe, in its own cell, it is another one. Without
    ``pairs`` the points of the cell are looked at in turn.
    """
    best, least, probe, last = _ZERO, mask, first, np.uint64(len(points) - 2)
    for number in range(probes):
        tally(steps, PROBES)
        row = np.uint64(firsts[probe >> shift])
        if pairs:
            distance, after = (points[row] - probe) & mask, (points[row + _ONE] - probe) & mask
            row = row + _ONE if after < distance else row
            distance = min(distance, after)
            if distance > ahead:
                row = np.uint64(searched_row(points, row, probe))
                distance = (points[row] - probe) & mask
        else:
            while row < last and points[row] < probe:
                row += _ONE
            distance = (points[row] - probe) & mask
        nearer = distance < least or number == 0
        best = row if nearer else best
        least = distance if nearer else least
        probe = (probe + step) & mask
    return best


@kernel
def multi_probe_kernel(
    hashes: Hashes,
    points: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    shift: np.uint64,
    mask: np.uint64,
    ahead: np.uint64,
    owners: NDArray[np.int32],
    narrow: np.uint64,
    probes: int,
    pairs: bool,
    out: Buckets,
) -> None:
    """Write the owner of the nearest point; ``narrow`` is by how much words are shifted into the space."""
    for i in range(len(hashes)):
        step = derive(hashes[i], _ZERO) >> narrow
        out[i] = owners[nearest_row(points, firsts, shift, mask, ahead, hashes[i], step, probes, pairs)]


@kernel
def probed(
    h: np.uint64,
    points: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    shift: np.uint64,
    mask: np.uint64,
    ahead: np.uint64,
    owners: NDArray[np.int32],
    narrow: np.uint64,
    probes: int,
    pairs: bool,
    steps: Steps | None = None,
) -> Any:
    """Return the owner of the nearest point for one hash."""
    step = derive(h, _ZERO) >> narrow
    return owners[nearest_row(points, firsts, shift, mask, ahead, h, step, probes, pairs, steps)]


@kernel
def multi_probe_replicas_kernel(
    hashes: Hashes,
    points: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    shift: np.uint64,
    mask: np.uint64,
    ahead: np.uint64,
    owners: NDArray[np.int32],
    narrow: np.uint64,
    rows: NDArray[np.uint64],
    out: Buckets,
) -> None:
    """Write the owners by their least distance above any probe; ``rows`` is room for one a probe.

    Each probe walks up from point to point, and the one whose next point is the nearest goes on.
    """
    n = np.uint64(len(points) - 2)
    for i in range(len(hashes)):
        step = derive(hashes[i], _ZERO) >> narrow
        probe = hashes[i]
        for number in range(len(rows)):
            rows[number] = next_row(points, firsts, shift, mask, ahead, probe)
            probe = (probe + step) & mask
        found = 0
        while found < out.shape[1]:
            nearest, least, probe = 0, mask, hashes[i]
            for number in range(len(rows)):
                distance = (points[rows[number]] - probe) & mask
                if distance < least or number == 0:
                    nearest, least = number, distance
                probe = (probe + step) & mask
            owner, known = owners[rows[nearest]], False
            for j in range(found):
                known |= out[i, j] == owner
            if not known:
                out[i, found] = owner
                found += 1
            after = rows[nearest] + _ONE
            rows[nearest] = after - n if after > n else after


count_probes = counted(probed)
one_probed = entry(probed)


@register(
    Spec(
        name="multi_probe",
        title="Multi-probe",
        summary="of several probes on the circle, the one nearest below a node's single point counts",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.MINIMAL_MOVEMENT,
                Capability.REPLICAS,
                Capability.ORDER_INDEPENDENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.UNIFORM: "light nodes stay light: with k probes shares spread by 1/sqrt(2k - 1)",
            Capability.WEIGHTED: "a node has one point, and half a point there is none",
            Capability.INTERVALS: "probes lie where a word of the hash says, so arcs would be single hashes",
        },
        reference="Appleton & O'Reilly, Multi-probe consistent hashing, arXiv:1505.00062",
        year=2015,
        publications=(
            Publication(
                "multi-probe",
                "misc",
                "Appleton, Ben and O'Reilly, Michael",
                "Multi-probe consistent hashing",
                2015,
                {"eprint": "1505.00062", "archiveprefix": "arXiv", "note": "arXiv:1505.00062"},
            ),
        ),
        lookup_cost=Cost("O(k)", "for k probes and scattered points; O(k log n) in the worst case"),
        resize_cost=Cost("O(n)"),
        memory_cost=Cost("O(n)"),
        by_default=False,
        steps={"probes": Step("probes", published="probes", source="the definition")},
    )
)
class MultiProbe(PartitionerWithPoints[Targets]):
    """Multi-probe consistent hashing (Appleton & O'Reilly 2015).

    Nodes have one point each on a circle of hashes, and a key has several probes. From each probe the next
    point upwards is looked for, and the key goes to the point that is nearest to its probe. So a node with a
    large gap below it is found by many probes, but seldom as the nearest of them, and the fullest node stays
    within 1 + 1/(k - 1) of the mean. A new node takes what its point is nearest to and nothing else moves.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    probes
        How many probes a key has, 1 to 1024; with one, and one point a node, it is a ring.
    points
        Points of a node. Point i of a node is the hash of ``f"{name}-{i}"``, as that of a ring.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`. Functions that do not scatter names (``identity``,
        ``splitmix64``, ``ordered``) leave the points to xxh64.

    Raises
    ------
    InvalidParameter
        For numbers of probes or points that cannot be.

    Notes
    -----
    **Sources.** arXiv:1505.00062; the probes h, h + step, h + 2 step, ... and the order of what is equal are
    those of dgryski/go-mpchash. Distances go round, unlike in other programs.

    **Done otherwise.** The step is ``mixing.derive`` of the hash, where go-mpchash hashes the key a second
    time, so that a hash is all that decides. Replicas are the nodes by their least distance from any probe,
    then the lower probe, then the smaller name, an order in which a removal only deletes.

    **Costs.** assign k probes, each by an index over the top bits in O(1) where points are scattered; an
    event sorts the points anew in O(n); memory 12 bytes a point and 2 to 8 cells of 4 bytes.

    **Adverse case.** Few nodes: the "1.05" of 21 probes is a mean over seeds for many nodes. Of 10 nodes the
    fullest has 1.13 of the mean, and one seed in twenty gives 1.2 or more, as probes at equal steps crowd
    together where the step is near 0 or a simple fraction of the circle; of independent ones it would have
    1.06. And the lightest nodes have next to nothing, whatever k.

    Examples
    --------
    >>> p = MultiProbe(["a", "b", "c"], probes=2, hash="sha1_28")
    >>> p.assign_replicas(np.array([0, 1 << 27], dtype=np.uint64), 3).tolist()
    [[0, 1, 2], [0, 2, 1]]
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        probes: Annotated[int, Whole(1, MOST_PROBES)] = 21,
        points: Annotated[int, Whole(1, MOST_POINTS)] = 1,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.probes = probes
        self.points = points
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    @property
    def _narrow(self) -> np.uint64:
        return np.uint64(64 - self.hash_bits)

    def _build(self, nodes: Nodes) -> Targets:
        points = self._sorted_points(nodes)
        again = [0, min(1, len(points.owners) - 1)]
        owners = np.concatenate([points.owners, points.owners[again]])
        table = successors(points.hashes, self.hash_bits)
        crowded = int(np.diff(table.firsts).max(initial=0)) > CROWDED
        return Targets(table, owners, crowded or len(points.owners) <= PAIRS)

    def _one(self, structure: Targets) -> One:
        points, owners, pairs = structure
        return one_probed.of(*points, owners, self._narrow, self.probes, pairs)

    def _place(self, structure: Targets, hashes: Hashes, out: Buckets) -> None:
        points, owners, pairs = structure
        multi_probe_kernel(hashes, *points, owners, self._narrow, self.probes, pairs, out)

    def _place_counting(self, structure: Targets, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        points, owners, pairs = structure
        needs = (*points, owners, self._narrow, self.probes, pairs)
        count_probes(hashes, needs, out, steps)

    def _place_replicas(self, structure: Targets, hashes: Hashes, out: Buckets) -> None:
        rows = np.empty(self.probes, dtype=np.uint64)
        multi_probe_replicas_kernel(hashes, *structure.points, structure.owners, self._narrow, rows, out)
