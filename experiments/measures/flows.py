"""Movement in one scale event: who is there before and after, and how many keys go from whom to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.measures.shares import total_variation, whole_weights
from experiments.measures.tally import Tally, rows_of, summed

if TYPE_CHECKING:
    from algorithms import Arcs, Node

Counts = NDArray[Any]
"""Counts of keys (int64) or of hashes (Python ints in an object array: up to 2^64 do not fit int64)."""


@dataclass(frozen=True, eq=False)
class EventShape:
    """Who is there before and after one scale event, and how each side numbers its nodes.

    Each node of either side has one row, whatever its buckets: first those of before, by bucket, then the
    newcomers. Made by `between`.

    Attributes
    ----------
    names
        (r,) name of each row's node.
    before, after
        (buckets,) int64: bucket -> row, -1 where a bucket has no node.
    weights_before, weights_after
        (r,) float64: declared weight, 0 where the node is absent.
    """

    names: tuple[str, ...]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    weights_before: NDArray[np.float64]
    weights_after: NDArray[np.float64]

    @classmethod
    def between(cls, before: Mapping[int, Node], after: Mapping[int, Node]) -> EventShape:
        """Compare the nodes of two partitioners, or of one before and after an event.

        Examples
        --------
        >>> from algorithms import Node
        >>> shape = EventShape.between({0: Node("a"), 1: Node("b")}, {0: Node("a"), 1: Node("c")})
        >>> shape.names, shape.before.tolist(), shape.after.tolist()
        (('a', 'b', 'c'), [0, 1], [0, 2])
        """
        rows: dict[str, int] = {}
        maps: list[NDArray[np.int64]] = []
        weights: list[dict[int, float]] = []
        for side in (before, after):
            buckets = np.full(max(side, default=-1) + 1, -1, dtype=np.int64)
            by_row = {}
            for bucket, node in side.items():
                row = buckets[bucket] = rows.setdefault(node.name, len(rows))
                by_row[row] = node.weight
            maps.append(buckets)
            weights.append(by_row)
        columns = np.zeros((2, len(rows)), dtype=np.float64)
        for column, by_row in zip(columns, weights, strict=True):
            column[list(by_row)] = list(by_row.values())
        return cls(tuple(rows), maps[0], maps[1], columns[0], columns[1])

    def tally(self) -> Tally:
        """Return a tally of no keys, by the rows of this event."""
        return Tally(self.before, self.after)

    @property
    def slots_before(self) -> NDArray[np.int64]:
        """(n,) rows of the nodes before, by ascending bucket."""
        return self.before[self.before >= 0]

    @property
    def slots_after(self) -> NDArray[np.int64]:
        """(k,) rows of the nodes after, by ascending bucket."""
        return self.after[self.after >= 0]

    @property
    def one_way(self) -> bool:
        """Whether nodes only join, or only leave, or one weight changes and nothing else."""
        before, after = self.weights_before, self.weights_after
        changed = before != after
        if np.count_nonzero(changed) <= 1:
            return True
        return not before[changed].any() or not after[changed].any()

    @cached_property
    def ideal(self) -> Fraction:
        """The least movement between the declared shares: what perfect balance would have moved."""
        return total_variation(self.weights_before, self.weights_after)

    @cached_property
    def growth(self) -> NDArray[np.int8]:
        """(r,) int8: 1 where the declared share grows, -1 where it shrinks, 0 where it stays."""
        p, q = whole_weights(self.weights_before), whole_weights(self.weights_after)
        p_sum, q_sum = sum(p), sum(q)
        change = [b * p_sum - a * q_sum for a, b in zip(p, q, strict=True)]
        return np.array([(x > 0) - (x < 0) for x in change], dtype=np.int8)


@dataclass(frozen=True, eq=False)
class Flows:
    """How many keys (or hashes) went from each node to each node in one scale event, or stayed.

    Made by `sampled`, `counted` or `exact`, or empty; the flows of two chunks of keys add up to those of
    both.

    Attributes
    ----------
    event
        The nodes on either side.
    source, target
        (p,) int64 rows of `event`: one entry for each pair that occurs, ascending by (source, target).
    count
        (p,) keys (int64) or hashes (Python ints) of each pair, all positive.
    """

    event: EventShape
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    count: Counts

    @classmethod
    def none(cls, event: EventShape) -> Flows:
        """Flows of no keys: the start of a sum."""
        return cls(event, *np.zeros((3, 0), dtype=np.int64))

    @classmethod
    def sampled(
        cls, event: EventShape, before: NDArray[np.integer[Any]], after: NDArray[np.integer[Any]]
    ) -> Flows:
        """Count the flows of a sample of keys.

        Examples
        --------
        >>> from algorithms import Node
        >>> event = EventShape.between({0: Node("a")}, {0: Node("a"), 1: Node("b")})
        >>> flows = Flows.sampled(event, np.array([0, 0, 0, 0]), np.array([0, 1, 0, 0]))
        >>> flows.movement, flows.minimum, flows.ideal
        (Fraction(1, 4), Fraction(1, 4), Fraction(1, 2))
        """
        tally = event.tally()
        tally.add(before, after)
        return cls.counted(event, tally)

    @classmethod
    def counted(cls, event: EventShape, tally: Tally) -> Flows:
        """Flows of all keys that the event's tally has counted."""
        return cls(event, *tally.pairs())

    @classmethod
    def exact(cls, event: EventShape, before: Arcs, after: Arcs) -> Flows:
        """Count the flows of every hash of the space, by merging the boundaries of two tilings."""
        if before.start[0] or after.start[0] or before.last[-1] != after.last[-1]:
            raise ValueError(
                "the arcs before and after tile different hash spaces; use one hash_bits for both"
            )
        both = np.concatenate([before.start, after.start])
        order = np.argsort(both, kind="stable")  # merges the two, which ascend, in one pass
        starts = both[order]
        final = np.flatnonzero(np.append(starts[1:] != starts[:-1], True))  # of equal ones the last
        starts, begun = starts[final], np.cumsum(order < len(before.start))[final]
        lasts = np.append(starts[1:] - np.uint64(1), before.last[-1])
        source = rows_of(before.bucket, event.before)[begun - 1]
        target = rows_of(after.bucket, event.after)[final - begun]
        return cls(event, *_sums(source, target, lasts - starts, len(event.names)))

    def __add__(self, other: Flows) -> Flows:
        """Flows of both samples; the two must describe the same event."""
        if not isinstance(other, Flows):
            return NotImplemented
        if self.event is not other.event and self.event.names != other.event.names:
            raise ValueError("flows of different events do not add up; sum those of one event only")
        rows = len(self.event.names)
        pairs, counts = summed([(flows.source * rows + flows.target, flows.count) for flows in (self, other)])
        return Flows(self.event, pairs // rows, pairs % rows, counts)

    @cached_property
    def total(self) -> int:
        """Number of keys (or hashes), whether they moved or not."""
        return int(self.count.sum())

    @cached_property
    def _moves(self) -> NDArray[np.bool_]:
        moves: NDArray[np.bool_] = self.source != self.target
        return moves

    @cached_property
    def moved(self) -> int:
        """Number of keys whose node differs."""
        return int(self.count[self._moves].sum())

    @property
    def stays(self) -> int:
        """Number of keys whose node is the same."""
        return self.total - self.moved

    @property
    def movement(self) -> Fraction:
        """Fraction of the keys whose node differs."""
        return self._fraction(self.moved)

    @cached_property
    def load_before(self) -> Counts:
        """(r,) keys by row before the event; 0 for a node that joins."""
        return self._by_row(self.source)

    @cached_property
    def load_after(self) -> Counts:
        """(r,) keys by row after the event; 0 for a node that leaves."""
        return self._by_row(self.target)

    @cached_property
    def minimum(self) -> Fraction:
        """The least movement between the measured shares: their total variation distance."""
        return total_variation(self.load_before, self.load_after)

    @property
    def ideal(self) -> Fraction:
        """The least movement between the declared shares."""
        return self.event.ideal

    @property
    def excess(self) -> Fraction:
        """Movement above the minimum; never negative."""
        return self.movement - self.minimum

    @cached_property
    def stray(self) -> Fraction:
        """Fraction moved onto a node whose declared share did not grow, or off one whose did not shrink."""
        growth = self.event.growth
        wanted = (growth[self.source] < 0) & (growth[self.target] > 0)
        return self._fraction(int(self.count[self._moves & ~wanted].sum()))

    @property
    def losers(self) -> int:
        """Number of nodes that lost a key to another."""
        return int(np.unique(self.source[self._moves]).size)

    @property
    def receivers(self) -> int:
        """Number of nodes that received a key from another."""
        return int(np.unique(self.target[self._moves]).size)

    @property
    def pairs(self) -> int:
        """Number of (from node, to node) pairs between which keys moved."""
        return int(np.count_nonzero(self._moves))

    @property
    def largest(self) -> Fraction:
        """The largest single flow between two nodes, as a fraction of all keys."""
        return self._fraction(int(max(self.count[self._moves].tolist(), default=0)))

    def named(self) -> Iterator[tuple[str, str, int]]:
        """Give (from name, to name, count) of each pair between which keys moved, in order of rows."""
        names = self.event.names
        for source, target, count in zip(self.source, self.target, self.count, strict=True):
            if source != target:
                yield names[source], names[target], int(count)

    def _fraction(self, count: int) -> Fraction:
        if not self.total:
            raise ValueError("movement is not defined without keys; sample at least one")
        return Fraction(count, self.total)

    def _by_row(self, rows: NDArray[np.int64]) -> Counts:
        result = np.zeros(len(self.event.names), dtype=self.count.dtype)
        np.add.at(result, rows, self.count)
        return result


def _sums(
    source: NDArray[np.int64], target: NDArray[np.int64], sizes: NDArray[np.uint64], rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Counts]:
    """Add up pieces of `sizes` + 1 hashes by (source, target): in halves of 32 bits, as 2^64 overflows."""
    # of few rows codes are short, and sorted by their digits
    codes = (source * rows + target).astype(np.min_scalar_type(rows * rows))
    order = np.argsort(codes, kind="stable")
    sorted_codes = codes[order]
    first = np.flatnonzero(np.append(True, sorted_codes[1:] != sorted_codes[:-1]))
    pairs, pieces = sorted_codes[first].astype(np.int64), np.diff(np.append(first, codes.size))
    low = np.add.reduceat(sizes[order] & np.uint64(0xFFFFFFFF), first).tolist()
    high = np.add.reduceat(sizes[order] >> np.uint64(32), first).tolist()
    counts = np.empty(pairs.size, dtype=np.object_)
    counts[:] = [(h << 32) + lo + p for h, lo, p in zip(high, low, pieces.tolist(), strict=True)]
    return pairs // rows, pairs % rows, counts
