"""The charts of `throughput`: the cost of a key against the number of nodes, ours alone and among peers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from experiments.harness.stopwatch import COPY
from experiments.report.chart import BY_NODES, Axis, Chart, Lines
from experiments.report.glance import Glance
from experiments.report.summary import Summary
from experiments.throughput.parameters import MODES

COST = Lines(BY_NODES, Axis("ns_per_key", "ns a key", log=True), low="low", high="high", references=(COPY,))
CHOICES = {"workload": "Keys", "mode": "Lookups"}


def charts(numbers: Summary, interval: str) -> Iterator[Chart]:
    """Yield nanoseconds a key against the number of nodes, by mode: of ours, and among peers."""
    ours, peers = numbers["times"].frame, numbers["peers"].frame
    caption = (
        f"Nanoseconds a key, one thread. {interval}. Copy: a loop that reads 8 bytes a key and writes 4."
    )
    modes = [mode for mode in MODES if mode != "threads"]
    beside = [mode for mode in modes if mode in set(peers["mode"])]
    for name, title, times, shown in (
        ("cost-nodes", "What a key costs", ours, modes),
        ("peers-nodes", "What a key costs, among peers", pd.concat([ours, peers], ignore_index=True), beside),
    ):
        yield Chart(
            name,
            title,
            caption,
            _by_mode(times, shown),
            COST,
            choices=CHOICES,
            panels="mode",
            timing=True,
        )


def glance(numbers: Summary) -> Iterator[Glance]:
    """Yield the cost of a key in a batch at the largest number of nodes, for the first workload."""
    times = numbers["times"].frame
    batch = times[times["mode"] == "batch"]
    if len(batch):
        most = batch["n"].max()
        part = batch[(batch["workload"] == batch["workload"].iloc[0]) & (batch["n"] == most)]
        yield Glance(
            "ns a key",
            f"in a batch of hashes, {most:,} nodes, one thread; median",
            dict(zip(part["label"], part["ns_per_key"], strict=True)),
            numbers["times"].measures["copies"].format,
        )


def _by_mode(times: pd.DataFrame, modes: Sequence[str]) -> pd.DataFrame:
    """Return the times of some modes, in words, and the copy among the batches."""
    parts = [times[times["mode"].isin([mode, COPY] if mode == "batch" else [mode])] for mode in modes]
    named = [
        part.sort_values("n", kind="stable").assign(mode=MODES[mode].replace("->", "→"))
        for mode, part in zip(modes, parts, strict=True)
        if (part["mode"] == mode).any()
    ]
    return pd.concat(named, ignore_index=True) if named else times[:0]
