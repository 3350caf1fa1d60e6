"""Every number that `fullest` states: the mean over repetitions, with its interval."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments import inference
from experiments.report.absent import absent_of, taking_part
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Interval, Percent

KEYS = ("workload", "n", "label")


def summary(results: Results[Any]) -> Summary:
    """Return how far the fullest node is above the mean, and who takes no part."""
    body = []
    for keys, group in taking_part(results.rows).groupby(list(KEYS), sort=False):
        values = group["above"].to_numpy(dtype=float)
        estimate = inference.mean(values)
        ends = (None, None) if estimate.interval is None else (estimate.interval.low, estimate.interval.high)
        row = (*keys, estimate.value, *ends)
        body.append(dict(zip((*KEYS, "above", "low", "high"), row, strict=True)))
    frame = pd.DataFrame(body, columns=[*KEYS, "above", "low", "high"])
    above = Measure("mean over repetitions of max/mean - 1", Interval(Percent(2), "low", "high"))
    return Summary([Sheet("fullest", frame, KEYS, {"above": above}), absent_of(results.rows)])
