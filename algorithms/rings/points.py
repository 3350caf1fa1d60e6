"""Points: what rings, and whatever else looks for the next point on a circle, share."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidParameter, InvalidWeight
from algorithms.hashing.labels import labels
from algorithms.interface import Hashes, Nodes, Partitioner
from algorithms.interface.node import Node
from algorithms.machinery.cells import bits_of_cells, count_into_cells
from algorithms.machinery.circles import order_of
from algorithms.machinery.kernel import kernel

S = TypeVar("S")

_ONE = np.uint64(1)
_STEPS = 8

MOST_POINTS = 1 << 26
MOST_POINTS_IN_ALL = MOST_POINTS
"""Points of one ring, each of which takes some 30 bytes while it is built: 2 GB, and half a minute."""
BLOCK = 1 << 12
"""Points whose labels are written and hashed at a time."""


class Points(NamedTuple):
    """All points in ascending order; of equal ones first that of the smaller name."""

    hashes: NDArray[np.uint64]
    owners: NDArray[np.int32]
    numbers: NDArray[np.int64]


class PartitionerWithPoints(Partitioner[S]):
    """A partitioner whose nodes have points on a circle of hashes: ``points`` of them at weight 1.

    Point i of a node is the hash of ``f"{name}-{i}"``, by xxh64 where ``hash`` does not scatter names. A
    sub-class sets ``points`` before ``super().__init__`` is called.
    """

    points: int

    def point_count(self, weight: float) -> int:
        """Return how many points a node of this weight has; raise InvalidWeight if they are too many."""
        count = max(1, math.floor(self.points * Fraction(weight) + Fraction(1, 2)))
        if count > MOST_POINTS:
            raise InvalidWeight(
                f"a weight of {weight:g} would make {float(count):.3g} points: at most {MOST_POINTS} a node; "
                "divide all weights by the same number, so that they are about 1"
            )
        return count

    def _point_counts(self, nodes: Nodes) -> NDArray[np.int64]:
        if nodes.equal_weights:
            weight = next(nodes.spelled(), Node("any")).weight
            each = self.point_count(weight)
            self._check_total(each * len(nodes), len(nodes), weight)
            return np.full(len(nodes), each, dtype=np.int64)
        weights = nodes.weights()
        counts = np.array([self.point_count(weight) for weight in weights], dtype=np.int64)
        self._check_total(int(counts.sum()), len(nodes), math.fsum(weights) / len(weights))
        return counts

    def _check_size(self, nodes: Nodes) -> None:
        self._point_counts(nodes)

    def _check_total(self, total: int, n: int, mean: float) -> None:
        """Raise InvalidParameter for more points than fit, or InvalidWeight if the weights are why."""
        if total <= MOST_POINTS_IN_ALL:
            return
        many = f"{total} points on one ring are too many: at most {MOST_POINTS_IN_ALL}"
        if self.points * n > MOST_POINTS_IN_ALL:
            raise InvalidParameter(f"{many}; give fewer points a node, or fewer nodes")
        raise InvalidWeight(
            f"{many}; a node has points times weight of them, so divide all weights by the same number, such "
            f"as their mean, {mean:g}"
        )

    def _point_hashes(self, nodes: Nodes, counts: NDArray[np.int64]) -> Hashes:
        """Return the hashes of all points, node by node, made in blocks of labels that fit the caches."""
        names, ends = nodes.name_column(), np.cumsum(counts)
        hashes = np.empty(int(ends[-1]), dtype=np.uint64)
        for first in range(0, len(hashes), BLOCK):
            block = hashes[first : first + BLOCK]
            low = int(np.searchsorted(ends, first, side="right"))
            high = int(np.searchsorted(ends, first + len(block), side="left")) + 1
            begins = ends[low:high] - counts[low:high]
            numbers = np.maximum(first - begins, 0)
            after = np.minimum(ends[low:high], first + len(block)) - begins
            block[:] = self._name_hashes(labels(names[low:high], after - numbers, starts=numbers))
        return hashes

    def _sorted_points(self, nodes: Nodes) -> Points:
        counts = self._point_counts(nodes)
        hashes = self._point_hashes(nodes, counts)
        node = np.repeat(np.arange(len(nodes)), counts)
        numbers = np.arange(len(hashes)) - np.repeat(np.cumsum(counts) - counts, counts)
        order = order_of(hashes, self.hash_bits)
        ascending = hashes[order]
        if np.any(ascending[1:] == ascending[:-1]):
            order = np.lexsort((numbers, nodes.name_order()[node], hashes))
        return Points(ascending, nodes.buckets()[node[order]], numbers[order])


class Successors(NamedTuple):
    """Points in ascending order, with what leads from a hash to the first point at or above it.

    Parameters
    ----------
    hashes
        (n + 2,) uint64: all points, and the first of them again, so that none has to ask where the circle
        ends.
    firsts
        For each cell of the hash space the row of the first point that is not below it.
    shift
        The cell of a hash is ``hash >> shift``.
    mask
        The last hash.
    ahead
        A distance beyond which a point may lie behind a hash, in its own cell.
    """

    hashes: NDArray[np.uint64]
    firsts: NDArray[np.int32]
    shift: np.uint64
    mask: np.uint64
    ahead: np.uint64


def successors(ascending: NDArray[np.uint64], hash_bits: int) -> Successors:
    """Return points with the index of their cells.

    Parameters
    ----------
    ascending
        (n,) uint64, below 2^hash_bits.
    hash_bits
        Bits of the hash space.

    Returns
    -------
    Successors

    Examples
    --------
    >>> table = successors(np.array([3, 200], dtype=np.uint64), 8)
    >>> [int(next_row(*table, np.uint64(value))) for value in (0, 4, 201)]
    [0, 1, 2]
    """
    cell_bits = bits_of_cells(len(ascending), hash_bits)
    shift = hash_bits - cell_bits
    ends = np.zeros(1 << cell_bits, dtype=np.int32)
    count_into_cells(ascending, shift, ends)
    firsts = np.concatenate([np.zeros(1, dtype=np.int32), ends[:-1]])
    mask = (1 << hash_bits) - 1
    ahead = max(0, mask - (1 << shift))
    padded = np.concatenate([ascending, ascending[[0, min(1, len(ascending) - 1)]]])
    return Successors(padded, firsts, np.uint64(shift), np.uint64(mask), np.uint64(ahead))


@kernel
def next_row(
    hashes: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    shift: np.uint64,
    mask: np.uint64,
    ahead: np.uint64,
    value: np.uint64,
) -> Any:
    """Return the row of the first point at or above a hash; the last two rows are the first ones again.

    Going round, the first point above is the nearest. It is mostly one of two: the first of the cell, or the
    one after it; and where these lie behind the hash, which is seldom, it is searched for.
    """
    row = np.uint64(firsts[value >> shift])
    here, after = (hashes[row] - value) & mask, (hashes[row + _ONE] - value) & mask
    if min(here, after) > ahead:
        return searched_row(hashes, row, value)
    return row if here <= after else row + _ONE


@kernel
def searched_row(hashes: NDArray[np.uint64], row: np.uint64, value: np.uint64) -> Any:
    """Return what `next_row` does, which is not before ``row``: by a few steps, then by halves."""
    low, high = row, np.uint64(len(hashes) - 2)
    for _ in range(_STEPS):
        if low == high or hashes[low] >= value:
            return low
        low += _ONE
    while low < high:
        middle = (low + high) >> _ONE
        if hashes[middle] < value:
            low = middle + _ONE
        else:
            high = middle
    return low
