"""Partitioners with a history: the order in which free buckets were freed decides placements."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidParameter
from algorithms.interface.nodes import MOST_NODES, Nodes, NodesLike
from algorithms.interface.partitioner import Partitioner, State
from algorithms.machinery.histories import History


class HasHistory(Protocol):
    """A structure that holds the history it was made of."""

    @property
    def history(self) -> History:
        """The history."""


H = TypeVar("H", bound=HasHistory)


class PartitionerWithHistory(Partitioner[H]):
    """A partitioner that any node can leave, and whose placements depend on the free buckets' order.

    A new node takes the bucket that was freed last, which undoes its removal exactly; where none is free it
    takes the next number. Nodes that leave in one event do so from the highest bucket down, before others
    join. A free last bucket loses its number as long as no other is free.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    removed
        Free buckets, the one freed last at the end. Those that it does not name count as freed before all
        of them, the highest first; so nodes with gaps say "removed from the top down".
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For ``removed`` buckets that are no numbers, are named twice, or have a node.

    Notes
    -----
    **Sub-classing.** Write ``_remember`` (a history, and the structure before -> a structure that holds the
    history) in the place of ``_build``.
    """

    _shrinks: ClassVar[bool] = True
    """Whether the last bucket can lose its number."""

    def __init__(
        self,
        nodes: NodesLike,
        *,
        removed: Sequence[int] = (),
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self._first_removed = _checked_buckets(removed)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    @property
    def removed(self) -> tuple[int, ...]:
        """The free buckets in the order in which they were freed, but for those whose place the gaps tell."""
        freed = self._state.structure.history.freed
        rises = np.flatnonzero(freed[1:] > freed[:-1])
        return tuple(freed[rises[0] + 1 :].tolist()) if len(rises) else ()

    @property
    def numbered(self) -> int:
        """How many buckets are live or free, of which a key's first one is drawn."""
        return self._state.structure.history.size

    @classmethod
    def adverse_removals(cls, n: int) -> Sequence[int]:
        """Return the first bucket, then the others from the top down: each stands in for the one before."""
        return (0, *range(n - 1, 1, -1)) if n > 1 else ()

    @abstractmethod
    def _remember(self, history: History, before: H | None) -> H:
        """Return the structure for a history, ``before`` being that of a time before or after it."""

    def _size(self, nodes: Nodes, removed: Sequence[int]) -> int:
        """Return how many buckets there were before any was freed."""
        return max(nodes.top, max(removed, default=-1) + 1)

    def _build(self, nodes: Nodes) -> H:
        removed = self._first_removed
        for bucket in removed:
            if bucket in nodes:
                raise InvalidParameter(
                    f"removed names bucket {bucket}, which {nodes[bucket].name!r} has: name free buckets only"
                )
        size = self._size(nodes, removed)
        taken = np.concatenate([nodes.buckets(), np.array(removed, dtype=np.int32)])
        unnamed = np.setdiff1d(np.arange(size, dtype=np.int32), taken)[::-1]
        fresh = History(size, np.empty(0, dtype=np.int32))
        order = np.concatenate([unnamed, np.array(removed, dtype=np.int32)])
        return self._remember(fresh.without(order, shrinks=self._shrinks), None)

    def _rebuild(self, before: State[H], nodes: Nodes, layout: Any) -> H:
        leaving = _lost(before.nodes, nodes)
        history = before.structure.history.without(leaving, shrinks=self._shrinks)
        return self._remember(history.grown(len(_lost(nodes, before.nodes))), before.structure)

    def _free_buckets(self, left: Nodes, count: int) -> Sequence[int]:
        before = self._state
        leaving = _lost(before.nodes, left)
        return before.structure.history.without(leaving, shrinks=self._shrinks).joining(count)


def _lost(before: Nodes, after: Nodes) -> NDArray[np.int32]:
    """Return the buckets that had a node before and have none after, from the highest down."""
    lost = np.zeros(max(before.top, after.top), dtype=np.bool_)
    lost[before.buckets()] = True
    lost[after.buckets()] = False
    return np.flatnonzero(lost)[::-1].astype(np.int32)


def _checked_buckets(removed: object) -> tuple[int, ...]:
    if isinstance(removed, str | bytes) or not isinstance(removed, Iterable):
        raise InvalidParameter(f"removed is a list of free buckets, not {removed!r:.60}")
    buckets = list(removed)
    for bucket in buckets:
        if (
            isinstance(bucket, bool)
            or not isinstance(bucket, int | np.integer)
            or not 0 <= bucket < MOST_NODES
        ):
            raise InvalidParameter(
                f"removed holds buckets, ints from 0 to {MOST_NODES - 1}, not {bucket!r:.60}"
            )
    if len(set(buckets)) < len(buckets):
        raise InvalidParameter("removed names a bucket twice: each is free once")
    return tuple(map(int, buckets))
