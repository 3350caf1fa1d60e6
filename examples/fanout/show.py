"""How the numbers of `fanout` are shown: a table, and a line for each algorithm beside the law of all."""

from __future__ import annotations

from typing import Any

from experiments.report.absent import notes_of
from experiments.report.chart import BY_NODES, Axis, Chart, Lines
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.table import Table

from .summary import KEYS, summary

TITLE = "Nodes that a request asks"


def present(results: Results[Any]) -> Presentation:
    """Return the table of all means, and a panel for each size of a request."""
    numbers = summary(results)
    sheet = numbers["fanout"]
    facts = f"{results.parameters.keys:,} keys; means over repetitions."
    columns = [*KEYS, "asked", "even"]
    table = Table(
        "fanout",
        TITLE,
        sheet.frame,
        facts,
        columns=columns,
        formats=sheet.formats(columns),
        headers={"label": "algorithm", "even": "even shares"},
        groups=["workload", "n", "request"],
        notes=notes_of(numbers["absent"]),
    )
    lines = Lines(BY_NODES, Axis("asked", "nodes asked"), law="even", law_title="even shares")
    chart = Chart(
        "fanout",
        TITLE,
        facts,
        sheet.frame,
        lines,
        choices={"workload": "Keys", "request": "Keys of a request"},
        panels="request",
    )
    return Presentation([table], charts=[chart], summary=numbers)
