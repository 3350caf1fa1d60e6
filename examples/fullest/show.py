"""How the numbers of `fullest` are shown: a table, a figure and a sentence, all from the summary."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.report.figures import charts
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Table

from .summary import summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def present(results: Results[Any]) -> Presentation:
    """Return the table of all means, and a line for each algorithm over the number of nodes."""
    numbers = summary(results)
    sheet = numbers["fullest"]
    table = Table(
        "fullest",
        "The fullest node above the mean load",
        sheet.frame,
        f"{results.parameters.keys:,} keys; means over repetitions with 95 % t intervals.",
        formats={"above": sheet.measures["above"].format},
        headers={"label": "algorithm", "n": NODES.header, "above": "above the mean"},
        groups=["workload", "n"],
    )
    figures = [
        Figure(
            f"fullest-{place}",
            f"The fullest node above the mean load, {workload} keys.",
            partial(_draw, frame=part),
            (0.7 * PAGE, 3),
        )
        for place, (workload, part) in enumerate(sheet.frame.groupby("workload", sort=False))
        if part["n"].nunique() > 1
    ]
    worst = max(sheet.records(), key=lambda row: float(row["above"]))
    meaning = (
        f"At worst, {worst['label']} on {worst['n']} nodes, the fullest node is "
        f"{100 * worst['above']:.1f} % above the mean."
    )
    return Presentation([table], figures, [meaning], summary=numbers)


def _draw(canvas: Canvas, *, frame: pd.DataFrame) -> None:
    nodes = list(dict.fromkeys(frame["n"]))
    series = {
        str(label): group.set_index("n")["above"].reindex(nodes).to_numpy(dtype=float)
        for label, group in frame.groupby("label", sort=False)
    }
    charts.lines(
        canvas.subplots(),
        nodes,
        series,
        xlabel=NODES.axis,
        ylabel="fullest node above the mean",
        percent=True,
    )
