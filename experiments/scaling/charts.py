"""The charts of `scaling`: what moves, what need not have moved, and how even the loads are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.report.chart import Axis, Chart, Dots, Stacked
from experiments.report.glance import Glance
from experiments.scaling.part import Part

PARTS = {"minimum": ("had to move", "good"), "excess": ("moved for nothing", "bad")}
CHOICES = {"workload": "Keys", "n": "Nodes"}
GLANCE = {"movement": "moved", "excess": "excess", "cv_after": "CV of loads"}


def charts(parts: Sequence[Part]) -> list[Chart]:
    """Return movement by event, the load of the fullest node, and the parts of movement."""
    frame = pd.concat([_events(part) for part in parts], ignore_index=True)
    movement = Axis("movement", "keys moved", "percent")
    above = Axis("above", "load of the fullest node after the event, above the mean", "percent")
    needless = frame[frame["movement"].notna()].melt(
        ["workload", "n", "facts", "event", "label"], list(PARTS), "part", "share"
    )
    return [
        Chart(
            "movement",
            "Keys moved by each scale event",
            f"Means with their 95 % intervals ({parts[0].method}); marks: the law.",
            frame,
            Dots(movement, "event", low="low", high="high", law="law"),
            choices=CHOICES,
            facts="facts",
        ),
        Chart(
            "needless",
            "What had to move, and what moved for nothing",
            "Minimum: the least movement between the measured shares before and after; what is above it a "
            "cache loses for nothing.",
            needless,
            Stacked(Axis("share", "keys moved", "percent", fixed=True), "part", PARTS),
            choices=CHOICES | {"event": "Event"},
            facts="facts",
        ),
        Chart(
            "balance",
            "How far the fullest node is above the mean after each event",
            "Means over the repetitions, loads relative to weights.",
            frame,
            Dots(above, "event"),
            choices=CHOICES,
            facts="facts",
        ),
    ]


def glance(part: Part) -> list[Glance]:
    """Return the movement of the first event that is possible, and how uneven the loads are after it."""
    if part.done.empty:
        return []
    first = part.done[part.done["event"] == part.done["event"].iloc[0]]
    measures, where = part.numbers["events"].measures, f"{first['event'].iloc[0]}; {part.facts}"
    return [
        Glance(header, where, dict(zip(first["label"], first[column], strict=True)), measures[column].format)
        for column, header in GLANCE.items()
    ]


def _events(part: Part) -> pd.DataFrame:
    frame = part.sheet("events")
    return frame.assign(
        event=[part.title(event) for event in frame["event"]],
        above=frame["max_to_mean_after"] - 1.0,
        facts=part.facts,
    )
