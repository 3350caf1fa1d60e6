"""What a partitioner holds: bytes against n, as it says itself and as the allocator counted."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from algorithms import Partitioner
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.trial import Trial
from experiments.memory.parameters import MemoryParameters


@dataclass(frozen=True)
class Held:
    """Bytes that the allocator counted for one partitioner.

    Parameters
    ----------
    built
        Held once it is built.
    peak
        The most while it was built.
    looked_up
        Held after one key was looked up, which may make what later single keys use.
    said
        Its `nbytes` at the same time as `looked_up`.
    """

    built: int
    peak: int
    looked_up: int
    said: int


def cases(parameters: MemoryParameters) -> Sequence[Case]:
    """Return one case for each number of nodes and algorithm."""
    candidates = selection.of_run(parameters)
    return [
        Case(f"{n}|{candidate.label}", {"trial": Trial(parameters, candidate, n, "memory")})
        for n in parameters.nodes
        for candidate in candidates
    ]


def measure(case: Case, parameters: MemoryParameters, context: Context) -> Measured:
    """Build the partitioner once for its arrays, and once more while the allocator counts."""
    trial: Trial = case.arguments["trial"]
    common = trial.columns("n", "algorithm", "label", "settings")
    partitioner = trial.start()
    if isinstance(partitioner, str):
        return Measured([{**common, "structure": None, "cannot": partitioner}])
    said, names = partitioner.nbytes, partitioner.nodes.nbytes
    partitioner.lookup(0)  # whatever is imported, compiled or kept for all is not the partitioner's
    del partitioner
    held = traced(partial(trial.candidate.build, trial.repetition.nodes(trial.n), seed=trial.repetition.hash))
    counted = {
        "nbytes": said,
        "names": names,
        "built": held.built,
        "peak": held.peak,
        "looked_up": held.looked_up,
        "nbytes_looked_up": held.said,
    }
    return Measured([{**common, "structure": said - names}], [{**common, **counted}])


def traced(build: Callable[[], Partitioner[Any]]) -> Held:
    """Return the bytes that the allocator counts for a partitioner.

    Python's and numpy's allocations both report to :mod:`tracemalloc`.

    Examples
    --------
    >>> from algorithms import create
    >>> make = partial(create, "jump", 1_000_000)
    >>> _ = make().lookup(0)
    >>> traced(make).built < 10_000
    True
    """
    gc.collect()
    tracing = tracemalloc.is_tracing()
    if not tracing:
        tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        partitioner = build()
        peak = tracemalloc.get_traced_memory()[1] - before
        gc.collect()
        built = tracemalloc.get_traced_memory()[0] - before
        partitioner.lookup(0)
        gc.collect()
        looked_up = tracemalloc.get_traced_memory()[0] - before
    finally:
        if not tracing:
            tracemalloc.stop()
    return Held(built, peak, looked_up, partitioner.nbytes)
