"""The steps of lookups, counted by the kernels that make them, with all nodes and after removals.

What is counted must be what places keys: each hash is placed by `assign` too, and rows say how many came to
another bucket.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms import BrokenAlgorithm, Capability, Partitioner, ShardlabError
from algorithms.hashing import hash_function
from algorithms.machinery.steps import STEPS
from algorithms.registry import parameters_of
from experiments import workloads
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.selection import Candidate
from experiments.seeds import Repetition, derive, repetition_of
from experiments.theory.lookups import LAWS, Setting
from experiments.workloads import Workload

from .parameters import CostParameters

ALL_LIVE = "none"
"""The order of removals where no node has left."""


class Counts(NamedTuple):
    """Steps of keys, added up, and the most of any key; keys that another bucket has by `assign`."""

    total: NDArray[np.int64]
    largest: NDArray[np.int64]
    elsewhere: int


def cases(parameters: CostParameters) -> Sequence[Case]:
    """Return a case for each setting without removals, and one for each order from each number of nodes."""
    candidates = selection.of_run(parameters, later=parameters.start)
    sources = [workloads.parse(text) for text in parameters.workload]
    for candidate in candidates:
        for source in sources:
            selection.check_keys(candidate, source)
    settings = [(n, ALL_LIVE) for n in parameters.nodes]
    settings += [(n, order) for order in parameters.order for n in parameters.start]
    return [
        Case(
            f"{source.text}|{order}|{n}|{number}|{candidate.label}",
            {"source": source, "n": n, "order": order, "number": number, "candidate": candidate},
        )
        for source in sources
        for n, order in settings
        for number in range(parameters.repetitions)
        for candidate in candidates
        if order != "adverse" or candidate.cls.adverse_removals(n)
    ]


def measure(case: Case, parameters: CostParameters, context: Context) -> Measured:
    """Count the steps of the keys of one repetition, after each share of the nodes has left."""
    names = ("source", "n", "order", "number", "candidate")
    source, n, order, number, candidate = (case.arguments[name] for name in names)
    bits = hash_function(candidate.hash).seed_bits
    repetition = repetition_of(parameters.seed, source.text, number, seed_bits=bits)
    shares = [0.0] if order == ALL_LIVE else sorted(set(parameters.removed))
    rows: list[dict[str, Any]] = []
    common = {
        "workload": source.text,
        "order": order,
        "n": n,
        "algorithm": candidate.algorithm,
        "label": candidate.label,
        "settings": candidate.settings,
        "repetition": repetition.number,
        "seed": repetition.keys,
        "hash_seed": repetition.hash,
    }
    reason = _refusal(candidate, order)
    if reason is None:
        try:
            for share, partitioner in _shrunk(candidate, repetition, n, order, shares, parameters.seed):
                counts = _counted(partitioner, source, repetition, parameters.keys, context)
                keys = workloads.chunks_of(source.available(parameters.keys)).keys
                live, own = len(partitioner.nodes), partitioner.parameters
                setting = Setting(n, live, partitioner.numbered, order, own)
                rows += [
                    {
                        **common,
                        "removed": share,
                        "live": setting.live,
                        "numbered": setting.numbered,
                        "step": step,
                        "keys": keys,
                        "mean": float(counts.total[at] / keys),
                        "largest": int(counts.largest[at]),
                        "elsewhere": counts.elsewhere,
                        **_laws(candidate, step, setting, source),
                    }
                    for at, step in enumerate(STEPS)
                    if step in candidate.spec.steps
                ]
        except BrokenAlgorithm:
            raise
        except ShardlabError as error:
            reason = str(error)
    if reason is not None:
        rows = [{**common, "removed": share, "cannot": reason} for share in shares]
    return Measured(rows)


def _refusal(candidate: Candidate, order: str) -> str | None:
    if not candidate.spec.steps:
        return "its spec names no steps that a kernel of it counts"
    if order == ALL_LIVE or (order == "last" and candidate.lacks(Capability.REMOVES_LAST) is None):
        return None
    return candidate.lacks(Capability.REMOVES_ANY)


def _shrunk(
    candidate: Candidate, repetition: Repetition, n: int, order: str, shares: Sequence[float], seed: int
) -> Iterator[tuple[float, Partitioner[Any]]]:
    """Yield the partitioner after each share of its nodes has left.

    Whoever remembers the order of removals says so by a parameter `removed`: its nodes leave one by one.
    """
    partitioner = candidate.build(repetition.nodes(n), seed=repetition.hash)
    leaving = _leaving(candidate, n, order, derive(seed, "order", n, repetition.number))
    one_by_one = "removed" in parameters_of(candidate.cls)
    gone = 0
    for share in shares:
        next_gone = min(round(share * n), n - 1)
        names = [partitioner.nodes[bucket].name for bucket in leaving[gone:next_gone]]
        for some in [[name] for name in names] if one_by_one else [names] * bool(names):
            partitioner.change(remove=some)
        gone = next_gone
        yield share, partitioner


def _leaving(candidate: Candidate, n: int, order: str, seed: int) -> Sequence[int]:
    if order == "random":
        drawn: list[int] = np.random.Generator(np.random.PCG64(seed)).permutation(n).tolist()
        return drawn
    return candidate.cls.adverse_removals(n) if order == "adverse" else range(n - 1, -1, -1)


def _counted(
    partitioner: Partitioner[Any], source: Workload, repetition: Repetition, keys: int, context: Context
) -> Counts:
    chunks = workloads.chunks_of(source.available(keys))

    def count(number: int) -> Counts:
        hashes = source.hashes_for(partitioner, number, seed=repetition.keys, limit=chunks.size(number))
        buckets, steps = partitioner.count_steps(hashes)
        elsewhere = int(np.count_nonzero(buckets != partitioner.assign(hashes)))
        return Counts(steps.sum(axis=0), steps.max(axis=0), elsewhere)

    def add(total: Counts, part: Counts) -> Counts:
        return Counts(
            total.total + part.total,
            np.maximum(total.largest, part.largest),
            total.elsewhere + part.elsewhere,
        )

    nothing = np.zeros(len(STEPS), dtype=np.int64)
    return context.engine.fold(
        count, len(chunks), add, Counts(nothing, nothing, 0), progress=context.chunks_done
    )


def _laws(candidate: Candidate, step: str, setting: Setting, source: Workload) -> dict[str, Any]:
    """Return what is known of a step, and what is published; nothing of keys that repeat each other."""
    known = candidate.spec.steps[step]
    columns: dict[str, Any] = {}
    for column, name in (("law", known.law), ("published", known.published)):
        value = LAWS[name].value(setting) if name and not source.skewed else None
        columns |= {column: name or None, f"{column}_mean": value}
    return {**columns, "source": known.source or None}
