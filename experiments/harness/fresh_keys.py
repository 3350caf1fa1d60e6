"""Keys that nobody was asked for before: columns of a workload, one after the other, each of them used once.

Repeated keys flatter whoever is timed on them: caches know their cells, and branch predictors their paths.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner
from algorithms.hashing.columns import Strings
from experiments.buffers import aligned
from experiments.harness.stopwatch import Call

if TYPE_CHECKING:
    from experiments.workloads import Workload
    from experiments.workloads.base import Keys

__all__ = ["Stream", "in_turn"]

T = TypeVar("T")

KEPT = 2
"""Columns that are kept: what is called untimed gets those keys that were timed last."""


class Stream:
    """Columns of keys of a workload; where it has an end, it begins anew there.

    Parameters
    ----------
    source
        The workload.
    seed
        Of its keys: other seeds give other ones, unless the workload has no seed.
    size
        Keys of a column.

    Examples
    --------
    >>> from experiments.workloads import parse
    >>> stream = Stream(parse("sequential"), 0, 262_144)
    >>> stream.texts(0)[:2], stream.texts(1)[:2]
    (['0', '1'], ['262144', '262145'])
    """

    def __init__(self, source: Workload, seed: int, size: int) -> None:
        from experiments.workloads import chunks_of

        self.size = size
        self._source = source
        self._seed = seed
        self._chunks = chunks_of(size)
        whole = None if source.total is None else source.total // chunks_of(source.total).size(0)
        self._columns = None if whole is None else max(1, whole // len(self._chunks))
        self._made: dict[Hashable, dict[int, Any]] = {}
        self._words: dict[Hashable, NDArray[np.uint64]] = {}

    def keys(self, column: int) -> Keys:
        """Return the keys of a column of at most one chunk."""
        return self._kept("keys", column, lambda number: self._chunk(number, 0))

    def texts(self, column: int) -> list[str]:
        """Return the same keys as str: an int by its decimal digits."""

        def made(number: int) -> list[str]:
            keys = self._chunk(number, 0)
            if isinstance(keys, Strings):
                return [key.decode(errors="replace") for key in keys.tolist()]
            return list(map(str, keys.values.tolist()))

        return self._kept("texts", column, made)

    def objects(self, column: int) -> list[Any]:
        """Return the same keys as Python has them: ints, or str."""
        keys = self.keys(column)
        if isinstance(keys, Strings):
            return self.texts(column)
        integers = keys.values
        return self._kept("objects", column, lambda _: integers.tolist())

    def arrow(self, column: int, *, as_text: bool) -> Any:
        """Return the same keys as a column of Arrow: of str, or of whatever they are."""

        def made(_: int) -> Any:
            import pyarrow as pa

            listed = self.texts(column) if as_text else self.objects(column)
            return pa.array(listed, pa.string() if isinstance(listed[0], str) else pa.uint64())

        return self._kept(("arrow", as_text), column, made)

    def hashes(self, partitioner: Partitioner[Any], column: int) -> NDArray[np.uint64]:
        """Return the hashes of a column's keys; partitioners that hash alike share one array."""

        def made(number: int) -> NDArray[np.uint64]:
            parts = (partitioner.hashes_of(self._chunk(number, i)) for i in range(len(self._chunks)))
            return np.concatenate(list(parts))

        return self._kept(_hashing(partitioner), column, made)

    def buffer(self, partitioner: Partitioner[Any]) -> NDArray[np.uint64]:
        """Return the memory from which the hashes of partitioners that hash alike are placed."""
        known = _hashing(partitioner)
        if known not in self._words:
            self._words[known] = aligned(self.size, np.uint64)
        return self._words[known]

    def fill(self, partitioner: Partitioner[Any], column: int, keys: int) -> None:
        """Write the first hashes of a column into that memory."""
        self.buffer(partitioner)[:keys] = self.hashes(partitioner, column)[:keys]

    def _chunk(self, column: int, part: int) -> Keys:
        number = column * len(self._chunks) + part
        return self._source.chunk(number, self._seed, self._chunks.size(part))

    def _kept(self, what: Hashable, column: int, make: Callable[[int], T]) -> T:
        number = column if self._columns is None else column % self._columns
        made = self._made.setdefault(what, {})
        if number not in made:
            made[number] = make(number)
            for old in sorted(made, key=lambda one: one == number)[: len(made) - KEPT]:
                del made[old]
        found: T = made[number]
        return found


def in_turn(call_on: Callable[[int], Call]) -> Callable[[], Call]:
    """Return what gives a competitor its calls: each column serves a timed call, and then an untimed one.

    Examples
    --------
    >>> fresh = in_turn(lambda column: lambda: column)
    >>> [fresh()() for _ in range(6)]
    [0, 1, 1, 2, 2, 3]
    """
    turns = count(1)
    return lambda: call_on(next(turns) // 2)


def _hashing(partitioner: Partitioner[Any]) -> Hashable:
    return partitioner.hash, partitioner.hash_bits, partitioner.seed
