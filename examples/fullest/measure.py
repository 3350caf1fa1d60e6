"""The load of the fullest node: one row for each workload, number of nodes, repetition and algorithm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing import hash_function
from experiments import measures, workloads
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured
from experiments.seeds import repetition_of

from .parameters import FullestParameters


def cases(parameters: FullestParameters) -> Sequence[Case]:
    """Return a case for each row; bad use is found here, before anything is written."""
    candidates = selection.resolve(parameters.algorithms, parameters.set)
    sources = [workloads.parse(text) for text in parameters.workload]
    for candidate in candidates:
        for source in sources:
            selection.check_keys(candidate, source)
    return [
        Case(
            f"{source.text}|{n}|{number}|{candidate.label}",
            {"source": source, "n": n, "number": number, "candidate": candidate},
        )
        for source in sources
        for n in parameters.nodes
        for number in range(parameters.repetitions)
        for candidate in candidates
    ]


def measure(case: Case, parameters: FullestParameters, context: Context) -> Measured:
    """Place the keys of one repetition, chunk by chunk, and count them by node."""
    source, candidate, n = (case.arguments[name] for name in ("source", "candidate", "n"))
    bits = hash_function(candidate.hash).seed_bits
    repetition = repetition_of(parameters.seed, source.text, case.arguments["number"], seed_bits=bits)
    partitioner = candidate.build(repetition.nodes(n), seed=repetition.hash)
    chunks = workloads.chunks_of(source.available(parameters.keys))
    live = partitioner.nodes.buckets()

    def count(number: int) -> NDArray[np.int64]:
        hashes = source.hashes_for(partitioner, number, seed=repetition.keys, limit=chunks.size(number))
        return measures.loads(partitioner.assign(hashes), live)

    def add(total: NDArray[np.int64], part: NDArray[np.int64]) -> NDArray[np.int64]:
        return total + part

    zero = np.zeros(len(live), dtype=np.int64)
    load = context.engine.fold(count, len(chunks), add, zero, progress=context.chunks_done)
    return Measured(
        [
            {
                "workload": source.text,
                "n": n,
                "algorithm": candidate.algorithm,
                "label": candidate.label,
                "repetition": repetition.number,
                "seed": repetition.keys,
                "hash_seed": repetition.hash,
                "above": float(load.max() / load.mean() - 1),
            }
        ]
    )
