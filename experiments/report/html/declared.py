"""The charts of a chapter and its columns of the page's first table: of its presentation, and of its page.

A chapter without them is shown with its tables and figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.report.chart import Chart as Declared
from experiments.report.chart import Lines
from experiments.report.glance import Glance
from experiments.report.html import vega
from experiments.report.html.chart import Axis, Chart

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

__all__ = ["charts_of", "glance_of"]


def charts_of(chapter: Chapter) -> Iterator[Chart]:
    """Yield the charts of a chapter that have any rows."""
    yield from (_interactive(chart) for chart in chapter.presentation.charts if not chart.is_empty)
    declare = getattr(chapter.page, "charts", None)
    if declare is not None:
        yield from (chart for chart in declare(chapter) if chart.rows)


def glance_of(chapter: Chapter) -> Iterator[Glance]:
    """Yield the columns that a chapter adds to the summary."""
    yield from (column for column in chapter.presentation.glance if column.values)
    declare = getattr(chapter.page, "glance", None)
    if declare is not None:
        yield from (column for column in declare(chapter) if column.values)


def _interactive(chart: Declared) -> Chart:
    mark = chart.mark
    x, y = (
        Axis(axis.column, axis.title, log=axis.log, toggle=not axis.fixed) if axis else None
        for axis in (mark.x, mark.y if isinstance(mark, Lines) else None)
    )
    return Chart(
        chart.name,
        chart.title,
        vega.caption_of(chart),
        vega.records(chart),
        vega.specification(chart),
        x=x,
        y=y,
        choices=vega.choices_of(chart),
        timing=chart.timing,
        facts=chart.facts,
    )
