"""The steps of lookups, counted by the kernels that make them, with all nodes and after removals.

What is counted must be what places keys: each hash is placed by `assign` too, and rows say how many came to
another bucket.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, Partitioner
from algorithms.machinery.steps import STEPS
from algorithms.registry import parameters_of
from experiments.harness import selection
from experiments.harness.candidate import Candidate, attempt
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.trial import Trial
from experiments.seeds import derive
from experiments.theory.lookups import LAWS, Setting

from .parameters import CostParameters

ALL_LIVE = "none"
"""The order of removals where no node has left."""


class Counts(NamedTuple):
    """Steps of keys, added up, and the most of any key; keys that another bucket has by `assign`."""

    total: NDArray[np.int64]
    largest: NDArray[np.int64]
    elsewhere: int


def cases(parameters: CostParameters) -> Sequence[Case]:
    """Return a case for each repetition with all nodes, and with each order in which some leave."""
    candidates = selection.of_run(parameters, later=parameters.start)
    settings = [(n, ALL_LIVE) for n in parameters.nodes]
    settings += [(n, order) for order in parameters.order for n in parameters.start]
    return [
        Case(
            f"{source.text}|{order}|{n}|{number}",
            {
                "trials": [
                    Trial(parameters, candidate, n, source, number)
                    for candidate in candidates
                    if order != "adverse" or candidate.cls.adverse_removals(n)
                ],
                "order": order,
            },
        )
        for source in selection.sources_of_run(parameters, candidates)
        for n, order in settings
        for number in range(parameters.repetitions)
    ]


def measure(case: Case, parameters: CostParameters, context: Context) -> Measured:
    """Count the steps of the keys of one repetition, for all candidates."""
    trials: Sequence[Trial] = case.arguments["trials"]
    rows: list[dict[str, Any]] = []
    for done, trial in enumerate(trials):
        context.progress(done / len(trials))
        rows += _tried(trial, case.arguments["order"], parameters, context)
    return Measured(rows)


def _tried(trial: Trial, order: str, parameters: CostParameters, context: Context) -> list[dict[str, Any]]:
    """Return the rows of one candidate, after each part of the nodes has left."""
    shares = [0.0] if order == ALL_LIVE else sorted(set(parameters.removed))
    common = {
        **trial.columns("workload"),
        "order": order,
        **trial.columns("n", "algorithm", "label", "settings", "repetition", "seed", "hash_seed"),
    }
    reason = _refusal(trial.candidate, order)
    partitioner = trial.start() if reason is None else reason
    if isinstance(partitioner, str):
        return [{**common, "removed": share, "cannot": partitioner} for share in shares]
    leaving = _leaving(trial, order, derive(parameters.seed, "order", trial.n, trial.number))
    rows: list[dict[str, Any]] = []
    for share in shares:
        gone = trial.n - len(partitioner.nodes)
        names = leaving[gone : min(round(share * trial.n), trial.n - 1)]
        reason = attempt(partial(_remove, partitioner, names))
        row = {**common, "removed": share}
        rows += [{**row, "cannot": reason}] if reason else _counted(row, trial, order, partitioner, context)
    return rows


def _refusal(candidate: Candidate, order: str) -> str | None:
    if not candidate.spec.steps:
        return "its spec names no steps that a kernel of it counts"
    if order == ALL_LIVE or (order == "last" and candidate.lacks(Capability.REMOVES_LAST) is None):
        return None
    return candidate.lacks(Capability.REMOVES_ANY)


def _leaving(trial: Trial, order: str, seed: int) -> Sequence[str]:
    """Return the names of the nodes in the order in which they leave."""
    buckets: Sequence[int] = range(trial.n - 1, -1, -1)
    if order == "random":
        buckets = np.random.Generator(np.random.PCG64(seed)).permutation(trial.n).tolist()
    elif order == "adverse":
        buckets = trial.candidate.cls.adverse_removals(trial.n)
    return [trial.repetition.node(bucket) for bucket in buckets] if order != ALL_LIVE else []


def _remove(partitioner: Partitioner[Any], names: Sequence[str]) -> None:
    """Let nodes leave: one by one where the order is remembered, which a parameter `removed` says."""
    one_by_one = "removed" in parameters_of(type(partitioner))
    for some in [[name] for name in names] if one_by_one else [names] * bool(names):
        partitioner.change(remove=some)


def _counted(
    row: dict[str, Any], trial: Trial, order: str, partitioner: Partitioner[Any], context: Context
) -> list[dict[str, Any]]:
    """Return a row for each step that the algorithm counts."""

    def count(chunk: int) -> Counts:
        hashes = trial.hashes(partitioner, chunk)
        buckets, steps = partitioner.count_steps(hashes)
        elsewhere = int(np.count_nonzero(buckets != partitioner.assign(hashes)))
        return Counts(steps.sum(axis=0), steps.max(axis=0), elsewhere)

    def add(all_: Counts, part: Counts) -> Counts:
        largest = np.maximum(all_.largest, part.largest)
        return Counts(all_.total + part.total, largest, all_.elsewhere + part.elsewhere)

    nothing = Counts(np.zeros(len(STEPS), dtype=np.int64), np.zeros(len(STEPS), dtype=np.int64), 0)
    counts = context.engine.fold(count, len(trial.chunks), add, nothing)
    live, parameters = len(partitioner.nodes), partitioner.parameters
    setting = Setting(trial.n, live, partitioner.numbered, order, parameters)
    return [
        {
            **row,
            "live": live,
            "numbered": setting.numbered,
            "step": step,
            "keys": trial.chunks.keys,
            "mean": float(counts.total[at] / trial.chunks.keys),
            "largest": int(counts.largest[at]),
            "elsewhere": counts.elsewhere,
            **_laws(trial, step, setting),
        }
        for at, step in enumerate(STEPS)
        if step in trial.candidate.spec.steps
    ]


def _laws(trial: Trial, step: str, setting: Setting) -> dict[str, Any]:
    """Return what is known of a step, and what is published; nothing of keys that repeat each other."""
    known = trial.candidate.spec.steps[step]
    columns: dict[str, Any] = {}
    for column, name in (("law", known.law), ("published", known.published)):
        value = LAWS[name].value(setting) if name and not trial.source.skewed else None
        columns |= {column: name or None, f"{column}_mean": value}
    return {**columns, "source": known.source or None}
