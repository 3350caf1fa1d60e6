"""The speeds that this project promises itself: each measured beside what it is compared with, in one run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.stopwatch import Call, Competitor, load_average, rounds
from experiments.options.errors import BadUse
from experiments.storage import documents
from experiments.targets.goals import GOALS, Goal, Pair, Setting
from experiments.targets.parameters import PART, TargetsParameters


def inputs(parameters: TargetsParameters) -> Sequence[Path]:
    """Return the files that the results depend on: there are none."""
    return []


def cases(parameters: TargetsParameters) -> Sequence[Case]:
    """Return one case for each target; refuse a document that has no place for the table."""
    if parameters.document:
        documents.check(Path(parameters.document), PART)
    chosen = [goal for goal in GOALS if not parameters.only or goal.name in parameters.only]
    if not chosen:
        raise BadUse("--only: no target is left; give one or more")
    return [Case(goal.name, {"goal": goal}) for goal in chosen]


def measure(case: Case, parameters: TargetsParameters, context: Context) -> Measured:
    """Measure one target: rounds in turn, each call done once untimed just before."""
    goal: Goal = case.arguments["goal"]
    common = {"target": goal.name, "threads": goal.threads, "load_average": load_average()}
    setting = Setting(
        parameters.keys, parameters.large_keys, parameters.event_keys, parameters.seed, parameters.rounds
    )
    found = goal.prepare(setting)
    timing: list[dict[str, Any]] = []
    if isinstance(found, str):
        timing = [{**common, "round": 0, "value": None, "cannot": found}]
    elif isinstance(found, Sequence):
        timing = [
            {**common, "round": turn, "value": value, "cannot": None} for turn, value in enumerate(found)
        ]
    else:
        who = [_competitor("ours", found.ours, found)]
        who += [_competitor("theirs", found.theirs, found)] if found.theirs is not None else []
        count = min(parameters.rounds, found.most_rounds)
        for turn, spent in enumerate(rounds(who, count, partial(_tell, context))):
            took = [one.cost(goal.threads) for one in spent]
            row = {**common, "round": turn, "value": found.value(took), "cannot": None}
            theirs = took[1] if len(took) > 1 else None
            timing.append({**row, "ours_ns": took[0], "theirs_ns": theirs})
        found.close()
    return Measured([], timing)


def _competitor(label: str, call: Call, pair: Pair) -> Competitor:
    def fresh() -> Call:
        pair.refresh()
        return call

    return Competitor(label, "", "", "", 1, fresh)


def _tell(context: Context, done: float) -> None:
    context.progress(done)
