"""What the page of a chapter declares: charts, and columns of the summary.

They read the frames of the tables that the experiment presents: nothing is summarised a second time. A
chapter without them is shown with its tables and figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.report.html.chart import Chart, Glance

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

__all__ = ["charts_of", "glance_of"]


def charts_of(chapter: Chapter) -> Iterator[Chart]:
    """Yield the charts of a chapter that have any rows."""
    declare = getattr(chapter.page, "charts", None)
    if declare is not None:
        yield from (chart for chart in declare(chapter) if chart.rows)


def glance_of(chapter: Chapter) -> Iterator[Glance]:
    """Yield the columns that a chapter adds to the summary."""
    declare = getattr(chapter.page, "glance", None)
    if declare is not None:
        yield from (column for column in declare(chapter) if column.values)
