"""The charts of `sequence`: the keys moved by each step, and by all steps so far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.report.html.chart import PERCENT, Axis, Chart, lines, measured, records

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

BESIDE = ("step", "event", "n", "ideal")
"""Columns of the tables of steps that are no label's."""


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield the movement of each step, with what perfect balance would have moved."""
    rows = _rows(chapter)
    steps = Axis("step", "step", ",", toggle=False, zero=False, at=measured(rows, "step", 20))
    moved = Axis("movement", "keys moved", PERCENT)
    yield Chart(
        "steps",
        "Keys moved by each step",
        "Means; dotted: what perfect balance would have moved. A line breaks where its algorithm cannot make "
        "a step. Events stand in the table of the same name.",
        rows,
        lines(steps, moved, law="ideal"),
        x=steps,
        y=moved,
        choices={"case": "Sequence"} if len({row["case"] for row in rows}) > 1 else {},
        replaces=[figure.name for figure in chapter.presentation.figures if figure.name.startswith("steps")],
    )


def _rows(chapter: Chapter) -> list[dict[str, Any]]:
    """Return one row for each step and label: the tables have a column for each label."""
    rows = []
    for table in chapter.presentation.tables:
        if table.name.partition("-")[0] != "steps":
            continue
        case = table.title.partition(": ")[2]
        for label in (column for column in table.frame.columns if column not in BESIDE):
            part = table.frame[[*BESIDE, label]].rename(columns={label: "movement"})
            rows += [
                row | {"case": case, "label": str(label)}
                for row in records(part, ("step", "event", "ideal", "movement"))
            ]
    return rows
