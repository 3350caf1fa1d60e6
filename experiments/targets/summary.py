"""Every number that `targets` states: medians over rounds beside their bounds, and how many are met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.inference.verdict import MET, NOT_MET
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Interval, Significant, Text
from experiments.report.timings import series_of, steadiness, trusted, vector_width, with_processes
from experiments.targets.goals import GOALS, Goal

if TYPE_CHECKING:
    from experiments.targets.parameters import TargetsParameters

TOO_BUSY = "none: too busy"
"""The verdict where the machine's times cannot be trusted."""

COLUMNS = ("target", "what", "unit", "bound", "verdict", "cannot")


def summary(results: Results[TargetsParameters]) -> Summary:
    """Return each target, how many are met, and whether the times can be trusted."""
    assert results.timing is not None, "targets has timing rows only"
    width = vector_width(results.facts)
    goals = {goal.name: goal for goal in GOALS}
    timing = with_processes(results.timing)
    groups = [(goals[str(name)], group) for name, group in timing.groupby("target", sort=False)]
    several = [part for _, group in groups if len(part := group[group["value"].notna()]) > 1]
    quality = [series_of(part["value"], part["process"]).quality for part in several]
    steady = steadiness(timing, [pd.DataFrame(quality, columns=["spread", "random"])])
    sure = trusted(results.facts, steady)
    rows = [_row(goal, group, width, sure) for goal, group in groups]
    measures = {
        "measured": Measure(
            "median over processes, of medians of value over rounds",
            Interval(Significant(3), "low", "high"),
            low="low",
            high="high",
        ),
        "verdict": Measure("whether the median keeps the bound", Text()),
    }
    frame = frame_of(rows, numbers=["measured", "low", "high"], others=COLUMNS)
    return Summary(
        [
            Sheet("targets", frame, ("target",), measures, rows="timing"),
            _counts(frame),
            steady,
        ]
    )


def _row(goal: Goal, group: pd.DataFrame, width: str | None, sure: bool) -> dict[str, Any]:
    measured = group[group["value"].notna()]
    bound = goal.bound(width)
    sign = "at most" if goal.at_most else "at least"
    row: dict[str, Any] = {
        "target": goal.name,
        "what": goal.what,
        "unit": goal.unit,
        "bound": f"none for {width or 'this machine'}" if bound is None else f"{sign} {bound:g} {goal.unit}",
        "cannot": None,
    }
    if measured.empty:
        return row | {"verdict": "not measured", "cannot": group["cannot"].iloc[0]}
    series = series_of(measured["value"], measured["process"])
    estimate, ends = series.estimate, series.estimate.interval
    met = goal.met(estimate.value, width)
    verdict = {True: MET, False: NOT_MET, None: "–"}[met]
    if met is not None and not sure:
        verdict = TOO_BUSY
    elif met is not None and ends and goal.met(ends.low, width) != goal.met(ends.high, width):
        verdict += ", but the interval holds the target"
    return row | series.columns("measured") | {"verdict": verdict}


def _counts(frame: pd.DataFrame) -> Sheet:
    words = [str(verdict).partition(",")[0] for verdict in frame["verdict"]]
    met, missed = words.count(MET), words.count(NOT_MET)
    record = {"targets": len(words), "met": met, "not_met": missed, "open": len(words) - met - missed}
    measures = {
        "targets": Measure("targets", Count()),
        "met": Measure("those that are met", Count()),
        "not_met": Measure("those that are not", Count()),
        "open": Measure("those that cannot be judged on this machine", Count()),
    }
    return Sheet.of_records("counts", (), measures, [record], rows="timing")
