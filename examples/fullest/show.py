"""How the numbers of `fullest` are shown: a table, a chart and a sentence, all from the summary."""

from __future__ import annotations

from typing import Any

from experiments.report.absent import notes_of
from experiments.report.chart import BY_NODES, Axis, Chart, Lines
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Table

from .summary import summary

TITLE = "The fullest node above the mean load"


def present(results: Results[Any]) -> Presentation:
    """Return the table of all means, and a line for each algorithm over the number of nodes."""
    numbers = summary(results)
    sheet = numbers["fullest"]
    facts = f"{results.parameters.keys:,} keys; means over repetitions with 95 % t intervals."
    table = Table(
        "fullest",
        TITLE,
        sheet.frame,
        facts,
        formats={"above": sheet.measures["above"].format},
        headers={"label": "algorithm", "n": NODES.header, "above": "above the mean"},
        groups=["workload", "n"],
        notes=notes_of(numbers["absent"]),
    )
    above = Axis("above", "fullest node above the mean", "percent", log=True)
    lines = Lines(BY_NODES, above, low="low", high="high")
    chart = Chart("fullest", TITLE, facts, sheet.frame, lines, choices={"workload": "Keys"})
    if sheet.frame.empty:
        return Presentation([table], charts=[chart], meaning=[], summary=numbers)
    worst = max(sheet.records(), key=lambda row: float(row["above"]))
    meaning = (
        f"At worst, {worst['label']} on {worst['n']} nodes, the fullest node is "
        f"{100 * worst['above']:.1f} % above the mean."
    )
    return Presentation([table], charts=[chart], meaning=[meaning], summary=numbers)
