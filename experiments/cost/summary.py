"""Every number that `cost` states: means over repetitions, beside their laws and what is published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments import inference
from experiments.inference.levels import FAMILY_LEVEL
from experiments.inference.verdict import CONFIRMED, DIFFERS, EXACT, REFUTED, UNDECIDED
from experiments.report.absent import absent_of, taking_part
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.statistics import against_law, concluded, untested
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Interval, Significant, Text
from experiments.theory.lookups import LAWS

KEYS = ("workload", "order", "n", "removed", "label", "step")
COLUMNS = (
    *KEYS, "live", "numbered", "keys", "mean", "largest", "elsewhere", "law", "law_mean", "published",
    "published_mean", "source", "repetition", "cannot",
)  # fmt: skip
CLAIM = ("workload", "label", "step")
MEAN = Significant(4)


def summary(results: Results[Any]) -> Summary:
    """Return the means of all steps, what becomes of each published law, and who takes no part."""
    # a run in which all can, or none can, has not all of the columns
    rows = results.rows.reindex(columns=list(dict.fromkeys([*results.rows.columns, *COLUMNS])))
    counted = taking_part(rows)
    steps = _means(counted)
    formulas = steps["law"].map({name: law.formula for name, law in LAWS.items()}).rename("formula")
    frame = pd.concat([steps, _judged(counted, steps), formulas], axis=1)
    mean = Measure(
        "mean steps a key, over repetitions", Interval(MEAN, "low", "high"), "low", "high", "law_mean"
    )
    measures = {
        "mean": mean,
        "largest": Measure("the most steps of any key", Count()),
        "off": Measure("measured over law, less 1", Significant(2)),
        "conclusion": Measure("of the tests of agreement with the law and of equivalence", Text()),
        "published_mean": Measure("what is published", MEAN),
        "factor": Measure("measured over published", MEAN),
        "verdict": Measure("of what is published", Text()),
    }
    claims = _claims(frame)
    placed = counted.groupby([*KEYS[:-1], "repetition"], sort=False)[["keys", "elsewhere"]].first()
    proof = pd.DataFrame(
        {"keys_placed": [int(placed["keys"].sum())], "elsewhere": [int(placed["elsewhere"].sum())]}
    )
    return Summary(
        [
            Sheet("steps", frame, KEYS, measures),
            Sheet(
                "published",
                claims,
                CLAIM,
                {
                    "cases": Measure("settings in which something is published", Count()),
                    "confirmed": Measure("settings in which it is confirmed", Count()),
                    "refuted": Measure("settings in which it is refuted", Count()),
                    "measured": Measure("mean steps a key in the setting that is farthest off", MEAN),
                    "stated": Measure("what is published for that setting", MEAN),
                    "claim": Measure("what became of it", Text()),
                },
            ),
            Sheet(
                "proof",
                proof,
                (),
                {
                    "keys_placed": Measure("keys whose steps were counted", Count()),
                    "elsewhere": Measure("keys that came to another bucket than by assign", Count()),
                },
            ),
            absent_of(rows),
        ]
    )


def _means(counted: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each setting and step: the mean over repetitions with its interval, and the laws."""
    body = []
    for keys, group in counted.groupby(list(KEYS), sort=False):
        estimate = inference.mean(group["mean"].to_numpy(dtype=float))
        ends = (None, None) if estimate.interval is None else (estimate.interval.low, estimate.interval.high)
        first = group.iloc[0]
        row = dict(zip(KEYS, keys, strict=True)) | {
            "live": int(first["live"]),
            "numbered": int(first["numbered"]),
            "before_over_after": float(first["n"] / first["live"]),
            "mean": estimate.value,
            "low": ends[0],
            "high": ends[1],
            "largest": int(group["largest"].max()),
        }
        # which nodes leave decides how many places are numbered, so a law may differ between repetitions
        for name in ("law", "published"):
            means = group[f"{name}_mean"]
            row |= {name: first[name], f"{name}_mean": None if means.isna().any() else float(means.mean())}
        row["source"] = first["source"]
        body.append(row)
    return frame_of(
        body,
        numbers=["low", "high", "law_mean", "published_mean"],
        others=[*COLUMNS, "before_over_after"],
    )


def _judged(counted: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Return what tests say of each mean, against its law and against what is published."""
    groups = [group for _, group in counted.groupby(list(KEYS), sort=False)]
    laws, published = (
        [_against(group, row, name) for group, row in zip(groups, steps.to_dict("records"), strict=True)]
        for name in ("law", "published")
    )
    by_law, by_paper = _concluded(laws), _concluded(published)
    return pd.DataFrame(
        {
            "off": [row["off"] for row in laws],
            "conclusion": [
                row["exactly"] or found.conclusion for row, found in zip(laws, by_law, strict=True)
            ],
            "factor": [
                mean / stated if stated and not math.isnan(stated) else None
                for mean, stated in zip(steps["mean"], steps["published_mean"], strict=True)
            ],
            "verdict": [
                _verdict(row, tested, known)
                for row, tested, known in zip(published, by_paper, steps.to_dict("records"), strict=True)
            ],
        }
    ).astype({"off": float, "factor": float})


def _against(group: pd.DataFrame, row: dict[Any, Any], name: str) -> dict[str, Any]:
    """Return the tests of a group against its law; where nothing varies, whether they are equal."""
    law = row[f"{name}_mean"]
    nothing = untested(len(group))
    if law is None or math.isnan(law):
        return {**nothing, "exactly": None}
    values = group["mean"].to_numpy(dtype=float)
    # a law of its own for each repetition is taken off it, so that all are tested against one value
    own = group[f"{name}_mean"].to_numpy(dtype=float)
    if (values == group["largest"].to_numpy(dtype=float)).all() and not np.ptp(values) and not np.ptp(own):
        equal = math.isclose(values[0], law, rel_tol=1e-9, abs_tol=1e-12)
        return {**nothing, "exactly": EXACT if equal else DIFFERS}
    if not law:
        return {**nothing, "exactly": DIFFERS}
    return {**against_law(values - own + law, law), "exactly": None}


class _Tested(NamedTuple):
    """The tests of one mean, corrected within their family."""

    corrected: float | None
    same: float | None
    conclusion: str | None


def _concluded(rows: Sequence[dict[str, Any]]) -> list[_Tested]:
    """Return the p-values of each, corrected by Holm over all of them, and the conclusion of both tests."""
    frame = concluded(rows)
    return [
        _Tested(*(None if pd.isna(value) else value for value in values))
        for values in zip(*(frame[name] for name in _Tested._fields), strict=True)
    ]


def _verdict(row: dict[str, Any], tested: _Tested, known: dict[Any, Any]) -> str | None:
    """Return what becomes of a published law in one setting; a bound is refuted from above alone."""
    name, stated = known["published"], known["published_mean"]
    if not name or stated is None or math.isnan(stated):
        return None
    bound, below = LAWS[name].bound, known["mean"] <= stated
    if row["exactly"] is not None:
        return CONFIRMED if row["exactly"] == EXACT or (bound and below) else REFUTED
    if bound:
        if tested.corrected is None or tested.corrected > FAMILY_LEVEL:
            return UNDECIDED
        return CONFIRMED if below else REFUTED
    if tested.same is not None and tested.same <= FAMILY_LEVEL:
        return CONFIRMED  # within what is allowed, as of any claim
    return REFUTED if tested.conclusion == DIFFERS else UNDECIDED


def _claims(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each published law: in how many settings it holds, and where it is farthest off."""
    body = []
    judged = frame[frame["verdict"].notna()]
    for keys, group in judged.groupby(list(CLAIM), sort=False):
        refuted = group[group["verdict"] == REFUTED]
        worst = _farthest(refuted if len(refuted) else group)
        body.append(
            dict(zip(CLAIM, keys, strict=True))
            | {
                "published": worst["published"],
                "formula": ("at most " if LAWS[worst["published"]].bound else "")
                + LAWS[worst["published"]].formula,
                "source": worst["source"],
                "cases": len(group),
                "confirmed": int((group["verdict"] == CONFIRMED).sum()),
                "refuted": len(refuted),
                "order": worst["order"],
                "n": int(worst["n"]),
                "live": int(worst["live"]),
                "measured": float(worst["mean"]),
                "stated": float(worst["published_mean"]),
                "holds": _other_law(worst),
                "claim": _all_in_all(group["verdict"].tolist(), bound=LAWS[worst["published"]].bound),
            }
        )
    columns = [
        *CLAIM, "published", "formula", "source", "cases", "confirmed", "refuted", "order", "n", "live",
        "measured", "stated", "holds", "claim",
    ]  # fmt: skip
    return pd.DataFrame(body, columns=columns)


def _other_law(row: pd.Series[Any]) -> str | None:
    """Return the formula of the law that a mean has, if it is not the one that is published."""
    law = LAWS.get(row["law"] or "")
    return None if law is None or row["law"] == row["published"] else law.formula


def _farthest(group: pd.DataFrame) -> pd.Series[Any]:
    distance = [abs(math.log(factor)) if factor > 0 else 0.0 for factor in group["factor"].fillna(1.0)]
    return group.iloc[int(np.argmax(distance))]


def _all_in_all(verdicts: Sequence[str], *, bound: bool) -> str:
    """Return what becomes of a law: where it is a bound, a mean may be too near to it to be told apart."""
    if REFUTED in verdicts:
        return REFUTED
    return CONFIRMED if CONFIRMED in verdicts and (bound or UNDECIDED not in verdicts) else UNDECIDED
