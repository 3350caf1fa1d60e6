"""How the numbers of `resize` are shown: medians with intervals, against n, and their worth."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.report.absent import notes_of
from experiments.report.figures import charts
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.figures.ticks import log_ticks, round_ticks
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.formats import Format, Interval
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Header, Table
from experiments.report.timings import INTERVAL, ROUNDS, trust
from experiments.resize.parameters import BATCH, OPERATIONS
from experiments.resize.summary import EVENTS, LOOKUPS, TIME, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from experiments.report.summary import Sheet
    from experiments.resize.parameters import ResizeParameters


def present(results: Results[ResizeParameters]) -> Presentation:
    """Return tables, figures and meaning of a run of `resize`."""
    numbers, rounds = summary(results), results.parameters.rounds
    missing = notes_of(numbers["absent"])
    lacking = [
        f"{row['label']} {row['operation']}s no node: {row['cannot']}."
        for row in numbers["lacking"].records()
    ]
    after = "The lookups after a node has joined, in μs"
    tables = [
        _table("events", "An event, in ms", numbers["times"], "ms", EVENTS, rounds, [*missing, *lacking]),
        _table("lookups", after, numbers["lookups"], "us", LOOKUPS, rounds, missing),
    ]
    shapes = [
        f"{row['label']} {row['shape']} ({row['weight']:.2f}, {100 * row['off']:.0f} % off)"
        for row in numbers["growth"].records()
    ]
    meaning = (
        [f"Adding a node grows with n as (Akaike weight, residuals): {', '.join(shapes)}."] if shapes else []
    )
    told = [*meaning, *trust(results.facts, numbers["steadiness"])]
    figures = _figures(numbers["times"].frame, rounds)
    return Presentation(tables, figures, told, methods=[ROUNDS], summary=numbers)


def _table(
    name: str,
    title: str,
    sheet: Sheet,
    unit: str,
    operations: tuple[str, ...],
    rounds: int,
    notes: list[str],
) -> Table:
    rows: list[dict[str, Any]] = []
    for (n, label), group in sheet.frame.groupby(["n", "label"], sort=False):
        row: dict[str, Any] = {"n": n, "label": label}
        for end in ("", "_low", "_high"):
            by_operation = dict(zip(group["operation"], group[f"{unit}{end}"], strict=True))
            row |= {f"{operation}{end}": by_operation.get(operation) for operation in operations}
        rows.append(row)
    headers: dict[str, str | Header] = {"n": NODES.header, "label": "algorithm"}
    formats: dict[str, Format] = {
        operation: Interval(TIME, f"{operation}_low", f"{operation}_high") for operation in operations
    }
    return Table(
        name,
        title,
        pd.DataFrame(rows),
        f"Median of {rounds} rounds and {INTERVAL}; a batch is {BATCH:,} hashes.",
        columns=["n", "label", *operations],
        headers=headers,
        formats=formats,
        groups=["n"],
        notes=["; ".join(f"{operation}: {OPERATIONS[operation]}" for operation in operations) + ".", *notes],
        timing=True,
    )


def _figures(times: pd.DataFrame, rounds: int) -> list[Figure]:
    nodes = sorted({int(n) for n in times["n"]})
    if len(nodes) < 2:
        return []
    caption = f"Milliseconds against the number of nodes: median of {rounds} rounds and {INTERVAL}."
    draw = partial(_draw, times=times, nodes=nodes)
    return [Figure("events-nodes", caption, draw, (PAGE, 5.2), timing=True)]


def _draw(canvas: Canvas, *, times: pd.DataFrame, nodes: list[int]) -> None:
    panels = list(canvas.subplots(2, 2).flat)
    for axes, operation in zip(panels, (*EVENTS, "first key"), strict=True):
        series, bands = {}, {}
        of_operation = times[times["operation"] == operation]
        for label, group in of_operation.groupby("label", sort=False):
            by_nodes = group.set_index("n").reindex(nodes)
            ms, low, high = (by_nodes[f"ms{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high"))
            series[str(label)], bands[str(label)] = ms, (low, high)
        if not series:
            axes.set_axis_off()
            continue
        charts.lines(axes, nodes, series, bands=bands, xlabel=NODES.axis, ylabel="ms")
        log_ticks(axes.xaxis, nodes)
        round_ticks(axes.yaxis)
        axes.set_title("first key after add" if operation == "first key" else operation)
