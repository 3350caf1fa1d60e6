"""Key range: the hash space cut into one range a node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.errors import InvalidParameter, UnsupportedEvent
from algorithms.hashing import hash_key
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Partitioner,
    Publication,
    Spec,
    State,
)
from algorithms.interface.arcs import Arcs
from algorithms.interface.node import NodeLike
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.exact_ranges import intervals_from, proportional_starts
from algorithms.machinery.intervals import Intervals, one_of, place
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import multiply_high, through
from algorithms.machinery.pairs import Pair, pair_of_intervals
from algorithms.machinery.single import One
from algorithms.registry import register

Boundaries = tuple[int, ...] | tuple[str, ...]


class Ranges(NamedTuple):
    """Equal ranges over the live buckets, or intervals where they differ; and the boundaries, if given.

    ``dense`` says whether the live buckets are 0 ... n - 1, and ``shift`` is 64 - hash_bits.
    """

    live: NDArray[np.int32]
    dense: bool
    shift: int
    intervals: Intervals | None
    boundaries: Boundaries | None


@kernel
def equal_ranges_kernel(hashes: Hashes, shift: np.uint64, n: np.uint64, out: Buckets) -> None:
    """Write floor(hash * n / 2^bits), where shift is 64 - bits."""
    for i in range(len(hashes)):
        out[i] = np.int32(multiply_high(hashes[i] << shift, n))


@kernel
def equal_ranges_of_two(
    sides: tuple[np.uint64, np.uint64, np.uint64],
    room: Any,
    hashes: Hashes,
    out: Buckets,
    other_out: Buckets,
) -> None:
    """Write what `equal_ranges_kernel` does, for two numbers of nodes."""
    shift, n, other = sides
    equal_ranges_kernel(hashes, shift, n, out)
    equal_ranges_kernel(hashes, shift, other, other_out)


@register(
    Spec(
        name="key_range",
        title="Key range",
        summary="bucket = floor(hash * n / 2^bits): one range of hashes a node, in order",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.UNIFORM,
                Capability.INTERVALS,
                Capability.ORDERED,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.REPLICAS: "the neighbouring ranges shift in every event, so replicas would all move",
        },
        reference="folklore; integer division of the hash space",
        publications=(
            Publication(
                "rfc2992",
                "techreport",
                "Hopps, Christian E.",
                "Analysis of an equal-cost multi-path algorithm",
                2000,
                {"type": "RFC", "number": "2992", "institution": "Internet Engineering Task Force"},
            ),
        ),
        lookup_cost=Cost("O(1)", "O(log n) in the worst case with weights or boundaries"),
        resize_cost=Cost("O(n)", "and half of the keys move"),
        memory_cost=Cost("O(n)"),
        movement_law="range",
        balance_law="range",
    )
)
class KeyRange(Partitioner[Ranges]):
    """One range of the hash space a node, in the order of the buckets.

    Equal ranges need no table: the bucket is floor(hash * n / 2^bits), which is defined for every hash and
    uses all n buckets (dividing by the floored size 2^bits / n does not: its last hashes fall outside).
    From n to n + 1 nodes range i hands its top i + 1 parts in n (n + 1) to its neighbour: every boundary
    shifts, and half of all keys move, each to the next node. With ``hash="ordered"`` a range of keys
    touches few nodes.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`; weights are widths, the boundaries standing at
        ceil(2^bits * W_i / W), from exact fractions.
    boundaries
        Where each node's range starts, ascending: hashes, or (with ``hash="ordered"``) first letters such as
        A, C, E. The first node also has what lies below its start. An event must then bring new boundaries.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For boundaries that do not ascend, are outside the hash space, are not one a node, or are letters
        without an ordered hash; and for weights beside boundaries.

    Notes
    -----
    **Sources.** Folklore; routers know it as hash-threshold (RFC 2992).

    **Costs.** assign O(1): a multiplication; with weights or boundaries a look into an index. An event O(n)
    here, and half of the keys for its user. Memory 4 bytes a node; with weights 12 and an index.

    **Adverse case.** Any hash function that does not fill the space: sequential ints under
    ``hash="identity"`` are all in the first range.

    Examples
    --------
    >>> KeyRange(16, hash="md5_high64").lookup_many(["60000", "60100"])
    array(['node-2', 'node-9'], dtype=object)
    >>> KeyRange(["west", "east"], boundaries=["A", "N"], hash="ordered").lookup("Nguyen")
    'east'
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        boundaries: Sequence[int] | Sequence[str] | None = None,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self._first_boundaries = boundaries
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)
        self._first_boundaries = self.boundaries  # what was given may be changed later

    @property
    def boundaries(self) -> Boundaries | None:
        """Where each node's range starts, as it was given; None where weights decide."""
        return self._state.structure.boundaries

    def change(
        self,
        *,
        add: Iterable[NodeLike] = (),
        remove: Iterable[str] = (),
        weights: Mapping[str, float] = {},
        boundaries: Sequence[int] | Sequence[str] | None = None,
    ) -> None:
        """Make one scale event; with explicit boundaries it must bring new ones.

        Parameters
        ----------
        add, remove, weights
            As for :meth:`Partitioner.change`.
        boundaries
            Where each node's range starts after the event.

        Raises
        ------
        UnsupportedEvent
            When there are boundaries and the event brings none.
        InvalidParameter
            For boundaries that cannot be. Whatever is raised, nothing has changed.

        Examples
        --------
        >>> p = KeyRange(["x", "y"], boundaries=["A", "N"], hash="ordered")
        >>> p.change(add=["z"], boundaries=["A", "C", "E"])
        >>> p.lookup("Dee")
        'y'
        """
        self._change(add, remove, weights, boundaries)

    def _build(self, nodes: Nodes) -> Ranges:
        return self._ranges(nodes, self._first_boundaries)

    def _rebuild(self, before: State[Ranges], nodes: Nodes, layout: Any) -> Ranges:
        if layout is None and before.structure.boundaries is not None:
            raise UnsupportedEvent(
                f"the ranges of this key_range were given as boundaries, so an event must bring new ones: "
                f"change(..., boundaries=[{len(nodes)} starts])"
            )
        return self._ranges(nodes, layout)

    def _ranges(self, nodes: Nodes, boundaries: Sequence[int] | Sequence[str] | None) -> Ranges:
        live, dense, shift = nodes.buckets(), nodes.dense, 64 - self.hash_bits
        if boundaries is not None:
            if not nodes.equal_weights:
                raise InvalidParameter("boundaries fix the widths of the ranges: leave all weights equal")
            given, starts = self._checked_boundaries(boundaries, len(nodes))
            return Ranges(live, dense, shift, intervals_from(starts, live, self.hash_bits), given)
        if nodes.equal_weights:
            return Ranges(live, dense, shift, None, None)
        starts = proportional_starts(nodes.weights(), self.hash_bits)
        return Ranges(live, dense, shift, intervals_from(starts, live, self.hash_bits), None)

    def _checked_boundaries(
        self, boundaries: Iterable[int] | Iterable[str], n: int
    ) -> tuple[Boundaries, list[int]]:
        if isinstance(boundaries, str | bytes | Mapping | Set) or not isinstance(boundaries, Iterable):
            raise InvalidParameter(
                f"boundaries are a list of starts or of first letters, not {boundaries!r:.60}"
            )
        given: tuple[Any, ...] = tuple(boundaries)
        if len(given) != n:
            raise InvalidParameter(f"{len(given)} boundaries do not fit {n} nodes: give one start a node")
        if all(isinstance(start, str) for start in given):
            if self.hash != "ordered":
                raise InvalidParameter(f"letters as boundaries need hash='ordered', not {self.hash!r}")
            texts = tuple(str(start) for start in given)
            starts = [hash_key("ordered", text, bits=self.hash_bits) for text in texts]
            kept: Boundaries = texts
        elif all(is_int(start) for start in given):
            starts = [int(start) for start in given]
            kept = tuple(starts)
        else:
            raise InvalidParameter(f"boundaries are all ints or all letters, not {list(given)!r:.80}")
        if any(a >= b for a, b in pairwise(starts)):
            raise InvalidParameter(
                f"boundaries must ascend, by their first {self.hash_bits} bits: {list(given)!r:.80}"
            )
        if starts[0] < 0 or starts[-1] >> self.hash_bits:
            raise InvalidParameter(
                f"boundaries must lie in the hash space, 0 <= start < 2^{self.hash_bits}: {list(given)!r:.80}"
            )
        return kept, [0, *starts[1:]]

    def _placer(self, structure: Ranges) -> Callable[[int], int]:
        n, bits = len(structure.live), self.hash_bits
        if structure.dense:
            return lambda value: value * n >> bits
        live = structure.live.tolist()
        return lambda value: live[value * n >> bits]

    def _one(self, structure: Ranges) -> One | None:
        return None if structure.intervals is None else one_of(structure.intervals)

    def _place(self, structure: Ranges, hashes: Hashes, out: Buckets) -> None:
        if structure.intervals is None:
            equal_ranges_kernel(hashes, np.uint64(structure.shift), np.uint64(len(structure.live)), out)
            if not structure.dense:
                through(structure.live, out)
        else:
            place(structure.intervals, hashes, out)

    def _pair(self, structure: Ranges, other: Ranges) -> Pair | None:
        if structure.intervals is not None and other.intervals is not None:
            return pair_of_intervals(structure.intervals, other.intervals)
        if structure.intervals or other.intervals or not (structure.dense and other.dense):
            return None
        sizes = np.uint64(len(structure.live)), np.uint64(len(other.live))
        return Pair(equal_ranges_of_two, (np.uint64(structure.shift), *sizes))

    def _arcs(self, structure: Ranges, nodes: Nodes) -> Arcs:
        table = structure.intervals
        if table is None:
            starts = proportional_starts([1] * len(nodes), self.hash_bits)
            table = intervals_from(starts, structure.live, self.hash_bits)
        return Arcs.from_starts(table.starts, table.owners, self.hash_bits, nodes)
