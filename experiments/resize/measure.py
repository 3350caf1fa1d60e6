"""What it takes to build a partitioner, to add and to remove a node, and what the next lookups cost."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from algorithms import Capability, Node, Partitioner
from experiments.buffers import aligned
from experiments.harness import fresh_process, selection
from experiments.harness.candidate import attempt
from experiments.harness.conditions import Conditions
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.stopwatch import Spent, no_garbage_collection, timed
from experiments.harness.trial import Trial
from experiments.resize.parameters import BATCH, OPERATIONS, ResizeParameters
from experiments.workloads.draws import words

LOOKUPS = ("first key", "next key", "first batch", "next batch")
"""The operations after a node has joined."""

Timed = Spent | str
"""What it took, or why it was not made."""


@dataclass(frozen=True)
class _Subject:
    """An algorithm at one number of nodes, with what its events need."""

    trial: Trial
    build: Callable[[], Partitioner[Any]]
    built: Partitioner[Any]
    newcomer: str | Node
    numbers: Iterator[int]


def cases(parameters: ResizeParameters) -> Sequence[Case]:
    """Return a case for each process and number of nodes: within it, all are timed in turn."""
    candidates = selection.of_run(parameters)
    return [
        Case(
            f"{n}" + (f"|{process}" if process else ""),
            {
                "process": process,
                "trials": [Trial(parameters, candidate, n, "resize") for candidate in candidates],
            },
        )
        for process in range(parameters.processes)
        for n in parameters.nodes
    ]


def measure(case: Case, parameters: ResizeParameters, context: Context) -> Measured:
    """Measure a case in a fresh process, if there are several; else here."""
    if parameters.processes > 1:
        return fresh_process.measured(__package__, case, parameters, context.threads)
    return measured_here(case, parameters, context)


def measured_here(case: Case, parameters: ResizeParameters, context: Context) -> Measured:
    """Time all operations of all algorithms in rounds, each done once untimed just before."""
    conditions, process = Conditions(), case.arguments["process"]

    def row_of(trial: Trial, operation: str, turn: int, took: Timed) -> dict[str, Any]:
        spent, cannot = (None, took) if isinstance(took, str) else (took, None)
        return {
            **trial.columns("n", "algorithm", "label", "settings"),
            "process": process,
            "threads": 1,
            "round": turn,
            "operation": operation,
            "nanoseconds": spent and spent.wall,
            "processor_ns": spent and spent.processor,
            "page_faults": spent and spent.faults,
            "cannot": cannot,
        }

    subjects, timing = [], []
    for trial in case.arguments["trials"]:
        built = trial.start()
        if isinstance(built, str):
            timing += [row_of(trial, operation, 0, built) for operation in OPERATIONS]
        else:
            subjects.append(_subject(trial, built, process))
    for turn in range(parameters.rounds):
        for subject in subjects:
            with no_garbage_collection():
                taken = _timed(subject)
            timing += [row_of(subject.trial, operation, turn, took) for operation, took in taken.items()]
        context.progress((turn + 1) / parameters.rounds)
    return Measured([], conditions.told(timing))


def _subject(trial: Trial, built: Partitioner[Any], process: int) -> _Subject:
    drawn = trial.repetition
    build = partial(trial.candidate.build, drawn.nodes(trial.n), seed=drawn.hash)
    name = drawn.node(trial.n)
    newcomer = name if drawn.cluster is None else Node(name, drawn.cluster.usual)
    return _Subject(trial, build, built, newcomer, itertools.count(process << 32))


def _timed(subject: _Subject) -> Mapping[str, Timed]:
    """Return what each operation took, or why it was not made."""
    taken: dict[str, Timed] = {}
    for _ in range(2):  # the first time is the untimed one
        taken["build"] = timed(subject.build)
        grown = subject.built.copy()
        added = attempt(partial(timed, partial(grown.add_node, subject.newcomer)))
        if isinstance(added, str):
            taken |= dict.fromkeys(("add", *LOOKUPS), added)
        else:
            taken["add"] = added
            taken.update(_lookups(grown, subject))
        leaver, reason = _leaver(subject)
        shrunk = subject.built.copy()
        if leaver is None:
            taken["remove"] = str(reason)
            continue
        taken["remove"] = attempt(partial(timed, partial(shrunk.remove_node, leaver)))
    return {operation: taken[operation] for operation in OPERATIONS}


def _lookups(grown: Partitioner[Any], subject: _Subject) -> Iterator[tuple[str, Spent]]:
    """Look up keys that were not asked for before, in memory that is there."""
    hashes, out = aligned(BATCH, np.uint64), aligned(BATCH, np.int32)
    for operation in LOOKUPS[:2]:
        yield operation, timed(partial(grown.lookup, next(subject.numbers)))
    for operation in LOOKUPS[2:]:
        words(subject.trial.repetition.keys, BATCH * next(subject.numbers), BATCH, hashes)
        hashes >>= np.uint64(64 - grown.hash_bits)
        out.fill(0)
        yield operation, timed(partial(grown._assign, hashes, out))


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
