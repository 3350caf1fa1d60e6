"""Every number that `cache` states: hits with their law, what events cost, and how well that is predicted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.inference.verdict import CONFIRMED, REFUTED
from experiments.report.absent import absent_of, taking_part
from experiments.report.frames import groups_of
from experiments.report.presentation import Results
from experiments.report.statistics import mean_columns
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Bytes, Count, Interval, Percent, Significant, Text

from .sayings import judged

if TYPE_CHECKING:
    from .parameters import CacheParameters

NONE = "none"
CASE = ("workload", "n", "policy", "capacity")

NEAR = 0.05
"""A prediction that is not further off is right."""

COUNTED = 400
"""Of fewer misses in a repetition chance alone is more than that."""

READINGS = {
    "entries": "movement \N{MULTIPLICATION SIGN} cached entries",
    "working_set": "movement \N{MULTIPLICATION SIGN} working set",
    "law": "law of an event",
}
"""What misses are predicted by."""

BEFORE = 6
"""Windows before the event."""


def summary(results: Results[CacheParameters]) -> Summary:
    """Return all sheets."""
    rows = taking_part(results.rows)
    quiet = rows[rows["event"] == NONE]
    loud = rows[rows["event"] != NONE]
    claim = _claim(loud, quiet)
    return Summary(
        [
            _hits(quiet),
            _events(loud, quiet),
            claim,
            _readings(claim.frame),
            _said(loud, quiet),
            _course(rows),
            absent_of(results.rows),
        ]
    )


def _mean(values: pd.Series[Any], name: str) -> dict[str, Any]:
    """Return the mean over repetitions and the ends of its interval, under a name; None where one lacks."""
    return mean_columns([] if values.isna().any() else values, name)


def _columns(*names: str) -> list[str]:
    return [f"{name}{end}" for name in names for end in ("", "_low", "_high")]


def _hits(rows: pd.DataFrame) -> Sheet:
    keys_of = (*CASE, "label")
    body = []
    for keys, group in groups_of(rows, keys_of):
        law, law_set = group["law_hits"], group["law_working_set"]
        body.append(
            {
                **keys,
                "keys": int(group["keys"].iloc[0]),
                **_mean(group["hits"], "rate"),
                "law": None if law.isna().any() else float(law.mean()),
                "cached": float(group["cached"].mean()),
                **_mean(group["working_set"], "still"),
                "law_still": None if law_set.isna().any() else float(law_set.mean()),
            }
        )
    columns = [*keys_of, "keys", *_columns("rate"), "law", "cached", *_columns("still"), "law_still"]
    measures = {
        "rate": Measure(
            "part of the requests that are hits if nothing happens, mean over repetitions",
            Interval(Percent(2), "rate_low", "rate_high"), "rate_low", "rate_high", "law",
        ),
        "cached": Measure("entries cached, mean over repetitions", Count()),
        "still": Measure(
            "entries asked for before they leave: the working set, mean over repetitions",
            Interval(Count(), "still_low", "still_high"), "still_low", "still_high", "law_still",
        ),
    }  # fmt: skip
    return Sheet("hits", pd.DataFrame(body, columns=columns), keys_of, measures)


def _events(rows: pd.DataFrame, quiet: pd.DataFrame) -> Sheet:
    keys_of = (*CASE, "event", "label")
    worst = _of_quiet(quiet, "worst")
    body = []
    for keys, group in groups_of(rows, keys_of):
        row = dict(keys)
        row["movement"] = float(group["movement"].mean())
        row |= _mean(group["caused"], "caused") | _mean(group["transient"], "transient")
        row["caused_bytes"] = float(group["caused_bytes"].mean())
        row["moved_entries"] = float(group["moved_entries"].mean())
        row["moved_bytes"] = float(group["moved_bytes"].mean())
        row["worst"] = float(group["worst"].mean())
        row["usual"] = worst[_case(keys)]
        row["times"] = row["worst"] / row["usual"] if row["usual"] else None
        row |= _mean(group["back"], "back")
        body.append(row)
    columns = [
        *keys_of, "movement", *_columns("caused", "transient"), "caused_bytes", "moved_entries",
        "moved_bytes", "worst", "usual", "times", *_columns("back"),
    ]  # fmt: skip
    measures = {
        "movement": Measure("part of the keys that have another node afterwards, of all steps", Percent(1)),
        "caused": Measure(
            "misses beyond those of the same trace without the event, mean over repetitions",
            Interval(Count(), "caused_low", "caused_high"), "caused_low", "caused_high",
        ),
        "transient": Measure(
            "misses beyond those of the nodes after the event, had they always been there",
            Interval(Count(), "transient_low", "transient_high"), "transient_low", "transient_high",
        ),
        "caused_bytes": Measure("bytes that the origin sends more for the event", Bytes()),
        "moved_entries": Measure("cached entries whose key then has another node", Count()),
        "moved_bytes": Measure("their bytes: what handing them over would take", Bytes()),
        "worst": Measure("misses in the origin's worst second after the event", Count()),
        "usual": Measure("the same without an event", Count()),
        "times": Measure("the one over the other", Significant(3)),
        "back": Measure(
            "seconds until the hit rate is back; none where it is not in some repetition",
            Interval(Significant(3), "back_low", "back_high"), "back_low", "back_high",
        ),
    }  # fmt: skip
    return Sheet("events", pd.DataFrame(body, columns=columns), keys_of, measures)


def _case(keys: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(keys[name] for name in (*CASE, "label"))


def _of_quiet(quiet: pd.DataFrame, column: str) -> dict[tuple[Any, ...], float]:
    """Return the mean of a column where nothing happens."""
    return {_case(keys): float(group[column].mean()) for keys, group in groups_of(quiet, (*CASE, "label"))}


def _claim(rows: pd.DataFrame, quiet: pd.DataFrame) -> Sheet:
    """Return how far each reading is off, of caches with a law."""
    keys_of = ("workload", "n", "capacity", "event", "label", "reading")
    cached = _of_quiet(quiet, "cached")
    body = []
    for keys, group in groups_of(rows[rows["policy"] == "lru"], (*CASE, "event", "label")):
        measured = _mean(group["transient"], "measured")
        predicted = {
            "entries": float(group["movement"].mean()) * cached[_case(keys)],
            "working_set": float((group["movement"] * group["working_set"]).mean()),
        }
        if group["law_transient"].notna().all():
            predicted["law"] = float(group["law_transient"].mean())
        for reading, value in predicted.items():
            off = value / measured["measured"] - 1 if measured["measured"] > 0 else None
            few = measured["measured"] < COUNTED
            near = off is not None and abs(off) <= NEAR
            body.append(
                {
                    **{name: keys[name] for name in keys_of[:-1]},
                    "reading": reading,
                    "movement": float(group["movement"].mean()),
                    **measured,
                    "predicted": value,
                    "ratio": None if off is None else 1 / (1 + off) if off > -1 else None,
                    "off": off,
                    "verdict": "too few to say" if few else "within 5 %" if near else "not within 5 %",
                }
            )
    columns = [
        *keys_of, "movement", *_columns("measured"), "predicted", "ratio", "off", "verdict",
    ]  # fmt: skip
    measures = {
        "measured": Measure(
            "misses beyond those of the nodes after the event, mean over repetitions",
            Interval(Count(), "measured_low", "measured_high"), "measured_low", "measured_high",
        ),
        "predicted": Measure("what the reading says", Count()),
        "off": Measure("predicted over measured, less 1", Percent(1)),
        "verdict": Measure(f"whether that is within {NEAR:.0%}", Text()),
    }  # fmt: skip
    return Sheet("claim", pd.DataFrame(body, columns=columns), keys_of, measures)


def _readings(claim: pd.DataFrame) -> Sheet:
    """Return how often each reading is right, over events and algorithms."""
    keys_of = ("workload", "capacity", "reading")
    body = []
    judged = claim[claim["verdict"] != "too few to say"] if len(claim) else claim
    for keys, group in groups_of(judged, keys_of):
        off = group["off"].astype(float)
        furthest = group.iloc[int(off.abs().to_numpy().argmax())]
        body.append(
            {
                **keys,
                "right": int((group["verdict"] == "within 5 %").sum()),
                "cases": len(group),
                "middle": float(off.median()),
                "furthest": float(furthest["off"]),
                "furthest_case": f"{furthest['label']}, {furthest['event']}",
            }
        )
    measures = {
        "right": Measure(f"cases that are predicted within {NEAR:.0%}", Count()),
        "cases": Measure(f"cases of at least {COUNTED} misses", Count()),
        "middle": Measure("median of predicted over measured, less 1", Percent(1)),
        "furthest": Measure("the furthest of them", Percent(1)),
        "furthest_case": Measure("which that is", Text()),
    }
    columns = [*keys_of, *measures]
    return Sheet("readings", pd.DataFrame(body, columns=columns), keys_of, measures)


def _said(rows: pd.DataFrame, quiet: pd.DataFrame) -> Sheet:
    """Return in how many settings each sentence holds for each algorithm, and the ends of its number."""
    measures = {
        "settings": Measure("settings in which it was judged", Count()),
        CONFIRMED: Measure("those in which it is confirmed", Count()),
        REFUTED: Measure("those in which it is refuted", Count()),
        "least": Measure("its number where it is least, mean over repetitions", Significant(3)),
        "most": Measure("its number where it is most, mean over repetitions", Significant(3)),
    }
    verdicts = pd.DataFrame(judged(rows, quiet), columns=["saying", "label", "value", "verdict"])
    body = [
        {
            **keys,
            "settings": len(group),
            CONFIRMED: int((group["verdict"] == CONFIRMED).sum()),
            REFUTED: int((group["verdict"] == REFUTED).sum()),
            "least": float(group["value"].min()),
            "most": float(group["value"].max()),
        }
        for keys, group in groups_of(verdicts, ("saying", "label"))
    ]
    return Sheet.of_records("said", ("saying", "label"), measures, body)


def _course(rows: pd.DataFrame) -> Sheet:
    """Return the hit rate of the first repetition in windows around the event."""
    keys_of = (*CASE, "event", "label", "window")
    body = []
    for row in rows[rows["windows"].notna()].to_dict("records"):
        counts = [int(word) for word in str(row["windows"]).split()]
        size = int(row["window_requests"])
        for place, hits in enumerate(counts):
            body.append(
                (
                    *(row[name] for name in (*CASE, "event", "label")),
                    place - BEFORE,
                    hits / size if size else None,
                )
            )
    rate = Measure("hits in a window over its requests, of the first repetition", Percent(2))
    return Sheet("course", pd.DataFrame(body, columns=[*keys_of, "rate"]), keys_of, {"rate": rate})
