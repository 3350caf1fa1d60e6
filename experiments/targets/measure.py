"""The speeds that this project promises itself: each measured beside what it is compared with, in one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from experiments.harness.experiment import Case, Context, Experiment, Measured, Presentation, Results
from experiments.harness.stopwatch import Competitor, load_average, rounds
from experiments.options.errors import BadUse
from experiments.options.parameters import Parameters, choice, integer, parameter
from experiments.options.parsers import text
from experiments.storage import documents
from experiments.targets.goals import GOALS, Goal, Setting

PART = "targets"
"""The part of a document that holds the table."""


def _path(value: object) -> str:
    return "" if value == "" else text(value)


@dataclass(frozen=True, kw_only=True)
class TargetsParameters(Parameters):
    """The parameters of `targets`.

    Parameters
    ----------
    rounds
        How often each pair is timed.
    large_keys
        Keys of a batch that two threads share.
    event_keys
        Keys of a whole scale event; 0 leaves these rows out, with the reason.
    only
        Names of targets; none for all.
    document
        The Markdown document whose table is written anew.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "repetitions": "what is repeated is the measurement; give --rounds",
        "algorithms": "each target names its own",
        "nodes": "each target names its own",
        "workload": "each target names its own",
        "set": "each target names its own parameters",
    }

    rounds: int = parameter(
        "rounds, in each of which a pair is timed once", integer(1, 10**6), 15, metavar="R"
    )
    large_keys: int = parameter("keys of a batch that two threads share", integer(1), 10_000_000, metavar="K")
    event_keys: int = parameter("keys of a whole scale event; 0 for none", integer(0), 0, metavar="K")
    only: tuple[str, ...] = parameter(
        "some targets, by name; all by default",
        choice(*(goal.name for goal in GOALS)), (), many=True, metavar="NAME,...", least=0,
    )  # fmt: skip
    document: str = parameter(
        "Markdown document whose table is written anew", _path, "", metavar="FILE.md", identity=False
    )


class Targets(Experiment[TargetsParameters]):
    """Ratios inside one run, and whether they are what they should be."""

    name = "targets"
    title = "the speeds that this project promises itself: measured, beside the target"
    section = 90
    Parameters = TargetsParameters

    def inputs(self, parameters: TargetsParameters) -> Sequence[Path]:
        """Return the files that the results depend on: there are none."""
        return []

    def cases(self, parameters: TargetsParameters) -> Sequence[Case]:
        """Return one case for each target; refuse a document that has no place for the table."""
        if parameters.document:
            documents.check(Path(parameters.document), PART)
        chosen = [goal for goal in GOALS if not parameters.only or goal.name in parameters.only]
        if not chosen:
            raise BadUse("--only: no target is left; give one or more")
        return [Case(goal.name, {"goal": goal}) for goal in chosen]

    def measure(self, case: Case, parameters: TargetsParameters, context: Context) -> Measured:
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
            who = [Competitor("ours", "", "", "", 1, found.ours)]
            who += [Competitor("theirs", "", "", "", 1, found.theirs)] if found.theirs is not None else []
            count = min(parameters.rounds, found.most_rounds)
            for turn, spent in enumerate(rounds(who, count, partial(_tell, context))):
                row = {**common, "round": turn, "value": found.value(spent), "cannot": None}
                theirs = spent[1] if len(spent) > 1 else None
                timing.append({**row, "ours_ns": spent[0], "theirs_ns": theirs})
            found.close()
        return Measured([], timing)

    def present(self, results: Results[TargetsParameters]) -> Presentation:
        """Show measured beside target, and whether it is met on this machine."""
        from experiments.targets import show as shown

        return shown.present(results)


def _tell(context: Context, done: float) -> None:
    context.progress(done)


EXPERIMENT = Targets()
