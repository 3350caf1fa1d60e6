"""Where things go in a drawing: what fits, what has to move apart, and how a scale is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.report.figures.figure import COLUMN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axes_inches", "between", "nothing", "percent_axis", "spread", "text_inches"]


def nothing(axes: Axes) -> None:
    """Say that there is nothing to draw, in the middle of axes without scales."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, "nothing to show", transform=axes.transAxes, ha="center", va="center")


def axes_inches(axes: Axes) -> float:
    """Estimate how wide axes will be; the layout, which knows, comes after the texts that have to fit."""
    figure = axes.get_figure(root=True)
    cell = axes.get_subplotspec()
    if figure is None:
        return COLUMN
    if cell is None:
        return 0.9 * float(figure.get_figwidth())
    ratios = np.asarray(cell.get_gridspec().get_width_ratios(), dtype=float)
    part = ratios[cell.colspan.start] / ratios.sum()
    # What is not axes is labels of ticks, more of them where axes stand beside one another.
    return float((0.9 if len(ratios) == 1 else 0.86) * figure.get_figwidth() * part)


def text_inches(text: str, size: float) -> float:
    """Estimate how wide a text is: a character of DejaVu Sans is 0.62 of its size, on average."""
    return len(text) * 0.62 * size / 72


def spread(places: list[float], gap: float) -> list[float]:
    """Move ascending places apart, as little as may be, so that neighbours are a gap from one another.

    Examples
    --------
    >>> spread([0.5, 0.5, 0.9], 0.1)
    [0.45, 0.55, 0.9]
    """
    blocks: list[list[float]] = []
    for place in places:
        blocks.append([place, 1])
        while len(blocks) > 1 and blocks[-1][0] - blocks[-2][0] < gap * (blocks[-1][1] + blocks[-2][1]) / 2:
            centre, size = blocks.pop()
            below, count = blocks.pop()
            blocks.append([(centre * size + below * count) / (size + count), size + count])
    return [centre + gap * (i - (size - 1) / 2) for centre, size in blocks for i in range(int(size))]


def between(places: list[float], gap: float) -> list[float]:
    """Move ascending places, a gap from one another, to where axes are, from 0 to 1, as far as there is room.

    Examples
    --------
    >>> between([0.5, 0.9, 1.3], 0.2)
    [0.5, 0.9, 1.1]
    >>> between([0.0, 0.5, 1.0, 1.5], 0.5)
    [-0.25, 0.25, 0.75, 1.25]
    """
    last = len(places) - 1
    low = min(-gap / 2, (1 - gap * last) / 2)
    below = [min(place, 1 - low - gap * (last - i)) for i, place in enumerate(places)]
    return [max(place, low + gap * i) for i, place in enumerate(below)]


def percent_axis(axes: Any, which: str) -> None:
    """Write the values of an axis, fractions of one, as percentages."""
    from matplotlib.ticker import FuncFormatter

    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
