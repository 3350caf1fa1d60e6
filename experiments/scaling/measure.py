"""What moves when a cluster changes size: every algorithm, one scale event at a time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, InvalidWeight, Nodes, Partitioner, UnsupportedEvent
from algorithms.hashing import Hashes, hash_function
from algorithms.registry import parameters_of
from experiments import events
from experiments.events import Event
from experiments.harness import selection
from experiments.harness.cluster import cluster_of, refusals
from experiments.harness.experiment import (
    ALL_HASHES,
    Case,
    Context,
    Measured,
)
from experiments.harness.selection import Candidate
from experiments.scaling.parameters import ScalingParameters
from experiments.seeds import Repetition, derive, repetition_of

if TYPE_CHECKING:
    from experiments.measures import EventShape, Flows
    from experiments.workloads import Workload

TIMED_ROUNDS = 5
TIMED_KEYS = 1 << 16


@dataclass(frozen=True)
class _Trial:
    """A partitioner after one event, and who was there before and after."""

    event: Event
    change: events.Change
    shape: EventShape
    after: Partitioner[Any]


def cases(parameters: ScalingParameters) -> Sequence[Case]:
    """Return one case for each workload, number of nodes, repetition and algorithm, in this order.

    The algorithms are innermost, so that a machine that slows down slows all of them.
    """
    from experiments import workloads

    candidates = selection.of_run(
        parameters,
        later=(events.parse(text).nodes_after(n) for text in parameters.event for n in parameters.nodes),
    )
    cluster = parameters.members
    if cluster is not None:
        parameters.check_names(Nodes.of(cluster.nodes))
    reasons = refusals(candidates, cluster)
    sources = [workloads.parse(text) for text in parameters.workload]
    for candidate in candidates:
        for source in sources:
            selection.check_keys(candidate, source)
    return [
        Case(
            f"{source.text}|{n}|{repetition}|{candidate.label}",
            {
                "source": source, "n": n, "repetition": repetition, "candidate": candidate, "first": not i,
                "cannot": reasons.get(candidate.label),
            },
        )
        for i, source in enumerate(sources)
        for n in parameters.nodes
        for repetition in range(parameters.repetitions)
        for candidate in candidates
    ]  # fmt: skip


def measure(case: Case, parameters: ScalingParameters, context: Context) -> Measured:
    """Place the same keys before and after each event, count who went where, and time the event."""
    source: Workload = case.arguments["source"]
    candidate: Candidate = case.arguments["candidate"]
    seed_bits = hash_function(candidate.hash).seed_bits
    repetition = repetition_of(
        parameters.seed,
        source.text,
        case.arguments["repetition"],
        seed_bits=seed_bits,
        cluster=cluster_of(candidate, parameters.members),
    )
    common = {
        "workload": source.text,
        "n": case.arguments["n"],
        "algorithm": candidate.algorithm,
        "label": candidate.label,
        "settings": candidate.settings,
        "points": _points(candidate),
        "hash": candidate.hash,
        "repetition": repetition.number,
        "seed": repetition.keys,
        "hash_seed": repetition.hash,
    }
    nothing = {"method": "sampled", **dict.fromkeys(COLUMNS)}
    if case.arguments["cannot"] is not None:
        refused = {**common, **nothing, "cannot": case.arguments["cannot"]}
        return Measured([{**refused, "event": text} for text in parameters.event])
    before = candidate.build(repetition.nodes(case.arguments["n"]), seed=repetition.hash)
    trials, rows = [], []
    for text in parameters.event:
        trial = _attempt(before, events.parse(text), candidate, repetition, parameters.seed)
        if isinstance(trial, _Trial):
            trials.append(trial)
        else:
            rows.append({**common, "event": text, **nothing, "cannot": trial})
    sample, cluster = _Sample(before, source, repetition, parameters.keys), bool(parameters.cluster)
    for trial, measured in zip(trials, sample.measure(trials, context), strict=True):
        described = {**common, **_outcome(trial, candidate, sample.collision, cluster=cluster)}
        rows.append({**described, "method": "sampled", **measured})
    if case.arguments["first"] and candidate.spec.can(Capability.INTERVALS):
        for trial in trials:
            measured = _measured(_exact(trial, before), None)
            outcome = _outcome(trial, candidate, 0.0, cluster=cluster)
            described = {**common, "workload": ALL_HASHES, **outcome}
            rows.append({**described, "method": "exact", **measured})
    timing = []
    if repetition.number < parameters.timed:
        hashes = sample.hashes(0, min(TIMED_KEYS, sample.chunks.size(0)))
        timing = [{**common, "event": trial.event.text, **_timed(before, trial, hashes)} for trial in trials]
    return Measured(rows, timing)


def _attempt(
    before: Partitioner[Any], event: Event, candidate: Candidate, repetition: Repetition, seed: int
) -> _Trial | str:
    """Return the partitioner after an event, or why the algorithm cannot do it."""
    from experiments.measures import EventShape

    chosen = derive(seed, "event", event.text, repetition.number)
    change = events.change_of(event, before.nodes, repetition, chosen)
    after = before.copy()
    try:
        change.apply(after)
    except (UnsupportedEvent, InvalidWeight) as error:
        needed = Capability.WEIGHTED if change.weights else Capability.REMOVES_ANY
        return candidate.lacks(needed) or str(error)
    return _Trial(event, change, EventShape.between(before.nodes, after.nodes), after)


def _points(candidate: Candidate) -> int | None:
    return int(candidate.value("points")) if "points" in parameters_of(candidate.cls) else None


def _outcome(
    trial: _Trial, candidate: Candidate, collision: float, *, cluster: bool = False
) -> dict[str, Any]:
    """Return what is known of an event before anything is measured: its size, and the law.

    `collision` is the chance that two draws are of one key; 0 where all hashes are counted. No law is known
    of a `cluster` on a ring that rounds the numbers of points.
    """
    from experiments.theory import family_of, movement, movement_variance, stray, whole_points

    law, points = family_of(candidate.spec, trial.shape), _points(candidate)
    weights = np.concatenate([trial.shape.weights_before, trial.shape.weights_after])
    if cluster and points is not None and not whole_points(weights, points):
        law = ""
    moves, strays = movement(law, trial.shape), stray(law, trial.shape)
    spread = movement_variance(law, trial.shape, collision=collision, points=points)
    return {
        "event": trial.event.text,
        "n_after": len(trial.after.nodes),
        "cannot": None,
        "law": law or None,
        "law_movement": None if moves is None else Fraction(moves.value),
        "law_stray": None if strays is None else Fraction(strays.value),
        "law_variance": None if spread is None else float(spread),
    }


MEASURES = (
    "keys", "moved", "movement", "minimum", "ideal", "excess", "stray",
    "losers", "receivers", "pairs", "largest", "distinct", "distinct_moved",
    "cv_before", "max_to_mean_before", "min_to_mean_before",
    "cv_after", "max_to_mean_after", "min_to_mean_after",
)  # fmt: skip
COLUMNS = ("n_after", "cannot", "law", "law_movement", "law_stray", "law_variance", *MEASURES)


def _measured(flows: Flows, distinct: tuple[int, int] | None) -> dict[str, Any]:
    """Return the columns `MEASURES` of one event's flows; `distinct`: how many keys, and how many moved."""
    from experiments import measures

    values: list[Any] = [flows.total, flows.moved]
    fractions = (flows.movement, flows.minimum, flows.ideal, flows.excess, flows.stray)
    values += [float(value) for value in fractions]
    values += [flows.losers, flows.receivers, flows.pairs, float(flows.largest)]
    values += [None, None] if distinct is None else distinct
    for load, weights in (
        (flows.load_before, flows.event.weights_before),
        (flows.load_after, flows.event.weights_after),
    ):
        live = weights > 0
        for measure in (measures.cv, measures.max_to_mean, measures.min_to_mean):
            values.append(measure(load[live], weights[live]))
    return dict(zip(MEASURES, values, strict=True))


def _exact(trial: _Trial, before: Partitioner[Any]) -> Flows:
    from experiments.measures import Flows

    return Flows.exact(trial.shape, before.arcs(), trial.after.arcs())


class _Sample:
    """The keys of one repetition, placed chunk by chunk before and after several events."""

    def __init__(self, before: Partitioner[Any], source: Workload, repetition: Repetition, keys: int) -> None:
        from experiments.workloads import chunks_of

        self.before, self.source, self.repetition = before, source, repetition
        self.chunks = chunks_of(source.available(keys))

    @property
    def collision(self) -> float:
        """The chance that two draws of the keys at hand are of one key."""
        from experiments.workloads import repeats

        return repeats(self.source, self.repetition.keys, self.chunks.keys)[1]

    def hashes(self, number: int, size: int) -> Hashes:
        """Return the hashes of the first `size` keys of a chunk."""
        return self.source.hashes_for(self.before, number, seed=self.repetition.keys, limit=size)

    def measure(self, trials: Sequence[_Trial], context: Context) -> list[dict[str, Any]]:
        """Return the measures of each event: one pass over the keys serves all."""
        from experiments.measures import Flows
        from experiments.workloads import Distinct

        totals = [Flows.none(trial.shape) for trial in trials]
        everywhere, elsewhere = Distinct(), [Distinct() for _ in trials]

        def add(_: None, placed: tuple[list[Flows], list[NDArray[np.uint64]]]) -> None:
            flows, ids = placed
            totals[:] = [total + part for total, part in zip(totals, flows, strict=True)]
            if ids:
                everywhere.add(ids[0])
                for counter, moved in zip(elsewhere, ids[1:], strict=True):
                    counter.add(moved)

        def place(number: int) -> tuple[list[Flows], list[NDArray[np.uint64]]]:
            return self._place(number, trials)

        context.engine.fold(place, len(self.chunks), add, None, progress=context.chunks_done)
        return [
            _measured(total, (everywhere.count, counter.count) if self.source.skewed else None)
            for total, counter in zip(totals, elsewhere, strict=True)
        ]

    def _place(self, number: int, trials: Sequence[_Trial]) -> tuple[list[Flows], list[NDArray[np.uint64]]]:
        """Return the flows of one chunk in each event; for skewed keys also all ids, and those that moved."""
        from experiments.measures import Flows

        size = self.chunks.size(number)
        hashes = self.hashes(number, size)
        ids = self.source.ids(number, self.repetition.keys, size) if self.source.skewed else None
        old, new = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
        self.before.assign(hashes, out=old)
        flows, known = [], [] if ids is None else [ids]
        for trial in trials:
            trial.after.assign(hashes, out=new)
            flows.append(Flows.sampled(trial.shape, old, new))
            if ids is not None:
                known.append(ids[trial.shape.before[old] != trial.shape.after[new]])
        return flows, known


def _timed(before: Partitioner[Any], trial: _Trial, hashes: Hashes) -> dict[str, Any]:
    """Return how long the event takes and a lookup before and after it: medians of rounds in turn."""
    out = np.empty(len(hashes), dtype=np.int32)
    event_ns, before_ns, after_ns = [], [], []
    for round_number in range(TIMED_ROUNDS + 1):
        changing = before.copy()
        took = _elapsed(partial(trial.change.apply, changing))
        lookups = [_elapsed(partial(placed._assign, hashes, out)) for placed in (before, trial.after)]
        if round_number:  # the first one warms up
            event_ns.append(took)
            before_ns.append(lookups[0])
            after_ns.append(lookups[1])
    return {
        "timed_keys": len(hashes),
        "event_ms": statistics.median(event_ns) / 1e6,
        "lookup_ns_before": statistics.median(before_ns) / len(hashes),
        "lookup_ns_after": statistics.median(after_ns) / len(hashes),
    }


def _elapsed(call: Callable[[], object]) -> int:
    start = time.perf_counter_ns()
    call()
    return time.perf_counter_ns() - start
