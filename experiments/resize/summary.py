"""Every number that `resize` states: medians over rounds of events and of the lookups after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.inference.growth import growth
from experiments.report.absent import absent_of
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Interval, Percent, Significant, Text
from experiments.report.timings import series_of, steadiness, with_processes

if TYPE_CHECKING:
    from experiments.resize.parameters import ResizeParameters

EVENTS = ("build", "add", "remove")
LOOKUPS = ("first key", "next key", "first batch", "next batch")

KEYS = ("operation", "n", "label")
LACKING = ("label", "operation", "cannot")
TIME = Significant(3)
UNITS = {"ms": 1e6, "us": 1e3}


def summary(results: Results[ResizeParameters]) -> Summary:
    """Return all operations in ms, lookups in μs too, how adding a node grows, and who cannot do what."""
    assert results.timing is not None, "resize has timing rows only"
    timed = with_processes(results.timing[results.timing["nanoseconds"].notna()])
    times = _times(timed)
    return Summary(
        [
            Sheet("times", times, KEYS, _measures("ms"), rows="timing"),
            Sheet("lookups", times[times["operation"].isin(LOOKUPS)], KEYS, _measures("us"), rows="timing"),
            _growth(times),
            steadiness(timed, [times]),
            absent_of(results.timing[results.timing["operation"] == "build"]),
            _lacking(results.timing),
        ]
    )


def _lacking(timing: pd.DataFrame) -> Sheet:
    """Return why those who can be built cannot make an event, and with how many nodes if not with all."""
    where = pd.MultiIndex.from_frame(timing[["label", "n"]])
    unbuilt = (timing["operation"] == "build") & timing["cannot"].notna()
    built = timing[~where.isin(where[unbuilt])]
    parts = [
        absent_of(part[part["operation"] == operation]).frame.assign(operation=operation)
        for _, part in built.groupby("label", sort=False)
        for operation in EVENTS
    ]
    columns = [*LACKING, "nodes"]
    frame = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    return Sheet("lacking", frame, LACKING)


def _measures(unit: str) -> dict[str, Measure]:
    low, high = (f"{unit}_{end}" for end in ("low", "high"))
    form = Interval(TIME, low, high)
    return {
        unit: Measure(
            "median over processes, of medians of nanoseconds over rounds", form, low=low, high=high
        )
    }


def _times(timed: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each n, label and operation: over processes and rounds."""
    found: list[dict[str, Any]] = []
    by = ["n", "label", "operation"]
    for key, group in timed.groupby(by, sort=False):
        series = series_of(_nanoseconds(group), group["process"])
        ends = series.columns("", "_")
        row = {
            f"{unit}{end}": None if ns is None else ns / size
            for unit, size in UNITS.items()
            for end, ns in ends.items()
        }
        found.append(dict(zip(by, key, strict=True)) | row | series.quality)
    numbers = [f"{unit}{end}" for unit in UNITS for end in ("", "_low", "_high")]
    return frame_of(found, numbers=[*numbers, "spread", "random"], others=by)


def _nanoseconds(timed: pd.DataFrame) -> pd.Series[Any]:
    """Return what operations took: events by the processor's time, lookups, which are short, by the wall."""
    if "processor_ns" not in timed.columns or timed["operation"].iloc[0] in LOOKUPS:
        return timed["nanoseconds"].astype(float)
    return timed["processor_ns"].fillna(timed["nanoseconds"]).astype(float)


def _growth(times: pd.DataFrame) -> Sheet:
    records = []
    for label, group in times[times["operation"] == "add"].groupby("label", sort=False):
        # whatever else the machine does only adds time, so the lower half of an interval is the noise
        fitted = growth(group["n"], group["ms"], (1 - group["ms_low"] / group["ms"]).astype(float))
        if fitted is not None:
            best = fitted.best
            row = {"operation": "add", "label": label, "shape": best.shape}
            records.append(row | {"weight": best.weight, "off": best.off - 1})
    measures = {
        "shape": Measure("the shape of the greatest Akaike weight, of times against n", Text()),
        "weight": Measure("its Akaike weight", Significant(2)),
        "off": Measure("its root mean square residual", Percent(0)),
    }
    frame = frame_of(records, numbers=["weight", "off"], others=["operation", "label", "shape"])
    return Sheet("growth", frame, ("operation", "label"), measures, rows="timing")
