"""What the HTML page adds: the same means as a chart in which algorithms can be chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.report.html.chart import PERCENT, Axis, Chart, lines, measured

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield one chart, in the place of the figures."""
    rows = chapter.presentation.summary["fullest"].records()
    nodes = Axis("n", "nodes", ",", log=True, at=measured(rows, "n"))
    above = Axis("above", "fullest node above the mean", PERCENT)
    yield Chart(
        "fullest",
        "The fullest node above the mean load",
        "Means over the repetitions.",
        rows,
        lines(nodes, above),
        x=nodes,
        y=above,
        choices={"workload": "Keys"} if len({row["workload"] for row in rows}) > 1 else {},
        replaces=[figure.name for figure in chapter.presentation.figures],
    )
