"""Range queries on hashed and on ranged data, and rows added to a table of minimum hashes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from experiments.article.subjects import SPACE
from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count, Percent, Significant
from experiments.storage.records import Record

__all__ = ["minimum_hashes", "queries"]


def queries(rows: Sequence[Record]) -> Iterator[Sheet]:
    """Yield where the employees are, and how many nodes a query asks by its width."""
    yield Sheet.of_records("employees", (), {}, (row for row in rows if row["kind"] == "employee"))
    mean = Significant(3)
    yield Sheet.of_records(
        "queries",
        ("data", "width"),
        {
            "asked": Measure("mean number of nodes that a query asks", mean),
            "most_asked": Measure("most nodes that a query asks", Count()),
            "holding": Measure("mean number of nodes that hold an answer", mean),
            "peak": Measure("fullest node over the mean", mean),
        },
        (
            {**row, "data": row["table"]} | {name: float(row[name]) for name in ("asked", "holding", "peak")}
            for row in rows
            if row["kind"] == "query"
        ),
    )


def minimum_hashes(rows: Sequence[Record]) -> Iterator[Sheet]:
    """Yield the table's rows and loads on both sides of each event, and what the event moves."""
    sides = [
        {**row, "event": row["table"], "side": row["kind"]} for row in rows if row["kind"] in _SIDES.values()
    ]
    yield Sheet.of_records("minimum-rows", ("event", "side", "start"), {}, sides)
    loads = [
        {
            "event": row["table"],
            "side": _SIDES[row["kind"]],
            "node": row["node"],
            "load": Fraction(row["hashes"], SPACE),
        }
        for row in rows
        if row["kind"] in _SIDES
    ]
    load = Measure("part of all hashes", Percent(1))
    yield Sheet.of_records("minimum-loads", ("event", "side", "node"), {"load": load}, loads)
    percent = Percent(1)
    yield Sheet.of_records(
        "minimum-hashes",
        ("event",),
        {
            "rows": Measure("rows of the table afterwards", Count()),
            "moved": Measure("part of all hashes that moves", percent),
            "minimum": Measure("the least that must move", percent),
            "relieved": Measure("nodes that give", Count()),
        },
        (
            {
                "event": row["table"],
                "rows": sum(one["event"] == row["table"] and one["side"] == "after" for one in sides),
                "moved": row["share"],
                "minimum": row["minimum"],
                "relieved": len(
                    {one["node"] for one in rows if one["kind"] == "flow" and one["table"] == row["table"]}
                ),
            }
            for row in rows
            if row["kind"] == "moved"
        ),
    )


_SIDES = {"load before": "before", "load after": "after"}
