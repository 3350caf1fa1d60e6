"""Ways of sharding: where each record is, and which shards a query must ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner, create
from algorithms.hashing import hash_column, hash_function
from algorithms.hashing.columns import Integers
from experiments.database.records import Records
from experiments.database.splitting import Split, split_when_full
from experiments.harness.candidate import attempt
from experiments.measures import EventShape, Flows

__all__ = ["Compound", "Hashed", "Ranges", "Sharding", "Splitting", "boundaries_of"]

Shards = NDArray[np.int32]


class Sharding(ABC):
    """Records on shards.

    Parameters
    ----------
    records
        The records.
    n
        How many shards.
    """

    ordered = False
    """Whether a shard finds the records of a range without reading others."""

    ranged = False
    """Whether a shard has neighbours, so that a router knows who has a range."""

    by_group = False
    """Whether the other field of a record says alone on which shard it is."""

    def __init__(self, records: Records, n: int) -> None:
        self.records, self.n = records, n

    @property
    @abstractmethod
    def shards(self) -> Shards:
        """(N,) The shard of each record, in the order of the keys."""

    @abstractmethod
    def asked(self, low: int, high: int) -> Shards:
        """Return the shards that a query for the keys from ``low`` to ``high`` must ask, in their order."""

    @property
    @abstractmethod
    def moved(self) -> int | str:
        """How many records go to another shard when one is added, or why none can be."""

    @property
    def written(self) -> Shards:
        """(N,) The shard that takes each record, where they are inserted in the order of the keys."""
        return self.shards

    @cached_property
    def loads(self) -> NDArray[np.int64]:
        """Records of each shard."""
        return np.bincount(self.shards, minlength=self.n)

    @cached_property
    def place(self) -> NDArray[np.int64]:
        """(N,) How many records its shard has before each record, in the order of the keys."""
        place = np.empty(len(self.records), dtype=np.int64)
        ends = np.cumsum(self.loads)
        order = np.argsort(self.shards, kind="stable")
        place[order] = np.arange(len(place)) - np.repeat(ends - self.loads, self.loads)
        return place

    def of_group(self, group: int) -> Shards:
        """Return the shard of the records with a value of the other field, where that says it."""
        raise NotImplementedError


class Hashed(Sharding):
    """By the hash of the key: only whoever names a whole key knows where it is.

    Parameters
    ----------
    records
        The records.
    partitioner
        What places hashes.
    hashes
        (N,) of the records in the order of the keys.
    grown
        The partitioner with one shard more, or why it cannot have one.
    ordered
        Whether each shard has an index by key.
    """

    def __init__(
        self,
        records: Records,
        partitioner: Partitioner[Any],
        hashes: NDArray[np.uint64],
        grown: Partitioner[Any] | str,
        *,
        ordered: bool,
    ) -> None:
        super().__init__(records, len(partitioner.nodes))
        self.partitioner, self.grown, self.ordered = partitioner, grown, ordered
        self._hashes = hashes

    @cached_property
    def shards(self) -> Shards:
        """(N,) The shard of each record, in the order of the keys."""
        return self.partitioner.assign(self._hashes)

    def asked(self, low: int, high: int) -> Shards:
        """Return all shards; of a single key, its own."""
        if low < high:
            return np.arange(self.n, dtype=np.int32)
        first = int(np.searchsorted(self.records.values, np.uint64(low)))
        return self.shards[first : first + 1]

    @property
    def moved(self) -> int | str:
        """How many records go to another shard when one is added, or why none can be."""
        if isinstance(self.grown, str):
            return self.grown
        shape = EventShape.between(self.partitioner.nodes, self.grown.nodes)
        return int(Flows.sampled(shape, self.shards, self.grown.assign(self._hashes)).moved)


class Compound(Hashed):
    """By the hash of another field, and below it in the order of the key.

    Parameters
    ----------
    records, partitioner, grown
        As for `Hashed`.
    """

    by_group = True

    def __init__(
        self,
        records: Records,
        partitioner: Partitioner[Any],
        grown: Partitioner[Any] | str,
    ) -> None:
        seed = partitioner.seed if hash_function(partitioner.hash).seeded else 0
        known = Integers(np.arange(int(records.groups.max()) + 1, dtype=np.uint64))
        of_groups = hash_column(partitioner.hash, known, seed=seed, bits=partitioner.hash_bits)
        super().__init__(records, partitioner, of_groups[records.groups], grown, ordered=False)
        self._of_groups = partitioner.assign(of_groups)

    def of_group(self, group: int) -> Shards:
        """Return the shard of the records with a value of the other field."""
        return self._of_groups[group : group + 1]

    def asked(self, low: int, high: int) -> Shards:
        """Return all shards, of a single key too: nobody knows its group."""
        return np.arange(self.n, dtype=np.int32)


class Ranges(Sharding):
    """One range of keys a shard.

    Parameters
    ----------
    records
        The records.
    boundaries
        The first key of each shard.
    after
        The same of one shard more.

    Raises
    ------
    InvalidParameter
        If two shards would begin with the same key.
    """

    ordered = ranged = True

    def __init__(self, records: Records, boundaries: Sequence[int], after: Sequence[int]) -> None:
        super().__init__(records, len(boundaries))
        self.partitioner = create("key_range", self.n, hash="ordered", boundaries=list(boundaries))
        self._after = list(after)

    @cached_property
    def shards(self) -> Shards:
        """(N,) The shard of each record, in the order of the keys."""
        return self.partitioner.assign(self.records.values)

    def asked(self, low: int, high: int) -> Shards:
        """Return the shards from that of the lowest key to that of the highest."""
        first, last = self.partitioner.assign(np.array([low, high], dtype=np.uint64)).tolist()
        return np.arange(first, last + 1, dtype=np.int32)

    @property
    def moved(self) -> int | str:
        """How many records go to another shard when one is added and all boundaries are drawn anew."""
        grown = attempt(partial(create, "key_range", self.n + 1, hash="ordered", boundaries=self._after))
        return (
            grown if isinstance(grown, str) else int((grown.assign(self.records.values) != self.shards).sum())
        )

    @cached_property
    def starts(self) -> list[int]:
        """How many records lie before each shard but the first."""
        return [int(end) for end in np.cumsum(self.loads)[:-1]]


class Splitting(Sharding):
    """Many ranges of keys a shard, which split when they are full.

    Parameters
    ----------
    records
        The records; they are inserted as they arrive.
    n
        How many shards.
    most
        Of how many records a range is full.
    """

    ordered = ranged = True

    def __init__(self, records: Records, n: int, most: int) -> None:
        super().__init__(records, n)
        self._most = most
        self.split: Split = split_when_full(records.arrivals, n, most)

    @cached_property
    def _range(self) -> NDArray[np.intp]:
        """The range of each record, in the order of the keys."""
        return np.searchsorted(self.split.starts, self.records.number, side="right") - 1

    @cached_property
    def shards(self) -> Shards:
        """(N,) The shard of each record, in the order of the keys."""
        return self.split.owners[self._range]

    @cached_property
    def written(self) -> Shards:
        """(N,) The shard that takes each record, where they are inserted in the order of the keys."""
        return split_when_full(self.records.number, self.n, self._most).written

    def asked(self, low: int, high: int) -> Shards:
        """Return the shards of the ranges from that of the lowest key to that of the highest, in order."""
        ends = (
            np.searchsorted(self.records.distinct, np.array([low, high], dtype=np.uint64), side="right") - 1
        )
        first, last = np.searchsorted(self.split.starts, np.maximum(ends, 0), side="right") - 1
        owners = self.split.owners[first : last + 1]
        return owners[np.sort(np.unique(owners, return_index=True)[1])]

    @property
    def moved(self) -> int:
        """How many records go to the newcomer, which takes whole ranges until it has its part of them.

        Each is the last of those of the shard that has most.
        """
        sizes = np.bincount(self._range, minlength=len(self.split.starts)).tolist()
        ranges: list[list[int]] = [[] for _ in range(self.n)]
        for size, owner in zip(sizes, self.split.owners.tolist(), strict=True):
            ranges[owner].append(size)
        return sum(max(ranges, key=len).pop() for _ in range(len(sizes) // (self.n + 1)))


def boundaries_of(records: Records, n: int, *, equal: bool) -> list[int]:
    """Return the first key of each of n shards: of ``equal`` width, or so that they have as many records.

    A key is in one shard, so where many records have the same, those after it begin with the next. There may
    be too few keys: then some are not above the one before.
    """
    distinct, values = records.distinct, records.values
    if equal:
        low, wide = int(values[0]), int(values[-1]) - int(values[0]) + 1
        return [0, *(low + -(-wide * shard // n) for shard in range(1, n))]
    starts, last = [0], 0
    for shard in range(1, n):
        wanted = int(records.number[len(records) * shard // n])
        last = min(max(wanted, last + 1), len(distinct) - 1)
        starts.append(int(distinct[last]))
    return starts
