"""Charts of measurements: movement and its theory, costs over n.

Each function draws into axes it is given, from plain arrays, and computes nothing that a table would not
show. Missing values (NaN) are left out, or named where the reader would look for them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from experiments.report.figures.layout import between, nothing, percent_axis, spread, text_inches
from experiments.report.figures.palette import FAINT, INK, MUTED, Style, lifted, styles
from experiments.report.figures.ticks import plain_numbers, round_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from numpy.typing import ArrayLike, NDArray

__all__ = ["dots", "legend", "lines"]


def dots(
    axes: Axes,
    rows: Sequence[str],
    series: Sequence[str],
    values: ArrayLike,
    *,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    theory: ArrayLike | None = None,
    label: str = "",
    percent: bool = False,
    log: bool = False,
    zero: bool = True,
    missing: str = "cannot",
) -> None:
    """Draw a dot with its interval for each row and series, and a mark where theory puts it."""
    if not rows or not series:
        nothing(axes)
        return
    measured, lows, highs, laws = (_table(array, rows, series) for array in (values, low, high, theory))
    log = log and _positive(measured, laws)
    shown = _drawn(series)
    step = 0.8 / len(series)
    if log:
        axes.set_xscale("log")
    for k, (name, style) in enumerate(shown.items()):
        column = list(series).index(name)
        place = np.arange(len(rows)) - 0.4 + step * (k + 0.5)
        x = measured[:, column]
        drawn = np.isfinite(x) & ((x > 0) | (not log))
        axes.hlines(
            place, lows[:, column], highs[:, column], color=style.colour, linewidth=1.1, zorder=2
        )  # an end that is NaN draws nothing
        axes.plot(
            x[drawn], place[drawn], linestyle="none", marker=style.marker, color=style.colour, label=name
        )
        axes.plot(
            laws[:, column],
            place,
            linestyle="none",
            marker="|",
            markersize=6.5,
            markeredgewidth=0.9,
            color=INK,
            zorder=4,
        )
    if np.isfinite(laws).any():
        axes.plot(
            [],
            [],
            linestyle="none",
            marker="|",
            markersize=6.5,
            markeredgewidth=0.9,
            color=INK,
            label="law",
        )
    absent = [
        [name for name in shown if np.isnan(measured[row, list(series).index(name)])]
        for row in range(len(rows))
    ]
    labels = [
        "\n".join([row, *(textwrap.wrap(f"{missing}: {', '.join(names)}", 24) if names else [])])
        for row, names in zip(rows, absent, strict=True)
    ]
    axes.set_yticks(np.arange(len(rows)), labels)
    for text, names in zip(axes.get_yticklabels(), absent, strict=True):
        text.set_fontsize(6 if names else 7)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    for boundary in range(1, len(rows)):
        axes.axhline(boundary - 0.5, color="#DDDDDD", linewidth=0.5, zorder=0)
    axes.grid(axis="x")
    axes.set_xlabel(label)
    if log:
        round_ticks(axes.xaxis)
    elif zero:
        _from_nought(axes, "x")
    if percent:
        percent_axis(axes, "x")


def lines(
    axes: Axes,
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    *,
    bands: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    across: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    laws: Mapping[str, ArrayLike] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    logx: bool = True,
    logy: bool = True,
    zero: Sequence[str] = (),
    percent: bool = False,
) -> None:
    """Draw a line for each series, with a band around it, and its name at its end.

    Series in `across` have a cross at each point instead: their bands upright, and these ends of x.
    The axes in `zero` have nought on them, unless they are logarithmic.
    """
    where = np.asarray(x, dtype=float)
    if not len(where) or not (series or laws):
        nothing(axes)
        return
    shown = _drawn(series)
    logy = logy and _positive(*series.values(), *(laws or {}).values())
    axes.set_xscale("log" if logx else "linear")
    axes.set_yscale("log" if logy else "linear")
    for axis, log in ((axes.xaxis, logx), (axes.yaxis, logy)):
        if log:
            plain_numbers(axis)
    ends: list[tuple[float, float, str, str]] = []
    for name, style in shown.items():
        y = np.asarray(series[name], dtype=float)
        axes.plot(
            where,
            y,
            color=style.colour,
            linestyle=style.linestyle,
            marker=style.marker,
            markersize=3.2,
            zorder=1.9 if style.colour == FAINT else 2,
        )
        ends += _end(where, y, name, style.colour, logy)
    for name, values in (laws or {}).items():
        y = np.asarray(values, dtype=float)
        axes.plot(where, y, color=INK, linestyle=(0, (1, 1.4)), linewidth=0.9, zorder=4)
        if name not in shown:
            ends += _end(where, y, name, MUTED, logy)
    # after the lines: a band may have nothing that a logarithmic axis can show
    for name in (name for name in shown if bands and name in bands):
        low, high = (np.asarray(end, dtype=float) for end in (bands or {})[name])
        low = np.where((low > 0) | (not logy), low, np.nan)  # a band that has no lower end there
        if across and name in across:
            colour, y = shown[name].colour, np.asarray(series[name], dtype=float)
            foot = np.where(np.isfinite(low), low, y)
            axes.vlines(where, foot, high, color=colour, linewidth=0.9, alpha=0.7)
            axes.hlines(y, *across[name], color=colour, linewidth=0.9, alpha=0.7)
        elif (np.isfinite(low) & np.isfinite(high)).any():
            axes.fill_between(where, low, high, color=shown[name].colour, alpha=0.18, linewidth=0)
    if laws and any(name in shown for name in laws):
        axes.set_title("dotted: law", loc="right", fontsize=6.5, color=MUTED)
    axes.set_xlabel(xlabel, parse_math=True)
    axes.set_ylabel(ylabel)
    axes.grid(axis="y")
    for name, log in (("x", logx), ("y", logy)):
        if name in zero and not log:
            _from_nought(axes, name)
    if percent:
        percent_axis(axes, "y")
    _name_ends(axes, ends)


def _drawn(series: Iterable[str]) -> dict[str, Style]:
    """Return the styles of all series; where these are many, grey ones of those that stand for no family."""
    keeps = lifted(series)
    return {
        label: style if keeps[label] else replace(style, colour=FAINT)
        for label, style in styles(keeps).items()
    }


def legend(canvas: Canvas, axes: Axes) -> None:
    """Name what axes show, below all axes of a figure, in as many columns as there is room for."""
    handles, names = axes.get_legend_handles_labels()
    entry = max((text_inches(name, 7) for name in names), default=0.0) + 0.3
    columns = max(1, min(len(names), int(canvas.get_figwidth() / entry)))
    # Lines of equal length: three and three rather than four and two.
    columns = -(-len(names) // -(-len(names) // columns)) if names else 1
    canvas.legend(
        handles,
        names,
        loc="outside lower center",
        ncols=columns,
        columnspacing=1.0,
        handlelength=1.4,
        handletextpad=0.4,
    )


def _from_nought(axes: Axes, name: str) -> None:
    """Let an axis begin at nought; one with numbers on both sides of it stays as it is."""
    low, high = sorted(getattr(axes.dataLim, f"interval{name}"))
    if low >= 0:
        axes.set(**{f"{name}lim": (0, None)})
    elif high <= 0:
        axes.set(**{f"{name}lim": (None, 0)})


def _positive(*values: ArrayLike) -> bool:
    """Return whether there is anything that a logarithmic scale can show."""
    return any(bool((np.asarray(some, dtype=float) > 0).any()) for some in values)


def _table(array: ArrayLike | None, rows: Sequence[str], series: Sequence[str]) -> NDArray[np.float64]:
    shape = (len(rows), len(series))
    table = np.full(shape, np.nan) if array is None else np.asarray(array, dtype=float)
    if table.shape != shape:
        raise ValueError(
            f"values of shape {table.shape} for {shape[0]} rows and {shape[1]} series: give {shape}"
        )
    return table


def _end(
    x: NDArray[np.float64], y: NDArray[np.float64], name: str, colour: str, logy: bool
) -> list[tuple[float, float, str, str]]:
    """Return the last point that a line has on the axes, as a list of none or one."""
    there = np.flatnonzero(np.isfinite(y) & ((y > 0) | (not logy)))
    return [(x[there[-1]], y[there[-1]], name, colour)] if len(there) else []


def _name_ends(axes: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write each name to the right of the axes at the height of its line's end, apart from one another."""
    if not ends:
        return
    axes.autoscale_view()
    to_axes = axes.transData + axes.transAxes.inverted()
    places = [to_axes.transform((x, y)) for x, y, _, _ in ends]
    order = sorted(range(len(ends)), key=lambda i: (places[i][1], i))
    height = axes.get_window_extent().height / axes.figure.dpi * 72
    heights = between(spread([float(places[i][1]) for i in order], 8.5 / height), 8.5 / height)
    for i, at in zip(order, heights, strict=True):
        _, _, name, colour = ends[i]
        leader = [places[i][0] + 0.015, 1.03], [places[i][1], at]
        axes.plot(*leader, transform=axes.transAxes, color=colour, linewidth=0.5, clip_on=False)
        axes.text(1.04, at, name, transform=axes.transAxes, va="center", ha="left", fontsize=7, color=colour)
    # Names stand where they stand: what is drawn later must not move the lines.
    axes.set_xlim(axes.get_xlim())
    axes.set_ylim(axes.get_ylim())
