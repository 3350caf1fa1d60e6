"""Every number that `advise` states, and the order in which it names the algorithms that can do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.report.absent import absent_of
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Bytes, Interval, Percent, Significant
from experiments.report.timings import series_of, steadiness

if TYPE_CHECKING:
    from experiments.advise.parameters import AdviseParameters

MOVED_ALIKE, PEAK_ALIKE = 0.001, 0.01
"""What is as good as the same: so many keys moved needlessly, and a fullest node so much fuller."""

CASE = ["n", "label"]

SAME = ("kind", "agrees_by", "removes", "takes_weights", "takes_replicas")
"""What an algorithm can, whatever happens."""

BY = ["behind", "moved_step", "peak_step", "ns"]
"""What decides, in this order."""


def summary(results: Results[AdviseParameters]) -> Summary:
    """Return the advice, the events one by one, and who cannot do what is needed."""
    rows, parameters = results.rows, results.parameters
    refused = rows["cannot"].notna()
    able = rows[~refused]
    events = able[["n", "label", "event", "movement", "movement_by", "ideal"]].reset_index(drop=True)
    return Summary(
        [
            Sheet("advice", _ranked(able, results.timing, parameters.keys_per_second), ("n", "label"), {
                "needless": Measure("most keys that an event moves beyond what it must", Percent(1)),
                "peak": Measure("share of the fullest node over the mean, less 1", Percent(1)),
                "ns": Measure("time of a key in a batch on one thread, median over rounds",
                              Interval(Significant(3), "ns_low", "ns_high"), low="ns_low", high="ns_high"),
                "one_key": Measure("time of one key that is new, median over rounds",
                                   Interval(Significant(3), "one_key_low", "one_key_high"),
                                   low="one_key_low", high="one_key_high"),
                "cores": Measure("cores that so many lookups in batches take", Significant(3)),
                "event_ms": Measure("time of the slowest event, median", Significant(3)),
                "bytes": Measure("bytes of a partitioner, names and all", Bytes()),
            }, rows="timing"),
            Sheet("events", events, ("n", "event", "label"), {
                "movement": Measure("part of the keys that move", Percent(2)),
                "ideal": Measure("the least that exact shares allow", Percent(2)),
            }),
            absent_of(rows),
            *([] if results.timing is None else [steadiness(results.timing, [_prices(results.timing)])]),
        ]
    )  # fmt: skip


ENDS = ("ns_low", "ns_high", "one_key_low", "one_key_high")


def _prices(timing: pd.DataFrame) -> pd.DataFrame:
    """Return what each algorithm costs on each number of nodes, over rounds."""
    rows = []
    for (n, label), group in timing.groupby(CASE, sort=False):
        rounds = group["ns_a_key"] * 0
        times, single = (series_of(group[name].astype(float), rounds) for name in ("ns_a_key", "ns_one_key"))
        row = {"n": n, "label": label, **times.columns("ns", "ns_"), **single.columns("one_key", "one_key_")}
        row |= {"event_ms": group["event_ms"].median(), "bytes": group["bytes"].iloc[0], **times.quality}
        rows.append(row)
    numbers = ["ns", "one_key", "event_ms", *ENDS, "spread", "random"]
    return frame_of(rows, numbers=numbers, others=["n", "label", "bytes"])


def _ranked(able: pd.DataFrame, timing: pd.DataFrame | None, wanted: float) -> pd.DataFrame:
    """Return a row for each algorithm on each number of nodes, the best of each number first."""
    columns = ["n", "place", "label", *SAME, "needless", "needless_by", "peak", "peak_by", "ns",
               "one_key", "cores", "event_ms", "bytes", *ENDS]  # fmt: skip
    if timing is None or able.empty:
        return pd.DataFrame(columns=columns)
    needless = (able["movement"] - able["ideal"]).clip(lower=0.0)
    first = able.assign(needless=needless).groupby(CASE, sort=False)
    # of the words law and sample the later one: a law holds for the next event too
    body = first.agg(
        needless=("needless", "max"),
        needless_by=("movement_by", "max"),
        **{name: (name, "first") for name in (*SAME, "peak", "peak_by")},
    )
    body = body.join(_prices(timing).set_index(CASE))
    body["cores"] = body["ns"] * wanted / 1e9 if wanted else np.nan
    body["behind"] = (body["kind"] == "baseline") * 2 + (body["cores"] > 1) * 1
    body["moved_step"] = np.floor(body["needless"] / MOVED_ALIKE)
    body["peak_step"] = np.floor(body["peak"] / PEAK_ALIKE)
    body = body.sort_values(["n", *BY], kind="stable").reset_index()
    body["place"] = body.groupby("n", sort=False).cumcount() + 1
    return body[columns]
