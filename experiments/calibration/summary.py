"""Every number that `calibration` states: rates beside nominal ones, and how many procedures are off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from experiments.inference.verdict import OF_CALIBRATION, Place, bounds, place_of
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Percent

if TYPE_CHECKING:
    from experiments.calibration.parameters import CalibrationParameters

KEYS = ("kind", "procedure")


class Rate(Percent):
    """A rate in percent, and one of a few in a million with the digits that it needs.

    >>> Rate(2).text(0.95, {}), Rate(2).text(2.5e-5, {})
    ('95.00 %', '0.0025 %')
    """

    def bare(self, value: Any, like: Any = None) -> str:
        """Write a rate without the sign, in the digits of the one that it stands beside."""
        return self._of(value if like is None else like).bare(value)

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a rate with the sign."""
        return self._of(value).text(value, row)

    def _of(self, value: Any) -> Percent:
        return Percent(4 if 0 < value < 1e-3 else self.digits)


def summary(results: Results[CalibrationParameters]) -> Summary:
    """Return the procedures, how many there are by verdict and in all, and how many intervals lie beside."""
    rows = results.rows.assign(beside=lambda sheet: [_is_beside(row) for row in sheet.to_dict("records")])
    measures = {
        "rate": Measure("hits over simulations", Rate(1), "low", "high"),
        "nominal": Measure("the rate that it should have", Rate(1)),
        "simulations": Measure("simulated data sets", Count()),
    }
    return Summary(
        [
            Sheet("procedures", rows, KEYS, measures),
            Sheet.of_counts("verdicts", rows, "procedures", "rows", verdict=OF_CALIBRATION),
            Sheet.of_counts("all", rows, "procedures", "rows"),
            Sheet.of_counts("beside", rows[rows["beside"]], "beside", "95 % intervals beside what is stated"),
        ]
    )


def _is_beside(row: Mapping[Any, Any]) -> bool:
    """Whether the interval that is shown, of one procedure alone, holds nothing of what is stated."""
    allowed = bounds(row["nominal"], row["relation"], row["band"])
    return place_of(row["low"], row["high"], allowed) is Place.BESIDE
