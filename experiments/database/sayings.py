"""What is said of hashed and ranged data, in articles and manuals, and in which settings it holds.

A sentence becomes a number that each repetition gives, and a bound that it must keep. It is confirmed in a
setting where the whole interval of the mean keeps the bound, and refuted where none of it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from experiments.inference.sayings import Saying, judged_mean

__all__ = ["SAYINGS", "judged"]

Cell: TypeAlias = Callable[[str, str], "pd.Series[Any]"]
"""A column of a way of sharding in one setting, by repetition."""


@dataclass(frozen=True)
class OfRecords(Saying):
    """A sentence about ways of sharding records.

    Parameters
    ----------
    kind
        Of which rows it is.
    value
        The number of each repetition, from the cells of a setting and the number of shards.
    """

    kind: str
    value: Callable[[Cell, int], pd.Series[Any]]


SAYINGS: Mapping[str, OfRecords] = {
    "every shard": OfRecords(
        "a range query must ask every shard of hashed data",
        "part of the shards that are asked",
        "at least",
        1.0,
        "range",
        lambda cell, n: cell("index", "asked") / n,
    ),
    "few shards": OfRecords(
        "of ranged data it asks one shard, or its neighbour too",
        "shards that are asked",
        "at most",
        2.0,
        "range",
        lambda cell, n: cell("explicit", "asked"),
    ),
    "expensive": OfRecords(
        "range queries make hashing expensive",
        "shards asked of hashed over ranged data",
        "at least",
        2.0,
        "range",
        lambda cell, n: cell("index", "asked") / cell("explicit", "asked"),
    ),
    "sooner": OfRecords(
        "ranged data answers a range query sooner",
        "time by the model of hashed, indexed over ranged data",
        "at least",
        1.0,
        "range",
        lambda cell, n: cell("index", "nanoseconds_mean") / cell("explicit", "nanoseconds_mean"),
    ),
    "hot": OfRecords(
        "inserts in the order of the keys all go to one shard of ranged data",
        "part that one shard takes of a thousand",
        "at least",
        0.95,
        "insert",
        lambda cell, n: cell("explicit", "busiest"),
    ),
    "spread": OfRecords(
        "hashed data spreads inserts in the order of the keys over all shards",
        "part that one shard takes of a thousand, over the mean",
        "at most",
        2.0,
        "insert",
        lambda cell, n: cell("hash", "busiest") * n,
    ),
}
"""The sentences by name: of the article on partitioning, and of manuals of databases."""


def judged(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield each sentence in each setting, with the number, its interval and the verdict."""
    for name, saying in SAYINGS.items():
        part = rows[rows["kind"] == saying.kind]
        for (workload, n, query), group in part.groupby(["workload", "n", "query"], sort=False):
            values = saying.value(_cell(group), int(group["n"].iloc[0])).dropna()
            if len(values):
                yield {
                    "saying": name,
                    "workload": workload,
                    "n": n,
                    "query": query,
                    **judged_mean(values, saying.relation, saying.limit),
                }


def _cell(group: pd.DataFrame) -> Cell:
    def column(scheme: str, name: str) -> pd.Series[Any]:
        of_scheme = group[group["scheme"] == scheme].drop_duplicates("repetition")  # the first algorithm
        return of_scheme.set_index("repetition")[name].astype(float)

    return column
