"""Every number that `throughput` states: medians over rounds, gains, growth, peers, and fresh processes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.harness.stopwatch import COPY
from experiments.inference.growth import SHAPES, growth
from experiments.report.absent import absent_of
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Interval, Percent, Significant, Text
from experiments.report.timings import Series, series_of, steadiness, with_processes
from experiments.throughput.cold_start import STAGES
from experiments.throughput.parameters import COLD, MODES

if TYPE_CHECKING:
    from experiments.throughput.parameters import ThroughputParameters

KEYS = ("workload", "mode", "n", "label")

USUAL = {"workload": "uniform"}
"""Not spelled in the name of a number."""

TIME = Significant(3)

TIMES = {
    "ns_per_key": Measure(
        "median over processes, of medians of ns_per_key over rounds",
        Interval(TIME, "low", "high"),
        low="low",
        high="high",
    ),
    "copies": Measure("the same of ratio_to_copy", Significant(3)),
    "rate": Measure("million keys a second at the median", Significant(3)),
    "keys": Measure("keys a call", Count()),
}

ALL_STAGES = "all"
"""What stands for the sum of the stages."""


def summary(results: Results[ThroughputParameters]) -> Summary:
    """Return times of ours and of peers, what threads gain, how costs grow, and fresh processes."""
    assert results.timing is not None, "throughput has timing rows only"
    timing = with_processes(results.timing.astype({"peer": bool}))
    refused = timing["cannot"].notna() & ~timing["peer"]
    absent, timing = absent_of(timing[~timing["peer"]]), timing[~refused]
    warm = timing[timing["mode"].isin([*MODES, COPY]) & timing["nanoseconds"].notna()]
    times, of_peers = (_times(part) for part in (warm[~warm["peer"]], warm[warm["peer"]]))
    return Summary(
        [
            Sheet("times", times, KEYS, TIMES, rows="timing", usual=USUAL),
            Sheet.of_records(
                "sizes",
                ("n",),
                {"nodes": Measure("n", Count())},
                [{"n": n, "nodes": n} for n in sorted(set(times["n"]))],
                rows="timing",
            ),
            Sheet("peers", of_peers, KEYS, TIMES, rows="timing", usual=USUAL),
            _threads(times),
            _beside(timing),
            _growth(times),
            _grown(times),
            _cold(timing),
            steadiness(timing, [times, of_peers]),
            absent,
        ]
    )


def _times(timing: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each workload, n, mode and label: over processes and rounds."""
    by = ["workload", "n", "mode", "label"]
    found: list[dict[str, Any]] = []
    for key, group in timing.groupby(by, sort=False):
        times, copies = (_series(group, column) for column in ("ns_per_key", "ratio_to_copy"))
        found.append(
            dict(zip(by, key, strict=True))
            | {
                **times.columns("ns_per_key"),
                "copies": copies.estimate.value,
                "rate": 1e3 / times.estimate.value,
                "keys": int(group["keys"].median()),
                "threads": int(group["threads"].iloc[0]),
                **times.quality,
            }
        )
    numbers = ["ns_per_key", "low", "high", "copies", "rate", "spread", "random"]
    return frame_of(found, numbers=numbers, others=[*by, "keys", "threads"])


def _series(group: pd.DataFrame, column: str) -> Series:
    return series_of(group[column].astype(float), group["process"])


def _threads(times: pd.DataFrame) -> Sheet:
    """Return what several threads take for a batch, and by how much that is faster than one."""
    keys = ("workload", "n", "label")
    one = times[times["mode"] == "batch"].set_index(list(keys))["ns_per_key"]
    several = times[times["mode"] == "threads"].set_index(list(keys))
    records = [
        {
            **dict(zip(keys, key, strict=True)),
            "threads": int(several["threads"].loc[key]),
            "threads_ns": several["ns_per_key"].loc[key],
            "gain": one.loc[key] / several["ns_per_key"].loc[key] if key in one.index else None,
        }
        for key in several.index
    ]
    measures = {
        "threads_ns": Measure("median ns_per_key of several threads", Significant(3)),
        "gain": Measure("ns_per_key of one thread over that of several", Significant(3, " ×")),
    }
    frame = frame_of(records, numbers=["threads_ns", "gain"], others=[*keys, "threads"])
    return Sheet("threads", frame, keys, measures, rows="timing", usual=USUAL)


def _beside(timing: pd.DataFrame) -> Sheet:
    """Return each peer beside the algorithm of ours that does its work, in the same rounds."""
    records = []
    peers = timing[timing["peer"]]
    for (workload, n, mode, label), group in peers.groupby(["workload", "n", "mode", "label"], sort=False):
        first = group.iloc[0]
        row = {"workload": workload, "n": n, "mode": mode, "label": label, "beside": first["algorithm"]}
        if group["nanoseconds"].isna().all():
            records.append(row | {"cannot": first["cannot"]})
            continue
        same = timing[(timing["workload"] == workload) & (timing["n"] == n) & (timing["mode"] == mode)]
        ours = same[(same["algorithm"] == first["algorithm"]) & ~same["peer"]]
        ours = ours[ours["label"] == ours["label"].iloc[0]]
        turn = ["process", "round"]
        paired = group.set_index(turn)["ns_per_key"] / ours.set_index(turn)["ns_per_key"]
        times = series_of(paired, paired.index.to_frame()["process"])
        row |= {**times.columns("times", "times_"), "written": first["settings"]}
        records.append(row | {"ours": ours["label"].iloc[0]})
    measures = {
        "times": Measure(
            "median over processes, of medians over rounds, of its ns_per_key over that of ours",
            Interval(Significant(3), "times_low", "times_high"), low="times_low", high="times_high",
        ),
    }  # fmt: skip
    frame = frame_of(
        records,
        numbers=["times", "times_low", "times_high"],
        others=[*KEYS, "beside", "ours", "written", "cannot"],
    )
    return Sheet("beside", frame, KEYS, measures, rows="timing", usual=USUAL)


def _growth(times: pd.DataFrame) -> Sheet:
    """Return how the cost of a key grows with n, of whatever was timed at enough numbers of nodes."""
    keys = ("workload", "mode", "label")
    parts = {(key[0], key[1]): part for key, part in times.groupby(["workload", "mode"], sort=False)}
    found: list[dict[str, Any]] = []
    for workload in dict.fromkeys(times["workload"]):
        for mode in (mode for mode in MODES if (workload, mode) in parts):
            for label, group in parts[workload, mode].groupby("label", sort=False):
                # whatever else the machine does only adds time, so an interval's lower half is the noise
                below = (1 - group["low"] / group["ns_per_key"]).astype(float)
                fitted = growth(group["n"], group["ns_per_key"], below)
                if fitted is None:
                    continue
                best = fitted.best
                row = {"workload": workload, "mode": mode, "label": label, "shape": best.shape}
                row |= {"start": best.start, "slope": best.slope if best.slope else None}
                for fit in fitted.fits:
                    row |= {f"{fit.shape}_weight": fit.weight, f"{fit.shape}_off": fit.off - 1}
                found.append(row)
    measures = {
        "shape": Measure("the shape of the greatest Akaike weight", Text()),
        "start": Measure("ns at its start", Significant(3)),
        "slope": Measure("ns that are added by ln n, or by n", Significant(3)),
        **{
            f"{shape}_weight": Measure(f"Akaike weight of {shape} growth", Significant(2)) for shape in SHAPES
        },
        **{f"{shape}_off": Measure(f"{shape} growth is off by", Percent(0)) for shape in SHAPES},
    }
    frame = frame_of(found, numbers=[name for name in measures if name != "shape"], others=[*keys, "shape"])
    return Sheet("growth", frame, keys, measures, rows="timing", usual=USUAL)


def _grown(times: pd.DataFrame) -> Sheet:
    """Return by which factor the cost of a batch grows from the smallest n to the largest."""
    records = []
    for workload, part in times[times["mode"] == "batch"].groupby("workload", sort=False):
        few, many = part["n"].min(), part["n"].max()
        if few == many:
            continue
        first = part[part["n"] == few].set_index("label")["ns_per_key"]
        last = part[part["n"] == many].set_index("label")["ns_per_key"]
        records += [
            {"workload": workload, "label": label, "few": few, "many": many, "grown": ns / first[label]}
            for label, ns in last.items()
            if label in first
        ]
    measures = {"grown": Measure("ns_per_key of a batch at the largest n over the smallest", Significant(2))}
    keys = ("workload", "label")
    frame = frame_of(records, numbers=["grown"], others=[*keys, "few", "many"])
    return Sheet("grown", frame, keys, measures, rows="timing", usual=USUAL)


def _cold(timing: pd.DataFrame) -> Sheet:
    """Return the stages of fresh processes, and their sum: medians."""
    measures = {"ms": Measure("median milliseconds of fresh processes", Significant(3))}
    keys = ("mode", "label", "stage")
    frame = frame_of(list(_stages(timing)), numbers=["ms"], others=[*keys, "starts", "n", "keys"])
    return Sheet("cold", frame, keys, measures, rows="timing")


def _stages(timing: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for mode in COLD:
        cold = timing[timing["mode"] == mode]
        if cold.empty:
            continue
        medians = cold.groupby(["label", "stage"], sort=False)["nanoseconds"].median() / 1e6
        common = {
            "mode": mode,
            "starts": int(cold["round"].max()) + 1,
            "n": int(cold["n"].iloc[0]),
            "keys": int(cold["keys"].dropna().iloc[0]),
        }
        for label in dict.fromkeys(cold["label"]):
            stages = {stage: float(medians[label, stage]) for stage in STAGES}
            stages[ALL_STAGES] = math.fsum(stages.values())
            yield from ({**common, "label": label, "stage": stage, "ms": ms} for stage, ms in stages.items())
