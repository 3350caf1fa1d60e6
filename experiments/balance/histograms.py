"""The loads of all nodes and repetitions together, counted by bins, and the nodes that the law puts there."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.report.summary import Sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEYS = ("hash", "workload", "n", "label", "low")

BINS = 30
"""At most."""


def histograms(rows: pd.DataFrame, plainest: Callable[[pd.DataFrame], pd.DataFrame]) -> Sheet:
    """Return the bins of each algorithm, for the plainest keys, the first hash function and the largest n."""
    part = rows[rows["hash"] == rows["hash"].iloc[0]] if len(rows) else rows
    part = plainest(part[part["n"] == part["n"].max()])
    columns = [*KEYS, "high", "nodes", "law"]
    if part.empty or part["n"].iloc[0] < 2:
        return Sheet("histograms", pd.DataFrame(columns=columns), KEYS)
    bins = [_bins(group) for _, group in part.groupby("label", sort=False)]
    return Sheet("histograms", pd.concat(bins, ignore_index=True)[columns], KEYS)


def _bins(group: pd.DataFrame) -> pd.DataFrame:
    first, counts = _stored(group)
    step = max(1, math.ceil(len(counts) / BINS))
    begin, end = first // step * step, -(-(first + len(counts)) // step) * step
    padded = np.zeros(end - begin, dtype=np.int64)
    padded[first - begin : first - begin + len(counts)] = counts
    edges = np.arange(begin, end + 1, step, dtype=np.float64) * float(group["bin_width"].iloc[0])
    below = _nodes_below(group, edges)
    return pd.DataFrame(
        {
            **{name: group[name].iloc[0] for name in ("hash", "workload", "n", "label")},
            "low": edges[:-1],
            "high": edges[1:],
            "nodes": padded.reshape(-1, step).sum(axis=1),
            "law": math.nan if below is None else float(counts.sum()) * np.diff(below),
        }
    )


def _stored(group: pd.DataFrame) -> tuple[int, NDArray[np.int64]]:
    """Return the first bin and the counts of all repetitions together, by bins as they are stored."""
    kept = [
        (int(begin), np.array(text.split(), dtype=np.int64))
        for begin, text in zip(group["first_bin"], group["histogram"].astype(str), strict=True)
    ]
    first = min(begin for begin, _ in kept)
    counts = np.zeros(max(begin + len(part) for begin, part in kept) - first, dtype=np.int64)
    for begin, part in kept:
        counts[begin - first : begin - first + len(part)] += part
    return first, counts


def _nodes_below(group: pd.DataFrame, edges: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the law's chance of a load below each edge; None where no law of one load is known."""
    from scipy import stats

    row = group.iloc[0]
    if pd.isna(row["law"]) or row["distinct"] != row["keys"]:
        return None
    n, keys = int(row["n"]), int(row["keys"])
    if row["law"] == "ring":
        points = float(row["points"])
        chance = stats.betabinom(keys, points, (n - 1) * points).cdf
    else:
        chance = stats.binom(keys, 1 / n).cdf
    # a load below an edge is at most the whole number of keys under it
    below: NDArray[np.float64] = chance(np.ceil(edges * keys / n - 1e-9) - 1)
    return below
