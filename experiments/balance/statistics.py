"""The statistics of `balance`: every quantity with its interval and beside its law, pairs of algorithms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from algorithms.hashing import hash_function
from experiments import inference, theory
from experiments.inference.levels import FAMILY_LEVEL
from experiments.inference.verdict import DIFFERS, FITS
from experiments.report import statistics
from experiments.report.slugs import slug
from experiments.report.tables.formats import Percent, PlusMinus, Significant
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROUP = ["hash", "workload", "n", "label"]
SQUARES_MARGIN = 0.1
"""Of CV², so that the CV itself is within about 5 %."""

SQUARE, LARGEST, SMALLEST, PERCENTILE = "CV²", "max/mean", "min/mean", "99 % point"
G_TEST, KOLMOGOROV = "loads, G", "share of node 0, KS"


def measured(rows: pd.DataFrame) -> pd.DataFrame:
    """Give every quantity of a run with its interval, tested against its law; one family."""
    found: list[dict[str, Any]] = []
    for key, group in rows.groupby(GROUP, sort=False):
        common = dict(zip(GROUP, key, strict=True)) | {"method": group["method"].iloc[0]}
        replicated = common["method"] == "exact" or hash_function(common["hash"]).seeded
        found += [common | row for row in _quantities(group, tested=replicated)]
        if replicated and len(group) > 1:
            found += [common | row for row in (_g_test(group), _share_test(group)) if row is not None]
    frame = statistics.concluded(
        found, numbers=["value", "half", "law", "seen"], others=["hash", "workload", "n", "label", "measure"]
    )
    whole = frame["measure"].isin([G_TEST, KOLMOGOROV]) & frame["corrected"].notna()
    fits = frame.loc[whole, "corrected"].astype(float) > FAMILY_LEVEL
    frame.loc[whole, "conclusion"] = np.where(fits, FITS, DIFFERS)
    frame.loc[whole, "sees"] = frame.loc[whole, "seen"]
    return frame


def _quantities(group: pd.DataFrame, *, tested: bool) -> list[dict[str, Any]]:
    squares = group["cv"].to_numpy(dtype=float) ** 2
    laws = {
        SQUARE: (squares, group["law_cv"].to_numpy(dtype=float) ** 2, SQUARES_MARGIN),
        LARGEST: (_column(group, "max_to_mean"), _column(group, "law_max_to_mean"), statistics.MARGIN),
        SMALLEST: (_column(group, "min_to_mean"), _column(group, "law_min_to_mean"), statistics.MARGIN),
        PERCENTILE: (_column(group, "p99"), np.full(len(group), np.nan), statistics.MARGIN),
    }
    rows = []
    for measure, (values, law, margin) in laws.items():
        skewed = measure != SQUARE
        estimate = inference.skewed_mean(values, seed=0) if skewed else inference.mean(values)
        known = bool(np.isfinite(law).all() and (law > 0).all())
        ratio = values / law if known and tested else np.ones(1)
        rows.append(
            {
                "measure": measure,
                "value": estimate.value,
                "half": statistics.half(estimate),
                "law": float(law.mean()) if np.isfinite(law).all() else None,
                "seen": None,
                **statistics.against_law(ratio, 1.0, margin=margin),
            }
        )
    return rows


def _column(group: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return group[name].to_numpy(dtype=float)


def _whole(
    measure: str, value: float, law: float | None, p_value: float, seen: float | None
) -> dict[str, Any]:
    nothing = dict.fromkeys(("half", "off", "d", "same", "deviation", "size"))
    return {**nothing, "measure": measure, "value": value, "law": law, "p_value": p_value, "seen": seen}


def _g_test(group: pd.DataFrame) -> dict[str, Any] | None:
    """Test all loads of all repetitions against equal shares, where keys fall one by one: sum of G."""
    if "g" not in group or group["g"].isna().any() or group["law"].iloc[0] in (None, "ring"):
        return None
    n, keys = int(group["n"].iloc[0]), int(group["keys"].sum())
    repeat = (group["distinct"] < group["keys"]).any()
    if pd.isna(group["law"].iloc[0]) or n < 2 or repeat or keys < 5 * n * len(group):
        return None
    from scipy import stats

    total, degrees = float(group["g"].sum()), (n - 1) * len(group)
    return _whole(
        G_TEST, total / degrees, 1.0, float(stats.chi2.sf(total, degrees)), inference.smallest_cv(n, keys)
    )


def _share_test(group: pd.DataFrame) -> dict[str, Any] | None:
    """Test one node's share over rings against Beta: one share a ring, so that they are independent."""
    exact = group["method"].iloc[0] == "exact" and group["law"].iloc[0] == "ring"
    n = int(group["n"].iloc[0])
    if not exact or n < 2 or "first_to_mean" not in group or group["first_to_mean"].isna().any():
        return None
    points = int(group["points"].iloc[0])
    law = theory.ring_share(points, (n - 1) * points)
    found = inference.law_agrees(group["first_to_mean"].to_numpy(dtype=float) / n, law)
    return _whole(KOLMOGOROV, found.effect, None, found.p_value, None)


def tables(rows: pd.DataFrame, frame: pd.DataFrame, repetitions: int) -> list[Table]:
    """Return the tables that follow those that everybody reads."""
    if repetitions < 2:
        return []
    made = []
    for (hash_name, workload), part in frame.groupby(["hash", "workload"], sort=False):
        part = part.sort_values("n", kind="stable").reset_index(drop=True)
        made.append(_table(str(hash_name), str(workload), part, repetitions))
    return made + _pairs(rows, repetitions)


def _table(hash_name: str, workload: str, part: pd.DataFrame, repetitions: int) -> Table:
    few = repetitions < inference.estimates.BOOTSTRAP_LEAST
    return Table(
        f"statistics-{slug(workload)}-{slug(hash_name)}",
        f"Every quantity with its interval, and its law: {workload}, {hash_name}",
        part,
        f"{repetitions} repetitions. Measured ± half of the 95 % interval: t over repetitions"
        + ("." if few else "; of all but CV² BCa."),
        columns=["n", "label", "measure", "value", "law", *statistics.COLUMNS],
        formats={
            "value": PlusMinus(Significant(4), "half"), "law": Significant(4), **statistics.FORMATS,
        },
        headers={"n": NODES.header, "label": "algorithm", "value": "measured", **statistics.HEADERS},
        groups=["n", "label"],
        align={"conclusion": "left"},
        notes=[
            *statistics.LEGEND,
            f"Of CV² the margin is {SQUARES_MARGIN:.0%}. {G_TEST}: over its degrees of freedom, all "
            "repetitions together, against equal shares; it sees a CV of the shares. "
            f"{KOLMOGOROV}: greatest distance from Beta(v, (n-1)v), over rings. Of the 99 % point no law is "
            "known.",
        ],
        detail=True,
    )  # fmt: skip


def _pairs(rows: pd.DataFrame, repetitions: int) -> list[Table]:
    sampled = rows[rows["method"] == "sampled"]
    if sampled.empty:
        return []
    first, n = sampled.iloc[0], sampled["n"].max()
    part = sampled[(sampled["hash"] == first["hash"]) & (sampled["workload"] == first["workload"])]
    part = part[part["n"] == n]
    labels: Sequence[str] = list(dict.fromkeys(part["label"]))
    by_label = {label: part[part["label"] == label].sort_values("repetition") for label in labels}
    if len(labels) < 2 or {len(group) for group in by_label.values()} != {repetitions}:
        return []
    measures: dict[str, Percent | Significant] = {"cv": Percent(2), "max_to_mean": Percent(2)}
    frame = statistics.pairs(
        {name: {label: group[name] for label, group in by_label.items()} for name in measures}
    )
    return [
        Table(
            "pairs",
            f"Algorithms against each other at n = {n:,}: paired differences",
            frame,
            f"{first['workload']} keys, hashed by {first['hash']}; {repetitions} repetitions, the same keys "
            "and seeds for all. Mean differences ± half of the 95 % t interval, in % of the mean load; d: in "
            "standard deviations of a difference (Cohen's d_z); p: paired t, corrected by Holm over the "
            "table.",
            columns=["ours", "theirs", *(f"{name}{end}" for name in measures for end in ("", "_d", "_p"))],
            groups=["ours"],
            formats=statistics.pair_formats(measures),
            headers={
                "ours": "algorithm", "theirs": "less", "cv": "CV", "cv_d": "d", "cv_p": "p",
                "max_to_mean": "max/mean", "max_to_mean_d": "d ", "max_to_mean_p": "p ",
            },
            detail=True,
        )
    ]  # fmt: skip


def meaning(frame: pd.DataFrame) -> list[str]:
    """Say how many quantities agree with their laws and are shown to, and what G and KS find."""
    if not frame["conclusion"].notna().any():
        return []
    means = frame[frame["measure"].isin([SQUARE, LARGEST, SMALLEST])]
    lines = [
        f"Means against laws (CV², max/mean, min/mean; t and TOST, Holm, {FAMILY_LEVEL:.0%}): "
        f"{statistics.counted(means['conclusion'])}."
    ]
    for measure, what in ((G_TEST, "equal shares by G"), (KOLMOGOROV, "Beta shares by Kolmogorov-Smirnov")):
        part = frame[(frame["measure"] == measure) & frame["conclusion"].notna()]
        if len(part):
            fits = int((part["conclusion"] == FITS).sum())
            lines.append(f"{fits} of {len(part)} cases fit {what}.")
    return lines
