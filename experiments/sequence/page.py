"""The charts of `sequence`: the keys moved by each step, and by all steps so far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.report.html.chart import PERCENT, Axis, Chart, lines, measured, records
from experiments.sequence.part import parts

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

COLUMNS = ("step", "event", "ideal", "movement", "label")


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
    """Return one row for each label and step, with its case in words."""
    rows = []
    every = list(parts(chapter.presentation.summary))
    titles = [part.title for part in every]
    for part in every:
        where = f", {part.case['n']} nodes, {part.case['workload']} keys"
        case = part.title + (where if titles.count(part.title) > 1 else "")
        asked = part.sheet("asked")[["step", "title", "ideal"]].rename(columns={"title": "event"})
        steps = part.sheet("steps").merge(asked, on="step")
        for _, of_label in steps.groupby("label", sort=False):
            rows += [row | {"case": case} for row in records(of_label, COLUMNS)]
    return rows
