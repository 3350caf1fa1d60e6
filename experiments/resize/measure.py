"""What it takes to build a partitioner, to add and to remove a node, and what the next lookups cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, Node, Partitioner
from algorithms.hashing import Hashes, hash_function
from experiments.harness import selection
from experiments.harness.cluster import cluster_of, refusals
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.selection import Candidate
from experiments.harness.stopwatch import load_average, no_garbage_collection
from experiments.resize.parameters import BATCH, OPERATIONS, ResizeParameters
from experiments.seeds import repetition_of

if TYPE_CHECKING:
    from experiments.clusters import Cluster

KEY = 12_345


@dataclass(frozen=True)
class _Subject:
    """An algorithm at one number of nodes, with what its events need."""

    candidate: Candidate
    build: Callable[[], Partitioner[Any]]
    built: Partitioner[Any]
    newcomer: str | Node
    hashes: Hashes


def cases(parameters: ResizeParameters) -> Sequence[Case]:
    """Return one case for each number of nodes: within it, all are timed in turn."""
    candidates = selection.of_run(parameters)
    reasons = refusals(candidates, parameters.members)
    return [Case(f"{n}", {"n": n, "candidates": candidates, "cannot": reasons}) for n in parameters.nodes]


def measure(case: Case, parameters: ResizeParameters, context: Context) -> Measured:
    """Time all operations of all algorithms in rounds, each done once untimed just before."""
    n, load = case.arguments["n"], load_average()
    reasons: Mapping[str, str] = case.arguments["cannot"]

    def described(candidate: Candidate, turn: int) -> dict[str, Any]:
        return {
            "n": n,
            "algorithm": candidate.algorithm,
            "label": candidate.label,
            "settings": candidate.settings,
            "threads": 1,
            "round": turn,
            "load_average": load,
        }

    subjects, timing = [], []
    for candidate in case.arguments["candidates"]:
        if candidate.label not in reasons:
            cluster = cluster_of(candidate, parameters.members)
            subjects.append(_subject(candidate, n, parameters.seed, cluster))
            continue
        row = {**described(candidate, 0), "nanoseconds": None, "cannot": reasons[candidate.label]}
        timing += [{**row, "operation": operation} for operation in OPERATIONS]
    for turn in range(parameters.rounds):
        for subject in subjects:
            common = described(subject.candidate, turn)
            with no_garbage_collection():
                for operation, (spent, cannot) in _timed(subject).items():
                    row = {"operation": operation, "nanoseconds": spent, "cannot": cannot}
                    timing.append({**common, **row})
        context.progress((turn + 1) / parameters.rounds)
    return Measured([], timing)


def _subject(candidate: Candidate, n: int, seed: int, cluster: Cluster | None = None) -> _Subject:
    bits = hash_function(candidate.hash).seed_bits
    drawn = repetition_of(seed, "resize", 0, seed_bits=bits, cluster=cluster)
    build = partial(candidate.build, drawn.nodes(n), seed=drawn.hash)
    built = build()
    words = np.random.default_rng(drawn.keys).integers(0, 1 << 64, BATCH, dtype=np.uint64)
    newcomer = drawn.node(n) if cluster is None else Node(drawn.node(n), cluster.usual)
    return _Subject(candidate, build, built, newcomer, words >> np.uint64(64 - built.hash_bits))


def _timed(subject: _Subject) -> Mapping[str, tuple[int | None, str | None]]:
    """Return nanoseconds of each operation, or why there are none."""
    out = np.empty(BATCH, dtype=np.int32)
    found: dict[str, tuple[int | None, str | None]] = {}
    for _ in range(2):  # the first time is the untimed one
        found["build"] = _clocked(subject.build), None
        grown = subject.built.copy()
        found["add"] = _clocked(partial(grown.add_node, subject.newcomer)), None
        found.update(_lookups(grown, subject.hashes, out))
        leaver, reason = _leaver(subject)
        shrunk = subject.built.copy()
        if leaver is None:
            found["remove"] = None, reason
        else:
            found["remove"] = _clocked(partial(shrunk.remove_node, leaver)), None
    return {operation: found[operation] for operation in OPERATIONS}


def _lookups(
    grown: Partitioner[Any], hashes: Hashes, out: NDArray[np.int32]
) -> Iterator[tuple[str, tuple[int, None]]]:
    for operation in ("first key", "next key"):
        yield operation, (_clocked(partial(grown.lookup, KEY)), None)
    for operation in ("first batch", "next batch"):
        yield operation, (_clocked(partial(grown._assign, hashes, out)), None)


def _leaver(subject: _Subject) -> tuple[str | None, str | None]:
    """Return the node that is removed, or why there is none."""
    spec, nodes = subject.candidate.spec, subject.built.nodes
    if len(nodes) == 1:
        return None, "the only node cannot leave"
    if spec.can(Capability.REMOVES_ANY):
        buckets = nodes.buckets()
        return nodes[int(buckets[len(buckets) // 2])].name, None
    if spec.can(Capability.REMOVES_LAST):
        return nodes[int(nodes.buckets()[-1])].name, None
    return None, subject.candidate.lacks(Capability.REMOVES_LAST)


def _clocked(call: Callable[[], object]) -> int:
    began = time.perf_counter_ns()
    call()
    return max(1, time.perf_counter_ns() - began)
