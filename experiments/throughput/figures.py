"""The charts of `throughput`: cost against the number of nodes, ours alone and among peers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.harness.stopwatch import COPY
from experiments.report.figures import charts
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.figures.ticks import log_ticks, round_ticks
from experiments.report.presentation import Results
from experiments.report.tables.symbols import NODES
from experiments.report.timings import INTERVAL
from experiments.throughput.parameters import MODES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from numpy.typing import NDArray

    from experiments.report.summary import Summary
    from experiments.throughput.parameters import ThroughputParameters

__all__ = ["cost_against_nodes"]


def cost_against_nodes(
    numbers: Summary, workload: str, suffix: str, results: Results[ThroughputParameters]
) -> Iterator[Figure]:
    """Yield a chart of our algorithms and, where others were timed, one with them."""
    ours, peers = (numbers[name].where(workload=workload) for name in ("times", "peers"))
    nodes = sorted({int(n) for part in (ours, peers) for n in part["n"]})
    known = {*ours["mode"], *peers["mode"]}
    modes = [mode for mode in MODES if mode in known and mode != "threads"]
    if len(nodes) < 2 or not modes:
        return
    what = f"{workload} keys, one thread: median of {results.parameters.rounds} rounds and "
    caption = (
        f"Nanoseconds a key against the number of nodes, {what}{INTERVAL}. Copy: a loop that reads 8 bytes a "
        "key and writes 4."
    )
    yield _figure(f"cost-nodes{suffix}", caption, ours, nodes, modes, 2.6)
    if len(peers):
        beside = set(peers["mode"])
        shown = [mode for mode in modes if mode in beside]
        part = pd.concat([ours, peers], ignore_index=True)
        yield _figure(f"peers-nodes{suffix}", f"Among peers. {caption}", part, nodes, shown, 3.4)


def _figure(
    name: str, caption: str, part: pd.DataFrame, nodes: list[int], modes: list[str], height: float
) -> Figure:
    columns = min(2, len(modes))
    lines = -(-len(modes) // columns)
    size = (PAGE if columns > 1 else 0.6 * PAGE, height * lines)
    draw = partial(_draw, part=part, nodes=nodes, modes=modes, grid=(lines, columns))
    return Figure(name, caption, draw, size, timing=True)


def _draw(
    canvas: Canvas, *, part: pd.DataFrame, nodes: list[int], modes: list[str], grid: tuple[int, int]
) -> None:
    panels = list(canvas.subplots(*grid, squeeze=False).flat)
    for axes in panels[len(modes) :]:
        axes.set_axis_off()
    copied = part[part["mode"] == COPY].set_index("n")["ns_per_key"].reindex(nodes).to_numpy(dtype=float)
    for axes, mode in zip(panels, modes, strict=False):
        of_mode = part[part["mode"] == mode]
        _panel(axes, of_mode, nodes, {COPY: copied} if mode == "batch" else None)
        axes.set_title(MODES[mode].replace("->", "→"))


def _panel(
    axes: Axes, of_mode: pd.DataFrame, nodes: list[int], laws: Mapping[str, NDArray[np.float64]] | None
) -> None:
    series, bands = {}, {}
    for label, group in of_mode.groupby("label", sort=False):
        by_nodes = group.set_index("n").reindex(nodes)
        series[str(label)] = by_nodes["ns_per_key"].to_numpy(dtype=float)
        bands[str(label)] = (by_nodes["low"].to_numpy(dtype=float), by_nodes["high"].to_numpy(dtype=float))
    charts.lines(axes, nodes, series, bands=bands, laws=laws, xlabel=NODES.axis, ylabel="ns a key")
    log_ticks(axes.xaxis, nodes)
    round_ticks(axes.yaxis)
