"""What balance takes, by law: the points that a ring needs, and the keys that equal shares need."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from experiments import theory
from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count, Format, Percent, Significant

CVS = (0.05, 0.01)
PEAKS = (1.05, 1.01)

GOALS = [
    {"quantity": quantity, "goal": goal}
    for quantity, goals in (("cv", CVS), ("max_to_mean", PEAKS))
    for goal in goals
]


class Goal(Format):
    """A CV in percent, or a largest share over the mean.

    >>> Goal().text(0.05, {"quantity": "cv"}), Goal().text(1.05, {"quantity": "max_to_mean"})
    ('5 %', '1.05')
    """

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a goal as plain text."""
        return (Percent(0) if row["quantity"] == "cv" else Significant(3)).text(value, {})


POINTS = Measure("points a node by law", Count())


def sheets(nodes: Sequence[int]) -> list[Sheet]:
    """Return what each number of nodes needs for a CV or a largest share, what any needs, and a rule."""
    several = sorted({n for n in nodes if n > 1})
    measures = {
        "points_needed": POINTS,
        "entries_needed": Measure("entries of that ring", Count()),
        "keys_needed": Measure("keys at which equal shares have loads of this CV, by law", Count()),
    }
    limits = [{"quantity": "cv", "goal": cv, "points_needed": theory.points_needed(cv)} for cv in CVS]
    rule = [{"n": n, "rule": 700 * math.log(n)} for n in several]
    return [
        Sheet.of_records(
            "needed", ("n", "quantity", "goal"), measures, [row for n in several for row in _of_nodes(n)]
        ),
        Sheet.of_records("needed_by_many", ("quantity", "goal"), {"points_needed": POINTS}, limits),
        Sheet.of_records(
            "goals", ("quantity", "goal"), {"goal": Measure("what is asked for", Goal())}, GOALS
        ),
        Sheet.of_records("rule", ("n",), {"rule": Measure("700 ln n", Count())}, rule),
    ]


def _of_nodes(n: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "quantity": "cv",
            "goal": cv,
            "points_needed": theory.points_needed(cv, n),
            "keys_needed": theory.keys_needed(cv, n),
        }
        for cv in CVS
    ]
    # the search stops at 1 in 1000, so the digits behind are not known
    rows += [
        {
            "quantity": "max_to_mean",
            "goal": peak,
            "points_needed": _three_digits(theory.points_for_peak(peak, n)),
        }
        for peak in PEAKS
    ]
    return [{"n": n, **row, "entries_needed": n * row["points_needed"]} for row in rows]


def _three_digits(value: int) -> int:
    return int(float(f"{value:.3g}"))
