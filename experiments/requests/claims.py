"""What the article says of load balancers, when it holds, and when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments import inference
from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Interval, Significant, Text

__all__ = ["CLAIMS", "claims"]

EVEN = 'Round robin "ensures perfectly even distribution"'
FEWEST = "Least outstanding requests: the fewest first"
USUAL_LOAD = 0.8
"""What is said is judged at the load that is nearest to this one."""

HOLDS, FAILS = "holds", "does not hold"
SAME = 1.001
"""Work is the same up to a request more or less of a thousand."""


@dataclass(frozen=True)
class Claim:
    """A claim, under one condition.

    Parameters
    ----------
    says
        The claim.
    label
        Of the balancer.
    scenario, when
        The condition, as rows have it and in words.
    of
        What is measured, in words.
    column
        Of the rows.
    most
        Up to what it holds.
    """

    says: str
    label: str
    scenario: str
    when: str
    of: str
    column: str
    most: float


REQUESTS = ("requests, most less fewest", "uneven", 1.0)
WORK = ("work, most over mean", "work", SAME)
FLIGHT = ("in flight, most less mean", "imbalance", 1.0)
BUSY = ("busiest server's utilisation", "busiest", 1.0)
ALIKE, ONES, SLOW = (
    ("equal", "equal requests"),
    ("steady", "requests as drawn"),
    ("slow", "one slow server"),
)

CLAIMS = tuple(
    Claim(says, label, scenario, when, *measure)
    for says, label, parts in (
        (
            EVEN,
            "round_robin",
            (
                (ALIKE, REQUESTS), (ALIKE, WORK), (ALIKE, FLIGHT),
                (ONES, REQUESTS), (ONES, WORK), (ONES, FLIGHT),
                (SLOW, REQUESTS), (SLOW, BUSY),
            ),
        ),
        (FEWEST, "least_outstanding", ((ALIKE, FLIGHT), (ONES, FLIGHT), (SLOW, BUSY))),
    )
    for (scenario, when), measure in parts
)  # fmt: skip


def claims(rows: pd.DataFrame) -> Sheet:
    """Return each claim under each condition of a run, with what was measured."""
    keys = ("n", "load", "label", "when", "of")
    columns = [*keys, "says", "measured", "low", "high", "most", "verdict"]
    body = list[dict[str, Any]]()
    part = rows[(rows["cache"] == rows["cache"].min()) & rows["load"].notna()]
    if len(part):
        loads = part["load"].unique()
        load = min(loads, key=lambda one: abs(one - USUAL_LOAD))
        n = part["n"].max()
        for claim in CLAIMS:
            where: Mapping[str, Any] = {
                "n": n, "load": load, "label": claim.label, "scenario": claim.scenario,
            }  # fmt: skip
            chosen = part
            for name, value in where.items():
                chosen = chosen[chosen[name] == value]
            values = chosen[claim.column].dropna().to_numpy(dtype=float)
            if len(values):
                body.append({**_judged(claim, values), "n": n, "load": load})
    return Sheet(
        "claims",
        pd.DataFrame(body, columns=columns),
        keys,
        {
            "measured": Measure(
                "mean over repetitions", Interval(Significant(4), "low", "high"), "low", "high"
            ),
            "most": Measure("up to which the claim holds", Significant(3)),
            "verdict": Measure("whether every repetition is within it", Text()),
        },
    )


def _judged(claim: Claim, values: Any) -> dict[str, Any]:
    """Return the row of a claim: it holds if it does in each repetition."""
    found = inference.mean(values)
    varies = found.interval is not None and values.min() < values.max()
    low, high = (found.interval.low, found.interval.high) if varies and found.interval else (None, None)
    return {
        "label": claim.label, "when": claim.when, "of": claim.of, "says": claim.says,
        "measured": found.value, "low": low, "high": high, "most": claim.most,
        "verdict": HOLDS if values.max() <= claim.most else FAILS,
    }  # fmt: skip
