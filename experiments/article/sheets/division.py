"""Integer division and modulo: the ripple, one node more or fewer, more at once, and a range removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count, Fractional, Percent, Text
from experiments.storage.records import Record

__all__ = ["comparison", "folklore", "sheets"]


def sheets(rows: Sequence[Record]) -> Iterator[Sheet]:
    """Yield the cuts of the hash space, the ripple, one more and one fewer, and more at once."""
    yield Sheet.of_records("cuts", ("n", "node"), {}, (row for row in rows if row["kind"] == "cut"))
    yield _ripple(rows)
    yield _one_more(rows)
    yield Sheet.of_records(
        "more-at-once",
        ("after",),
        {
            "at_once": Measure("hashes that move", Count()),
            "share": Measure("part of all hashes that moves", Percent(3)),
            "law": Measure("of the continuum", Fractional()),
        },
        (
            {name: row[name] for name in ("n", "after", "share", "law")} | {"at_once": row["hashes"]}
            for row in rows
            if row["kind"] == "more"
        ),
    )


def _ripple(rows: Sequence[Record]) -> Sheet:
    grow, shrink = (row for row in rows if row["kind"] == "moved")
    flows = [row for row in rows if row["kind"] == "flow"]
    back = {(row["target"], row["node"]): row["hashes"] for row in flows if row["table"] == shrink["table"]}
    n = grow["n"]
    return Sheet.of_records(
        "ripple",
        ("node", "target"),
        {
            "hashes": Measure("hashes that move", Count()),
            "share": Measure("part of all hashes", Percent(3)),
            "back": Measure("hashes that move back when the range is given up", Count()),
            "parts": Measure("of the continuum", Text()),
        },
        (
            {
                "node": row["node"],
                "target": row["target"],
                "parts": f"{int(row['target'].removeprefix('node-'))}/{n * (n + 1)}",
                "hashes": row["hashes"],
                "share": row["share"],
                "back": back[row["node"], row["target"]],
                "n": n,
                "grow": grow["table"],
                "shrink": shrink["table"],
            }
            for row in flows
            if row["table"] == grow["table"]
        ),
    )


def _one_more(rows: Sequence[Record]) -> Sheet:
    kinds = {
        kind: {min(row["n"], row["after"]): row for row in rows if row["kind"] == kind}
        for kind in ("grow", "shrink", "modulo")
    }
    percent = Percent(4)
    return Sheet.of_records(
        "one-more",
        ("n",),
        {
            "moved": Measure("hashes that move from n to n + 1 ranges", Count()),
            "short": Measure("hashes short of half", Count()),
            "ranges": Measure("part of all hashes that moves", percent),
            "back": Measure("part of all hashes that moves back", percent),
            "back_moved": Measure("hashes that move from n + 1 ranges to n", Count()),
            "modulo": Measure("part of all hashes that moves under modulo", Percent(2)),
            "modulo_law": Measure("n/(n+1)", Fractional()),
        },
        (
            {
                "n": n,
                "after": n + 1,
                "moved": grow["hashes"],
                "short": grow["total"] // 2 - grow["hashes"],
                "ranges": grow["share"],
                "back": kinds["shrink"][n]["share"],
                "back_moved": kinds["shrink"][n]["hashes"],
                "modulo": kinds["modulo"][n]["share"],
                "modulo_law": kinds["modulo"][n]["law"],
            }
            for n, grow in sorted(kinds["grow"].items())
        ),
    )


def comparison(rows: Sequence[Record]) -> Iterator[Sheet]:
    """Yield what one node more moves, by algorithm."""
    percent = Percent(2)
    yield Sheet.of_records(
        "comparison",
        ("label",),
        {
            "share": Measure("part of the keys that moves", percent),
            "exact": Measure("part of all hashes that moves, by arcs", percent),
            "law": Measure("the law of its movement", percent),
            "minimum": Measure("the least that must move", percent),
            "stray": Measure("part of the keys that moves between nodes that stay", percent),
            "pairs": Measure("pairs of nodes between which keys move", Count()),
        },
        ({"settings": None, "reason": None, "keys": None, "label": row["algorithm"], **row} for row in rows),
    )


def folklore(rows: Sequence[Record]) -> Iterator[Sheet]:
    """Yield how shares of rings spread, and what removing a range moves, each beside what is said."""
    percent = Percent(2)
    yield Sheet.of_records(
        "spread",
        ("points",),
        {
            "spread": Measure("root mean square CV of shares over rings", percent, law="law_spread"),
            "limit": Measure("1/sqrt(v)", percent),
            "said": Measure("what is said", Percent(0)),
        },
        (row for row in rows if row["kind"] == "spread"),
    )
    yield Sheet.of_records(
        "removed",
        ("position",),
        {
            "removal": Measure("part of all hashes that moves", percent),
            "removal_law": Measure("of the continuum", Fractional()),
            "removal_said": Measure("what is said", Fractional()),
        },
        (
            {
                "position": row["position"],
                "n": row["n"],
                "removal": row["share"],
                "removal_law": row["law"],
                "removal_said": Fraction(1, row["n"]),
            }
            for row in rows
            if row["kind"] == "removed"
        ),
    )
