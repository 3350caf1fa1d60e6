"""The charts of `resize`: what an event takes, and the lookups after it, against the number of nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from experiments.report.html.chart import NUMBER, Axis, Chart, Glance, lines, measured, records
from experiments.report.tables.formats import Significant
from experiments.resize.summary import EVENTS, LOOKUPS

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter
    from experiments.report.summary import Sheet


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield milliseconds of each operation, and microseconds of the lookups after an event."""
    figures = [figure for figure in chapter.presentation.figures if figure.name == "events-nodes"]
    caption = figures[0].caption if figures else "Milliseconds against the number of nodes."
    said = {
        "events": ("What an event takes", caption, "ms"),
        "lookups": ("The lookups after a node has joined", caption.replace("Milli", "Micro"), "μs"),
    }
    for stem, (title, about, unit) in said.items():
        rows = _events(chapter) if stem == "events" else _lookups(chapter)
        if len({row["n"] for row in rows}) < 2:
            continue
        nodes, time = (
            Axis("n", "nodes", ",", log=True, at=measured(rows, "n")),
            Axis("value", unit, NUMBER, log=True),
        )
        yield Chart(
            stem,
            title,
            about,
            rows,
            lines(nodes, time, low="low", high="high"),
            x=nodes,
            y=time,
            choices={"operation": "Operation"},
            replaces=[figure.name for figure in figures],
            timing=True,
        )


def glance(chapter: Chapter) -> Iterator[Glance]:
    """Yield what adding a node takes at the largest number of nodes."""
    rows = [row for row in _events(chapter) if row["operation"] == "add"]
    if rows:
        most = max(row["n"] for row in rows)
        yield Glance(
            "ms to add a node",
            f"to {most:,} nodes; median",
            {row["label"]: row["value"] for row in rows if row["n"] == most},
            Significant(3),
        )


def _events(chapter: Chapter) -> list[dict[str, Any]]:
    return _rows(chapter.presentation.summary["times"], "ms", EVENTS)


def _lookups(chapter: Chapter) -> list[dict[str, Any]]:
    return _rows(chapter.presentation.summary["lookups"], "us", LOOKUPS)


def _rows(sheet: Sheet, unit: str, operations: Sequence[str]) -> list[dict[str, Any]]:
    columns = {unit: "value", f"{unit}_low": "low", f"{unit}_high": "high"}
    return [
        row | {"operation": operation}
        for operation in operations
        for row in records(
            sheet.where(operation=operation).rename(columns=columns), ("n", "label", *columns.values())
        )
    ]
