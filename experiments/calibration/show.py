"""How the rows of `calibration` are shown: measured rates beside nominal ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.calibration.procedure import KINDS
from experiments.calibration.summary import Rate, summary
from experiments.inference.levels import FAMILY_LEVEL
from experiments.inference.verdict import AS_STATED, OFF
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.figures.layout import percent_axis
from experiments.report.figures.palette import INK
from experiments.report.presentation import Presentation, Results
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.formats import Interval, Text
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from experiments.calibration.parameters import CalibrationParameters

_SIGNS = {"equals": "", "at least": "≥ ", "at most": "≤ "}


@dataclass(frozen=True)
class Nominal(Text):
    """A nominal rate with its relation, and what an approximation is allowed.

    Examples
    --------
    >>> Nominal().text(0.95, {"relation": "at least", "band": 0.02})
    '≥ 95.00 % ± 2'
    """

    align = "right"

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns of the relation and of the band."""
        return ("relation", "band")

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a nominal rate as plain text."""
        nominal = _SIGNS[row["relation"]] + Rate(2).text(value, {})
        return f"{nominal} ± {100 * row['band']:.2g}" if row["band"] else nominal


def present(results: Results[CalibrationParameters]) -> Presentation:
    """Return tables, figure and meaning of a run of `calibration`."""
    numbers = summary(results)
    sheet = numbers["procedures"]
    off = [row for row in sheet.records() if row["verdict"] == OFF]
    return Presentation(
        [_table(sheet.where(kind=kind), kind) for kind in KINDS if len(sheet.where(kind=kind))],
        [_figure(sheet)],
        _meaning(numbers),
        [_failure(row) for row in off],
        methods=["Rates of intervals and tests over simulated data have exact binomial intervals of 95 %."],
        summary=numbers,
    )


def _failure(row: Mapping[str, Any]) -> str:
    rate = Rate(2).text(row["rate"], {})
    return (
        f"{row['procedure']} ({row['says']}): {rate} of {row['simulations']:,}, "
        f"but it should be {Nominal().text(row['nominal'], row)}"
    )


def _table(part: pd.DataFrame, kind: str) -> Table:
    return Table(
        f"calibration-{kind}",
        f"{kind.capitalize()}: {KINDS[kind]}",
        part.reset_index(drop=True),
        "Rate measured over simulated data sets, with its exact 95 % interval. The verdict is by a wider "
        f"one, at {FAMILY_LEVEL:.0%} over all procedures.",
        columns=["says", "nominal", "rate", "simulations", "verdict"],
        formats={"nominal": Nominal(), "rate": Interval(Rate(2), "low", "high")},
        headers={"says": "procedure", "rate": "measured"},
        notes=_reasons(part),
    )


def _reasons(part: pd.DataFrame) -> list[str]:
    rows = part[part["band"] > 0].to_dict("records")
    reasons = [f"{row['says'].partition(' repetitions')[0]}: {row['reason']}" for row in rows]
    return [f"±: what an approximation is allowed. {'; '.join(reasons)}."] if rows else []


def _figure(sheet: Sheet) -> Figure:
    shown = sheet.frame[sheet.frame["kind"] != "warning"]
    caption = (
        "Measured rates of intervals and tests with exact 95 % intervals; marks: the nominal rate, grey what "
        "an approximation is allowed. Each panel has an axis of its own."
    )
    return Figure("calibration", caption, partial(_draw, rows=shown), (PAGE, 0.19 * len(shown) + 1.6))


def _draw(canvas: Canvas, *, rows: pd.DataFrame) -> None:
    kinds = [kind for kind in KINDS if (rows["kind"] == kind).any()]
    heights = [int((rows["kind"] == kind).sum()) + 1 for kind in kinds]
    panels = np.atleast_1d(canvas.subplots(len(kinds), 1, gridspec_kw={"height_ratios": heights}))
    for axes, kind in zip(panels, kinds, strict=True):
        part = rows[rows["kind"] == kind]
        place = np.arange(len(part))
        left, width = part["nominal"] - part["band"], 2 * part["band"]
        axes.barh(place, width, left=left, height=0.7, color="#DDDDDD", zorder=0)
        axes.plot(part["nominal"], place, linestyle="none", marker="|", markersize=9, color=INK)
        axes.hlines(place, part["low"], part["high"], color="#0072B2", linewidth=1.1)
        axes.plot(part["rate"], place, linestyle="none", marker="o", markersize=3, color="#0072B2")
        axes.set_yticks(place, list(part["says"]), fontsize=6)
        axes.set_ylim(len(part) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.set_title(KINDS[kind], fontsize=7, loc="left")
        percent_axis(axes, "x")


def _meaning(numbers: Summary) -> list[str]:
    stated, all_of_them = (numbers.value(name).text for name in (f"procedures/{AS_STATED}", "procedures"))
    lines = [
        f"{stated} of {all_of_them} procedures have the rate that they state (exact binomial tests, "
        f"{FAMILY_LEVEL:.0%} for all together)."
    ]
    names = numbers["procedures"].where(beside=True)["says"].tolist()
    if names:
        lines.append(
            f"Of their 95 % intervals, which no correction widens, {numbers.value('beside').text} hold "
            f"nothing of what is stated, where one in twenty does by chance: {'; '.join(names)}."
        )
    rings = numbers.values.get("rate/warning/binomial-over-rings")
    if rings is not None:
        lines.append(
            f"Over independent rings a binomial interval of 95 % holds the truth in {rings.text}: "
            "the ring is the unit of replication, not the key."
        )
    return lines
