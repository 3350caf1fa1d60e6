"""The address book: how uneven splits by letter are, node by node and in all, and what stays empty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count, Percent, Significant
from experiments.storage.records import Record

__all__ = ["sheets"]


def sheets(rows: Sequence[Record]) -> Iterator[Sheet]:
    """Yield splits, their nodes, and how many of 26 nodes have nothing in a small book."""
    nodes = [
        {
            "split": row["table"],
            "node": row["node"],
            "share": row.get("share", Fraction(row["drawn"], row["keys"])),
            "drawn": Fraction(row["drawn"], row["keys"]),
            "exact": "share" in row,
            "nodes": row["n"],
            "workload": row["workload"],
            "keys": row["keys"],
        }
        for row in rows
        if row["kind"] == "split"
    ]
    share = Measure("part of all names: exact by the census, else of those drawn", Percent(2))
    drawn = Measure("part of the names drawn", Percent(2))
    parts = Sheet.of_records("nodes", ("split", "node"), {"share": share, "drawn": drawn}, nodes)
    yield parts
    peak = Significant(3)
    yield Sheet.of_records(
        "splits",
        ("split",),
        {
            "nodes": Measure("how many", Count()),
            "largest": Measure("largest share", Percent(2)),
            "smallest": Measure("smallest share", Percent(2)),
            "peak": Measure("largest share over the mean", peak),
            "drawn_peak": Measure("the same of the names drawn", peak),
        },
        (_split(name, parts) for name in dict.fromkeys(row["split"] for row in nodes)),
    )
    yield Sheet.of_records(
        "empty",
        ("names",),
        {"empty": Measure("expected number of 26 letters without a name", Significant(3))},
        ({"names": row["keys"], "empty": row["empty"]} for row in rows if row["kind"] == "empty"),
    )


def _split(name: str, parts: Sheet) -> Record:
    frame = parts.where(split=name)
    shares, drawn, held = (frame[column].tolist() for column in ("share", "drawn", "node"))
    return {
        "split": name,
        "held": held,
        "nodes": len(held),
        "largest": max(shares),
        "smallest": min(shares),
        "peak": float(max(shares) * len(held)),
        "drawn_peak": float(max(drawn) * len(held)),
    }
