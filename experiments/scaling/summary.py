"""Every number that `scaling` states: means over repetitions with their intervals and laws, and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import events, inference
from experiments.report import conclusions, statistics
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Fractional, Interval, Percent, PlusMinus, Significant
from experiments.report.timings import Series, series_of, steadiness
from experiments.scaling.laws import KEYS, against_each_other, against_laws, law_of
from experiments.scaling.rings import METHOD

if TYPE_CHECKING:
    from experiments.scaling.parameters import ScalingParameters

CASE = ("workload", "n")
USUAL = {"workload": "uniform"}
MEAN = "mean over repetitions of "
SIDES = ("before", "after")
SHARES = ("movement", "minimum", "excess", "stray")
RIPPLE = ("losers", "receivers", "pairs")
RATIOS = tuple(f"{extreme}_to_mean_{side}" for extreme in ("max", "min") for side in SIDES)
SKEWED = ("max_to_mean_after", "min_to_mean_after")
QUANTITIES: Mapping[str, Percent | Significant] = {
    "excess": Percent(2),
    "stray": Percent(2),
    "cv_after": Percent(2),
    **dict.fromkeys(SKEWED, Significant(4)),
}
"""What has an interval beside movement."""

PAIRED = ("movement", "cv_after", "max_to_mean_after")
"""In which algorithms are compared with each other."""


def summary(results: Results[ScalingParameters]) -> Summary:
    """Return a sheet for each question: what moves, exactly, beside its law, in pairs, and how fast."""
    rows = results.rows
    sampled = rows[rows["method"] == "sampled"]
    place = {event: number for number, event in enumerate(results.parameters.event)}
    sampled = sampled.sort_values("event", key=lambda column: column.map(place), kind="stable")
    measured = sampled[sampled["movement"].notna()]
    laws = against_laws(measured, rows[rows["method"] == METHOD])
    return Summary(
        [
            _cases(sampled),
            _asked(sampled, results.parameters.event),
            _events(sampled, results.parameters.event),
            _refused(sampled),
            _exact(rows[(rows["method"] == "exact") & rows["movement"].notna()]),
            Sheet("laws", laws, KEYS, {**conclusions.MEASURES, "spread": _SPREAD}, usual=USUAL),
            _agreement(laws),
            _pairs(measured, results.parameters.event[0]),
            *_timed(results.timing),
        ]
    )


def _cases(sampled: pd.DataFrame) -> Sheet:
    """Return what each workload and number of nodes was measured with."""
    body = [
        {
            **dict(zip(CASE, key, strict=True)),
            "nodes": key[1],
            "keys": int(group["keys"].max()) if group["keys"].notna().any() else 0,
            "repetitions": group["repetition"].nunique(),
            "bootstrapped": group["repetition"].nunique() >= inference.estimates.BOOTSTRAP_LEAST,
            "settings": dict(group.drop_duplicates("label")[["label", "settings"]].itertuples(index=False)),
        }
        for key, group in sampled.groupby(list(CASE), sort=False)
    ]
    measures = {
        "nodes": Measure("n", Count()),
        "keys": Measure("the most keys of a repetition", Count()),
        "repetitions": Measure("how many", Count()),
    }
    return Sheet.of_records("cases", CASE, measures, body, usual=USUAL)


def _asked(sampled: pd.DataFrame, asked: Sequence[str]) -> Sheet:
    """Return what each event is: its title, the nodes after it, and what perfect balance would move."""
    body: list[dict[str, Any]] = []
    for key, group in sampled.groupby(list(CASE), sort=False):
        for event in asked:
            part = group[group["event"] == event]
            after = part["n_after"].dropna()
            body.append(
                {
                    **dict(zip(CASE, key, strict=True)),
                    "event": event,
                    "title": events.parse(event).title,
                    "n_after": int(after.iloc[0]) if len(after) else None,
                    "ideal": float(part["ideal"].mean()) if part["ideal"].notna().any() else None,
                }
            )
    measures = {
        "n_after": Measure("nodes after the event", Count()),
        "ideal": Measure(MEAN + "ideal", Percent(2)),
    }
    return Sheet.of_records("asked", (*CASE, "event"), measures, body, usual=USUAL)


def _events(sampled: pd.DataFrame, asked: Sequence[str]) -> Sheet:
    body: list[dict[str, Any]] = []
    for case, group in sampled.groupby(list(CASE), sort=False):
        labels = list(dict.fromkeys(group.sort_index()["label"]))
        of = dict(iter(group.groupby(["event", "label"], sort=False)))
        body += [
            {**dict(zip(KEYS, (*case, event, label), strict=True)), **_means(of.get((event, label)))}
            for event in asked
            for label in labels
        ]
    means: dict[str, Measure] = {
        **{name: Measure(MEAN + name, Percent(2)) for name in SHARES},
        **{name: Measure(MEAN + name, Count(1, whole=True)) for name in RIPPLE},
        **{f"cv_{side}": Measure(f"{MEAN}cv_{side}", Percent(2)) for side in SIDES},
        **{name: Measure(MEAN + name, Significant(4)) for name in RATIOS},
    }
    means["movement"] = Measure(MEAN + "movement", Percent(2), "low", "high", "law")
    for name in QUANTITIES:
        means[name] = Measure(means[name].about, means[name].format, f"{name}_low", f"{name}_high")
    numbers = [end for measure in means.values() for end in (measure.low, measure.high, measure.law) if end]
    numbers += [*means, "half", *(f"{name}_half" for name in QUANTITIES), "distinct"]
    measures = {
        **means,
        "half": Measure("half of the 95 % interval of movement", Percent(2)),
        "law_fraction": Measure("law_movement", Fractional()),
        "distinct": Measure("distinct keys that moved over distinct keys, of all repetitions", Percent(2)),
    }
    frame = frame_of(body, numbers=numbers, others=[*KEYS, "law_fraction"])
    return Sheet("events", frame, KEYS, measures, usual=USUAL)


def _means(group: pd.DataFrame | None) -> Mapping[str, Any]:
    """Return what is measured of one event and algorithm; nothing where it cannot."""
    if group is None or group["movement"].isna().all():
        return {}
    moved = inference.mean(_values(group, "movement"))
    if moved.interval is None:
        moved = inference.proportion(int(group["moved"].iloc[0]), int(group["keys"].iloc[0]))
    means: dict[str, Any] = {"movement": moved.value, **statistics.ends_of(moved)}
    for name in (*SHARES[1:], *RIPPLE, *(f"cv_{side}" for side in SIDES), *RATIOS):
        values = _values(group, name)
        estimate = inference.skewed_mean(values, seed=0) if name in SKEWED else inference.mean(values)
        means[name] = estimate.value
        if name in QUANTITIES:
            means |= statistics.ends_of(estimate, f"{name}_")
    laws = group["law_movement"].dropna()
    distinct = group["distinct"].dropna()
    return means | {
        "law": law_of(group),
        "law_fraction": laws.iloc[0] if laws.nunique() == 1 else None,
        "distinct": float(group["distinct_moved"].sum() / distinct.sum()) if len(distinct) else None,
    }


def _values(group: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return group[name].dropna().to_numpy(dtype=np.float64)


def _refused(sampled: pd.DataFrame) -> Sheet:
    """Return who cannot do which event, and why."""
    refused = sampled[sampled["cannot"].notna()].sort_index()
    keys = (*CASE, "label", "cannot", "event")
    return Sheet("refused", refused[list(keys)].drop_duplicates().reset_index(drop=True), keys)


def _exact(rows: pd.DataFrame) -> Sheet:
    keys = ("n", "event", "label")
    body = [
        {
            **dict(zip(keys, key, strict=True)),
            "exact": float(group["movement"].mean()),
            "exact_least": float(group["movement"].min()),
            "exact_most": float(group["movement"].max()),
        }
        for key, group in rows.groupby(list(keys), sort=False)
    ]
    about = {"exact": MEAN, "exact_least": "the least of ", "exact_most": "the most of "}
    measures = {name: Measure(f"{text}movement over all hashes", Percent(2)) for name, text in about.items()}
    return Sheet("exact", frame_of(body, numbers=[*measures], others=keys), keys, measures)


_SPREAD = Measure("p of the dispersion about the law, corrected by Holm over the run", Significant(2))


def _agreement(laws: pd.DataFrame) -> Sheet:
    """Return how many means agree, are open or differ, and how many vary otherwise than their laws say."""
    known = laws["spread"].notna()
    record = conclusions.agreement(laws["conclusion"]) | {
        "repeated": int(laws["conclusion"].isna().sum()),
        "spreads": int(known.sum()),
        "spreads_differ": int((known & laws["wild"]).sum()),
    }
    measures = {
        **conclusions.AGREEMENT,
        "repeated": Measure("means with a law that are not tested: keys repeat, or nothing varies", Count()),
        "spreads": Measure("dispersions over repetitions that were tested", Count()),
        "spreads_differ": Measure("of these, those of which a difference was found (Holm)", Count()),
    }
    return Sheet.of_records("agreement", (), measures, [record])


def _pairs(measured: pd.DataFrame, event: str) -> Sheet:
    keys = (*CASE, "event", "ours", "theirs")
    frames = list(against_each_other(measured, event, PAIRED))
    columns = [f"{name}{end}" for name in PAIRED for end in ("", "_half", "_d", "_p")]
    frame = pd.concat(frames, ignore_index=True) if frames else frame_of([], numbers=columns, others=keys)
    measures = {}
    for name in PAIRED:
        measures[name] = Measure(f"mean paired difference of {name}", Percent(2))
        measures[f"{name}_d"] = Measure(
            f"the same in standard deviations (Cohen's d_z) of {name}", Significant(2)
        )
        measures[f"{name}_p"] = Measure("p of the paired t test, corrected by Holm", Significant(2))
    return Sheet("pairs", frame, keys, measures, usual=USUAL)


def _timed(timing: pd.DataFrame | None) -> Iterator[Sheet]:
    """Yield the speed of lookups, and of events: medians over repetitions; and how steady they are."""
    if timing is None or not len(timing):
        return
    lookups, changes = [], []
    for key, group in timing.groupby([*CASE, "label"], sort=False):
        common = dict(zip((*CASE, "label"), key, strict=True))
        row = {**common, "timed_keys": int(group["timed_keys"].max())}
        of_repetitions = group.groupby("repetition", sort=False).median(numeric_only=True)
        for side in SIDES:
            times = _series(of_repetitions[f"lookup_ns_{side}"])
            ends = statistics.ends_of(times.estimate)
            row |= {f"{side}_{name}": value for name, value in times.quality.items()}
            row[side] = 1e3 / times.estimate.value
            # the longest time is the lowest speed
            row |= {f"{side}_low": _rate(ends["high"]), f"{side}_high": _rate(ends["low"])}
        lookups.append(row)
        changes += [
            {**common, "event": event, **_series(part["event_ms"]).columns("event_ms", "event_ms_")}
            for event, part in group.groupby("event", sort=False)
        ]
    about = "million lookups per second {} the event, of the median over repetitions"
    measures = {
        side: Measure(
            about.format(side), Interval(Significant(3), f"{side}_low", f"{side}_high"),
            low=f"{side}_low", high=f"{side}_high",
        )
        for side in SIDES
    }  # fmt: skip
    frame = frame_of(lookups, numbers=[f"{side}_{end}" for side in SIDES for end in ("low", "high")])
    yield Sheet("lookups", frame, (*CASE, "label"), measures, rows="timing", usual=USUAL)
    took = {
        "event_ms": Measure(
            "median milliseconds over repetitions", PlusMinus(Significant(2), "event_ms_half"),
            low="event_ms_low", high="event_ms_high",
        )
    }  # fmt: skip
    spent = frame_of(changes, numbers=["event_ms", "event_ms_low", "event_ms_high", "event_ms_half"])
    yield Sheet("changes", spent, KEYS, took, rows="timing", usual=USUAL)
    if "load_average" in timing.columns:
        quality = [
            frame.rename(columns={f"{side}_spread": "spread", f"{side}_random": "random"}) for side in SIDES
        ]
        yield steadiness(timing, quality)


def _series(values: pd.Series[Any]) -> Series:
    """Return what repetitions say, each with keys and seeds of its own."""
    return series_of(values.astype(float), values * 0)


def _rate(nanoseconds: float | None) -> float | None:
    return None if nanoseconds is None else 1e3 / nanoseconds
