"""The charts of `throughput`: the cost of a lookup against the number of nodes, ours and among peers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.report.html.chart import NUMBER, Axis, Chart, Glance, lines, measured, records, table_of
from experiments.report.tables.formats import Significant

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

MODES = {
    "hashing": "a column of keys: hashed and placed",
    "single": "one key at a time",
}


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield nanoseconds a key against the number of nodes, by mode."""
    rows = _rows(chapter)
    if len({row["n"] for row in rows}) < 2:
        return
    nodes = Axis("n", "nodes", ",", log=True, at=measured(rows, "n"))
    cost = Axis("ns", "ns a key", NUMBER, log=True)
    figures = [f for f in chapter.presentation.figures if f.name.startswith("cost-nodes")]
    yield Chart(
        "cost",
        "What a lookup costs",
        figures[0].caption if figures else "Nanoseconds a key against the number of nodes.",
        rows,
        lines(nodes, cost, low="low", high="high"),
        x=nodes,
        y=cost,
        choices={"mode": "Lookups"},
        replaces=[figure.name for figure in figures],
        timing=True,
    )


def glance(chapter: Chapter) -> Iterator[Glance]:
    """Yield the cost of a key in a batch at the largest number of nodes."""
    batch = [row for row in _rows(chapter) if row["mode"] == BATCH]
    if batch:
        most = max(row["n"] for row in batch)
        yield Glance(
            "ns a key",
            f"in a batch of hashes, {most:,} nodes, one thread; median",
            {row["label"]: row["ns"] for row in batch if row["n"] == most and row["label"] != "copy"},
            Significant(3),
        )


BATCH = "a batch of hashes"


def _rows(chapter: Chapter) -> list[dict[str, Any]]:
    rows = [
        row | {"mode": BATCH}
        for frame in table_of(chapter, "batch")
        for row in records(frame[~frame["peer"].astype(bool)], ("n", "label", "ns", "low", "high"))
    ]
    for frame in table_of(chapter, "keys"):
        for mode, words in MODES.items():
            if f"{mode}_ns" in frame.columns:
                columns = {f"{mode}_{part}": part for part in ("ns", "low", "high")}
                part = frame[["n", "label", *columns]].rename(columns=columns)
                rows += [row | {"mode": words} for row in records(part, ("n", "label", "ns", "low", "high"))]
    return [row for row in rows if row["ns"] is not None]
