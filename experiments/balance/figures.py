"""The figures of `balance`: spread against points, largest load against n, and the loads themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.balance.cluster import ring_law
from experiments.harness.experiment import ALL_HASHES
from experiments.report.figures import charts
from experiments.report.figures.figure import COLUMN, PAGE, Figure
from experiments.report.figures.palette import INK, styles
from experiments.report.figures.ticks import log_ticks, round_ticks
from experiments.report.presentation import Results
from experiments.report.tables.symbols import NODES, POINTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from numpy.typing import NDArray

    from experiments.balance.parameters import BalanceParameters

MOST_PANELS = 12


def all_of(results: Results[BalanceParameters], rows: pd.DataFrame, summary: pd.DataFrame) -> list[Figure]:
    """Return the figures that the rows are enough for."""
    first = summary["hash"].iloc[0]
    one = summary[summary["hash"] == first]
    caption = f"Hash function {first}, {results.parameters.repetitions} repetitions."
    return [
        *_over_points(one, caption, ring_law(results)),
        *_over_nodes(one, caption),
        *_histograms(rows[rows["hash"] == first], caption),
    ]


def _over_points(summary: pd.DataFrame, caption: str, law: str) -> Iterator[Figure]:
    exact = summary[(summary["workload"] == ALL_HASHES) & summary["points"].notna()]
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


def _over_nodes(summary: pd.DataFrame, caption: str) -> Iterator[Figure]:
    nodes = sorted({int(value) for value in summary["n"]})
    part = _plainest(summary)
    if len(nodes) < 2 or part.empty:
        return
    series, laws, bands = {}, {}, {}
    for label, group in part.groupby("label", sort=False):
        by_nodes = group.set_index("n")
        series[str(label)] = by_nodes["max_to_mean"].reindex(nodes).to_numpy(dtype=float)
        half = by_nodes["max_half"].reindex(nodes).to_numpy(dtype=float)
        bands[str(label)] = (series[str(label)] - half, series[str(label)] + half)
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
        f"Load of the fullest node against the number of nodes: {keys:,.0f} {workload} keys, 95 % t "
        f"interval of the mean, and the law's mean. {caption}",
        draw,
        (PAGE * 0.75, 3.2),
    )


def _plainest(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the sampled rows of the first workload whose keys are distinct; of the first if none is."""
    sampled = summary[summary["method"] == "sampled"]
    distinct = sampled[sampled["distinct"] == sampled["keys"]]
    chosen = distinct if len(distinct) else sampled
    return chosen[chosen["workload"] == chosen["workload"].iloc[0]] if len(chosen) else chosen


@dataclass(frozen=True)
class _Panel:
    """The loads of one algorithm, all repetitions together."""

    label: str
    counts: NDArray[np.int64]
    first: int
    width: float
    row: dict[Any, Any]

    @classmethod
    def of(cls, label: str, group: pd.DataFrame) -> _Panel:
        ends = [
            first + text.count(" ") + 1
            for first, text in zip(group["first_bin"], group["histogram"].astype(str), strict=True)
        ]
        first, last = int(group["first_bin"].min()), int(max(ends))
        counts = np.zeros(last - first, dtype=np.int64)
        for begin, text in zip(group["first_bin"], group["histogram"].astype(str), strict=True):
            found = np.array(text.split(), dtype=np.int64)
            counts[int(begin) - first : int(begin) - first + len(found)] += found
        return cls(label, counts, first, float(group["bin_width"].iloc[0]), dict(group.iloc[0]))

    def binned(self, step: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return counts by bins of `step` stored ones, aligned to multiples of the wider bin, and edges."""
        begin = self.first // step * step
        end = -(-(self.first + len(self.counts)) // step) * step
        padded = np.zeros(end - begin, dtype=np.int64)
        padded[self.first - begin : self.first - begin + len(self.counts)] = self.counts
        edges = np.arange(begin, end + 1, step, dtype=np.float64) * self.width
        return padded.reshape(-1, step).sum(axis=1), edges

    def expected(self, edges: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return how many nodes the law puts into each bin; None where no law of one load is known."""
        from scipy import stats

        if pd.isna(self.row["law"]) or self.row["distinct"] != self.row["keys"]:
            return None
        n, keys = int(self.row["n"]), int(self.row["keys"])
        if self.row["law"] == "ring":
            points = float(self.row["points"])
            below = stats.betabinom(keys, points, (n - 1) * points).cdf
        else:
            below = stats.binom(keys, 1 / n).cdf
        # a load below an edge is at most the whole number of keys under it
        expected: NDArray[np.float64] = float(self.counts.sum()) * np.diff(
            below(np.ceil(edges * keys / n - 1e-9) - 1)
        )
        return expected


def _histograms(rows: pd.DataFrame, caption: str) -> Iterator[Figure]:
    part = _plainest(rows[rows["n"] == rows["n"].max()])
    if part.empty or part["n"].iloc[0] < 2:
        return
    groups = {str(label): group for label, group in part.groupby("label", sort=False)}
    shown = [_Panel.of(label, groups[label]) for label in list(styles(groups))[:MOST_PANELS]]
    columns = min(4, len(shown))
    lines = -(-len(shown) // columns)

    def draw(canvas: Canvas) -> None:
        colours = styles([panel.label for panel in shown])
        grid = canvas.subplots(lines, columns, squeeze=False)
        for axes, panel in zip(grid.flat, shown, strict=False):
            step = max(1, math.ceil(len(panel.counts) / 30))
            counts, edges = panel.binned(step)
            axes.stairs(counts, edges, fill=True, color=colours[panel.label].colour, alpha=0.55)
            expected = panel.expected(edges)
            if expected is not None:
                axes.stairs(expected, edges, color=INK, linewidth=0.9, baseline=None, label="law")
            axes.axvline(1.0, color=INK, linewidth=0.5, linestyle=(0, (2, 2)))
            axes.set_title(panel.label)
            axes.set_ylim(bottom=0)
        for axes in list(grid.flat)[len(shown) :]:
            axes.set_axis_off()
        canvas.supxlabel("load of a node / mean load", fontsize=7.5)
        canvas.supylabel("nodes", fontsize=7.5)

    first = part.iloc[0]
    yield Figure(
        "loads",
        f"Loads of {first['n']:,} nodes, all repetitions together, and the law (black): {first['keys']:,.0f} "
        f"{first['workload']} keys. {caption}",
        draw,
        (PAGE, 0.4 + 1.35 * lines),
    )
