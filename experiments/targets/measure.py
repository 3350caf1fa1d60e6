"""The speeds that this project promises itself: each measured beside what it is compared with, in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.harness import fresh_process
from experiments.harness.conditions import Conditions
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.stopwatch import Call, Competitor, rounds
from experiments.options.errors import BadUse
from experiments.storage import documents
from experiments.targets.goals import GOALS, GROUPS, Goal, Pair, Setting
from experiments.targets.parameters import PART, TargetsParameters


def inputs(parameters: TargetsParameters) -> Sequence[Path]:
    """Return the files that the results depend on: there are none."""
    return []


def cases(parameters: TargetsParameters) -> Sequence[Case]:
    """Return a case for each target, or for each group of them and process; commands are always alone.

    A document that has no place for the table is refused.
    """
    if parameters.document:
        documents.check(Path(parameters.document), PART)
    chosen = [goal for goal in GOALS if not parameters.only or goal.name in parameters.only]
    if not chosen:
        raise BadUse("--only: no target is left; give one or more")
    if parameters.processes == 1:
        return [Case(goal.name, {"process": 0, "goals": [goal]}) for goal in chosen]
    together = {name: [goal for goal in chosen if goal in group] for name, group in GROUPS.items()}
    several = [
        Case(f"{name}|{process}", {"process": process, "goals": goals})
        for process in range(parameters.processes)
        for name, goals in together.items()
        if goals
    ]
    alone = [goal for goal in chosen if not any(goal in group for group in GROUPS.values())]
    return [*several, *(Case(goal.name, {"process": 0, "goals": [goal]}) for goal in alone)]


def measure(case: Case, parameters: TargetsParameters, context: Context) -> Measured:
    """Measure a group of targets in a fresh process, one alone here."""
    if parameters.processes > 1 and "|" in case.id:
        return fresh_process.measured(__package__, case, parameters, context.threads)
    return measured_here(case, parameters, context)


def measured_here(case: Case, parameters: TargetsParameters, context: Context) -> Measured:
    """Measure targets one after the other."""
    goals: Sequence[Goal] = case.arguments["goals"]
    timing: list[dict[str, Any]] = []
    for done, goal in enumerate(goals):
        conditions = Conditions()
        rows = _measured(goal, parameters, partial(_tell, context, done, len(goals)))
        timing += conditions.told(rows)
    return Measured([], [{"process": case.arguments["process"], **row} for row in timing])


def _measured(
    goal: Goal, parameters: TargetsParameters, progress: Callable[[float], None]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one target: rounds in turn, each call done once untimed just before."""
    common = {"target": goal.name, "threads": goal.threads}
    setting = Setting(
        parameters.keys, parameters.large_keys, parameters.event_keys, parameters.seed, parameters.rounds
    )
    found = goal.prepare(setting)
    if isinstance(found, str):
        yield {**common, "round": 0, "value": None, "cannot": found}
    elif isinstance(found, Sequence):
        yield from (
            {**common, "round": turn, "value": value, "cannot": None} for turn, value in enumerate(found)
        )
    else:
        who = [_competitor("ours", found.ours, found)]
        who += [_competitor("theirs", found.theirs, found)] if found.theirs is not None else []
        count = min(parameters.rounds, found.most_rounds)
        for turn, spent in enumerate(rounds(who, count, progress)):
            took = [one.cost(goal.threads) for one in spent]
            yield {
                **common,
                "round": turn,
                "value": found.value(took),
                "cannot": None,
                "ours_ns": took[0],
                "theirs_ns": took[1] if len(took) > 1 else None,
                "nanoseconds": spent[0].wall,
                "processor_ns": spent[0].processor if goal.threads == 1 else None,
                "page_faults": sum(one.faults for one in spent),
            }
        found.close()


def _competitor(label: str, call: Call, pair: Pair) -> Competitor:
    def fresh() -> Call:
        pair.refresh()
        return call

    return Competitor(label, "", "", "", 1, fresh)


def _tell(context: Context, done: int, goals: int, part: float) -> None:
    context.progress((done + part) / goals)
