"""Every number that `requests` states: responses with their intervals and laws, queues, bursts, hits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.report.absent import absent_of, taking_part
from experiments.report.frames import groups_of
from experiments.report.presentation import Results
from experiments.report.statistics import mean_columns, mean_of
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Interval, Percent, Significant, Text
from experiments.theory import queues

from .contestants import Contestant, contestants
from .laws import Law, law_of, tail_of
from .parameters import INTERVALS, NO_RESPONSE
from .sayings import sayings

if TYPE_CHECKING:
    from .parameters import RequestsParameters

CASE = ("n", "cache", "scenario", "load", "label")
TIMES = ("mean", "p50", "p99", "p999")
SHARES = ("refused", "lost", "hits")
LINES = ("p99", "hits")
MS = Significant(3)
STRICT = 0.999
"""The level of the intervals by which a law is judged."""

ABOUT = {
    "mean": "mean over repetitions of the mean response",
    "p50": "mean over repetitions of the median response",
    "p99": "mean over repetitions of the response that 99 % stay below",
    "p999": "mean over repetitions of the response that 99.9 % stay below",
}


def summary(results: Results[RequestsParameters]) -> Summary:
    """Return all sheets."""
    rows, parameters = taking_part(results.rows), results.parameters
    waves = rows[rows["scenario"] != "burst"]
    return Summary(
        [
            _responses(waves, parameters),
            _laws(waves, parameters),
            _tails(waves, parameters),
            _affinity(waves),
            _bursts(rows[rows["scenario"] == "burst"]),
            _timeline(waves),
            sayings(waves),
            absent_of(results.rows),
        ]
    )


def _ends(name: str) -> tuple[str, str]:
    return f"{name}_low", f"{name}_high"


@cache
def _contestant(label: str) -> Contestant:
    return contestants([label])[0]


def _law(keys: Mapping[str, Any], parameters: RequestsParameters) -> tuple[Law | None, int]:
    """Return the law of a case, and how many its balancer draws."""
    one = _contestant(str(keys["label"]))
    choices = int(one.value("choices") or 1)
    scenario = keys.get("scenario", "steady")
    if scenario not in ("steady", "equal") or keys.get("cache", 0):
        return None, choices
    if scenario == "equal":
        parameters = parameters.replace({"service": "deterministic"})
    return law_of(one.name, choices, parameters, int(keys["n"]), float(keys["load"])), choices


def _responses(rows: pd.DataFrame, parameters: RequestsParameters) -> Sheet:
    body = []
    for keys, group in groups_of(rows, CASE):
        law, _ = _law(keys, parameters)
        row = dict(keys)
        for name in TIMES:
            row |= mean_columns(group[name], name)
            row[f"{name}_law"] = None if law is None else law.of(name)
        row |= mean_columns(group["imbalance"], "imbalance")
        row["busiest"], row["uneven"] = float(group["busiest"].mean()), float(group["uneven"].mean())
        row["largest"] = int(group["largest"].max()) if group["largest"].notna().any() else None
        row |= {name: float(group[name].mean()) for name in SHARES}
        row["warmup"] = float(group["warmup"].mean())
        body.append(row)
    columns = [
        *CASE,
        *(f"{name}{end}" for name in TIMES for end in ("", "_low", "_high", "_law")),
        "imbalance", "imbalance_low", "imbalance_high", "busiest", "uneven", "largest", *SHARES, "warmup",
    ]  # fmt: skip
    measures = {
        name: Measure(
            ABOUT[name],
            Interval(MS, f"{name}_low", f"{name}_high"),
            f"{name}_low",
            f"{name}_high",
            f"{name}_law",
        )
        for name in TIMES
    }
    measures |= {
        "imbalance": Measure(
            "mean over requests of the most in flight at a server, less the mean of all servers",
            Interval(Significant(3), "imbalance_low", "imbalance_high"), "imbalance_low", "imbalance_high",
        ),
        "busiest": Measure(
            "work sent to the busiest server over the time there was, mean over repetitions", Percent(0)
        ),
        "uneven": Measure(
            "most requests that a server was sent less the fewest, mean over repetitions", Significant(3)
        ),
        "largest": Measure("the most requests that a server had in any repetition", Count()),
        "refused": Measure("share of the requests that found a full queue", Percent(2)),
        "lost": Measure("requests that a lost server took with it, mean over repetitions", Significant(3)),
        "hits": Measure("share of the requests whose key was cached", Percent(1)),
        "warmup": Measure("requests cut from the start by MSER-5, mean over repetitions", Count()),
    }  # fmt: skip
    return Sheet("responses", pd.DataFrame(body, columns=columns), CASE, measures)


def _laws(rows: pd.DataFrame, parameters: RequestsParameters) -> Sheet:
    body = []
    keys_of = ("n", "load", "label", "quantity")
    columns = [*keys_of, "law_name", "measured", "low", "high", "law", "off", "verdict"]
    part = rows[(rows["scenario"] == "steady") & (rows["cache"] == 0)]
    for keys, group in groups_of(part, ("n", "load", "label")):
        law, _ = _law(keys, parameters)
        for quantity in TIMES:
            expected = None if law is None else law.of(quantity)
            if law is None or expected is None:
                continue
            measured, low, high = mean_of(group[quantity], level=STRICT)
            if measured is None:
                continue
            if law.limit:
                verdict = "of very many servers"
            elif low is None or high is None:
                verdict = "one repetition"
            else:
                verdict = "within the interval" if low <= expected <= high else "outside the interval"
            body.append(
                {**keys, "quantity": quantity, "law_name": law.name, "measured": measured, "low": low,
                 "high": high, "law": expected, "off": measured / expected - 1, "verdict": verdict}
            )  # fmt: skip
    return Sheet(
        "laws",
        pd.DataFrame(body, columns=columns),
        keys_of,
        {
            "measured": Measure("mean over repetitions", Interval(MS, "low", "high"), "low", "high", "law"),
            "law": Measure("what the law says", MS),
            "off": Measure("measured over law, less 1", Percent(1)),
            "verdict": Measure(f"whether the law is within the {STRICT:.1%} interval", Text()),
        },
    )


def _tails(rows: pd.DataFrame, parameters: RequestsParameters) -> Sheet:
    body = []
    keys_of = ("n", "load", "label", "level")
    part = rows[(rows["scenario"] == "steady") & (rows["cache"] == 0)]
    levels = [column for column in rows.columns if column.startswith("at_least_")]
    for keys, group in groups_of(part, ("n", "load", "label")):
        law, choices = _law(keys, parameters)
        for column in levels:
            level = int(column.rpartition("_")[2])
            ends = dict(zip(("share", "low", "high"), mean_of(group[column]), strict=True))
            expected = tail_of(law, choices, float(keys["load"]), level)
            body.append({**keys, "level": level, **ends, "law": expected})
    share = Measure(
        "share of servers with at least so many requests, mean over repetitions",
        Interval(Percent(2), "low", "high"), "low", "high", "law",
    )  # fmt: skip
    frame = pd.DataFrame(body, columns=[*keys_of, "share", "low", "high", "law"])
    return Sheet("tails", frame, keys_of, {"share": share})


def _affinity(rows: pd.DataFrame) -> Sheet:
    """Return hits beside response times, of caches and without other events."""
    keys_of = ("n", "cache", "load", "label")
    part = rows[(rows["scenario"] == "steady") & (rows["cache"] > 0)]
    body = []
    for keys, group in groups_of(part, keys_of):
        row = dict(keys)
        for name in ("hits", "mean", "p99"):
            row |= mean_columns(group[name], name)
        body.append(row)
    columns = [
        *keys_of,
        *(f"{name}{end}" for name in ("hits", "mean", "p99") for end in ("", "_low", "_high")),
    ]
    measures = {
        "hits": Measure(
            "share of the requests whose key was cached, mean over repetitions",
            Interval(Percent(1), "hits_low", "hits_high"), "hits_low", "hits_high",
        ),
        **{
            name: Measure(ABOUT[name], Interval(MS, *_ends(name)), *_ends(name)) for name in ("mean", "p99")
        },
    }  # fmt: skip
    return Sheet("affinity", pd.DataFrame(body, columns=columns), keys_of, measures)


def _timeline(rows: pd.DataFrame) -> Sheet:
    """Return the course of response times and hits around an event, by equal parts of the time."""
    keys_of = (*CASE, "part")
    body = []
    for keys, group in groups_of(rows[rows["p99_line"].notna()], CASE):
        courses = {name: group[f"{name}_line"].dropna().map(str.split).tolist() for name in LINES}
        for part in range(INTERVALS):
            row = {**keys, "part": (part + 0.5) / INTERVALS}
            for name, texts in courses.items():
                values = [float(line[part]) for line in texts if line[part] != NO_RESPONSE]
                row |= mean_columns(values, name)
            body.append(row)
    columns = [*keys_of, *(f"{name}{end}" for name in LINES for end in ("", "_low", "_high"))]
    measures = {
        "p99": Measure(
            "mean over repetitions of the response that 99 % of those coming then stay below",
            Interval(MS, "p99_low", "p99_high"), *_ends("p99"),
        ),
        "hits": Measure(
            "share of the requests coming then whose key was cached, mean over repetitions",
            Interval(Percent(1), "hits_low", "hits_high"), *_ends("hits"),
        ),
    }  # fmt: skip
    return Sheet("timeline", pd.DataFrame(body, columns=columns), keys_of, measures)


def _bursts(rows: pd.DataFrame) -> Sheet:
    keys_of = ("n", "label")
    body = []
    for keys, group in groups_of(rows, ("n", "algorithm", "label")):
        one = _contestant(str(keys["label"]))
        choices = {"random": 1, "two_choices": int(one.value("choices") or 1)}.get(str(keys["algorithm"]))
        law = None if choices is None else queues.largest_of_balls(int(keys["n"]), choices)
        ends = mean_columns(group["largest"], "largest")
        body.append((keys["n"], keys["label"], *ends.values(), law))
    most = Measure(
        "the most requests at a server of as many at once as there are servers, mean over repetitions",
        Interval(Significant(3), "low", "high"), "low", "high", "law",
    )  # fmt: skip
    frame = pd.DataFrame(body, columns=[*keys_of, "most", "low", "high", "law"])
    return Sheet("bursts", frame, keys_of, {"most": most, "law": Measure("of balls in bins", Significant(3))})
