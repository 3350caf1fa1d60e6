"""Queries, and what each way of sharding does for them: shards asked, records read, time of the slowest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from experiments.database.records import Records
from experiments.database.schemes import Sharding
from experiments.seeds import derive
from experiments.workloads.draws import words

__all__ = ["QUERIES", "Answers", "Model", "Query", "answered", "queries_of"]

QUERIES = {
    "point": "all records of one key",
    "range": "all records of a range of keys",
    "first": "the first records from a key on, so many as the limit",
    "first of group": "the first of one value of the other field from a key on, so many as the limit",
}
"""What is asked for."""

QUANTILES = 16
"""Times are drawn from a table of 2^16 quantiles, in whole nanoseconds: the same on every machine."""


@dataclass(frozen=True)
class Query:
    """One query.

    Parameters
    ----------
    low, high
        The lowest and the highest key that it is for.
    first, end
        Records with such a key, in the order of the keys: from the first to before the end.
    limit
        How many of them it wants; 0 for all.
    group
        The value of the other field that they must have; -1 if that is all the same.
    """

    low: int
    high: int
    first: int
    end: int
    limit: int = 0
    group: int = -1


@dataclass(frozen=True)
class Model:
    """What a shard takes for a query.

    Parameters
    ----------
    overhead
        The mean of an exponential time that any query takes, in microseconds.
    record
        Nanoseconds a record that it reads.
    """

    overhead: float
    record: float

    def noise(self, seed: int, queries: int, shards: int) -> NDArray[np.int64]:
        """Return what each shard takes for each query before it reads, in nanoseconds: (queries, shards)."""
        drawn = words(seed, 0, queries * shards) >> np.uint64(64 - QUANTILES)
        times: NDArray[np.int64] = _exponential(self.overhead)[drawn].reshape(queries, shards)
        return times


@dataclass(frozen=True, eq=False)
class Answers:
    """What the shards did for some queries, a row each.

    Parameters
    ----------
    asked
        (Q, n) bool: the shards that were asked.
    matching
        (Q, n) int64: records that the query wants, by shard.
    read
        (Q, n) int64: records that were read for it.
    in_turn
        Whether a shard is asked only when the one before has too few records.
    """

    asked: NDArray[np.bool_]
    matching: NDArray[np.int64]
    read: NDArray[np.int64]
    in_turn: bool

    def times(self, model: Model, seed: int) -> NDArray[np.int64]:
        """Return what each query took, in nanoseconds: the slowest shard, or all of them in turn."""
        each = model.noise(seed, *self.asked.shape) + np.rint(self.read * model.record).astype(np.int64)
        each[~self.asked] = 0
        taken: NDArray[np.int64] = each.sum(axis=1) if self.in_turn else each.max(axis=1)
        return taken


@cache
def _exponential(mean: float) -> NDArray[np.int64]:
    count = 1 << QUANTILES
    return np.array([round(-1000 * mean * math.log((i + 0.5) / count)) for i in range(count)], dtype=np.int64)


def queries_of(
    kind: str, records: Records, count: int, seed: int, *, matching: int, limit: int
) -> Sequence[Query]:
    """Return some queries of a kind, each from a record on that is drawn.

    A range is for so many ``matching`` neighbours; those of the same key as the last come in, too.
    """
    size, values = len(records), records.values
    wanted = {"point": 1, "range": matching}.get(kind, min(limit, size))
    drawn = words(derive(seed, kind, wanted), 0, 2 * count)
    starts = (drawn[:count] % np.uint64(size - wanted + 1)).astype(np.int64)
    lows = values[starts]
    open_end = kind.startswith("first")
    highs = np.full(count, values[-1]) if open_end else values[starts + wanted - 1]
    firsts = np.searchsorted(values, lows, side="left").tolist()
    ends = np.searchsorted(values, highs, side="right").tolist()
    others = [-1] * count
    if kind == "first of group":
        others = records.groups[(drawn[count:] % np.uint64(size)).astype(np.int64)].tolist()
    return [
        Query(low, high, first, end, limit if open_end else 0, group)
        for low, high, first, end, group in zip(
            lows.tolist(), highs.tolist(), firsts, ends, others, strict=True
        )
    ]


def answered(sharding: Sharding, queries: Sequence[Query]) -> Answers:
    """Return what the shards do for some queries, all of them with a limit or none."""
    asked = np.zeros((len(queries), sharding.n), dtype=np.bool_)
    matching, read = (np.zeros((len(queries), sharding.n), dtype=np.int64) for _ in range(2))
    for row, query in enumerate(queries):
        rows = _wanted(query, sharding.records.groups)
        shards, matching[row], read[row] = _done(sharding, query, rows)
        asked[row, shards] = True
    return Answers(asked, matching, read, sharding.ranged and queries[0].limit > 0)


def _wanted(query: Query, groups: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the records that a query wants, in the order of the keys."""
    if query.group >= 0:
        rows = query.first + np.flatnonzero(groups[query.first : query.end] == query.group)
        return rows[: query.limit]
    return np.arange(query.first, min(query.end, query.first + (query.limit or query.end)))


def _done(
    sharding: Sharding, query: Query, rows: NDArray[np.intp]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Return the shards that are asked, and of each shard the records that are wanted and that it reads."""
    every, n, shards = np.arange(sharding.n, dtype=np.int32), sharding.n, sharding.shards
    matching = np.bincount(shards[rows], minlength=n)
    if sharding.by_group:
        if query.group >= 0:
            return sharding.of_group(query.group), matching, matching
        return every, matching, sharding.loads
    if sharding.ranged:
        short = len(rows) < query.limit
        last = query.end - 1 if short or not len(rows) else int(rows[-1])
        met = sharding.asked(query.low, int(sharding.records.values[last]))
        return met, matching, np.bincount(shards[query.first : last + 1], minlength=n)
    inside = np.bincount(shards[query.first : query.end], minlength=n)
    if query.low == query.high:
        return sharding.asked(query.low, query.high), matching, inside
    if not sharding.ordered:
        return every, matching, sharding.loads
    if not query.limit:
        return every, matching, inside
    if query.group < 0:
        return every, matching, np.minimum(inside, query.limit)
    return every, matching, _until_enough(sharding, query, inside)


def _until_enough(sharding: Sharding, query: Query, inside: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what each shard reads, in the order of the keys, until it has the limit of the group."""
    rows = query.first + np.flatnonzero(sharding.records.groups[query.first : query.end] == query.group)
    owners = sharding.shards[rows]
    ends = np.cumsum(np.bincount(owners, minlength=sharding.n))
    last = np.concatenate([[0], ends[:-1]]) + query.limit - 1
    enough = last < ends
    final = rows[np.argsort(owners, kind="stable")[last[enough]]]
    before = np.bincount(sharding.shards[: query.first], minlength=sharding.n)
    read = inside.copy()
    read[enough] = sharding.place[final] - before[enough] + 1
    return read
