"""What it takes to build a partitioner, to add and to remove a node, and what the next lookups cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from algorithms import Capability, Node, Partitioner
from algorithms.hashing import Hashes
from experiments.harness import selection
from experiments.harness.candidate import attempt
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.stopwatch import clocked, load_average, no_garbage_collection
from experiments.harness.trial import Trial
from experiments.resize.parameters import BATCH, OPERATIONS, ResizeParameters

KEY = 12_345

LOOKUPS = ("first key", "next key", "first batch", "next batch")
"""The operations after a node has joined."""

Timed = tuple[int | None, str | None]
"""Nanoseconds, or why there are none."""


@dataclass(frozen=True)
class _Subject:
    """An algorithm at one number of nodes, with what its events need."""

    trial: Trial
    build: Callable[[], Partitioner[Any]]
    built: Partitioner[Any]
    newcomer: str | Node
    hashes: Hashes


def cases(parameters: ResizeParameters) -> Sequence[Case]:
    """Return one case for each number of nodes: within it, all are timed in turn."""
    candidates = selection.of_run(parameters)
    return [
        Case(f"{n}", {"trials": [Trial(parameters, candidate, n, "resize") for candidate in candidates]})
        for n in parameters.nodes
    ]


def measure(case: Case, parameters: ResizeParameters, context: Context) -> Measured:
    """Time all operations of all algorithms in rounds, each done once untimed just before."""
    load = load_average()

    def described(trial: Trial, turn: int) -> dict[str, Any]:
        common = trial.columns("n", "algorithm", "label", "settings")
        return {**common, "threads": 1, "round": turn, "load_average": load}

    subjects, timing = [], []
    for trial in case.arguments["trials"]:
        built = trial.start()
        if not isinstance(built, str):
            subjects.append(_subject(trial, built))
            continue
        row = {**described(trial, 0), "nanoseconds": None, "cannot": built}
        timing += [{**row, "operation": operation} for operation in OPERATIONS]
    for turn in range(parameters.rounds):
        for subject in subjects:
            common = described(subject.trial, turn)
            with no_garbage_collection():
                for operation, (spent, cannot) in _timed(subject).items():
                    row = {"operation": operation, "nanoseconds": spent, "cannot": cannot}
                    timing.append({**common, **row})
        context.progress((turn + 1) / parameters.rounds)
    return Measured([], timing)


def _subject(trial: Trial, built: Partitioner[Any]) -> _Subject:
    drawn = trial.repetition
    build = partial(trial.candidate.build, drawn.nodes(trial.n), seed=drawn.hash)
    words = np.random.default_rng(drawn.keys).integers(0, 1 << 64, BATCH, dtype=np.uint64)
    name = drawn.node(trial.n)
    newcomer = name if drawn.cluster is None else Node(name, drawn.cluster.usual)
    return _Subject(trial, build, built, newcomer, words >> np.uint64(64 - built.hash_bits))


def _timed(subject: _Subject) -> Mapping[str, Timed]:
    """Return nanoseconds of each operation, or why there are none."""
    taken: dict[str, Timed] = {}
    for _ in range(2):  # the first time is the untimed one
        taken["build"] = clocked(subject.build), None
        grown = subject.built.copy()
        added = attempt(partial(clocked, partial(grown.add_node, subject.newcomer)))
        if isinstance(added, str):
            taken |= dict.fromkeys(("add", *LOOKUPS), (None, added))
        else:
            taken["add"] = added, None
            taken.update(_lookups(grown, subject.hashes))
        leaver, reason = _leaver(subject)
        shrunk = subject.built.copy()
        if leaver is None:
            taken["remove"] = None, reason
            continue
        removed = attempt(partial(clocked, partial(shrunk.remove_node, leaver)))
        taken["remove"] = (None, removed) if isinstance(removed, str) else (removed, None)
    return {operation: taken[operation] for operation in OPERATIONS}


def _lookups(grown: Partitioner[Any], hashes: Hashes) -> Iterator[tuple[str, Timed]]:
    out = np.empty(BATCH, dtype=np.int32)
    for operation in LOOKUPS[:2]:
        yield operation, (clocked(partial(grown.lookup, KEY)), None)
    for operation in LOOKUPS[2:]:
        yield operation, (clocked(partial(grown._assign, hashes, out)), None)


def _leaver(subject: _Subject) -> tuple[str | None, str | None]:
    """Return the node that is removed, or why there is none."""
    candidate, nodes = subject.trial.candidate, subject.built.nodes
    if len(nodes) == 1:
        return None, "the only node cannot leave"
    if candidate.spec.can(Capability.REMOVES_ANY):
        buckets = nodes.buckets()
        return nodes[int(buckets[len(buckets) // 2])].name, None
    if candidate.spec.can(Capability.REMOVES_LAST):
        return nodes[int(nodes.buckets()[-1])].name, None
    return None, candidate.lacks(Capability.REMOVES_LAST)
