"""Circles of given points: what the rings of deployed programs share.

A program says where its points are, in the order of its configuration, and this module makes arcs of them: by
the rule "successor", the first point at or above a hash, or "nearest", whichever neighbour is closer.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidParameter
from algorithms.interface import Buckets, Hashes, Nodes, Partitioner
from algorithms.interface.arcs import Arcs
from algorithms.machinery.intervals import build_intervals, one_of, place
from algorithms.machinery.pairs import Pair, pair_of_intervals
from algorithms.machinery.single import One
from algorithms.machinery.steps import Steps
from algorithms.rings.ring import Circle

Rule: TypeAlias = Literal["successor", "nearest"]
Equal: TypeAlias = Literal["first", "last"]

MOST_POINTS = 1 << 26
"""Points of one circle, each of which takes some 50 bytes while it is built."""


class Points(NamedTuple):
    """The points of a circle in the order of the configuration.

    Parameters
    ----------
    hashes
        (k,) uint64 below 2^hash_bits, in any order, equal ones among them or not.
    owners
        (k,) int32 buckets.
    numbers
        (k,) int64: which of its node's points each is, from 0.
    """

    hashes: Hashes
    owners: Buckets
    numbers: NDArray[np.int64]


class Stretches(NamedTuple):
    """The arcs of a circle: where each starts, (a,) uint64 ascending from 0, and its row of points."""

    starts: Hashes
    rows: NDArray[np.int64]


def stretches(
    hashes: Hashes, hash_bits: int, *, rule: Rule = "successor", equal: Equal = "first"
) -> Stretches:
    """Return the arcs between points, the wrap split at 0.

    Parameters
    ----------
    hashes
        (k,) uint64 below 2^hash_bits, at least one, in the order of the configuration.
    hash_bits
        Bits of the hash space.
    rule
        "successor": the first point at or above a hash has it, and the lowest one what lies above all.
        "nearest": the nearer one of the points below and above has it, the lower one on a tie.
    equal
        Which of equal points is there for "successor", by their order: "first" or "last"; the others have no
        arc. For "nearest" the first of them has what lies below and at the point, the last what lies above.

    Returns
    -------
    Stretches
        Rows are indices into ``hashes``. Costs a stable sort.

    Raises
    ------
    InvalidParameter
        If there is no point.

    Examples
    --------
    >>> points = np.array([200, 10], dtype=np.uint64)
    >>> for rule in ("successor", "nearest"):
    ...     starts, rows = stretches(points, 8, rule=rule)
    ...     print(starts.tolist(), rows.tolist())
    [0, 11, 201] [1, 0, 1]
    [0, 106, 234] [1, 0, 1]
    """
    if not len(hashes):
        raise InvalidParameter(
            "no node has a point, so no key has a node: give one that is up and weighs something"
        )
    order = _order(hashes, hash_bits)
    ascending = hashes[order]
    changes = ascending[1:] != ascending[:-1]
    firsts = order[np.concatenate([[True], changes])]
    lasts = order[np.concatenate([changes, [True]])]
    if rule == "nearest":
        return _nearest(hashes[firsts], firsts, lasts, hash_bits)
    rows = firsts if equal == "first" else lasts
    mask = np.uint64((1 << hash_bits) - 1)
    # each begins just above the point before it
    return _from_zero((np.roll(hashes[rows], 1) + np.uint64(1)) & mask, rows)


def _order(hashes: Hashes, hash_bits: int) -> NDArray[np.int64]:
    """Return the rows in ascending order of their hashes, equal ones in their own."""
    bits = len(hashes).bit_length()
    if hash_bits + bits > 64:
        return np.argsort(hashes, kind="stable")
    # one word of hash and row is sorted in half the time
    words = hashes << np.uint64(bits) | np.arange(len(hashes), dtype=np.uint64)
    words.sort()
    return (words & np.uint64((1 << bits) - 1)).astype(np.int64)


def _nearest(
    points: Hashes, firsts: NDArray[np.int64], lasts: NDArray[np.int64], hash_bits: int
) -> Stretches:
    """Return the arcs between the middles of the gaps; a point of several has one below and one above it."""
    one, mask = np.uint64(1), np.uint64((1 << hash_bits) - 1)
    # (a gap - 1) >> 1 of all 2^bits hashes does not fit, so half a gap is rounded from the gap less one
    less = (np.roll(points, -1) - points - one) & mask
    above = (less >> one) + (less & one)  # how many hashes above each point are its own
    below = (np.roll(points + above, 1) + one) & mask
    parted = np.flatnonzero((firsts != lasts) & (above > 0))
    starts = np.concatenate([below, (points[parted] + one) & mask])
    return _from_zero(starts, np.concatenate([firsts, lasts[parted]]))


def _from_zero(starts: Hashes, rows: NDArray[np.int64]) -> Stretches:
    """Return arcs in ascending order, that over the wrap in two."""
    order = np.argsort(starts, kind="stable")
    starts, rows = starts[order], rows[order]
    if starts[0]:
        starts, rows = np.concatenate([np.zeros(1, np.uint64), starts]), np.concatenate([rows[-1:], rows])
    return Stretches(starts, rows)


def scaled(hashes: Hashes, width: int, hash_bits: int) -> Hashes:
    """Return hashes of one width as the high bits of another.

    Parameters
    ----------
    hashes
        (k,) uint64 below 2^width.
    width, hash_bits
        Bits of the hashes and of the hash space.

    Returns
    -------
    ndarray
        (k,) uint64 below 2^hash_bits: the hashes themselves where both are the same.

    Examples
    --------
    >>> scaled(np.array([0x80000001], dtype=np.uint64), 32, 8).tolist()
    [128]
    """
    if hash_bits >= width:
        return hashes << np.uint64(hash_bits - width)
    return hashes >> np.uint64(width - hash_bits)


_NO_WALK = np.zeros(0, dtype=np.int32)


class GivenRing(Partitioner[Circle]):
    """A ring whose points a program has given: a sub-class says where they are.

    It writes ``_points``, and sets ``rule`` and ``equal`` where they are others. Nodes may be without points:
    who is down has none. Arcs and single keys come with it.
    """

    rule: ClassVar[Rule] = "successor"
    equal: ClassVar[Equal] = "first"

    @abstractmethod
    def _points(self, nodes: Nodes) -> Points:
        """Return the points of these nodes in the order of their buckets, which is the configuration's."""

    def _build(self, nodes: Nodes) -> Circle:
        points = self._points(nodes)
        starts, rows = self._stretches(points)
        return Circle(build_intervals(starts, points.owners[rows], self.hash_bits), _NO_WALK, _NO_WALK)

    def _stretches(self, points: Points) -> Stretches:
        return stretches(points.hashes, self.hash_bits, rule=self.rule, equal=self.equal)

    def _one(self, structure: Circle) -> One:
        return one_of(structure.intervals)

    def _place(self, structure: Circle, hashes: Hashes, out: Buckets) -> None:
        place(structure.intervals, hashes, out)

    def _pair(self, structure: Circle, other: Circle) -> Pair | None:
        return pair_of_intervals(structure.intervals, other.intervals)

    def _place_counting(self, structure: Circle, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        place(structure.intervals, hashes, out, steps)

    def _arcs(self, structure: Circle, nodes: Nodes) -> Arcs:
        points = self._points(nodes)
        starts, rows = self._stretches(points)
        return Arcs.from_starts(starts, points.owners[rows], self.hash_bits, nodes, points.numbers[rows])


def check_total(count: int) -> None:
    """Raise InvalidParameter for more points than one circle may have.

    Parameters
    ----------
    count
        Of all nodes together.

    Raises
    ------
    InvalidParameter
        Above 2^26.

    Examples
    --------
    >>> check_total(160)
    """
    if count > MOST_POINTS:
        raise InvalidParameter(
            f"{count} points on one ring are too many: at most {MOST_POINTS}; "
            "divide the weights by the same number"
        )
