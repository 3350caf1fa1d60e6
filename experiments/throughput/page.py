"""The charts of `throughput`: the cost of a lookup against the number of nodes, ours and among peers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.harness.stopwatch import COPY
from experiments.report.html.chart import NUMBER, Axis, Chart, Glance, lines, measured, records
from experiments.report.tables.formats import Significant

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

COLUMNS = ("workload", "n", "label", "ns_per_key", "low", "high")

MODES = {
    "batch": "a batch of hashes",
    "hashing": "a column of keys: hashed and placed",
    "single": "one key at a time",
}


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield nanoseconds a key against the number of nodes, by mode."""
    rows = _rows(chapter)
    if len({row["n"] for row in rows}) < 2:
        return
    nodes = Axis("n", "nodes", ",", log=True, at=measured(rows, "n"))
    cost = Axis("ns_per_key", "ns a key", NUMBER, log=True)
    figures = [f for f in chapter.presentation.figures if f.name.startswith("cost-nodes")]
    yield Chart(
        "cost",
        "What a lookup costs",
        figures[0].caption if figures else "Nanoseconds a key against the number of nodes.",
        rows,
        lines(nodes, cost, low="low", high="high"),
        x=nodes,
        y=cost,
        choices={"mode": "Lookups"}
        | ({"workload": "Keys"} if len({row["workload"] for row in rows}) > 1 else {}),
        replaces=[figure.name for figure in figures],
        timing=True,
    )


def glance(chapter: Chapter) -> Iterator[Glance]:
    """Yield the cost of a key in a batch at the largest number of nodes, for the first workload."""
    batch = [row for row in _rows(chapter) if row["mode"] == MODES["batch"]]
    if batch:
        first, most = batch[0]["workload"], max(row["n"] for row in batch)
        part = [row for row in batch if (row["workload"], row["n"]) == (first, most)]
        yield Glance(
            "ns a key",
            f"in a batch of hashes, {most:,} nodes, one thread; median",
            {row["label"]: row["ns_per_key"] for row in part if row["label"] != COPY},
            Significant(3),
        )


def _rows(chapter: Chapter) -> list[dict[str, Any]]:
    """Return the times of ours by workload and mode, and the copy among the batches."""
    times = chapter.presentation.summary["times"]
    rows = []
    for workload in dict.fromkeys(times.frame["workload"]):
        part = times.where(workload=workload)
        for mode, words in MODES.items():
            frame = part[part["mode"].isin([mode, COPY] if mode == "batch" else [mode])]
            kept = records(frame.sort_values("n", kind="stable"), COLUMNS)
            rows += [row | {"mode": words} for row in kept]
    return rows
