"""The charts of `resize`: what an event takes, and the lookups after it, against the number of nodes."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from experiments.report.chart import BY_NODES, Axis, Chart, Lines
from experiments.report.glance import Glance
from experiments.report.summary import Summary
from experiments.resize.summary import EVENTS, LOOKUPS, TIME


def charts(numbers: Summary, interval: str) -> Iterator[Chart]:
    """Yield milliseconds of each event, and microseconds of the lookups after a node has joined."""
    for name, title, sheet, unit, operations in (
        ("events-nodes", "What an event takes, in ms", "times", "ms", EVENTS),
        ("lookups-nodes", "The lookups after a node has joined, in μs", "lookups", "us", LOOKUPS),
    ):
        parts = [numbers[sheet].where(operation=operation) for operation in operations]
        yield Chart(
            name,
            title,
            f"Against the number of nodes. {interval}.",
            pd.concat(parts, ignore_index=True),
            Lines(
                BY_NODES,
                Axis(unit, unit.replace("us", "μs"), log=True),
                low=f"{unit}_low",
                high=f"{unit}_high",
            ),
            choices={"operation": "Operation"},
            panels="operation",
            timing=True,
        )


def glance(numbers: Summary) -> Iterator[Glance]:
    """Yield what adding a node takes at the largest number of nodes."""
    added = numbers["times"].where(operation="add")
    if len(added):
        most = added["n"].max()
        part = added[added["n"] == most]
        values = dict(zip(part["label"], part["ms"], strict=True))
        yield Glance("ms to add a node", f"to {most:,} nodes; median", values, TIME)
