"""What is said of caches that are scaled or lost, and of which algorithms it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.inference.sayings import Saying, judged_mean

__all__ = ["SAYINGS", "judged"]

CASE = ["workload", "n", "policy", "capacity", "label", "repetition"]


@dataclass(frozen=True)
class OfCaches(Saying):
    """A sentence about events of caches.

    Parameters
    ----------
    events
        How their names begin.
    over, under
        The columns of which the one is divided by the other: of the event, and of the same trace without it.
    """

    events: tuple[str, ...]
    over: str
    under: str


SAYINGS: Mapping[str, OfCaches] = {
    "scaled": OfCaches(
        "scaling out and in must not lose all entries",
        "part of the cached entries whose key then has another node",
        "at most",
        0.5,
        ("add:", "remove:"),
        "moved_entries",
        "cached",
    ),
    "lost": OfCaches(
        "losing a cache is part of the plan: the origin bears it",
        "the origin's worst second over that without the event",
        "at most",
        2.0,
        ("loss",),
        "worst",
        "worst",
    ),
}
"""The sentences by name, of the article on partitioning; the bounds, half and double, are ours."""


def judged(rows: pd.DataFrame, quiet: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield each sentence for each algorithm and setting, with the number, its interval and the verdict."""
    usual = quiet.set_index(CASE)
    for name, saying in SAYINGS.items():
        about = rows[rows["event"].str.startswith(saying.events)]
        settings = ["workload", "n", "policy", "capacity", "event", "label"]
        for keys, group in about.groupby(settings, sort=False):
            values = group.set_index(CASE)[saying.over].astype(float) / usual[saying.under].astype(float)
            yield {
                "saying": name,
                **dict(zip(settings, keys, strict=True)),
                **judged_mean(values.dropna(), saying.relation, saying.limit),
            }
