"""The charts of `scaling`: what moves, what need not have moved, and how even the loads are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.report.html.chart import PERCENT, Axis, Chart, Glance, dots, records, stacked
from experiments.report.tables.formats import Percent
from experiments.scaling.part import parts

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

COLUMNS = (
    "event", "label", "movement", "low", "high", "law", "minimum", "excess", "stray",
    "max_to_mean_after", "cv_after",
)  # fmt: skip

PARTS = {
    "minimum": "had to move",
    "excess": "moved for nothing",
}


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield movement by event, its parts for one event, and the load of the fullest node."""
    rows = _rows(chapter)
    cases = {"case": "Case"} if len({row["case"] for row in rows}) > 1 else {}
    about = "" if cases or not rows else f" {rows[0]['case']}."
    axis = Axis("movement", "keys moved", PERCENT)
    yield Chart(
        "movement",
        "Keys moved by each scale event",
        f"Means with their 95 % intervals; upright strokes: the law.{about}",
        rows,
        dots(axis, "event", low="low", high="high", law="law"),
        x=axis,
        choices=cases,
        replaces=[figure.name for figure in chapter.presentation.figures],
    )
    share = Axis("share", "keys moved", PERCENT, toggle=False)
    yield Chart(
        "needless",
        "What had to move, and what moved for nothing",
        "Minimum: the least movement between the measured shares before and after; what is above it a "
        f"cache loses for nothing.{about}",
        [
            {
                "case": row["case"],
                "event": row["event"],
                "label": row["label"],
                "part": part,
                "share": row[part],
            }
            for row in rows
            for part in PARTS
        ],
        stacked(share, PARTS, colours=["var(--good)", "var(--bad)"]),
        choices=cases | {"event": "Event"},
    )
    above = Axis("above", "fullest node above the mean load", PERCENT)
    yield Chart(
        "fullest",
        "How far the fullest node is above the mean after the event",
        f"Means over the repetitions, loads relative to weights.{about}",
        [row | {"above": _above(row["max_to_mean_after"])} for row in rows],
        dots(above, "event"),
        x=above,
        choices=cases,
    )


def glance(chapter: Chapter) -> Iterator[Glance]:
    """Yield the movement of the first event, and how uneven the loads are after it."""
    rows = _rows(chapter)
    if not rows:
        return
    first = [row for row in rows if (row["case"], row["event"]) == (rows[0]["case"], rows[0]["event"])]
    where = f"{rows[0]['event']}; {rows[0]['case']}"
    for column, header in (
        ("movement", "moved"),
        ("excess", "excess"),
        ("cv_after", "CV of loads"),
    ):
        yield Glance(header, where, {row["label"]: row[column] for row in first}, Percent(2))


def _rows(chapter: Chapter) -> list[dict[str, Any]]:
    """Return the events that were possible, each with its case in words."""
    return [
        row | {"case": part.facts}
        for part in parts(chapter.presentation.summary)
        for row in records(part.done, COLUMNS)
    ]


def _above(ratio: float | None) -> float | None:
    return None if ratio is None else float(f"{ratio - 1:.9g}")
