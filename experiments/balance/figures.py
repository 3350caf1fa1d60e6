"""The figures of `balance`: spread against points, largest load against n, and the loads themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from experiments.balance.cluster import ring_law
from experiments.balance.summary import interval_of_largest, plainest
from experiments.harness.experiment import ALL_HASHES
from experiments.report.figures import charts
from experiments.report.figures.figure import COLUMN, PAGE, Figure
from experiments.report.figures.palette import INK, styles
from experiments.report.figures.ticks import log_ticks, round_ticks
from experiments.report.presentation import Results
from experiments.report.tables.symbols import NODES, POINTS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Canvas

    from experiments.balance.parameters import BalanceParameters
    from experiments.report.summary import Summary

MOST_PANELS = 12


def all_of(results: Results[BalanceParameters], numbers: Summary) -> list[Figure]:
    """Return the figures that the numbers are enough for."""
    loads = numbers["loads"]
    first = loads.frame["hash"].iloc[0]
    one = loads.where(hash=first)
    caption = f"Hash function {first}, {results.parameters.repetitions} repetitions."
    return [
        *_over_points(one, caption, ring_law(results)),
        *_over_nodes(one, caption, interval_of_largest(numbers)),
        *_histograms(numbers, caption),
    ]


def _over_points(loads: pd.DataFrame, caption: str, law: str) -> Iterator[Figure]:
    exact = loads[(loads["workload"] == ALL_HASHES) & loads["points"].notna()]
    points = sorted({int(value) for value in exact["points"]})
    if len(points) < 2:
        return
    series, laws = {}, {}
    for (algorithm, n), group in exact.groupby(["algorithm", "n"], sort=False):
        by_points = group.drop_duplicates("points").set_index("points")
        name = f"{algorithm}, n = {n:,}"
        series[name] = by_points["cv"].reindex(points).to_numpy(dtype=float)
        laws[name] = by_points["law_cv"].reindex(points).to_numpy(dtype=float)

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        charts.lines(
            axes, points, series, laws=laws, xlabel=POINTS.axis, ylabel="CV of the shares", percent=True
        )
        log_ticks(axes.xaxis, points)
        round_ticks(axes.yaxis, percent=True)

    yield Figure(
        "cv-points",
        "Coefficient of variation of the nodes' shares of the hash space against points a node, exact, "
        f"and the law {law}. {caption}",
        draw,
        (COLUMN * 1.25, 2.6),
    )


def _over_nodes(loads: pd.DataFrame, caption: str, interval: str) -> Iterator[Figure]:
    nodes = sorted({int(value) for value in loads["n"]})
    part = plainest(loads)
    if len(nodes) < 2 or part.empty:
        return
    series, laws, bands = {}, {}, {}
    for label, group in part.groupby("label", sort=False):
        by_nodes = group.set_index("n")
        series[str(label)] = by_nodes["max_to_mean"].reindex(nodes).to_numpy(dtype=float)
        low, high = (by_nodes[end].reindex(nodes).to_numpy(dtype=float) for end in ("max_low", "max_high"))
        bands[str(label)] = (low, high)
        law = by_nodes["law_max_to_mean"].reindex(nodes).to_numpy(dtype=float)
        if np.isfinite(law).any():
            laws[str(label)] = law

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        charts.lines(
            axes, nodes, series, bands=bands, laws=laws,
            xlabel=NODES.axis, ylabel="largest load / mean load", logy=False,
        )  # fmt: skip
        log_ticks(axes.xaxis, nodes)

    workload, keys = part["workload"].iloc[0], part["keys"].iloc[0]
    yield Figure(
        "max-nodes",
        f"Load of the fullest node against the number of nodes: {keys:,.0f} {workload} keys, 95 % {interval} "
        f"interval of the mean, and the law's mean. {caption}",
        draw,
        (PAGE * 0.75, 3.2),
    )


def _histograms(numbers: Summary, caption: str) -> Iterator[Figure]:
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
        f"{loads['keys'].iloc[0]:,.0f} {first['workload']} keys. {caption}",
        draw,
        (PAGE, 0.4 + 1.35 * lines),
    )
