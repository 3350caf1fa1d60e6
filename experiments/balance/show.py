"""How the rows of `balance` are shown: loads beside their law, shares, figures over points and n, meaning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from algorithms.hashing import hash_function
from experiments import inference, theory
from experiments.balance import figures as balance_figures
from experiments.balance import statistics as balance_statistics
from experiments.balance.cluster import about, all_alike
from experiments.harness.experiment import ALL_HASHES
from experiments.inference.levels import FAMILY_LEVEL
from experiments.inference.verdict import AGREES, EXACT, UNEVEN
from experiments.report import statistics
from experiments.report.extents import repetitions
from experiments.report.frames import frame_of
from experiments.report.presentation import Presentation, Results
from experiments.report.slugs import slug
from experiments.report.tables.formats import Format, Percent, PlusMinus, Significant
from experiments.report.tables.needed import needed
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Header, Table

if TYPE_CHECKING:
    from experiments.balance.parameters import BalanceParameters

GROUP = ["hash", "workload", "n", "label"]

NUMBERS = (
    "cv", "cv_half", "law_cv", "ratio", "max_to_mean", "max_half", "law_max_to_mean", "min_to_mean",
    "min_half", "p99", "keys", "distinct", "collision", "p_value", "z",
)  # fmt: skip

FORMATS: dict[str, Format] = {
    "cv": PlusMinus(Percent(2), "cv_half"),
    "law_cv": Percent(2),
    "max_to_mean": PlusMinus(Significant(4), "max_half"),
    "law_max_to_mean": Significant(4),
    "min_to_mean": PlusMinus(Significant(3), "min_half"),
    "p99": Significant(3),
}

HEADERS: dict[str, str | Header] = {
    "n": NODES.header,
    "label": "algorithm",
    "cv": "CV",
    "law_cv": "law",
    "max_to_mean": "max/mean",
    "law_max_to_mean": "law",
    "min_to_mean": "min/mean",
}


def present(results: Results[BalanceParameters]) -> Presentation:
    """Return tables, figures and meaning of a run of `balance`."""
    rows = results.rows
    measured = rows[rows["cannot"].isna()] if "cannot" in rows else rows
    summary = _summary(measured)
    tables = [*_load_tables(results, rows, summary), *_share_tables(results, summary)]
    if summary["hash"].nunique() > 1:
        tables.append(_hash_table(results, summary))
    details = balance_statistics.measured(measured)
    tables += balance_statistics.tables(measured, details, results.parameters.repetitions)
    rings = all_alike(results) and (summary["law"] == "ring").any()
    if rings and (table := needed(results.parameters.nodes)) is not None:
        tables.append(table)
    figures = balance_figures.all_of(results, measured, summary)
    return Presentation(
        tables,
        figures,
        _meaning(results, summary, details),
        methods=[
            "Balance has the root mean square of the CV over repetitions and the mean of max/mean, with 95 % "
            "t intervals; the squares are held against their law by t-tests, or by chi-square where a hash "
            "function has no seed, corrected by Holm over the run at 1 %."
        ],
    )


def _summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each hash function, workload, n and algorithm, over all repetitions."""
    found = []
    for key, group in rows.groupby(GROUP, sort=False):
        one = dict(zip(GROUP, key, strict=True)) | {
            name: group[name].iloc[0] for name in ("algorithm", "points", "method", "law", "hash_bits")
        }
        replicated = one["method"] == "exact" or hash_function(one["hash"]).seeded
        found.append(one | _over_repetitions(group, replicated=replicated))
    summary = frame_of(found, numbers=NUMBERS, others=[*GROUP, "algorithm", "points", "method", "law"])
    tested = summary["p_value"].notna()
    summary["corrected"] = np.nan
    summary.loc[tested, "corrected"] = inference.holm(summary.loc[tested, "p_value"].to_numpy(dtype=float))
    summary["verdict"] = [_verdict(dict(row)) for _, row in summary.iterrows()]
    return summary


def _over_repetitions(group: pd.DataFrame, *, replicated: bool) -> dict[str, Any]:
    """Return means over repetitions, and how far they are from the law.

    A hash function without a seed is one draw of a hash function, however often keys are drawn: zipf or
    sequential keys fall alike in each repetition. There the mean of CV² is held against the law's spread of
    a single draw.
    """
    squares = group["cv"].to_numpy(dtype=float) ** 2
    laws = group["law_cv"].to_numpy(dtype=float) ** 2
    square = inference.mean(squares)
    largest, smallest = (inference.mean(group[f"{end}_to_mean"]) for end in ("max", "min"))
    known = bool(np.isfinite(laws).all())
    law = float(np.mean(laws)) if known else math.nan
    p_value = z = None
    if known and law > 0 and len(squares) > 1:
        relative = squares / laws
        if replicated:
            test = inference.mean_agrees(relative, 1)
            p_value, z = test.p_value, test.standardised
        else:
            p_value = _one_draw(float(relative.mean()), int(group["n"].iloc[0]))
    return {
        "cv": math.sqrt(square.value),
        "cv_half": _half_of_root(square.interval),
        "law_cv": math.sqrt(law) if known else None,
        "ratio": math.sqrt(square.value / law) if known and law > 0 else None,
        "max_to_mean": largest.value,
        "max_half": None if largest.interval is None else (largest.interval.high - largest.interval.low) / 2,
        "law_max_to_mean": _mean_or_none(group["law_max_to_mean"]),
        "min_to_mean": smallest.value,
        "min_half": statistics.half(smallest),
        "p99": float(group["p99"].mean()),
        "keys": _mean_or_none(group["keys"]),
        "distinct": _mean_or_none(group["distinct"]),
        "collision": _mean_or_none(group["collision"]),
        "p_value": p_value,
        "z": math.nan if z is None else z,
    }


def _one_draw(relative: float, n: int) -> float | None:
    """Return the chance that CV²/law² of one draw is as far from 1: (n - 1) CV²/law² is chi-square(n - 1)."""
    from scipy import stats

    if n < 2:
        return None
    law = stats.chi2(n - 1)
    return float(min(1.0, 2 * min(law.cdf((n - 1) * relative), law.sf((n - 1) * relative))))


def _half_of_root(interval: inference.Interval | None) -> float | None:
    if interval is None:
        return None
    return (math.sqrt(interval.high) - math.sqrt(max(0.0, interval.low))) / 2


def _mean_or_none(values: pd.Series[Any]) -> float | None:
    present = values.dropna()
    return float(present.astype(float).mean()) if len(present) else None


def _verdict(row: dict[Any, Any]) -> str | None:
    if row["law_cv"] is None or math.isnan(row["law_cv"]):
        return "no law"
    if row["law_cv"] == 0:
        # n ranges of whole hashes differ by a hash at most
        return EXACT if row["cv"] <= row["n"] / 2 ** row["hash_bits"] else UNEVEN
    if math.isnan(row["corrected"]):
        return None
    if row["corrected"] > FAMILY_LEVEL:
        return AGREES
    ratio = f"× {row['ratio']:.3g}"
    return f"{ratio}, t {row['z']:+.1f}" if math.isfinite(row["z"]) else ratio


def _departs(summary: pd.DataFrame) -> pd.DataFrame:
    return summary[(summary["corrected"] <= FAMILY_LEVEL) | (summary["verdict"] == UNEVEN)]


def _caption(results: Results[BalanceParameters], workload: str | None = None) -> str:
    """Return the caption of a table about one workload, or about arcs, for which no keys are drawn."""
    many = results.parameters.repetitions
    if many == 1:
        return "One repetition, so without intervals."
    anew = f"{many} repetitions with new hash seeds" if workload is None else repetitions(many, [workload])
    return f"{anew}. CV: root mean square over them; ± half of the 95 % t interval."


def _load_tables(
    results: Results[BalanceParameters], rows: pd.DataFrame, summary: pd.DataFrame
) -> Iterator[Table]:
    sampled = summary[summary["method"] == "sampled"]
    for hash_name, workload in _pairs(sampled):
        part = sampled[(sampled["hash"] == hash_name) & (sampled["workload"] == workload)]
        part = part.sort_values("n", kind="stable").reset_index(drop=True)
        keys, distinct = part["keys"].iloc[0], part["distinct"].iloc[0]
        repeats = distinct < keys
        notes = ["Law: the root of E[CV²], and the mean of max/mean, if hashes are random."]
        if repeats:
            notes = [
                "Law: the root of E[CV²] if hashes are random, and equal keys have equal ones; none is known "
                "of the largest load."
            ]
        shown = ["n", "label", "cv", "law_cv", "max_to_mean", "law_max_to_mean"]
        if repeats:
            shown.remove("law_max_to_mean")
        drawn = f"{keys:,.0f} keys, {distinct:,.0f} of them distinct" if repeats else f"{keys:,.0f} keys"
        yield _table(
            f"loads-{slug(workload)}-{slug(hash_name)}",
            f"Load of the nodes: {workload} keys, hashed by {hash_name}",
            part,
            [*shown, "min_to_mean", "p99", "verdict"],
            f"{drawn}. {_caption(results, workload)}",
            notes,
        )
    if "cannot" in rows:
        refused = rows[rows["cannot"].notna()]
        # of a cluster an algorithm cannot take the nodes; else a hash function cannot take the keys
        by = ["label"] if results.parameters.cluster else []
        refused = refused.drop_duplicates([*by, "hash", "workload"])
        if len(refused):
            yield Table(
                "not-measured",
                "Not measured",
                refused[[*by, "workload", "hash", "cannot"]].reset_index(drop=True),
                headers={"cannot": "reason", **dict.fromkeys(by, "algorithm")},
            )


def _share_tables(results: Results[BalanceParameters], summary: pd.DataFrame) -> Iterator[Table]:
    exact = summary[summary["method"] == "exact"]
    for hash_name in dict.fromkeys(exact["hash"]):
        part = exact[exact["hash"] == hash_name].sort_values("n", kind="stable").reset_index(drop=True)
        yield _table(
            f"shares-{slug(hash_name)}",
            f"Share of the hash space, exact, by arcs: points hashed by {hash_name}",
            part,
            [
                "n", "label", "cv", "law_cv", "max_to_mean", "law_max_to_mean",
                "min_to_mean", "p99", "verdict",
            ],
            _caption(results),
            ["Algorithms that list no arcs do not stand here; their loads are in the other tables."],
        )  # fmt: skip


def _table(
    name: str, title: str, frame: pd.DataFrame, columns: Sequence[str], caption: str, notes: Sequence[str]
) -> Table:
    return Table(
        name,
        title,
        frame,
        caption,
        columns=columns,
        formats={column: form for column, form in FORMATS.items() if column in columns},
        headers={column: head for column, head in HEADERS.items() if column in columns},
        groups=["n"],
        notes=[
            *notes,
            f"Verdict: agrees, unless a t test of CV²/law², corrected by Holm over all rows of the run, "
            f"rejects at {FAMILY_LEVEL:.0%}; then CV/law, and t. Loads by a hash function without a seed are "
            "one draw, and tested as one (χ², no t).",
        ],
    )


def _hash_table(results: Results[BalanceParameters], summary: pd.DataFrame) -> Table:
    n = int(summary["n"].max())
    part = summary[(summary["method"] == "sampled") & (summary["n"] == n)]
    functions = list(dict.fromkeys(part["hash"]))
    ratios = {(row.workload, row.label, row.hash): row.ratio for row in part.itertuples()}
    lines = [
        [workload, label, *(ratios.get((workload, label, function)) for function in functions)]
        for workload in dict.fromkeys(part["workload"])
        for label in dict.fromkeys(part["label"])
    ]
    return Table.of_rows(
        "hashes",
        f"What hash functions do to {n:,} nodes: CV over the CV that random hashes would give",
        ["workload", "label", *functions],
        lines,
        caption=_caption(results) + " 1 is as good as random; below 1 is more even than chance.",
        formats={function: Significant(3) for function in functions},
        headers={"label": "algorithm", **{function: function for function in functions}},
        groups=["workload"],
    )


def _pairs(summary: pd.DataFrame) -> list[tuple[str, str]]:
    return list(dict.fromkeys(zip(summary["hash"], summary["workload"], strict=True)))


def _meaning(results: Results[BalanceParameters], summary: pd.DataFrame, details: pd.DataFrame) -> list[str]:
    of_equal_nodes = [*_about_rings(summary), *_about_equal_shares(summary)]
    return [
        *(of_equal_nodes if all_alike(results) else about(results, summary)),
        *_about_repeats(summary),
        *balance_statistics.meaning(details),
        *_about_verdicts(results, summary),
    ]


def _about_rings(summary: pd.DataFrame) -> Iterator[str]:
    rings = summary[(summary["law"] == "ring") & (summary["workload"] == ALL_HASHES)]
    if rings.empty:
        return
    rings = rings[(rings["n"] == rings["n"].max()) & (rings["hash"] == rings["hash"].iloc[0])]
    found = [f"{100 * row.cv:.3g} % with {row.points:,}" for row in rings.itertuples()]
    yield (
        f"Shares on a ring are random: their CV is about 1/√points whatever n is ({', '.join(found)} "
        f"points, at n = {rings['n'].iloc[0]:,}). 5 % takes {theory.points_needed(0.05):,} points a node, "
        f"1 % {theory.points_needed(0.01):,}; more keys do not help."
    )


def _about_equal_shares(summary: pd.DataFrame) -> Iterator[str]:
    even = summary[
        (summary["method"] == "sampled")
        & (summary["law"] != "ring")
        & summary["law"].notna()
        & (summary["distinct"] == summary["keys"])
    ]
    even = even[even["verdict"] == AGREES]
    if even.empty:
        return
    row = even[even["n"] == even["n"].max()].iloc[0]
    names = ", ".join(dict.fromkeys(even["label"]))
    yield (
        f"Equal shares ({names}): only the chance of the draw is left, √((n-1)/keys), which is "
        f"{100 * row['law_cv']:.3g} % at n = {row['n']:,} and {row['keys']:,.0f} keys, and falls with "
        "more keys."
    )


def _about_repeats(summary: pd.DataFrame) -> Iterator[str]:
    skewed = summary[(summary["method"] == "sampled") & (summary["distinct"] < summary["keys"])]
    skewed = skewed[skewed["hash"] == summary["hash"].iloc[0]]
    for workload, group in skewed.groupby("workload", sort=False):
        largest = group[group["n"] == group["n"].max()]
        low, high = 100 * largest["cv"].min(), 100 * largest["cv"].max()
        yield (
            f"Keys of {workload} repeat: two draws are equal with chance s = "
            f"{group['collision'].mean():.3g}, and equal keys share a node, so no hashing brings the CV "
            f"below about √((n-1) s). At n = {largest['n'].iloc[0]:,} it is {low:.3g} to {high:.3g} %, "
            "whatever the algorithm."
        )


def _about_verdicts(results: Results[BalanceParameters], summary: pd.DataFrame) -> Iterator[str]:
    if results.parameters.repetitions == 1:
        yield "One repetition says nothing of its error, so no load is compared with its law: give more."
        return
    tested = summary[summary["corrected"].notna()]
    departs = _departs(summary)
    agree = len(tested) - int(tested.index.isin(departs.index).sum())
    yield (
        f"{agree} of {len(tested)} rows agree with their law (CV² over "
        f"{results.parameters.repetitions} repetitions, tests corrected by Holm at {FAMILY_LEVEL:.0%})."
    )
    for (hash_name, workload), group in departs.groupby(["hash", "workload"], sort=False):
        with np.errstate(divide="ignore"):
            distance = np.abs(np.log(group["ratio"].to_numpy(dtype=float)))
        worst = group.iloc[np.argsort(-distance, kind="stable")]
        listed = [f"{row.label} at n = {row.n:,} × {row.ratio:.3g}" for row in worst.head(4).itertuples()]
        more = f" and {len(group) - 4} more" if len(group) > 4 else ""
        yield f"Not as random hashes would fall, {hash_name} on {workload}: {', '.join(listed)}{more}."
