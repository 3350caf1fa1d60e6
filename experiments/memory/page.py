"""The chart of `memory`: bytes against the number of nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.report.html.chart import Axis, Chart, Glance, lines, measured, records
from experiments.report.tables.formats import Count

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield the bytes that a partitioner holds."""
    rows = _rows(chapter)
    if len({row["n"] for row in rows}) < 2:
        return
    nodes = Axis("n", "nodes", ",", log=True, at=measured(rows, "n"))
    size = Axis("built", "bytes", "~s", log=True)
    figures = [figure for figure in chapter.presentation.figures if figure.name == "bytes-nodes"]
    yield Chart(
        "bytes",
        "What a partitioner holds in memory",
        figures[0].caption if figures else "Bytes against the number of nodes.",
        rows,
        lines(nodes, size),
        x=nodes,
        y=size,
        replaces=[figure.name for figure in figures],
        timing=True,
    )


def glance(chapter: Chapter) -> Iterator[Glance]:
    """Yield the bytes at the largest number of nodes."""
    rows = _rows(chapter)
    if rows:
        most = max(row["n"] for row in rows)
        yield Glance(
            "bytes",
            f"of all that it owns, names included, {most:,} nodes",
            {row["label"]: row["nbytes"] for row in rows if row["n"] == most},
            Count(),
        )


def _rows(chapter: Chapter) -> list[dict[str, Any]]:
    return records(chapter.presentation.summary["counted"].frame, ("n", "label", "built", "nbytes"))
