"""CV² against its law: of draws by the thousand where there are any, else of the repetitions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments import inference, theory
from experiments.inference.levels import FAMILY_LEVEL
from experiments.inference.tails import t_quantile
from experiments.inference.verdict import OPEN
from experiments.report import statistics
from experiments.report.statistics import LEAST_POINTS, SQUARES_MARGIN
from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SQUARES_MARGIN", "extent", "of_draws", "of_repetitions", "repeats", "undecided"]


def of_draws(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Test the mean CV² of many draws: by the chi-square law of its variance, by t where none is known."""
    square, law, size = float(row["cv"]) ** 2, float(row["law_cv"]) ** 2, int(row["draws"])
    deviation = float(row["deviation"])
    error = deviation / math.sqrt(size)
    stated = {
        "quantity": "cv_squared",
        "value": square,
        "half": -t_quantile((1 - inference.LEVEL) / 2, size - 1) * error,
        "law": law,
        "seen": None,
    }
    variance = None if pd.isna(row["law_deviation"]) else float(row["law_deviation"]) ** 2
    points = float(row["points"]) if row["law"] == "ring" else None
    return stated | statistics.squares_of_draws(
        square, deviation, size, law, variance=variance, points=points
    )


def of_repetitions(group: pd.DataFrame, *, replicated: bool) -> dict[str, Any]:
    """Test CV² by the chi-square law that has its mean and its variance; of one draw, for a difference alone.

    A hash function without a seed is one draw, however often keys are drawn: its CV² is held against the
    law's spread of a single one.
    """
    laws, n = _column(group, "law_cv") ** 2, int(group["n"].iloc[0])
    if n < 2 or not (np.isfinite(laws).all() and (laws > 0).all()):
        return statistics.untested(len(group))
    ratio = float(np.mean(_column(group, "cv") ** 2 / laws))
    few = bool((group["keys"] < inference.loads.LEAST_EXPECTED * n).any())  # for chi-square to be the law
    if (len(group) < 2 and replicated) or repeats(group) or few:
        return statistics.untested(len(group)) | {"off": ratio - 1}
    variance = _variance(group)
    if variance is None:
        return statistics.against_law(_column(group, "cv") ** 2 / laws, 1.0, margin=SQUARES_MARGIN)
    size = len(group) if replicated else 1
    if group["law"].iloc[0] == "ring" and size * group["points"].iloc[0] < LEAST_POINTS:
        return statistics.untested(len(group)) | {"off": ratio - 1}
    degrees = inference.degrees_of(float(np.mean(laws)), variance, size)
    tested = statistics.squares_against_law(ratio, degrees, margin=SQUARES_MARGIN, size=size)
    return tested if replicated else tested | {"same": 1.0}


def repeats(group: pd.DataFrame) -> bool:
    """Return whether keys repeat; without any (all hashes) they do not."""
    return bool((group["distinct"] < group["keys"]).any())


def _variance(group: pd.DataFrame) -> float | None:
    """Return the law's variance of the CV² of one repetition; None where it is not known, as of weights."""
    first = group.iloc[0]
    exact = first["method"] == "exact"
    if pd.isna(first["first_to_mean" if exact else "variance"]):  # which only equal nodes have
        return None
    points = first["points"] if first["law"] == "ring" else None
    if first["law"] == "ring" and (pd.isna(points) or points != int(points)):
        return None
    return _law_of_variance(
        int(first["n"]), None if exact else int(first["keys"]), None if points is None else int(points)
    )


@lru_cache(maxsize=1024)
def _law_of_variance(n: int, keys: int | None, points: int | None) -> float:
    return float(theory.cv_squared_variance(n, keys=keys, points=points))


def _column(group: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return group[name].to_numpy(dtype=float)


def undecided(frame: pd.DataFrame) -> Sheet:
    """Return how many draws, or repetitions, would tell of each CV² that is open: four times of five."""
    tests = int(frame["same"].notna().sum())
    keys = ("hash", "workload", "n", "label")
    records = []
    for row in frame[frame["conclusion"] == OPEN].to_dict("records"):
        if (
            row["method"] != "χ²" or row["size"] < 2
        ):  # one draw shows no equivalence, however often it is made
            continue
        of_one = 2 / float(row["deviation"]) ** 2
        degrees = inference.squares_needed(SQUARES_MARGIN, alpha=FAMILY_LEVEL / tests)
        named = {name: row[name] for name in keys}
        records.append({**named, "size": int(row["size"]), "decided_by": math.ceil(degrees / of_one)})
    measures = {
        "size": Measure("draws, or repetitions, that were made", Count()),
        "decided_by": Measure("those that would show equivalence four times of five", Count()),
    }
    return Sheet.of_records("undecided", keys, measures, records)


def extent(draws: pd.DataFrame) -> Sheet:
    """Return how many draws a cell has, and of how many keys."""
    measures = {
        "least_draws": Measure("the fewest draws of a cell", Count()),
        "most_draws": Measure("the most draws of a cell", Count()),
        "all_draws": Measure("draws of all cells: of one workload, or of all hashes", Count()),
        "draw_keys": Measure("the most keys of a draw", Count()),
    }
    sizes = draws["draws"].astype(int) if len(draws) else pd.Series([0])
    keys = draws["keys"].dropna() if len(draws) else sizes[:0]
    record = {
        "least_draws": int(sizes.min()),
        "most_draws": int(sizes.max()),
        "all_draws": int(sizes.sum()),
        "draw_keys": int(keys.max()) if len(keys) else None,
    }
    return Sheet.of_records("draws", (), measures, [record])
