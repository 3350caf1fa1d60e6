"""Declared charts, drawn on paper: a figure for each case, its panels beside one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.report.chart import Axis, Chart, Dots, Lines, Stacked
from experiments.report.figures import charts
from experiments.report.figures.figure import HEIGHT, PAGE, Figure
from experiments.report.figures.layout import axes_inches
from experiments.report.figures.palette import MUTED
from experiments.report.figures.ticks import log_ticks, number, round_ticks
from experiments.report.slugs import slug
from experiments.report.tables.formats import is_missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from numpy.typing import NDArray

__all__ = ["drawn", "figures_of"]


def figures_of(chart: Chart) -> Iterator[Figure]:
    """Yield a figure for each combination of choices that has anything to see."""
    if chart.page_only or isinstance(chart.mark, Stacked):
        return
    chart = chart.where(**chart.only).joined()
    for chosen, part in chart.cases([column for column in chart.choices if column != chart.panels]):
        several = {column: value for column, value in chosen.items() if len(chart.values(column)) > 1}
        name = "-".join([chart.name, *(_stem(column, value) for column, value in several.items())])
        yield drawn(part, name, f"{chart.title}. {part.said(chosen)}")


def drawn(chart: Chart, name: str, caption: str) -> Figure:
    """Return the figure of one case, with a panel for each value of the column of panels."""
    panels = [part for _, part in chart.cases([chart.panels] if chart.panels else [])]
    columns = min(2, len(panels))
    rows = -(-len(panels) // max(columns, 1))
    size = chart.size or _size(chart, rows, columns)
    return Figure(name, caption, partial(_draw, panels=panels, grid=(rows, columns)), size, chart.timing)


def _stem(column: str, value: Any) -> str:
    return slug(value) if isinstance(value, str) else slug(f"{column}{value}")


def _size(chart: Chart, rows: int, columns: int) -> tuple[float, float]:
    if isinstance(chart.mark, Dots):
        one = max(0.35, 0.11 * len(chart.values(chart.series)))
        return PAGE, min(1.0 + rows * len(chart.values(chart.mark.y)) * one, HEIGHT)
    names = 0.8 + 0.12 * len(chart.values(chart.series))
    return (PAGE, max(2.6, names) * rows) if columns > 1 else (0.7 * PAGE, max(3.0, names) * rows)


def _draw(canvas: Canvas, *, panels: list[Chart], grid: tuple[int, int]) -> None:
    places = list(canvas.subplots(*grid, squeeze=False).flat)
    for axes in places[len(panels) :]:
        axes.set_axis_off()
    for axes, part in zip(places, panels, strict=False):
        if isinstance(part.mark, Lines):
            _lines(axes, part, part.mark)
        elif isinstance(part.mark, Dots):
            _dots(axes, part, part.mark)
        if part.panels:
            axes.set_title(_panel_title(part))
    if isinstance(panels[0].mark, Dots):
        charts.legend(canvas, places[0])


def _panel_title(part: Chart) -> str:
    value = part.values(part.panels)[0]
    return value if isinstance(value, str) else f"{part.choices[part.panels]}: {value:,}"


def _lines(axes: Axes, chart: Chart, mark: Lines) -> None:
    places, cells = sorted(chart.values(mark.x.column)), _Cells(chart)
    series: dict[str, NDArray[np.float64]] = {}
    laws: dict[str, NDArray[np.float64]] = {}
    bands, across = {}, {}
    for label in chart.values(chart.series):
        name = str(label)
        (laws if label in mark.references else series)[name] = cells.of(mark.y.column, [label], places)[0]
        if mark.low and mark.high:
            bands[name] = (cells.of(mark.low, [label], places)[0], cells.of(mark.high, [label], places)[0])
        if mark.x_low and mark.x_high:
            left, right = (cells.of(column, [label], places)[0] for column in (mark.x_low, mark.x_high))
            across[name] = (left, right)
        if mark.law and np.isfinite(law := cells.of(mark.law, [label], places)[0]).any():
            shared = laws.get(mark.law_title, law) if mark.law_title else law
            laws[mark.law_title or name] = np.where(np.isfinite(shared), shared, law)
    charts.lines(
        axes,
        places,
        series,
        bands=bands,
        across=across,
        laws=laws,
        xlabel=_title(mark.x),
        ylabel=mark.y.title,
        logx=mark.x.log,
        logy=mark.y.log,
        zero=tuple(name for name, axis in (("x", mark.x), ("y", mark.y)) if axis.zero),
        percent=mark.y.written == "percent",
    )
    _ticks(axes.xaxis, mark.x, places, axes_inches(axes))
    _ticks(axes.yaxis, mark.y)


def _dots(axes: Axes, chart: Chart, mark: Dots) -> None:
    categories, labels, cells = chart.values(mark.y), chart.values(chart.series), _Cells(chart)
    low, high, law = (
        cells.of(column, labels, categories).T if column else None
        for column in (mark.low, mark.high, mark.law)
    )
    charts.dots(
        axes,
        list(map(str, categories)),
        list(map(str, labels)),
        cells.of(mark.x.column, labels, categories).T,
        low=low,
        high=high,
        theory=law,
        label=mark.x.title,
        percent=mark.x.written == "percent",
        log=mark.x.log,
        zero=mark.x.zero,
        missing=mark.missing,
    )
    if mark.reference is not None:
        axes.axvline(mark.reference, color=MUTED, linewidth=0.6, zorder=0)


class _Cells:
    """The numbers of a chart by series and place; NaN where there is none."""

    def __init__(self, chart: Chart) -> None:
        series, place = chart.place
        self._rows = {(row[series], row[place]): row for row in chart.frame.to_dict("records")}

    def of(self, column: str, labels: Sequence[Any], places: Sequence[Any]) -> NDArray[np.float64]:
        """Return the numbers of a column, a line for each series."""
        cells: list[Any] = [
            self._rows.get((label, place), {}).get(column) for label in labels for place in places
        ]
        numbers = [np.nan if is_missing(cell) else float(cell) for cell in cells]
        return np.array(numbers, dtype=np.float64).reshape(len(labels), len(places))


def _ticks(axis: Any, scale: Axis, places: Sequence[float] = (), room: float | None = None) -> None:
    if scale.log and scale.measured:
        log_ticks(axis, places, percent=scale.written == "percent", room=room)
    elif scale.log:
        round_ticks(axis, percent=scale.written == "percent")
    elif scale.measured:
        axis.set_ticks(places)
    if scale.written == "size":
        axis.set_major_formatter(lambda value, _: number(value, size=True))


def _title(axis: Axis) -> str:
    return axis.title if axis.symbol is None else f"{axis.title}, ${axis.symbol.latex}$"
