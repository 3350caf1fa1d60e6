"""The requests of one repetition: which key each asks for, when, and how large the answer is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from experiments.theory.caches import Demand
from experiments.workloads import Workload, chunks_of
from experiments.workloads.generated import Zipf
from experiments.workloads.powers import negative_powers
from experiments.workloads.recorded import Recorded

__all__ = ["Requests", "requests_of"]


@dataclass(frozen=True, eq=False)
class Requests:
    """The requests of one repetition, each of a key that is a number from 0.

    Parameters
    ----------
    keys
        (k,) int32.
    rows
        (m,) the first request of each key.
    ids
        (m,) the workload's own number of each key.
    times
        (k,) in seconds, never descending.
    sizes
        (k,) in bytes; None where all are the same.
    source
        The workload.
    """

    keys: NDArray[np.int32]
    rows: NDArray[np.int64]
    ids: NDArray[np.uint64]
    times: NDArray[np.float64]
    sizes: NDArray[np.int64] | None
    source: Workload

    @cached_property
    def demand(self) -> Demand:
        """How often each key is asked for: by the law of Zipf's items, else as often as it was."""
        if isinstance(self.source, Zipf):
            return _zipf(self.source)
        return Demand(np.bincount(self.keys).astype(np.float64))

    @property
    def event(self) -> int:
        """The first request after an event: half of them are through."""
        return len(self.keys) // 2

    @cached_property
    def nexts(self) -> NDArray[np.int64]:
        """The first request after an event for each key that there is one for, counted from the event."""
        return np.unique(self.keys[self.event :], return_index=True)[1]

    @cached_property
    def size_of_key(self) -> NDArray[np.int64] | None:
        """The size of each key's last answer before an event; None where all are the same."""
        if self.sizes is None:
            return None
        sizes = np.zeros(len(self.rows), dtype=np.int64)
        sizes[self.keys[: self.event]] = self.sizes[: self.event]
        return sizes

    @property
    def items(self) -> int:
        """How many keys there are, those of Zipf that were not asked for too."""
        return self.source.items if isinstance(self.source, Zipf) else len(self.rows)


@lru_cache(maxsize=4)
def _zipf(source: Zipf) -> Demand:
    return Demand(negative_powers(1, source.items, source.exponent))


@lru_cache(maxsize=2)
def requests_of(source: Workload, seed: int, count: int, rate: float) -> Requests:
    """Return the first requests of a workload; `rate` is how many come in a second where nothing says it."""
    ids = np.concatenate(
        [source.ids(chunk, seed, size) for chunk, size in enumerate(chunks_of(source.available(count)))]
    )
    values, rows, keys = np.unique(ids, return_index=True, return_inverse=True)
    trace = source.trace if isinstance(source, Recorded) else None
    times, sizes = (None, None) if trace is None else (trace.times, trace.sizes)
    if times is None:
        times = np.arange(len(ids)) / rate
    return Requests(
        keys.astype(np.int32),
        rows,
        values,
        np.maximum.accumulate(times[: len(ids)]),
        None if sizes is None else sizes[: len(ids)],
        source,
    )
