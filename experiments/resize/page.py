"""The charts of `resize`: what an event takes, and the lookups after it, against the number of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.report.html.chart import NUMBER, Axis, Chart, Glance, lines, measured, records, table_of
from experiments.report.tables.formats import Significant

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield milliseconds of each operation, and microseconds of the lookups after an event."""
    figures = [figure for figure in chapter.presentation.figures if figure.name == "events-nodes"]
    caption = figures[0].caption if figures else "Milliseconds against the number of nodes."
    said = {
        "events": ("What an event takes", caption, "ms"),
        "lookups": ("The lookups after a node has joined", caption.replace("Milli", "Micro"), "μs"),
    }
    for stem, (title, about, unit) in said.items():
        rows = _rows(chapter, stem)
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
    rows = [row for row in _rows(chapter, "events") if row["operation"] == "add"]
    if rows:
        most = max(row["n"] for row in rows)
        yield Glance(
            "ms to add a node",
            f"to {most:,} nodes; median",
            {row["label"]: row["value"] for row in rows if row["n"] == most},
            Significant(3),
        )


def _rows(chapter: Chapter, stem: str) -> list[dict[str, Any]]:
    """Return one row for each operation: the tables have a column for each."""
    rows = []
    for frame in table_of(chapter, stem):
        for column in frame.columns:
            operation, _, kind = str(column).rpartition(" ")
            if kind != "ns":
                continue
            columns = {column: "value", f"{operation} low": "low", f"{operation} high": "high"}
            part = frame[["n", "label", *columns]].rename(columns=columns)
            rows += [
                row | {"operation": operation}
                for row in records(part, ("n", "label", "value", "low", "high"))
                if row["value"] is not None
            ]
    return rows
