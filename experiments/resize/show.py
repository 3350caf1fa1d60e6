"""How the numbers of `resize` are shown: medians with intervals, against n, and their worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.report.absent import notes_of
from experiments.report.presentation import First, Presentation, Results
from experiments.report.tables.formats import Format, Interval
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Header, Table
from experiments.report.telling import rows_of_most
from experiments.report.timings import TOO_BUSY, interval_of, method, trust, trusted
from experiments.resize.charts import charts, glance
from experiments.resize.parameters import BATCH, OPERATIONS
from experiments.resize.summary import EVENTS, LOOKUPS, TIME, summary

if TYPE_CHECKING:
    from experiments.report.summary import Sheet
    from experiments.resize.parameters import ResizeParameters


def present(results: Results[ResizeParameters]) -> Presentation:
    """Return tables, charts and meaning of a run of `resize`."""
    numbers, parameters = summary(results), results.parameters
    interval = interval_of(parameters.processes, parameters.rounds)
    steady = trusted(results.facts, numbers["steadiness"])
    interval = interval if steady else f"{TOO_BUSY} {interval}"
    missing = notes_of(numbers["absent"])
    lacking = {
        operation: [
            f"{row['label']} {operation}s no node{' at n = ' if row['nodes'] else ''}{row['nodes']}: "
            f"{row['cannot']}."
            for row in numbers["lacking"].where(operation=operation).to_dict("records")
        ]
        for operation in EVENTS
    }
    unmade = [note for notes in lacking.values() for note in notes]
    after = "The lookups after a node has joined, in μs"
    tables = [
        _table("events", "An event, in ms", numbers["times"], "ms", EVENTS, interval, [*missing, *unmade]),
        _table("lookups", after, numbers["lookups"], "us", LOOKUPS, interval, [*missing, *lacking["add"]]),
    ]
    shapes = [
        f"{row['label']} {row['shape']} ({row['weight']:.2f}, {100 * row['off']:.0f} % off)"
        for row in numbers["growth"].records()
    ]
    meaning = (
        [f"Adding a node grows with n as (Akaike weight, residuals): {', '.join(shapes)}."] if shapes else []
    )
    return Presentation(
        tables,
        meaning=[*trust(results.facts, numbers["steadiness"]), *(meaning if steady else [])],
        methods=[method(parameters.processes, parameters.rounds), CLOCKS],
        summary=numbers,
        charts=list(charts(numbers, interval)),
        glance=list(glance(numbers)) if steady else [],
        first=First(rows=rows_of_most(tables[0].frame, "n")),
    )


CLOCKS = (
    "Events are timed by the thread's processor time, the lookups after them by the clock on the wall: "
    "one of them is shorter than a look at the other clock."
)


def _table(
    name: str,
    title: str,
    sheet: Sheet,
    unit: str,
    operations: tuple[str, ...],
    interval: str,
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
        f"{interval}; a batch is {BATCH:,} hashes.",
        columns=["n", "label", *operations],
        headers=headers,
        formats=formats,
        groups=["n"],
        notes=["; ".join(f"{operation}: {OPERATIONS[operation]}" for operation in operations) + ".", *notes],
        timing=True,
    )
