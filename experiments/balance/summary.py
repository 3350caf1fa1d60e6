"""Every number that `balance` states: loads and shares over repetitions, beside their laws."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from algorithms.hashing import hash_names
from experiments import inference
from experiments.balance.cluster import all_alike
from experiments.balance.draws import METHOD
from experiments.balance.histograms import histograms
from experiments.balance.needed import sheets as needed_sheets
from experiments.balance.quantities import GROUP, quantities
from experiments.balance.quantities import sheets as quantity_sheets
from experiments.inference.verdict import DIFFERS, EXACT, UNEVEN
from experiments.report import statistics
from experiments.report.absent import refusers
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Percent, PlusMinus, Significant, Text

if TYPE_CHECKING:
    from experiments.balance.parameters import BalanceParameters

KEYS = ("hash", "workload", "n", "label")

NOT_TESTED = "not tested"
"""The verdict on loads of which no test holds its level: of keys that repeat or are few, of one
repetition, of rings of few points."""

USUAL = {"hash": hash_names()[0]}
"""Not spelled in the name of a number."""

MEASURES = {
    "cv": Measure(
        "root mean square of cv over repetitions",
        PlusMinus(Percent(2), "cv_half"), low="cv_low", high="cv_high", law="law_cv",
    ),
    "max_to_mean": Measure(
        "mean of max_to_mean over repetitions",
        PlusMinus(Significant(4), "max_half"), low="max_low", high="max_high", law="law_max_to_mean",
    ),
    "min_to_mean": Measure(
        "mean of min_to_mean over repetitions",
        PlusMinus(Significant(3), "min_half"), low="min_low", high="min_high", law="law_min_to_mean",
    ),
    "p99": Measure("mean of p99 over repetitions", Significant(3)),
    "ratio": Measure("root of the mean of cv²/law_cv² over repetitions", Significant(3)),
    "corrected": Measure("p of the test of cv²/law_cv², corrected by Holm over the run", Significant(2)),
    "verdict": Measure("what that test says", Text()),
    "keys": Measure("keys of a repetition", Count()),
    "distinct": Measure("mean of distinct keys over repetitions", Count(1, whole=True)),
    "collision": Measure("mean over repetitions of the chance that two draws are equal", Significant(3)),
}  # fmt: skip

NUMBERS = (
    "square", "square_half", "square_law", "cv", "cv_low", "cv_high", "cv_half", "law_cv", "ratio",
    *(f"{end}{column}" for end in ("max", "min") for column in ("_to_mean", "_low", "_high", "_half")),
    "law_max_to_mean", "law_min_to_mean", "p99", "p99_half", "keys", "distinct", "collision",
)  # fmt: skip


def summary(results: Results[BalanceParameters]) -> Summary:
    """Return loads and shares, their tests one by one and in pairs, what laws need, and histograms."""
    many = results.rows["method"] == METHOD
    rows, draws = results.rows[~many], results.rows[many]
    measured = rows[rows["cannot"].isna()] if "cannot" in rows else rows
    loads = _loads(measured)
    tested = quantities(measured, loads, draws)
    loads = _judged(loads, tested)
    with_rings = all_alike(results) and bool((loads["law"] == "ring").any())
    return Summary(
        [
            Sheet("loads", loads, KEYS, MEASURES, usual=USUAL),
            _extent(loads, results.parameters.repetitions),
            _repeats(loads),
            *quantity_sheets(measured, tested, draws, results.parameters.repetitions, usual=USUAL),
            *needed_sheets(results.parameters.nodes if with_rings else ()),
            histograms(measured, plainest),
            _refused(results, rows),
        ]
    )


def interval_of_largest(numbers: Summary) -> str:
    """Return the kind of interval that the means of the largest and the smallest load have."""
    (extent,) = numbers["extent"].records()
    return str(extent["interval"])


def parts(frame: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    """Yield the rows of each hash function and workload, by ascending n."""
    for (hash_name, workload), part in frame.groupby(["hash", "workload"], sort=False):
        yield (str(hash_name), str(workload)), part.sort_values("n", kind="stable").reset_index(drop=True)


def plainest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the sampled rows of the first workload whose keys are distinct; of the first if none is."""
    sampled = frame[frame["method"] == "sampled"]
    distinct = sampled[sampled["distinct"] == sampled["keys"]]
    chosen = distinct if len(distinct) else sampled
    return chosen[chosen["workload"] == chosen["workload"].iloc[0]] if len(chosen) else chosen


def _loads(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each hash function, workload, n and algorithm, over all repetitions."""
    found = []
    for key, group in rows.groupby(list(KEYS), sort=False):
        one = dict(zip(KEYS, key, strict=True)) | {
            name: group[name].iloc[0] for name in ("algorithm", "points", "method", "law", "hash_bits")
        }
        found.append(one | _over_repetitions(group))
    frame = frame_of(found, numbers=NUMBERS, others=[*KEYS, "algorithm", "points", "method", "law"])
    return frame


def _judged(loads: pd.DataFrame, tested: pd.DataFrame) -> pd.DataFrame:
    """Return loads with what the tests of CV² say, which are of the family of all quantities."""
    squares = tested[tested["quantity"] == "cv_squared"]
    judged = loads.merge(
        squares[[*GROUP, "corrected", "conclusion", "off"]], on=GROUP, how="left", validate="one_to_one"
    )
    judged["verdict"] = [_verdict(dict(row)) for _, row in judged.iterrows()]
    judged["departs"] = (judged["conclusion"] == DIFFERS) | (judged["verdict"] == UNEVEN)
    return judged


def _over_repetitions(group: pd.DataFrame) -> dict[str, Any]:
    """Return means over repetitions, and how far they are from the law."""
    squares = group["cv"].to_numpy(dtype=float) ** 2
    laws = group["law_cv"].to_numpy(dtype=float) ** 2
    square = inference.mean(squares)
    known = bool(np.isfinite(laws).all())
    law = float(np.mean(laws)) if known else math.nan
    relative = squares / laws if known and law > 0 else None
    found = {
        "square": square.value,
        "square_half": statistics.half(square),
        "square_law": law if known else None,
        "cv": math.sqrt(square.value),
        **_roots(square.interval),
        "law_cv": math.sqrt(law) if known else None,
        "ratio": None if relative is None else math.sqrt(float(relative.mean())),
    }
    for name, column in (("max", "max_to_mean"), ("min", "min_to_mean"), ("p99", "p99")):
        estimate = inference.skewed_mean(group[column].to_numpy(dtype=float), seed=0)
        found |= {column: estimate.value, f"{name}_half": statistics.half(estimate)}
        if estimate.interval is not None:
            found |= {f"{name}_low": estimate.interval.low, f"{name}_high": estimate.interval.high}
    means = ("law_max_to_mean", "law_min_to_mean", "keys", "distinct", "collision")
    return found | {name: _mean_or_none(group[name]) for name in means}


def _roots(interval: inference.Interval | None) -> dict[str, float]:
    """Return the interval of a root mean square, from that of the mean of squares."""
    if interval is None:
        return {}
    low, high = math.sqrt(max(0.0, interval.low)), math.sqrt(interval.high)
    return {"cv_low": low, "cv_high": high, "cv_half": (high - low) / 2}


def _mean_or_none(values: pd.Series[Any]) -> float | None:
    present = values.dropna()
    return float(present.astype(float).mean()) if len(present) else None


def _verdict(row: dict[Any, Any]) -> str:
    if row["law_cv"] is None or math.isnan(row["law_cv"]):
        return "no law"
    if row["law_cv"] == 0:
        # n ranges of whole hashes differ by a hash at most
        return EXACT if row["cv"] <= row["n"] / 2 ** row["hash_bits"] else UNEVEN
    if not isinstance(row["conclusion"], str):
        return NOT_TESTED
    return (
        f"{DIFFERS} × {math.sqrt(1 + row['off']):.3g}" if row["conclusion"] == DIFFERS else row["conclusion"]
    )


def _extent(loads: pd.DataFrame, repetitions: int) -> Sheet:
    points = loads["points"].dropna()
    measures = {
        "largest_n": Measure("the largest n", Count()),
        "most_points": Measure("the most points a node", Count()),
    }
    record = {
        "largest_n": int(loads["n"].max()) if len(loads) else None,
        "most_points": int(points.max()) if len(points) else None,
        "interval": "BCa" if repetitions >= inference.estimates.BOOTSTRAP_LEAST else "t",
    }
    return Sheet.of_records("extent", (), measures, [record])


def _repeats(loads: pd.DataFrame) -> Sheet:
    """Return what repeated keys come to, at the largest n."""
    repeated = loads[(loads["method"] == "sampled") & (loads["distinct"] < loads["keys"])]
    records = []
    for (hash_name, workload), group in repeated.groupby(["hash", "workload"], sort=False):
        largest = group[group["n"] == group["n"].max()]
        records.append(
            {
                "hash": hash_name,
                "workload": workload,
                "n": int(largest["n"].iloc[0]),
                "equal": float(group["collision"].mean()),
                "least_cv": float(largest["cv"].min()),
                "most_cv": float(largest["cv"].max()),
            }
        )
    measures = {
        "equal": Measure("mean chance that two draws are equal", Significant(3)),
        "least_cv": Measure("the least cv of an algorithm at the largest n", Percent(2)),
        "most_cv": Measure("the greatest cv of an algorithm at the largest n", Percent(2)),
    }
    return Sheet.of_records("repeats", ("hash", "workload"), measures, records, usual=USUAL)


def _refused(results: Results[BalanceParameters], rows: pd.DataFrame) -> Sheet:
    """Return what was not measured: a hash function cannot take the keys, or an algorithm the nodes."""
    refused = rows[rows["cannot"].notna()] if "cannot" in rows else rows[:0]
    by = [*refusers(rows, results.parameters.nodes), "workload", "hash"]
    one_of_each = refused.drop_duplicates(by).reindex(columns=[*by, "cannot"]).reset_index(drop=True)
    return Sheet("refused", one_of_each, tuple(by))
