"""Every number that `calibration` states: rates beside nominal ones, and how many procedures are off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.inference.verdict import OF_CALIBRATION
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Percent

if TYPE_CHECKING:
    from experiments.calibration.parameters import CalibrationParameters

KEYS = ("kind", "procedure")


def summary(results: Results[CalibrationParameters]) -> Summary:
    """Return the procedures, and how many there are by verdict and in all."""
    rows = results.rows
    measures = {
        "rate": Measure("hits over simulations", Percent(1), "low", "high"),
        "nominal": Measure("the rate that it should have", Percent(1)),
        "simulations": Measure("simulated data sets", Count()),
    }
    return Summary(
        [
            Sheet("procedures", rows, KEYS, measures),
            Sheet.of_counts("verdicts", rows, "procedures", "rows", verdict=OF_CALIBRATION),
            Sheet.of_counts("all", rows, "procedures", "rows"),
        ]
    )
