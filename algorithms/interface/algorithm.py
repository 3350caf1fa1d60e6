"""What an algorithm writes: two methods that it must, and what else it may."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import BrokenAlgorithm, MissingCapability
from algorithms.hashing import Hashes
from algorithms.interface.arcs import Arcs
from algorithms.interface.nodes import Nodes
from algorithms.interface.spec import Spec
from algorithms.interface.state import State
from algorithms.machinery.pairs import Pair
from algorithms.machinery.preferences import Preference
from algorithms.machinery.single import One
from algorithms.machinery.steps import Steps

S = TypeVar("S")
Buckets = NDArray[np.int32]


class Algorithm(ABC, Generic[S]):
    """The private side of :class:`~algorithms.interface.Partitioner`, which checks whatever comes in."""

    spec: ClassVar[Spec]

    by_text: ClassVar[bool] = False
    """Whether the text of a key decides, and no hash of it can.

    Then lookups of keys go by `_place_keys`, and a hash is placed as the key that is its 16 hexadecimal
    digits; a sub-class overrides ``_finder`` of :class:`~algorithms.interface.placement.Placement` too.
    """

    @abstractmethod
    def _build(self, nodes: Nodes) -> S:
        """Return the structure for these nodes; it is never changed afterwards."""

    @abstractmethod
    def _place(self, structure: S, hashes: Hashes, out: Buckets) -> None:
        """Write the bucket of each hash, without allocating."""

    def _place_keys(self, structure: S, keys: object) -> Buckets:
        """Return the bucket of each key of a column, where ``by_text`` says that its text decides."""
        raise BrokenAlgorithm(f"{self.spec.name} goes by the text of keys: write _place_keys")

    def _place_two(self, structure: S, other: S, hashes: Hashes, out: Buckets, other_out: Buckets) -> None:
        """Write the buckets of each hash by two structures of the same parameters, without allocating.

        Override it where one pass over the hashes serves both, as those before and after an event.
        """
        self._place(structure, hashes, out)
        self._place(other, hashes, other_out)

    def _pair(self, structure: S, other: S) -> Pair | None:
        """Return how a compiled loop places by two structures of the same parameters; None: it cannot.

        What it writes is what `_place` does. It is asked for when there are so many hashes that such a loop
        is worth its compilation, one for each ``places``.
        """
        return None

    def _place_counting(self, structure: S, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        """Write what `_place` does, and add the steps of each hash to its counts: see `machinery.steps`."""
        raise BrokenAlgorithm(f"{self.spec.name} names steps and counts none: write _place_counting")

    def _rebuild(self, before: State[S], nodes: Nodes, layout: Any) -> S:
        """Return the structure after an event; ``layout`` is what a sub-class' own ``change`` was given."""
        return self._build(nodes)

    def _check_size(self, nodes: Nodes) -> None:
        """Raise a `ShardlabError` if the structure of these nodes would be too large; nothing by default."""

    def _one(self, structure: S) -> One | None:
        """Return how one hash is placed by compiled code, ``entry(kernel).of(...)``; None to ask `_placer`.

        The entry stands in the module, so that it is compiled once: see `machinery.single`.
        """
        return None

    def _placer(self, structure: S) -> Callable[[int], int]:
        """Return a function hash -> bucket for single hashes, where `_one` returns none.

        By default a batch of one through ``_place``. Override it where plain Python is so quick that the
        first key should not wait for numba.
        """
        one, out = np.empty(1, dtype=np.uint64), np.empty(1, dtype=np.int32)

        def place(value: int) -> int:
            hashes, buckets = one.copy(), out.copy()
            hashes[0] = value
            self._place(structure, hashes, buckets)
            return int(buckets[0])

        return place

    def _place_replicas(self, structure: S, hashes: Hashes, out: Buckets) -> None:
        """Write the distinct buckets of each hash, (k, count), the first as ``_place`` does."""
        raise MissingCapability(f"{self.spec.name} declares REPLICAS and has no _place_replicas")

    def _preference(self, structure: S, nodes: Nodes) -> Preference | None:
        """Return how compiled code finds whom a hash prefers of some; None where only lists are kept."""
        return None

    def _arcs(self, structure: S, nodes: Nodes) -> Arcs:
        """Return the arcs of a structure."""
        raise MissingCapability(f"{self.spec.name} declares INTERVALS and has no _arcs")

    def _free_buckets(self, left: Nodes, count: int) -> Sequence[int]:
        """Return the free buckets that ``count`` new nodes take, when ``left`` are those that stay."""
        return left.lowest_free(count)
