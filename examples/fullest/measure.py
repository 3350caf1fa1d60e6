"""The load of the fullest node: one row for each workload, number of nodes, repetition and algorithm."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.trial import Trial

from .parameters import FullestParameters


def cases(parameters: FullestParameters) -> Sequence[Case]:
    """Return a case for each row; bad use is found here, before anything is written."""
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


def measure(case: Case, parameters: FullestParameters, context: Context) -> Measured:
    """Place the keys of one repetition, chunk by chunk, and count them by node; or say why not."""
    trial: Trial = case.arguments["trial"]
    common = trial.columns("workload", "n", "algorithm", "label", "repetition", "seed", "hash_seed")
    partitioner = trial.start()
    if isinstance(partitioner, str):
        return Measured([{**common, "above": None, "cannot": partitioner}])
    load = trial.load(partitioner, context)
    return Measured([{**common, "above": float(load.max() / load.mean() - 1)}])
