"""Every number that `fanout` states: the mean over repetitions, beside the law of even shares."""

from __future__ import annotations

from typing import Any

from experiments.report.absent import absent_of, taking_part
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count

KEYS = ("workload", "n", "request", "label")


def summary(results: Results[Any]) -> Summary:
    """Return how many nodes a request asks, and who takes no part."""
    rows = taking_part(results.rows)
    frame = rows.groupby(list(KEYS), sort=False, as_index=False)[["asked", "even"]].mean()
    frame = frame.sort_values(list(KEYS[:3]), kind="stable")
    asked = Measure("mean over repetitions of asked", Count(3), law="even")
    return Summary([Sheet("fanout", frame, KEYS, {"asked": asked}), absent_of(results.rows)])
