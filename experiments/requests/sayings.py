"""What the article says of load balancers, when it holds, and when it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from experiments import inference
from experiments.inference.sayings import Saying
from experiments.inference.verdict import CONFIRMED, REFUTED, Relation
from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Interval, Significant, Text

__all__ = ["SAYINGS", "sayings"]

EVEN = 'Round robin "ensures perfectly even distribution"'
FEWEST = "Least outstanding requests: the fewest first"
USUAL_LOAD = 0.8
"""What is said is judged at the load that is nearest to this one."""

SAME = 1.001
"""Work is the same up to a request more or less of a thousand."""


@dataclass(frozen=True)
class OfBalancers(Saying):
    """A sentence about a balancer, under one condition.

    Parameters
    ----------
    column
        Of the rows.
    label
        Of the balancer.
    scenario, when
        The condition, as rows have it and in words.
    """

    column: str
    label: str
    scenario: str
    when: str


Meant: TypeAlias = tuple[str, Relation, float, str]
"""The number in words, the bound that it must keep, and the column."""

REQUESTS: Meant = ("requests, most less fewest", "at most", 1.0, "uneven")
WORK: Meant = ("work, most over mean", "at most", SAME, "work")
FLIGHT: Meant = ("in flight, most less mean", "at most", 1.0, "imbalance")
BUSY: Meant = ("busiest server's utilisation", "at most", 1.0, "busiest")
ALIKE, ONES, SLOW = (
    ("equal", "equal requests"),
    ("steady", "requests as drawn"),
    ("slow", "one slow server"),
)

SAYINGS = tuple(
    OfBalancers(says, *measure, label, scenario, when)
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


def sayings(rows: pd.DataFrame) -> Sheet:
    """Return each sentence under each condition of a run, with what was measured."""
    keys = ("n", "load", "label", "when", "of")
    columns = [*keys, "says", "measured", "low", "high", "most", "verdict"]
    body = list[dict[str, Any]]()
    part = rows[(rows["cache"] == rows["cache"].min()) & rows["load"].notna()]
    if len(part):
        loads = part["load"].unique()
        load = min(loads, key=lambda one: abs(one - USUAL_LOAD))
        n = part["n"].max()
        for saying in SAYINGS:
            where: Mapping[str, Any] = {
                "n": n, "load": load, "label": saying.label, "scenario": saying.scenario,
            }  # fmt: skip
            chosen = part
            for name, value in where.items():
                chosen = chosen[chosen[name] == value]
            values = chosen[saying.column].dropna().to_numpy(dtype=float)
            if len(values):
                body.append({**_judged(saying, values), "n": n, "load": load})
    return Sheet(
        "sayings",
        pd.DataFrame(body, columns=columns),
        keys,
        {
            "measured": Measure(
                "mean over repetitions", Interval(Significant(4), "low", "high"), "low", "high"
            ),
            "most": Measure("up to which the sentence holds", Significant(3)),
            "verdict": Measure("whether every repetition is within it", Text()),
        },
    )


def _judged(saying: OfBalancers, values: Any) -> dict[str, Any]:
    """Return the row of a sentence: "perfectly" is meant of each repetition, not of their mean."""
    found = inference.mean(values)
    varies = found.interval is not None and values.min() < values.max()
    low, high = (found.interval.low, found.interval.high) if varies and found.interval else (None, None)
    return {
        "label": saying.label, "when": saying.when, "of": saying.means, "says": saying.says,
        "measured": found.value, "low": low, "high": high, "most": saying.limit,
        "verdict": CONFIRMED if values.max() <= saying.limit else REFUTED,
    }  # fmt: skip
