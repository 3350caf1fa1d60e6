"""How evenly keys fall on nodes: over numbers of nodes, points, hash functions and workloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, Partitioner
from algorithms.hashing import hash_function
from algorithms.registry import parameters_of
from experiments.balance.parameters import BalanceParameters
from experiments.harness import selection
from experiments.harness.cluster import cluster_of, refusals
from experiments.harness.experiment import (
    ALL_HASHES,
    Case,
    Context,
    Measured,
)
from experiments.harness.selection import Candidate
from experiments.options.errors import BadUse
from experiments.seeds import Repetition, repetition_of

if TYPE_CHECKING:
    from experiments.workloads import Workload

PERCENTILES = (1, 5, 50, 95, 99)

BIN_WIDTHS = (0.01, 0.1)
"""Width of the bins of a row's histogram, in mean loads: where all keys are distinct, and where not."""

HISTOGRAM_END = 4
"""From so many mean loads on, a load stands in the last bin."""


def cases(parameters: BalanceParameters) -> Sequence[Case]:
    """Return one case for each hash function, repetition, algorithm (with its points) and n.

    A case measures all workloads, so that its nodes are built once; their hashes are drawn once for all
    algorithms, as long as they are kept.
    """
    from experiments import workloads

    sources = [workloads.parse(text) for text in parameters.workload]
    candidates = [
        varied
        for candidate in selection.resolve(parameters.algorithms, parameters.set, varied=("points", "hash"))
        for varied in _variants(candidate, parameters)
    ]
    selection.refuse_same(candidates)
    selection.check_sizes(candidates, parameters.nodes)
    cannot = refusals(candidates, parameters.members)
    reasons = [_refusal(candidate, source) for candidate in candidates for source in sources]
    if None not in reasons:
        raise BadUse(f"--hash: {reasons[0]}; give another hash function or another workload")
    return [
        Case(
            f"{function}|{number}|{candidate.label}|{n}",
            {
                "candidate": candidate, "n": n, "number": number, "sources": sources,
                "cannot": cannot.get(candidate.label),
            },
        )
        for function in dict.fromkeys(candidate.hash for candidate in candidates)
        for number in range(parameters.repetitions)
        for candidate in candidates
        if candidate.hash == function
        for n in parameters.nodes
    ]  # fmt: skip


def measure(case: Case, parameters: BalanceParameters, context: Context) -> Measured:
    """Build the nodes once, and count what each workload puts on them; all hashes where arcs exist."""
    candidate: Candidate = case.arguments["candidate"]
    sources: Sequence[Workload] = case.arguments["sources"]
    bits, number = hash_function(candidate.hash).seed_bits, case.arguments["number"]
    cluster = cluster_of(candidate, parameters.members)
    drawn = [
        repetition_of(parameters.seed, source.text, number, seed_bits=bits, cluster=cluster)
        for source in sources
    ]
    # hash seeds and names do not depend on the workload: all workloads meet the same nodes
    if case.arguments["cannot"] is not None:
        width = hash_function(candidate.hash).check_bits(candidate.hash_bits)
        described = _described(candidate, width, case.arguments["n"], drawn[0])
        refused = {**described, "method": "sampled", "cannot": case.arguments["cannot"]}
        return Measured([{**refused, "workload": source.text} for source in sources])
    partitioner = candidate.build(drawn[0].nodes(case.arguments["n"]), seed=drawn[0].hash)
    made = _Rows(candidate, partitioner, drawn[0])
    rows = [made.exact()] if candidate.spec.can(Capability.INTERVALS) else []
    for place, (source, repetition) in enumerate(zip(sources, drawn, strict=True)):
        reason = _refusal(candidate, source)
        if reason is not None:
            rows.append(made.refused(source, reason))
            continue

        def progress(done: int, total: int, place: int = place) -> None:
            context.progress((place + done / total) / len(sources))

        keys = source.available(parameters.keys)
        load = sampled_load(partitioner, source, repetition.keys, keys, context, progress)
        rows.append(made.sampled(source, repetition.keys, load))
    return Measured(rows)


def sampled_load(
    partitioner: Partitioner[Any],
    source: Workload,
    seed: int,
    keys: int,
    context: Context,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.int64]:
    """Count how many keys of a workload each node has."""
    from experiments import measures
    from experiments.workloads import chunks_of

    chunks, live = chunks_of(keys), partitioner.nodes.buckets()

    def count(number: int) -> NDArray[np.int64]:
        hashes = source.hashes_for(partitioner, number, seed=seed, limit=chunks.size(number))
        return measures.loads(partitioner.assign(hashes), live)

    def add(total: NDArray[np.int64], part: NDArray[np.int64]) -> NDArray[np.int64]:
        total += part
        return total

    zero = np.zeros(len(live), dtype=np.int64)
    return context.engine.fold(count, len(chunks), add, zero, progress=progress)


@dataclass(frozen=True)
class _Rows:
    """Makes the rows of one partitioner; all have the same columns."""

    candidate: Candidate
    partitioner: Partitioner[Any]
    repetition: Repetition

    def sampled(self, source: Workload, seed: int, load: NDArray[np.int64]) -> dict[str, Any]:
        """Return the row of a workload's keys."""
        from experiments import inference
        from experiments.workloads import repeats

        keys = int(load.sum())
        distinct, collision = repeats(source, seed, keys)
        law = self._law(keys, collision if distinct < keys else None)
        squares = sum(int(count) ** 2 for count in load)
        n, equal = len(load), self.partitioner.nodes.equal_weights
        return {
            **self._common(source.text, "sampled"),
            "seed": seed,
            "keys": keys,
            "distinct": distinct,
            "collision": collision,
            "variance": (n * squares - keys * keys) / (n * n) if equal else None,
            "g": inference.g_statistic(load) if equal else None,
            **_measures(load.tolist(), self._weights, repeats=distinct < keys),
            **law,
        }

    def exact(self) -> dict[str, Any]:
        """Return the row of the shares of the hash space, which no keys sample."""
        share = self.partitioner.arcs().shares()
        return {
            **self._common(ALL_HASHES, "exact"),
            "seed": None,
            "keys": None,
            "distinct": None,
            "collision": None,
            "variance": None,
            "g": None,
            **_measures(list(share.values()), self._weights),
            **self._law(None, None),
        }

    def refused(self, source: Workload, reason: str) -> dict[str, Any]:
        """Return the row of a workload that the hash function cannot take."""
        return {**self._common(source.text, "sampled"), "cannot": reason}

    def _common(self, workload: str, method: str) -> dict[str, Any]:
        nodes = len(self.partitioner.nodes)
        described = _described(self.candidate, self.partitioner.hash_bits, nodes, self.repetition)
        return {**described, "workload": workload, "method": method}

    @cached_property
    def _weights(self) -> tuple[float, ...] | None:
        """The weights, unless all are 1."""
        nodes = self.partitioner.nodes
        return tuple(nodes.weights()) if any(node.weight != 1.0 for node in nodes.spelled()) else None

    def _law(self, keys: int | None, collision: float | None) -> dict[str, Any]:
        from experiments.theory import whole_points

        family, points = self.candidate.spec.balance_law, _points(self.candidate)
        if self._weights is not None and points is not None and not whole_points(self._weights, points):
            family = ""
        nodes = self._weights or len(self.partitioner.nodes)
        known = _law_of(family, nodes, keys, points, collision)
        return {"law": family or None, **known}


def _described(candidate: Candidate, hash_bits: int, n: int, repetition: Repetition) -> dict[str, Any]:
    """Return the columns that say what was measured."""
    return {
        "hash": candidate.hash,
        "hash_bits": hash_bits,
        "workload": None,
        "n": n,
        "algorithm": candidate.algorithm,
        "label": candidate.label,
        "settings": candidate.settings,
        "points": _points(candidate),
        "repetition": repetition.number,
        "hash_seed": repetition.hash,
        "method": None,
        "cannot": None,
    }


def _points(candidate: Candidate) -> int | None:
    return int(candidate.value("points")) if "points" in parameters_of(candidate.cls) else None


@lru_cache(maxsize=4096)
def _law_of(
    family: str,
    nodes: int | tuple[float, ...],
    keys: int | None,
    points: int | None,
    collision: float | None,
) -> Mapping[str, float | None]:
    """Return the columns of a law: E[CV^2]^(1/2), E[max/mean], E[min/mean], as far as they are known."""
    from experiments import theory

    law = theory.balance(family, nodes, keys=keys, points=points, collision=collision)
    found = {"law_cv": None, "law_max_to_mean": None, "law_min_to_mean": None}
    if law is None:
        return found
    largest, smallest = law.max_to_mean, law.min_to_mean
    return {
        "law_cv": float(law.cv),
        "law_max_to_mean": None if largest is None else float(largest),
        "law_min_to_mean": None if smallest is None else float(smallest),
    }


def _measures(
    load: Sequence[int], weights: Sequence[float] | None, *, repeats: bool = False
) -> dict[str, Any]:
    """Return the columns that a list of loads gives, relative to what weights entitle to."""
    from experiments import measures

    relative = measures.relative_loads(load, weights)
    levels = zip(PERCENTILES, np.percentile(relative, PERCENTILES), strict=True)
    width = BIN_WIDTHS[repeats]
    bins = np.floor(np.minimum(relative, HISTOGRAM_END) / width).astype(np.int64)
    first = int(bins.min())
    return {
        "cv": measures.cv(load, weights),
        "max_to_mean": float(relative.max()),
        "min_to_mean": float(relative.min()),
        # the law of one share is of nodes with as many points as one of weight 1
        "first_to_mean": float(relative[0]) if weights is None else None,
        **{f"p{level}": float(value) for level, value in levels},
        "bin_width": width,
        "first_bin": first,
        "histogram": " ".join(map(str, np.bincount(bins - first).tolist())),
    }


def _variants(candidate: Candidate, parameters: BalanceParameters) -> Iterator[Candidate]:
    """Yield a candidate with each number of points and hash function, where its selection left them open."""
    taken = parameters_of(candidate.cls)
    points: Sequence[int | None] = [None]
    if parameters.points and "points" in taken and "points" not in candidate.parameters:
        points = parameters.points
    functions = [candidate.hash] if "hash" in candidate.parameters else parameters.hash
    for count in points:
        label = candidate.label if count is None else f"{candidate.label}:points={count}"
        own = {} if count is None else {"points": count}
        for function in functions:
            given = {**candidate.parameters, **own, "hash": function}
            yield replace(candidate, label=label, parameters=given)


def _refusal(candidate: Candidate, source: Workload) -> str | None:
    """Return why a candidate's hash function cannot take the keys of a workload, or None."""
    if source.integers or hash_function(candidate.hash).takes_text:
        return None
    return f"{candidate.hash} takes ints only, and the keys of {source.text} are text"
