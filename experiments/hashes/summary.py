"""Every number that `hashes` states: how uneven loads are beside those of random hashes, and how likely."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from algorithms.hashing import hash_function
from experiments import inference
from experiments.inference.levels import FAMILY_LEVEL
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Significant

KEYS = ("hash", "workload", "n", "label")

MEASURES = {
    "ratio": Measure("root of the mean of cv²/law_cv² over repetitions", Significant(3)),
    "max_to_mean": Measure("mean of max_to_mean over repetitions", Significant(3)),
    "corrected": Measure("p of a chi-square test of cv²/law_cv², corrected by Holm", Significant(2)),
}


def summary(results: Results[Any]) -> Summary:
    """Return the loads of each hash function, how many are as those of random hashes, and the keys."""
    rows = results.rows
    loads = _loads(rows[rows["method"] == "sampled"])
    tested = loads[loads["corrected"].notna()]
    counts = {"tested": len(tested), "as_random": len(tested) - int(tested["departs"].sum())}
    sizes = [
        {"n": int(str(n)), "most_keys": float(part["keys"].dropna().max())}
        for n, part in loads.groupby("n", sort=False)
    ]
    return Summary(
        [
            Sheet("loads", loads, KEYS, MEASURES),
            Sheet.of_records(
                "judged",
                (),
                {
                    "tested": Measure("loads of distinct keys that are tested", Count()),
                    "as_random": Measure("those that are as uneven as of random hashes", Count()),
                },
                [counts],
            ),
            Sheet.of_records(
                "sizes", ("n",), {"most_keys": Measure("the most keys of a repetition", Count())}, sizes
            ),
            Sheet.of_records(
                "extent",
                (),
                {"largest_n": Measure("the largest n", Count())},
                [{"largest_n": int(loads["n"].max()) if len(loads) else None}],
            ),
        ]
    )


def _loads(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each workload, n, algorithm and hash function: over the repetitions."""
    found: list[dict[str, Any]] = []
    by = ["n", "workload", "label", "hash"]
    for key, group in rows.groupby(by, sort=False):
        one: dict[str, Any] = dict(zip(by, key, strict=True)) | {"refused": False, "cannot": None}
        if "cannot" in group and bool(group["cannot"].notna().all()):
            one |= {"refused": True, "cannot": str(group["cannot"].iloc[0])}
        else:
            one |= _compared(group, seeded=hash_function(one["hash"]).seeded)
        found.append(one)
    numbers = ["ratio", "max_to_mean", "p_value", "keys"]
    frame = frame_of(found, numbers=numbers, others=[*by, "refused", "cannot"])
    tested = frame["p_value"].notna()
    frame["corrected"] = np.nan
    if tested.any():
        frame.loc[tested, "corrected"] = inference.holm(frame.loc[tested, "p_value"].to_numpy(dtype=float))
    frame["departs"] = frame["corrected"] <= FAMILY_LEVEL
    return frame


def _compared(group: pd.DataFrame, *, seeded: bool) -> dict[str, Any]:
    """Return the root of mean CV² over the law's, the fullest node, and how likely random hashes do the same.

    The repetitions of a function with a seed are independent, and all those of one without a single draw.
    """
    squares = group["cv"].to_numpy(dtype=float) ** 2
    laws = group["law_cv"].to_numpy(dtype=float) ** 2
    known = bool(np.isfinite(laws).all()) and float(laws.min()) > 0
    relative = float(np.mean(squares / laws)) if known else math.nan
    distinct = bool((group["distinct"] == group["keys"]).all())
    freedom = (int(group["n"].iloc[0]) - 1) * (len(group) if seeded else 1)
    p_value = None
    if known and distinct and freedom:
        p_value = inference.squares_agree(relative, freedom).p_value
    return {
        "ratio": math.sqrt(relative) if known else None,
        "max_to_mean": inference.mean(group["max_to_mean"]).value,
        "p_value": p_value,
        "keys": float(group["keys"].mean()),
    }
