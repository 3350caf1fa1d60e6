"""How the rows of `targets` are shown: measured beside the target, and whether it is met on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.inference.verdict import MET, NOT_MET
from experiments.report.presentation import Presentation, Results
from experiments.report.tables import markdown
from experiments.report.tables.formats import Interval, Significant
from experiments.report.tables.table import Table
from experiments.report.timings import INTERVAL, machine, median, spread, trust, vector_width
from experiments.storage.documents import Part
from experiments.targets.goals import GOALS, Goal
from experiments.targets.parameters import PART

if TYPE_CHECKING:
    from experiments.targets.parameters import TargetsParameters


def present(results: Results[TargetsParameters]) -> Presentation:
    """Return the table and its meaning, and the part of the document that a run option named."""
    assert results.timing is not None, "targets has timing rows only"
    width = vector_width(results.facts)
    goals = {goal.name: goal for goal in GOALS}
    rows, spreads = [], []
    for name, group in results.timing.groupby("target", sort=False):
        rows.append(_row(goals[str(name)], group, width))
        values = group["value"].dropna().to_numpy(dtype=float)
        if len(values) > 1:
            spreads.append(spread(values))
    frame = pd.DataFrame(rows)
    reasons = dict.fromkeys(row["cannot"] for row in rows if row["cannot"])
    missing = [
        f"Not measured, {reason}: {'; '.join(row['what'] for row in rows if row['cannot'] == reason)}."
        for reason in reasons
    ]
    table = Table(
        "targets",
        "Measured beside the target",
        frame,
        f"Medians of up to {results.parameters.rounds} rounds and {INTERVAL}. {results.parameters.keys:,} "
        "keys (rendezvous at n = 1000: a tenth), one thread, unless it says otherwise; each call done once "
        f"untimed just before it is timed. {_large(results.parameters)}× are ratios of the two times of the "
        "same round.",
        columns=["what", "value", "unit", "bound", "verdict"],
        headers={"what": "", "value": "measured", "bound": "target", "unit": ""},
        formats={"value": Interval(Significant(3), "low", "high")},
        notes=missing,
        timing=True,
    )
    meaning = [_counts(rows), *trust(results.facts, results.timing, np.array(spreads, dtype=np.float64))]
    document = results.parameters.document
    text = f"Measured on {machine(results.facts)}. {meaning[0]} {meaning[-1]}\n\n{markdown.write(table)}"
    parts = [Part(Path(document), PART, text)] if document else []
    return Presentation([table], [], meaning, documents=parts)


def _large(parameters: TargetsParameters) -> str:
    event = f"; a scale event has {parameters.event_keys:,}" if parameters.event_keys else ""
    return f"Two threads share {parameters.large_keys:,} keys{event}. "


def _row(goal: Goal, group: pd.DataFrame, width: str | None) -> dict[str, Any]:
    values = group["value"].dropna().to_numpy(dtype=float)
    bound = goal.bound(width)
    sign = "at most" if goal.at_most else "at least"
    row: dict[str, Any] = {
        "what": goal.what,
        "unit": goal.unit,
        "bound": f"none for {width or 'this machine'}" if bound is None else f"{sign} {bound:g} {goal.unit}",
        "value": None, "low": None, "high": None, "cannot": None,
    }  # fmt: skip
    if not len(values):
        return row | {"verdict": "not measured", "cannot": group["cannot"].iloc[0]}
    value, low, high = median(values)
    met = goal.met(value, width)
    verdict = {True: MET, False: NOT_MET, None: "–"}[met]
    if (
        met is not None
        and low is not None
        and high is not None
        and goal.met(low, width) != goal.met(high, width)
    ):
        verdict += ", but the interval holds the target"
    return row | {"value": value, "low": low, "high": high, "verdict": verdict}


def _counts(rows: list[dict[str, Any]]) -> str:
    met, missed = (sum(row["verdict"].split(",")[0] == word for row in rows) for word in (MET, NOT_MET))
    others = len(rows) - met - missed
    failed = "; ".join(row["what"] for row in rows if row["verdict"].startswith(NOT_MET))
    tail = f", and {others} cannot be judged here" if others else ""
    return f"Of {len(rows)} targets {met} are met and {missed} are not{tail}." + (
        f" Not met: {failed}." if failed else ""
    )
