"""What no chart of `balance` shows: the loads themselves, as histograms beside their laws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.report.figures.figure import PAGE, Figure
from experiments.report.figures.palette import INK, styles

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from experiments.report.summary import Summary

MOST_PANELS = 12


def histograms(numbers: Summary, repetitions: int) -> Iterator[Figure]:
    """Yield the loads of the largest number of nodes, a panel for each algorithm."""
    bins = numbers["histograms"].frame
    if bins.empty:
        return
    groups = {str(label): group for label, group in bins.groupby("label", sort=False)}
    shown = {label: groups[label] for label in list(styles(groups))[:MOST_PANELS]}
    columns = min(4, len(shown))
    lines = -(-len(shown) // columns)

    def draw(canvas: Canvas) -> None:
        colours = styles([*shown])
        grid = canvas.subplots(lines, columns, squeeze=False)
        for axes, (label, group) in zip(grid.flat, shown.items(), strict=False):
            edges = [*group["low"], group["high"].iloc[-1]]
            axes.stairs(group["nodes"], edges, fill=True, color=colours[label].colour, alpha=0.55)
            if group["law"].notna().all():
                axes.stairs(group["law"], edges, color=INK, linewidth=0.9, baseline=None, label="law")
            axes.axvline(1.0, color=INK, linewidth=0.5, linestyle=(0, (2, 2)))
            axes.set_title(label)
            axes.set_ylim(bottom=0)
        for axes in list(grid.flat)[len(shown) :]:
            axes.set_axis_off()
        canvas.supxlabel("load of a node / mean load", fontsize=7.5)
        canvas.supylabel("nodes", fontsize=7.5)

    first = bins.iloc[0]
    loads = numbers["loads"].where(hash=first["hash"], workload=first["workload"], n=first["n"])
    yield Figure(
        "loads",
        f"Loads of {first['n']:,} nodes, all repetitions together, and the law (black): "
        f"{loads['keys'].iloc[0]:,.0f} {first['workload']} keys. "
        f"Hash function {first['hash']}, {repetitions} repetitions.",
        draw,
        (PAGE, 0.4 + 1.35 * lines),
    )
