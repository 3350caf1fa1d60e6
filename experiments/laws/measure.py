"""Draws by the hundred of every algorithm: what each event moves, and how its loads are spread."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from algorithms import Partitioner
from algorithms.interface.together import Together
from experiments import events
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.laws import balance_law, movement_law, squares_variance
from experiments.harness.trial import Step, Trial
from experiments.laws.parameters import LawsParameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

PURPOSE = "laws"
"""Of the draws: no other experiment has these."""

MOVEMENT, STRAY, SQUARES, LARGEST = "movement", "stray", "cv_squared", "max_to_mean"
"""Parts of the keys that move, and that move needlessly; CV² of the loads, and their largest."""

COMMON = ("n", "algorithm", "label", "settings", "points", "hash")
NUMBERS = ("keys", "draws", "mean", "deviation", "least", "most", "law", "law_mean", "law_deviation", "ideal")


def cases(parameters: LawsParameters) -> Sequence[Case]:
    """Return one case for each number of nodes and algorithm."""
    from experiments import workloads

    candidates = selection.of_run(
        parameters,
        later=(events.parse(text).nodes_after(n) for text in parameters.event for n in parameters.nodes),
    )
    source = workloads.parse("uniform")
    return [
        Case(f"{n}|{candidate.label}", {"trial": Trial(parameters, candidate, n, source)})
        for n in parameters.nodes
        for candidate in candidates
    ]


def measure(case: Case, parameters: LawsParameters, context: Context) -> Measured:
    """Place the keys of each draw before and after each event; a row for each quantity, over all draws."""
    trial: Trial = case.arguments["trial"]
    common = trial.columns(*COMMON)
    start = trial.start()
    if isinstance(start, str):
        return Measured([_refused(common, LARGEST, "", start)])
    steps = {text: trial.step(start, events.parse(text), "event") for text in parameters.event}
    made = {text: step for text, step in steps.items() if not isinstance(step, str)}
    drawn = context.engine.map(
        lambda draw: _drawn(trial.drawn(PURPOSE, draw), list(made)),
        parameters.draws,
        progress=context.chunks_done,
    )
    values = np.array(list(drawn))
    rows = list(_of_loads(trial, start, common, values[:, :2]))
    for text, step in steps.items():
        if isinstance(step, str):
            rows += [_refused(common, quantity, text, step) for quantity in (MOVEMENT, STRAY)]
        else:
            place = 2 + 2 * list(made).index(text)
            rows += _of_event(trial, step, common, values[:, place : place + 2])
    return Measured(rows)


def _drawn(trial: Trial, asked: Sequence[str]) -> list[float]:
    """Return CV² and the largest load of one draw, then what each event moves, and moves needlessly."""
    from experiments import measures

    before = _started(trial)
    steps = [_made(trial.step(before, events.parse(text), "event")) for text in asked]
    together = Together([before, *(step.after for step in steps)])
    tallies = [step.shape.tally() for step in steps]
    live = before.nodes.buckets()
    load = np.zeros(len(live), dtype=np.int64)
    for chunk in range(len(trial.chunks)):
        for _, (old, *others) in trial.placed(together, chunk):
            load += measures.loads(old, live)
            for tally, new in zip(tallies, others, strict=True):
                tally.add(old, new)
    values = [measures.cv(load.tolist(), None) ** 2, measures.max_to_mean(load.tolist(), None)]
    for step, tally in zip(steps, tallies, strict=True):
        flows = measures.Flows.counted(step.shape, tally)
        values += [float(flows.movement), float(flows.stray)]
    return values


def _started(trial: Trial) -> Partitioner[Any]:
    start = trial.start()
    assert not isinstance(start, str), f"one draw has these nodes and another has not: {start}"
    return start


def _made(step: Step | str) -> Step:
    assert not isinstance(step, str), f"one draw makes this event and another does not: {step}"
    return step


def _of_loads(
    trial: Trial, start: Partitioner[Any], common: dict[str, Any], values: NDArray[np.float64]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of CV² and of the largest load over the mean."""
    keys = trial.parameters.keys
    law = balance_law(trial, len(start.nodes), None, keys, None)
    points = law.get("points", trial.candidate.points)
    square = None if law["law_cv"] is None else float(law["law_cv"]) ** 2
    variance = None if square is None else squares_variance(law["law"], trial.n, keys, points)
    for quantity, column, mean, spread in (
        (SQUARES, 0, square, None if variance is None else math.sqrt(variance)),
        (LARGEST, 1, law["law_max_to_mean"], None),
    ):
        stated = {"law": law["law"], "law_mean": mean, "law_deviation": spread, "ideal": None}
        yield {**_row(trial, common, quantity, "", values[:, column]), **stated}


def _of_event(
    trial: Trial, step: Step, common: dict[str, Any], values: NDArray[np.float64]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of what an event moves, and of what it moves needlessly."""
    law = movement_law(trial, step, 1 / trial.parameters.keys)
    spread = None if law.variance is None else math.sqrt(law.variance)
    for quantity, column, mean, deviation, ideal in (
        (MOVEMENT, 0, law.movement, spread, float(step.shape.ideal)),
        (STRAY, 1, law.stray, None, None),
    ):
        stated = {
            "law": law.family or None,
            "law_mean": None if mean is None else float(mean),
            "law_deviation": deviation,
            "ideal": ideal,
        }
        yield {**_row(trial, common, quantity, step.event.text, values[:, column]), **stated}


def _row(
    trial: Trial, common: dict[str, Any], quantity: str, event: str, values: NDArray[np.float64]
) -> dict[str, Any]:
    """Return what the draws of one quantity come to; sums are exact, and do not depend on their order."""
    mean = math.fsum(values) / len(values)
    square = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return {
        **common,
        "quantity": quantity,
        "event": event,
        "cannot": None,
        "keys": trial.parameters.keys,
        "draws": len(values),
        "mean": mean,
        "deviation": math.sqrt(square),
        "least": float(values.min()),
        "most": float(values.max()),
    }


def _refused(common: dict[str, Any], quantity: str, event: str, reason: str) -> dict[str, Any]:
    return {**common, "quantity": quantity, "event": event, "cannot": reason, **dict.fromkeys(NUMBERS)}
