"""The tables of the integer division."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.report.tables.table import Table

__all__ = ["tables"]

SHOWN = 40


def tables(rows: Sequence[Record]) -> list[Table]:
    """Return the ripple both ways, one node more for several n, and more nodes at once."""
    return [_ripple(rows), _sizes(rows), _more(rows)]


def _ripple(rows: Sequence[Record]) -> Table:
    from experiments.report.tables.formats import Percent
    from experiments.report.tables.table import Table

    moved = [row for row in rows if row["kind"] == "moved"]
    grow, shrink = moved[0]["table"], moved[1]["table"]
    back = {
        (row["target"], row["node"]): row for row in rows if row["kind"] == "flow" and row["table"] == shrink
    }
    n = moved[0]["n"]
    body: list[tuple[Any, ...]] = []
    flows = [row for row in rows if row["kind"] == "flow" and row["table"] == grow]
    for row in flows[:SHOWN]:
        i = int(row["target"].removeprefix("node-"))
        back_flow = back[row["node"], row["target"]]["hashes"]
        body.append(
            (row["node"], row["target"], f"{i}/{n * (n + 1)}", row["hashes"], row["share"], back_flow)
        )
    body.append(("all", "next", "1/2", moved[0]["hashes"], moved[0]["share"], moved[1]["hashes"]))
    left = (
        f" The first {SHOWN} of {len(flows):,} flows; the others are in the rows."
        if len(flows) > SHOWN
        else ""
    )
    short = moved[0]["total"] // 2 - moved[0]["hashes"]
    return Table.of_rows(
        "ripple",
        f"Integer division, {grow} ranges of 2^32 hashes: the ripple",
        ["from", "to", "law", "hashes", "share", "back"],
        body,
        caption="Each node hands on to the next. In the continuum exactly half moves; of 2^32 hashes "
        f"{short} fewer.{left}",
        formats={"share": Percent(3)},
        headers={"back": f"back, {shrink}"},
        align={"law": "right"},
    )


def _sizes(rows: Sequence[Record]) -> Table:
    from experiments.report.tables.formats import Fractional, Percent
    from experiments.report.tables.table import Table

    kinds = {
        kind: {min(row["n"], row["after"]): row for row in rows if row["kind"] == kind}
        for kind in ("grow", "shrink", "modulo")
    }
    body = [
        (
            f"{n} → {n + 1}",
            grow["hashes"],
            grow["total"] // 2 - grow["hashes"],
            grow["share"],
            kinds["shrink"][n]["share"],
            str(kinds["modulo"][n]["share"]),
            kinds["modulo"][n]["share"],
        )
        for n, grow in sorted(kinds["grow"].items())
    ]
    return Table.of_rows(
        "one-more",
        "One node more, or one fewer: the same for any n",
        ["event", "hashes", "short", "ranges", "back", "law", "modulo"],
        body,
        caption="Integer division of 2^32 hashes by exact arcs, and hash mod n over a whole period "
        "of both sides.",
        formats={"ranges": Percent(4), "back": Percent(4), "modulo": Percent(2), "law": Fractional()},
        headers={
            "hashes": "ranges: hashes moved",
            "short": "short of half",
            "ranges": "of all",
            "back": "and back",
            "law": "modulo n/(n+1)",
            "modulo": "of all",
        },
        notes=[
            "At least half of the keys move under modulo for every n, and just half from 1 to 2 "
            "nodes. It is a law "
            "of hashes that fill the space: keys 0 to n-1 themselves, unhashed, do not move at all."
        ],
    )


def _more(rows: Sequence[Record]) -> Table:
    from experiments.report.tables.formats import Fractional, Percent
    from experiments.report.tables.table import Table

    body = [
        (f"{row['n']} → {row['after']}", row["hashes"], row["share"], row["law"])
        for row in rows
        if row["kind"] == "more"
    ]
    return Table.of_rows(
        "more-at-once",
        "Integer division, more nodes at once",
        ["event", "hashes", "share", "law"],
        body,
        caption="By exact arcs over 2^32 hashes; the law is that of the continuum. Node-0 always "
        "keeps its first part: "
        "almost 100 %, never all.",
        formats={"share": Percent(3), "law": Fractional()},
        headers={"hashes": "hashes moved", "share": "of all"},
    )
