"""Several partitioners that place the same hashes, such as those before and after a scale event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidParameter
from algorithms.hashing import Hashes
from algorithms.interface.algorithm import Algorithm, Buckets
from algorithms.interface.configured import differs
from algorithms.interface.guards import check_buckets, check_out, checked_hashes, tell
from algorithms.interface.partitioner import Partitioner
from algorithms.machinery.pairs import Pair

__all__ = ["Together"]

Place = Callable[[Hashes, Sequence[Buckets]], None]


class Together:
    """Partitioners with the nodes that they have now, to place any number of hashes by all of them.

    Two of one algorithm with the same parameters that follow each other are placed in one pass, where the
    algorithm has one for two sets of nodes (``_place_two``); all others one after the other.

    Parameters
    ----------
    partitioners
        At least one; each is seen as it is now, whatever events it has later.

    Examples
    --------
    >>> from algorithms import create
    >>> before = create("jump", 4)
    >>> after = before.copy()
    >>> after.change(add=["node-4"])
    >>> outs = np.empty((2, 3), dtype=np.int32)
    >>> Together([before, after]).assign(np.array([1, 2, 5], dtype=np.uint64), outs)
    >>> outs.tolist()
    [[0, 3, 1], [0, 3, 4]]
    """

    def __init__(self, partitioners: Sequence[Partitioner[Any]]) -> None:
        if not partitioners:
            raise InvalidParameter("no partitioners: give at least one")
        self.partitioners = tuple(partitioners)
        self._states = [(one, one._state) for one in partitioners]
        self._bits = min(one.hash_bits for one in partitioners)
        self._steps = [self._step(rows) for rows in _turns(partitioners)]

    def __len__(self) -> int:
        return len(self._states)

    def assign(
        self, hashes: NDArray[np.unsignedinteger[Any]], outs: Sequence[Buckets] | NDArray[np.int32]
    ) -> None:
        """Assign hashes by each partitioner; raises what :meth:`Partitioner.assign` raises.

        Parameters
        ----------
        hashes
            (k,) unsigned integers, below 2^hash_bits of all partitioners.
        outs
            For each partitioner (k,) int32 to write into.
        """
        checked = checked_hashes(hashes, self._bits)
        if len(outs) != len(self):
            raise InvalidParameter(f"{len(outs)} arrays for {len(self)} partitioners: give one for each")
        columns = list(outs)
        for out in columns:
            check_out(out, checked.shape)
        for place in self._steps:
            place(checked, columns)
        for (one, state), out in zip(self._states, columns, strict=True):
            check_buckets(one.spec, state.nodes, checked, out)

    def pair(self) -> Pair | None:
        """Return how a compiled loop places by two partitioners at once.

        Returns
        -------
        Pair or None
            None unless there are two, of one algorithm with the same parameters, that has kernels for it.
        """
        if len(self) != 2 or not _same(*self.partitioners):
            return None
        kind = type(self.partitioners[0])
        if not issubclass(_writer(kind, "_pair"), _writer(kind, "_place")):
            return None  # a sub-class that places otherwise
        (one, state), (_, other) = self._states
        return one._pair(state.structure, other.structure)

    def _step(self, rows: Sequence[int]) -> Place:
        """Return what places by one partitioner, or by two in one pass."""
        one, state = self._states[rows[0]]
        others = [self._states[row][1] for row in rows[1:]]

        def place(hashes: Hashes, outs: Sequence[Buckets]) -> None:
            try:
                if others:
                    both = state.structure, others[0].structure
                    one._place_two(*both, hashes, outs[rows[0]], outs[rows[1]])
                else:
                    one._place(state.structure, hashes, outs[rows[0]])
            except Exception as error:
                tell(type(one), state.nodes, error)
                raise

        return place


def _turns(partitioners: Sequence[Partitioner[Any]]) -> list[list[int]]:
    """Return the rows that are placed in one pass: two neighbours of one algorithm, or one."""
    turns: list[list[int]] = []
    for row, one in enumerate(partitioners):
        last = turns[-1] if turns else []
        if len(last) == 1 and _alike(partitioners[last[0]], one):
            last.append(row)
        else:
            turns.append([row])
    return turns


def _alike(one: Partitioner[Any], other: Partitioner[Any]) -> bool:
    return type(one)._place_two is not Algorithm._place_two and _same(one, other)


def _same(one: Partitioner[Any], other: Partitioner[Any]) -> bool:
    """Return whether two are of one algorithm with the same parameters."""
    values = other.parameters
    return type(one) is type(other) and not any(
        differs(value, values[name]) for name, value in one.parameters.items()
    )


def _writer(kind: type, method: str) -> type:
    """Return the class whose method it is."""
    return next(one for one in kind.__mro__ if method in vars(one))
