"""What scale events in a row do: movement that adds up, keys that come back, and drift from a fresh build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, Nodes, Partitioner
from algorithms.interface.together import Together
from experiments import events
from experiments.events import Event
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.trial import Step, Trial
from experiments.sequence.parameters import SequenceParameters

if TYPE_CHECKING:
    from experiments.measures import EventShape, Flows

COMMON = ("workload", "n", "algorithm", "label", "settings", "hash", "repetition")


@dataclass(frozen=True)
class _Step:
    """One step of a sequence as one algorithm makes it.

    Parameters
    ----------
    event
        What was asked.
    cannot
        Why it was not made; the algorithm then stays as it was.
    after
        The partitioner after it.
    anew
        A partitioner of the nodes after it, built at once, in the order of their buckets.
    shape, net, fresh
        The nodes before and after this step; at the start and now; now and as built anew.
    """

    event: Event
    cannot: str | None
    after: Partitioner[Any]
    anew: Partitioner[Any]
    shape: EventShape
    net: EventShape
    fresh: EventShape


def cases(parameters: SequenceParameters) -> Sequence[Case]:
    """Return one case for each sequence, workload, number of nodes, repetition and algorithm."""
    candidates = selection.of_run(
        parameters,
        later=(most for text in parameters.sequence for n in parameters.nodes for most in _counts(text, n)),
    )
    cluster = parameters.members
    if cluster is not None:
        parameters.check_names(Nodes.of(cluster.nodes), cluster.newcomer)
    sources = selection.sources_of_run(parameters, candidates)
    return [
        Case(
            f"{text}|{source.text}|{n}|{number}|{candidate.label}",
            {"sequence": text, "trial": Trial(parameters, candidate, n, source, number)},
            keys=source.available(parameters.keys),
        )
        for text in parameters.sequence
        for source in sources
        for n in parameters.nodes
        for number in range(parameters.repetitions)
        for candidate in candidates
    ]


def measure(case: Case, parameters: SequenceParameters, context: Context) -> Measured:
    """Make all steps, then place the same keys at the start, after each of them, and by fresh builds."""
    trial: Trial = case.arguments["trial"]
    common = {"sequence": case.arguments["sequence"], **trial.columns(*COMMON)}
    listed = events.sequence(case.arguments["sequence"])
    start = trial.start()
    if isinstance(start, str):
        refused = {**common, "n_after": trial.n, "cannot": start}
        made = enumerate([None, *(event.text for event in listed)])
        return Measured([{**refused, "step": step, "event": event} for step, event in made])
    steps = _steps(trial, start, listed)
    placed = _placed(trial, start, steps, context)
    nothing = dict.fromkeys(("event", "cannot", *STEP_COLUMNS))
    rows = [
        {
            **common,
            "step": 0,
            "n_after": trial.n,
            "keys": placed.keys,
            **nothing,
            "moved_in_all": 0.0,
            **_of_balance(trial, start, placed.load),
        }
    ]
    moved = 0
    for number, (step, sums) in enumerate(zip(steps, placed.steps, strict=True), 1):
        moved += sums.flows.moved
        rows.append(
            {
                **common,
                "step": number,
                "n_after": len(step.after.nodes),
                "keys": placed.keys,
                "event": step.event.text,
                "cannot": step.cannot,
                **_of_step(trial, step, sums.flows),
                "moved_in_all": moved / placed.keys,
                "touched": sums.touched / placed.keys,
                **_of_net(trial, step, sums.net),
                "drift": sums.drifted / placed.keys,
                **_of_balance(trial, step.after, sums.load),
            }
        )
    return Measured(rows)


def _counts(text: str, n: int) -> Iterator[int]:
    """Yield how many nodes there are after each step of a sequence that begins with n."""
    for event in events.sequence(text):
        n = event.nodes_after(n)
        yield n


def _steps(trial: Trial, start: Partitioner[Any], listed: Sequence[Event]) -> list[_Step]:
    """Return the steps of one algorithm; what it cannot do it sits out, keeping the nodes it has.

    A newcomer is always a machine that was never there: names are not given twice.
    """
    from experiments.measures import EventShape

    steps: list[_Step] = []
    before, anew, named = start, start, len(start.nodes)
    for number, event in enumerate(listed, 1):
        have = len(before.nodes)

        def newcomer(index: int, beyond: int = named - have) -> str:
            return trial.repetition.node(index + beyond)

        made: Step | str = f"it has {have} nodes left"
        if have >= event.least_nodes:
            made = trial.step(before, event, "step", number, newcomer=newcomer)
        after = before if isinstance(made, str) else made.after
        built = trial.anew(after)
        if isinstance(built, str):  # it grew into nodes that it cannot begin with
            made, after, built = built, before, anew
        if isinstance(made, Step):
            named += len(made.change.add)
        shapes = [
            EventShape.between(old.nodes, new.nodes)
            for old, new in ((before, after), (start, after), (after, built))
        ]
        steps.append(_Step(event, made if isinstance(made, str) else None, after, built, *shapes))
        before, anew = after, built
    return steps


@dataclass
class _Sums:
    """What the keys did up to one step."""

    flows: Flows
    net: Flows
    touched: int
    drifted: int
    load: NDArray[np.int64]


@dataclass(frozen=True)
class _Sum:
    keys: int
    load: NDArray[np.int64]
    steps: Sequence[_Sums]


def _placed(trial: Trial, start: Partitioner[Any], steps: Sequence[_Step], context: Context) -> _Sum:
    """Return the sums over all keys, placed at the start, after each step and by fresh builds."""
    from experiments import measures
    from experiments.measures import Flows, mark_moved

    live = start.nodes.buckets()
    together = Together([start, *(one for step in steps for one in (step.after, step.anew))])

    def place(chunks: Iterable[int]) -> _Sum:
        keys, load = 0, np.zeros(len(live), dtype=np.int64)
        counts = [(step, step.shape.tally(), step.net.tally(), step.fresh.tally()) for step in steps]
        touched = [0] * len(steps)
        for chunk in chunks:
            for hashes, (first, *others) in trial.placed(together, chunk):
                keys += len(hashes)
                load += measures.loads(first, live)
                moved, before = np.zeros(len(hashes), dtype=np.bool_), first
                for row, (step, made, net, fresh) in enumerate(counts):
                    after, anew = others[2 * row : 2 * row + 2]
                    made.add(before, after)
                    net.add(first, after)
                    fresh.add(after, anew)
                    touched[row] += mark_moved(before, after, step.shape.before, step.shape.after, moved)
                    before = after
        sums = []
        for count, (step, made, net, fresh) in zip(touched, counts, strict=True):
            flows, all_ = Flows.counted(step.shape, made), Flows.counted(step.net, net)
            after_load = flows.load_after[step.shape.slots_after]
            sums.append(_Sums(flows, all_, count, fresh.moved, after_load))
        return _Sum(keys, load, sums)

    def add(total: _Sum | None, part: _Sum | None) -> _Sum | None:
        return part if total is None or part is None else _added(total, part)

    done = context.engine.total(place, len(trial.chunks), add, None, progress=context.chunks_done)
    assert done is not None, "a workload has a key at least"
    return done


def _added(total: _Sum, part: _Sum) -> _Sum:
    steps = [
        _Sums(
            one.flows + other.flows,
            one.net + other.net,
            one.touched + other.touched,
            one.drifted + other.drifted,
            one.load + other.load,
        )
        for one, other in zip(total.steps, part.steps, strict=True)
    ]
    return _Sum(total.keys + part.keys, total.load + part.load, steps)


STEP_COLUMNS = (
    "movement", "minimum", "ideal", "excess", "stray", "losers", "receivers", "pairs", "law", "law_movement",
)  # fmt: skip


def _of_step(trial: Trial, step: _Step, flows: Flows) -> dict[str, Any]:
    """Return the columns of one step's own movement, and its law; no values where it was not made."""
    from experiments.theory import movement

    if step.cannot is not None:
        return dict.fromkeys(STEP_COLUMNS)
    law = _law(trial, step.shape)
    moves = movement(law, step.shape, trial.candidate.parameters)
    fractions = (flows.movement, flows.minimum, flows.ideal, flows.excess, flows.stray)
    values = (
        *map(float, fractions), flows.losers, flows.receivers, flows.pairs,
        law or None, None if moves is None else float(moves.value),
    )  # fmt: skip
    return dict(zip(STEP_COLUMNS, values, strict=True))


def _law(trial: Trial, shape: EventShape) -> str:
    from experiments.theory import family_of

    known = trial.in_proportion(shape.weights_before, shape.weights_after)
    return family_of(trial.candidate.spec, shape) if known else ""


def _of_net(trial: Trial, step: _Step, net: Flows) -> dict[str, Any]:
    """Return the columns of the movement from the start to now.

    Only where placement does not depend on the order of names is it a function of the nodes alone, so that
    the law of one event holds for the way from the first nodes to the present ones.
    """
    from experiments.theory import movement

    alone = trial.candidate.spec.can(Capability.ORDER_INDEPENDENT)
    moves = movement(_law(trial, step.net), step.net, trial.candidate.parameters) if alone else None
    return {
        "net": float(net.movement),
        "net_minimum": float(net.minimum),
        "net_ideal": float(net.ideal),
        "law_net": None if moves is None else float(moves.value),
    }


def _of_balance(trial: Trial, partitioner: Partitioner[Any], load: NDArray[np.int64]) -> dict[str, Any]:
    """Return the columns of the loads, relative to the weights, and the law of their CV."""
    from experiments import measures
    from experiments.theory import family_and_points

    weights, candidate = tuple(partitioner.nodes.weights()), trial.candidate
    family, points = family_and_points(candidate.spec, weights, candidate.points, candidate.parameters)
    if trial.source.skewed or not trial.in_proportion(weights):
        family = ""
    return {
        "cv": measures.cv(load, weights),
        "law_cv": _law_cv(family, weights, int(load.sum()), points),
        "max_to_mean": measures.max_to_mean(load, weights),
        "min_to_mean": measures.min_to_mean(load, weights),
    }


@lru_cache(maxsize=4096)
def _law_cv(family: str, weights: tuple[float, ...], keys: int, points: float | None) -> float | None:
    from experiments import theory

    law = theory.balance(family, np.array(weights), keys=keys, points=points)
    return None if law is None else float(law.cv)
