"""What moves when a cluster changes size: every algorithm, one scale event at a time."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, Nodes, Partitioner
from algorithms.interface.together import Together
from experiments import events
from experiments.buffers import aligned
from experiments.harness import selection
from experiments.harness.experiment import ALL_HASHES, Case, Context, Measured
from experiments.harness.fresh_keys import Stream
from experiments.harness.laws import movement_law
from experiments.harness.stopwatch import Call, Competitor, load_average, rounds
from experiments.harness.trial import Step, Trial
from experiments.scaling.parameters import ScalingParameters
from experiments.scaling.rings import METHOD, rings_of
from experiments.seeds import derive

if TYPE_CHECKING:
    from algorithms import Arcs
    from experiments.measures import Flows

TIMED_ROUNDS = 3
TIMED_KEYS = 1 << 14

COMMON = (
    "workload", "n", "algorithm", "label", "settings", "points", "hash", "repetition", "seed", "hash_seed",
)  # fmt: skip


def cases(parameters: ScalingParameters) -> Sequence[Case]:
    """Return one case for each workload, number of nodes, repetition and algorithm, in this order.

    The algorithms are innermost, so that a machine that slows down slows all of them.
    """
    candidates = selection.of_run(
        parameters,
        later=(events.parse(text).nodes_after(n) for text in parameters.event for n in parameters.nodes),
    )
    if parameters.members is not None:
        parameters.check_names(Nodes.of(parameters.members.nodes))
    return [
        Case(
            f"{source.text}|{n}|{number}|{candidate.label}",
            {"trial": Trial(parameters, candidate, n, source, number), "first": not i},
            keys=source.available(parameters.keys),
            clocked=number < parameters.timed,
        )
        for i, source in enumerate(selection.sources_of_run(parameters, candidates))
        for n in parameters.nodes
        for number in range(parameters.repetitions)
        for candidate in candidates
    ]


def measure(case: Case, parameters: ScalingParameters, context: Context) -> Measured:
    """Place the same keys before and after each event, count who went where, and time the event."""
    trial: Trial = case.arguments["trial"]
    common = trial.columns(*COMMON)
    before = trial.start()
    steps, rows = [], []
    for text in parameters.event:
        step = before if isinstance(before, str) else trial.step(before, events.parse(text), "event")
        if isinstance(step, str):
            nothing = {"method": "sampled", **dict.fromkeys(COLUMNS)}
            rows.append({**common, "event": text, **nothing, "cannot": step})
        else:
            steps.append(step)
    if isinstance(before, str) or not steps:
        return Measured(rows)
    collision = _collision(trial)
    for step, flows, distinct in _sampled(trial, before, steps, context):
        outcome = _outcome(trial, step, collision)
        rows.append({**common, **outcome, "method": "sampled", **_measured(flows, distinct)})
    if case.arguments["first"] and trial.candidate.spec.can(Capability.INTERVALS):
        arcs = before.arcs()
        for step in steps:
            described = {**common, "workload": ALL_HASHES, **_outcome(trial, step, 0.0)}
            rows.append({**described, "method": "exact", **_measured(_exact(step, arcs), None)})
    if case.arguments["first"] and not trial.number and parameters.rings:
        rows += _of_rings(parameters, trial, steps, common, context)
    timing = []
    if trial.number < parameters.timed:
        timing = [{**common, **row} for row in _timed(trial, before, steps)]
    return Measured(rows, timing)


def _of_rings(
    parameters: ScalingParameters,
    trial: Trial,
    steps: Sequence[Step],
    common: Mapping[str, Any],
    context: Context,
) -> Iterator[dict[str, Any]]:
    """Yield a row for each event whose movement is random by the points of a ring."""
    nothing = dict.fromkeys(MEASURES)
    for step in steps:
        described = {**common, "workload": ALL_HASHES, **_outcome(trial, step, 0.0)}
        if described["law"] == "ring":
            text = step.event.text
            place = parameters.event.index(text)
            many = rings_of(trial, place, text, parameters.rings, context.engine, context.chunks_done)
            yield {**described, "method": METHOD, **nothing, **many}


def _collision(trial: Trial) -> float:
    """Return the chance that two draws of the keys at hand are of one key."""
    from experiments.workloads import repeats

    return repeats(trial.source, trial.repetition.keys, trial.chunks.keys)[1]


def _outcome(trial: Trial, step: Step, collision: float) -> dict[str, Any]:
    """Return what is known of an event before anything is measured: its size, and the law."""
    law = movement_law(trial, step, collision)
    return {
        "event": step.event.text,
        "n_after": len(step.after.nodes),
        "cannot": None,
        "law": law.family or None,
        "law_movement": law.movement,
        "law_stray": law.stray,
        "law_variance": law.variance,
    }


MEASURES = (
    "keys", "moved", "movement", "minimum", "ideal", "excess", "stray",
    "losers", "receivers", "pairs", "largest", "distinct", "distinct_moved",
    "cv_before", "max_to_mean_before", "min_to_mean_before",
    "cv_after", "max_to_mean_after", "min_to_mean_after",
)  # fmt: skip
OF_RINGS = ("rings", "deviation")
COLUMNS = ("n_after", "cannot", "law", "law_movement", "law_stray", "law_variance", *MEASURES, *OF_RINGS)


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
    return {**dict(zip(MEASURES, values, strict=True)), **dict.fromkeys(OF_RINGS)}


def _exact(step: Step, before: Arcs) -> Flows:
    from experiments.measures import Flows

    return Flows.exact(step.shape, before, step.after.arcs())


def _sampled(
    trial: Trial, before: Partitioner[Any], steps: Sequence[Step], context: Context
) -> list[tuple[Step, Flows, tuple[int, int] | None]]:
    """Return each event with its flows, and how many keys are distinct and moved; one pass serves all."""
    from experiments.harness.counting import loop_of
    from experiments.measures import Flows
    from experiments.workloads import Distinct

    together = Together([before, *(step.after for step in steps)])
    nothing = [Flows.none(step.shape) for step in steps]
    loop = None if trial.source.skewed else loop_of(trial, together, steps[0].shape.tally())

    def place(chunks: Iterable[int]) -> list[Flows]:
        tallies = [step.shape.tally() for step in steps]
        if loop is not None:
            loop.add(chunks, tallies[0])
            return [Flows.counted(steps[0].shape, tallies[0])]
        for chunk in chunks:
            for _, (old, *others) in trial.placed(together, chunk):
                for tally, new in zip(tallies, others, strict=True):
                    tally.add(old, new)
        return [Flows.counted(step.shape, tally) for step, tally in zip(steps, tallies, strict=True)]

    def added(one: list[Flows], other: list[Flows]) -> list[Flows]:
        return [total + part for total, part in zip(one, other, strict=True)]

    engine, chunks, done = context.engine, len(trial.chunks), context.chunks_done
    if not trial.source.skewed:
        totals = engine.total(place, chunks, added, nothing, progress=done)
        return [(step, total, None) for step, total in zip(steps, totals, strict=True)]

    everywhere, elsewhere = Distinct(), [Distinct() for _ in steps]

    def place_ids(chunk: int) -> tuple[list[Flows], list[NDArray[np.uint64]]]:
        """Return the flows of one chunk, the ids of its keys, and of those that moved in each event."""
        ids = trial.source.ids(chunk, trial.repetition.keys, trial.chunks.size(chunk))
        tallies, moved, at = (
            [step.shape.tally() for step in steps],
            np.empty((len(steps), len(ids)), np.bool_),
            0,
        )
        for hashes, (old, *others) in trial.placed(together, chunk):
            for step, tally, new, marks in zip(steps, tallies, others, moved, strict=True):
                tally.add(old, new)
                marks[at : at + len(hashes)] = step.shape.before[old] != step.shape.after[new]
            at += len(hashes)
        flows = [Flows.counted(step.shape, tally) for step, tally in zip(steps, tallies, strict=True)]
        return flows, [ids, *(ids[marks] for marks in moved)]

    def add(total: list[Flows], part: tuple[list[Flows], list[NDArray[np.uint64]]]) -> list[Flows]:
        for counter, ids in zip((everywhere, *elsewhere), part[1], strict=True):
            counter.add(ids)
        return added(total, part[0])

    totals = engine.fold(place_ids, chunks, add, nothing, progress=done)
    return [
        (step, total, (everywhere.count, counter.count))
        for step, total, counter in zip(steps, totals, elsewhere, strict=True)
    ]


def _timed(trial: Trial, before: Partitioner[Any], steps: Sequence[Step]) -> Iterator[dict[str, Any]]:
    """Yield how long each event takes and a lookup before and after it: medians of rounds in turn.

    All is of the processor's time, after an untimed call each, on keys that were not asked for before.
    """
    size = min(TIMED_KEYS, trial.chunks.keys)
    stream = Stream(trial.source, derive(trial.repetition.keys, "timed"), size)
    hashes, out, load = stream.buffer(before), aligned(size, np.int32), load_average()
    columns = itertools.count()

    def fresh(placed: Partitioner[Any]) -> Call:
        stream.fill(before, next(columns), size)  # an event changes no hashes
        return partial(placed._assign, hashes, out)

    def changing(step: Step) -> Call:
        return partial(step.change.apply, step.before.copy())

    for step in steps:
        asked = (partial(changing, step), partial(fresh, step.before), partial(fresh, step.after))
        who = [Competitor("", "", "", "", 1, ask) for ask in asked]
        events, olds, news = zip(*rounds(who, TIMED_ROUNDS), strict=True)
        spent = [statistics.median(one.cost() for one in part) for part in (events, olds, news)]
        yield {
            "event": step.event.text,
            "threads": 1,
            "load_average": load,
            "timed_keys": size,
            "event_ms": spent[0] / 1e6,
            "lookup_ns_before": spent[1] / size,
            "lookup_ns_after": spent[2] / size,
        }
