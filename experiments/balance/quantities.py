"""The statistics of `balance` in full: every quantity tested against its law, and algorithms in pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from algorithms.hashing import hash_function
from experiments import inference, theory
from experiments.balance import squares
from experiments.inference.levels import FAMILY_LEVEL
from experiments.inference.verdict import DIFFERS, FITS
from experiments.report import conclusions, statistics
from experiments.report.frames import frame_of
from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count, Percent, PlusMinus, Significant

if TYPE_CHECKING:
    pass

GROUP = ["hash", "workload", "n", "label"]
KEYS = (*GROUP, "quantity")

MEANS = ("cv_squared", "max_to_mean", "min_to_mean", "p99")
"""The quantities that are means over repetitions."""

WHOLES = ("loads_g", "share_ks")
"""The quantities that are statistics of all repetitions together."""

WORDS: Mapping[str, str] = {
    "cv_squared": "CV²", "max_to_mean": "max/mean", "min_to_mean": "min/mean", "p99": "99 % point",
    "loads_g": "loads, G", "share_ks": "share of node 0, KS",
}  # fmt: skip

COMPARED: Mapping[str, Percent | Significant] = {"cv": Percent(2), "max_to_mean": Percent(2)}
"""What algorithms are compared in, and how a difference is written."""

MEASURES = {
    "value": Measure("over repetitions", PlusMinus(Significant(4), "half"), law="law"),
    **conclusions.MEASURES,
}


def sheets(
    rows: pd.DataFrame,
    frame: pd.DataFrame,
    draws: pd.DataFrame,
    repetitions: int,
    *,
    usual: Mapping[str, Any],
) -> list[Sheet]:
    """Return every quantity, how many there are by conclusion, and the differences of pairs."""
    of_squares = frame[frame["quantity"] == "cv_squared"]
    agreement = conclusions.agreement(of_squares["conclusion"]) | {"margin": squares.SQUARES_MARGIN}
    whole = frame[frame["quantity"].isin(WHOLES) & frame["conclusion"].notna()]
    fits = [
        {"quantity": quantity, "cases": len(part), "apart": int((part["conclusion"] == DIFFERS).sum())}
        for quantity, part in ((name, whole[whole["quantity"] == name]) for name in WHOLES)
        if len(part)
    ]
    counts = {
        "cases": Measure("cases that are tested as a whole", Count()),
        "apart": Measure("those in which a difference from their law is found", Count()),
    }
    return [
        Sheet("quantities", frame, KEYS, MEASURES, usual=usual),
        Sheet.of_records("agreement", (), conclusions.AGREEMENT, [agreement]),
        squares.undecided(of_squares),
        squares.extent(draws),
        Sheet.of_records("fits", ("quantity",), counts, fits),
        _pairs(rows, repetitions),
    ]


def quantities(rows: pd.DataFrame, loads: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    """Set every quantity of a run beside its law, and test CV², loads and shares; one family.

    Where there are draws by the thousand, CV² is that of these, and not of the few repetitions.

    The means of the largest and the smallest load are skewed: t of a few repetitions rejects a true law
    many times as often as it says at the level of a family, and so does any test of CV² where keys repeat.
    They stand beside their laws, untested.
    """
    known = {
        key: dict(zip(loads.columns, values, strict=True))
        for key, *values in zip(
            zip(*(loads[name] for name in GROUP), strict=True),
            *(loads[name] for name in loads.columns),
            strict=True,
        )
    }
    many = {tuple(row[name] for name in GROUP): row for row in draws.to_dict("records")}
    found: list[dict[str, Any]] = []
    for key, group in rows.groupby(GROUP, sort=False):
        common = dict(zip(GROUP, key, strict=True)) | {"method": group["method"].iloc[0]}
        replicated = common["method"] == "exact" or hash_function(common["hash"]).seeded
        of_few = _means(group, known[key], replicated=replicated)
        of_draws = many.get(tuple(key))
        found += [
            common
            | (row if of_draws is None or row["quantity"] != "cv_squared" else squares.of_draws(of_draws))
            for row in of_few
        ]
        if replicated and len(group) > 1:
            found += [common | row for row in (_g_test(group), _share_test(group)) if row is not None]
    frame = statistics.concluded(
        found, numbers=["value", "half", "law", "seen"], others=["hash", "workload", "n", "label", "quantity"]
    )
    frame["measure"] = frame["quantity"].map(WORDS)
    whole = frame["quantity"].isin(WHOLES) & frame["corrected"].notna()
    fits = frame.loc[whole, "corrected"].astype(float) > FAMILY_LEVEL
    frame.loc[whole, "conclusion"] = np.where(fits, FITS, DIFFERS)
    frame.loc[whole, "sees"] = frame.loc[whole, "seen"]
    return frame


def _means(group: pd.DataFrame, mean: Mapping[str, Any], *, replicated: bool) -> list[dict[str, Any]]:
    stated = {
        "cv_squared": ("square", "square_half", "square_law"),
        "max_to_mean": ("max_to_mean", "max_half", "law_max_to_mean"),
        "min_to_mean": ("min_to_mean", "min_half", "law_min_to_mean"),
        "p99": ("p99", "p99_half", None),
    }
    off = {
        name: None if law is None or not mean[law] else mean[value] / mean[law] - 1
        for name, (value, _, law) in stated.items()
    }
    tests = {"cv_squared": squares.of_repetitions(group, replicated=replicated)}
    return [
        {
            "quantity": quantity,
            "value": mean[value],
            "half": mean[half],
            "law": None if law is None else mean[law],
            "seen": None,
            **tests.get(quantity, statistics.untested(len(group)) | {"off": off[quantity]}),
        }
        for quantity, (value, half, law) in stated.items()
    ]


def _whole(
    quantity: str, value: float, law: float | None, p_value: float, seen: float | None
) -> dict[str, Any]:
    nothing = {"half": None, **statistics.untested(0), "size": None}
    return {**nothing, "quantity": quantity, "value": value, "law": law, "p_value": p_value, "seen": seen}


def _g_test(group: pd.DataFrame) -> dict[str, Any] | None:
    """Test all loads of all repetitions against equal shares, where keys fall one by one: sum of G."""
    if "g" not in group or group["g"].isna().any() or group["law"].iloc[0] in (None, "ring"):
        return None
    n, keys = int(group["n"].iloc[0]), int(group["keys"].sum())
    if pd.isna(group["law"].iloc[0]) or n < 2 or squares.repeats(group) or keys < 5 * n * len(group):
        return None
    from scipy import stats

    total, degrees = float(group["g"].sum()), (n - 1) * len(group)
    return _whole(
        "loads_g", total / degrees, 1.0, float(stats.chi2.sf(total, degrees)), inference.smallest_cv(n, keys)
    )


def _share_test(group: pd.DataFrame) -> dict[str, Any] | None:
    """Test one node's share over rings against Beta: one share a ring, so that they are independent."""
    exact = group["method"].iloc[0] == "exact" and group["law"].iloc[0] == "ring"
    n = int(group["n"].iloc[0])
    if not exact or n < 2 or "first_to_mean" not in group or group["first_to_mean"].isna().any():
        return None
    points = group["points"].iloc[0]
    if pd.isna(points):
        return None
    law = theory.ring_share(points, (n - 1) * points)
    found = inference.law_agrees(group["first_to_mean"].to_numpy(dtype=float) / n, law)
    return _whole("share_ks", found.effect, None, found.p_value, None)


def _pairs(rows: pd.DataFrame, repetitions: int) -> Sheet:
    """Return the differences of pairs at the largest n, for the first keys and the first hash function."""
    sampled = rows[rows["method"] == "sampled"]
    by_label: dict[str, pd.DataFrame] = {}
    if len(sampled) and repetitions > 1:
        first, n = sampled.iloc[0], sampled["n"].max()
        part = sampled[(sampled["hash"] == first["hash"]) & (sampled["workload"] == first["workload"])]
        part = part[part["n"] == n]
        labels: Sequence[str] = list(dict.fromkeys(part["label"]))
        by_label = {label: part[part["label"] == label].sort_values("repetition") for label in labels}
        if len(labels) < 2 or {len(group) for group in by_label.values()} != {repetitions}:
            by_label = {}
    values = {f"{name}_less": {label: group[name] for label, group in by_label.items()} for name in COMPARED}
    if by_label:
        frame = statistics.pairs(values).assign(hash=first["hash"], workload=first["workload"], n=n)
    else:
        columns = [f"{name}{end}" for name in values for end in ("", "_half", "_d", "_p")]
        frame = frame_of([], numbers=columns, others=["ours", "theirs", "hash", "workload", "n"])
    formats = conclusions.pair_formats({f"{name}_less": inner for name, inner in COMPARED.items()})
    about = {"": "ours less theirs, mean", "_d": "d of the difference", "_p": "paired t, by Holm: p"}
    measures = {
        f"{name}{end}": Measure(words, formats[f"{name}{end}"])
        for name in values
        for end, words in about.items()
    }
    return Sheet("pairs", frame, ("ours", "theirs"), measures)
