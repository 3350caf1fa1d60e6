"""The nodes that a request asks: one row for each size of a request, beside what `fullest` has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from algorithms import Partitioner
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.trial import Trial

from .parameters import FanoutParameters


def cases(parameters: FanoutParameters) -> Sequence[Case]:
    """Return a case for each workload, number of nodes, repetition and algorithm."""
    candidates = selection.of_run(parameters)
    return [
        Case(
            f"{source.text}|{n}|{number}|{candidate.label}",
            {"trial": Trial(parameters, candidate, n, source, number)},
        )
        for source in selection.sources_of_run(parameters, candidates)
        for n in parameters.nodes
        for number in range(parameters.repetitions)
        for candidate in candidates
    ]


def measure(case: Case, parameters: FanoutParameters, context: Context) -> Measured:
    """Count the nodes of each request, or say why there are none."""
    trial: Trial = case.arguments["trial"]
    common = trial.columns("workload", "n", "algorithm", "label", "repetition", "seed", "hash_seed")
    partitioner = trial.start()
    rows = []
    for size in parameters.request:
        row = {**common, "request": size, "even": trial.n * (1 - (1 - 1 / trial.n) ** size)}
        if isinstance(partitioner, str):
            rows.append({**row, "asked": None, "cannot": partitioner})
        else:
            rows.append({**row, "asked": asked(trial, partitioner, size)})
    return Measured(rows)


def asked(trial: Trial, partitioner: Partitioner[Any], size: int) -> float | None:
    """Return how many nodes a request of so many keys asks, in the mean; None where no chunk has so many."""
    nodes = requests = 0
    for chunk in range(len(trial.chunks)):
        buckets = partitioner.assign(trial.hashes(partitioner, chunk))
        whole = np.sort(buckets[: len(buckets) // size * size].reshape(-1, size), axis=1)
        nodes += len(whole) + int(np.count_nonzero(np.diff(whole, axis=1)))
        requests += len(whole)
    return nodes / requests if requests else None
