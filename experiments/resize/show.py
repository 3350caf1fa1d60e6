"""How the rows of `resize` are shown: medians with intervals, against n, and their worth."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.inference.growth import growth
from experiments.report.absent import absent_of, notes_of
from experiments.report.figures import charts
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.figures.ticks import log_ticks, round_ticks
from experiments.report.frames import frame_of
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.formats import Format, Interval, Significant
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Header, Table
from experiments.report.timings import INTERVAL, ROUNDS, median, spread, trust
from experiments.resize.parameters import BATCH, OPERATIONS

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from experiments.resize.parameters import ResizeParameters

EVENTS = ("build", "add", "remove")
LOOKUPS = ("first key", "next key", "first batch", "next batch")


def present(results: Results[ResizeParameters]) -> Presentation:
    """Return tables, figures and meaning of a run of `resize`."""
    assert results.timing is not None, "resize has timing rows only"
    timed = results.timing[results.timing["nanoseconds"].notna()]
    summary = _summary(timed)
    refused = results.timing[results.timing["cannot"].notna()]
    absent = refused["label"].isin(set(refused[refused["operation"] == "build"]["label"]))
    lacking = refused[~absent].drop_duplicates(["label", "cannot"])
    missing = notes_of(absent_of(refused[absent]))
    notes = [*missing, *(f"{row.label} removes no node: {row.cannot}." for row in lacking.itertuples())]
    rounds = results.parameters.rounds
    tables = [
        _table("events", "An event, in ms", summary, EVENTS, 1e6, rounds, notes),
        _table(
            "lookups", "The lookups after a node has joined, in μs", summary, LOOKUPS, 1e3, rounds, missing
        ),
    ]
    shapes = []
    for label, group in summary[summary["operation"] == "add"].groupby("label", sort=False):
        fitted = growth(group["n"], group["ns"], (1 - group["low"] / group["ns"]).astype(float))
        if fitted is not None:
            best = fitted.best
            shapes.append(f"{label} {best.shape} ({best.weight:.2f}, {100 * (best.off - 1):.0f} % off)")
    meaning = (
        [f"Adding a node grows with n as (Akaike weight, residuals): {', '.join(shapes)}."] if shapes else []
    )
    spreads = np.array(summary["spread"], dtype=np.float64)
    told = [*meaning, *trust(results.facts, timed, spreads)]
    return Presentation(tables, _figures(summary, rounds), told, methods=[ROUNDS])


def _summary(timed: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each n, label and operation: over the rounds."""
    found: list[dict[str, Any]] = []
    by = ["n", "label", "operation"]
    for key, group in timed.groupby(by, sort=False):
        each = group["nanoseconds"].to_numpy(dtype=float)
        value, low, high = median(each)
        row = {"ns": value, "low": low, "high": high, "spread": spread(each)}
        found.append(dict(zip(by, key, strict=True)) | row)
    return frame_of(found, numbers=["ns", "low", "high", "spread"], others=by)


def _table(
    name: str,
    title: str,
    summary: pd.DataFrame,
    operations: tuple[str, ...],
    unit: float,
    rounds: int,
    notes: list[str],
) -> Table:
    rows: list[dict[str, Any]] = []
    for (n, label), group in summary.groupby(["n", "label"], sort=False):
        row: dict[str, Any] = {"n": n, "label": label}
        for part in ("ns", "low", "high"):
            by_operation = dict(zip(group["operation"], group[part].astype(float) / unit, strict=True))
            row |= {f"{operation} {part}": by_operation.get(operation, np.nan) for operation in operations}
        rows.append(row)
    shown = [f"{operation} ns" for operation in operations]
    headers: dict[str, str | Header] = {"n": NODES.header, "label": "algorithm"}
    formats: dict[str, Format] = {}
    for operation in operations:
        headers[f"{operation} ns"] = operation
        formats[f"{operation} ns"] = Interval(Significant(3), f"{operation} low", f"{operation} high")
    return Table(
        name,
        title,
        pd.DataFrame(rows),
        f"Median of {rounds} rounds and {INTERVAL}; a batch is {BATCH:,} hashes.",
        columns=["n", "label", *shown],
        headers=headers,
        formats=formats,
        groups=["n"],
        notes=["; ".join(f"{operation}: {OPERATIONS[operation]}" for operation in operations) + ".", *notes],
        timing=True,
    )


def _figures(summary: pd.DataFrame, rounds: int) -> list[Figure]:
    nodes = sorted({int(n) for n in summary["n"]})
    if len(nodes) < 2:
        return []
    caption = f"Milliseconds against the number of nodes: median of {rounds} rounds and {INTERVAL}."
    draw = partial(_draw, summary=summary, nodes=nodes)
    return [Figure("events-nodes", caption, draw, (PAGE, 5.2), timing=True)]


def _draw(canvas: Canvas, *, summary: pd.DataFrame, nodes: list[int]) -> None:
    panels = list(canvas.subplots(2, 2).flat)
    for axes, operation in zip(panels, (*EVENTS, "first key"), strict=True):
        series, bands = {}, {}
        of_operation = summary[summary["operation"] == operation]
        for label, group in of_operation.groupby("label", sort=False):
            by_nodes = group.set_index("n").reindex(nodes)
            ns, low, high = (by_nodes[part].to_numpy(dtype=float) / 1e6 for part in ("ns", "low", "high"))
            series[str(label)], bands[str(label)] = ns, (low, high)
        if not series:
            axes.set_axis_off()
            continue
        charts.lines(axes, nodes, series, bands=bands, xlabel=NODES.axis, ylabel="ms")
        log_ticks(axes.xaxis, nodes)
        round_ticks(axes.yaxis)
        axes.set_title("first key after add" if operation == "first key" else operation)
