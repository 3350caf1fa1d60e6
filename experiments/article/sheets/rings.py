"""Rings: points, arcs, shares and flows, and how much a new node takes on average and at worst."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count, Interval, Percent
from experiments.storage.records import Record

__all__ = ["bound", "flows", "sheets"]

NEWCOMER = "server-c"
"""Who joins in the article's event."""


def sheets(rows: Sequence[Record]) -> Iterator[Sheet]:
    """Yield the points of the first node, the routing tables, shares with their totals, and what moves."""
    yield Sheet.of_records(
        "points",
        ("point",),
        {"start": Measure("the hash of its name", Count())},
        (row for row in rows if row["kind"] == "point"),
    )
    arcs = [row for row in rows if row["kind"] in ("full", "simplified")]
    counted = {"hashes": Measure("hashes", Count()), "share": Measure("part of all hashes", Percent(2))}
    yield Sheet.of_records(
        "arcs", ("ring", "kind", "start"), counted, ({**row, "ring": row["table"]} for row in arcs)
    )
    shares = [{**row, "ring": row["table"]} for row in rows if row["kind"] == "share"]
    yield Sheet.of_records("shares", ("ring", "node"), counted, shares)
    yield Sheet.of_records(
        "rings",
        ("ring",),
        {"total": Measure("hashes of all nodes", Count())},
        (
            {
                "ring": ring,
                "n": next(row["n"] for row in shares if row["ring"] == ring),
                "points": next(row["points"] for row in shares if row["ring"] == ring),
                "total": sum(row["hashes"] for row in shares if row["ring"] == ring),
            }
            for ring in dict.fromkeys(row["ring"] for row in shares)
        ),
    )
    yield from flows(rows)


def flows(rows: Sequence[Record], prefix: str = "") -> Iterator[Sheet]:
    """Yield what moves in each event, from node to node and in all."""
    events = [{**row, "event": row["table"]} for row in rows if row["kind"] in ("flow", "moved")]
    parts = [row for row in events if row["kind"] == "flow"]
    counted = {"hashes": Measure("hashes", Count()), "share": Measure("part of all hashes", Percent(2))}
    yield Sheet.of_records(f"{prefix}flows", ("event", "node", "target"), counted, parts)
    whole = []
    for row in (row for row in events if row["kind"] == "moved"):
        between = sum(
            part["hashes"] for part in parts if part["event"] == row["event"] and part["target"] != NEWCOMER
        )
        stay = row["total"] - row["hashes"]
        whole.append(
            {
                **row,
                "elsewhere": between,
                "elsewhere_share": Fraction(between, row["total"]),
                "stay": stay,
                "stay_share": 1 - row["share"],
            }
        )
    yield Sheet.of_records(
        f"{prefix}moves",
        ("event",),
        {
            **counted,
            "stay": Measure("hashes that stay", Count()),
            "stay_share": Measure("part of all hashes that stays", Percent(2)),
        },
        whole,
    )


def bound(rows: Sequence[Record]) -> Iterator[Sheet]:
    """Yield how often a random ring moves more than 1/n, and the smallest counterexamples."""
    percent = Percent(2)
    chance = Interval(Percent(1), low="low", high="high")
    yield Sheet.of_records(
        "at-most",
        ("n", "points"),
        {
            "chance": Measure("part of random rings that moves more than 1/n", chance, "low", "high"),
            "law_chance": Measure("the law of that part: Beta(v, nv)", Percent(1)),
            "mean": Measure("mean movement", percent),
            "ideal": Measure("1/(n+1)", percent),
            "most": Measure("most movement", Percent(1)),
        },
        (
            {**row, "after": row["n"] + 1, "ideal": 1 / (row["n"] + 1)}
            for row in rows
            if row["kind"] == "study"
        ),
    )
    yield Sheet.of_records(
        "counterexamples",
        ("n", "points"),
        {"takes": Measure("part of all hashes that the newcomer takes", percent)},
        ({**row, "takes": row["share"]} for row in rows if row["kind"] == "counterexample"),
    )
