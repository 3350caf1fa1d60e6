"""The tables of the rings, as the article prints them: routing tables, shares with totals, what moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from experiments.article.part import Verdicts
from experiments.article.subjects import LISTED, PRINTED, SHARES, TOTALS, Printed
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.published import Question
    from experiments.report.tables.table import Table

__all__ = ["tables"]

SHOWN = 40
"""Up to this many arcs of a ring of your own are printed; all of them are among the rows."""


def tables(rows: Sequence[Record], verdicts: Verdicts) -> list[Table]:
    """Return the tables of the rings."""
    article = [row for row in rows if not str(row.get("table", "")).startswith("own")]
    own = [row for row in rows if str(row.get("table", "")).startswith("own")]
    made = [_points(article, verdicts), *(_routing(table, article, verdicts) for table in PRINTED)]
    made += [_shares(article, verdicts), _moves(article, verdicts)]
    for number, label in enumerate(dict.fromkeys(row["table"] for row in own if row["kind"] == "share"), 1):
        made += _own(number, label, own)
    return made


def _points(rows: Sequence[Record], verdicts: Verdicts) -> Table:
    from experiments.article.formats import AsPrinted
    from experiments.report.tables.table import Table

    body = [
        (row["point"], row["start"], *verdicts.of([("point", "points of server-a", row["point"])]))
        for row in rows
        if row["kind"] == "point"
    ]
    return Table.of_rows(
        "points",
        "The points of server-a",
        ["point", "hash", "published", "verdict"],
        body,
        caption="The first 7 hexadecimal digits of the SHA-1 of the name.",
        formats={"published": AsPrinted()},
    )


def _routing(table: Printed, rows: Sequence[Record], verdicts: Verdicts) -> Table:
    from experiments.article.formats import AsPrinted
    from experiments.report.tables.table import Table

    kind = "simplified" if table.simplified else "full"
    holder = "node" if table.simplified else "point"
    listed = [
        row
        for row in rows
        if row["kind"] == kind
        and (row["n"], row["points"]) == (table.nodes, 5)
        and (table.wrap or not row["wrap"])
    ]
    body = []
    for row in listed:
        questions: list[Question] = [
            ("arc", title, f"{row['start']} {row[holder]}") for title in table.titles
        ]
        body.append((row["start"], row["last"], row[holder], row["hashes"], *verdicts.of(questions)))
    wrap = "with the wrap" if table.wrap else "without the wrap"
    places = f"The article prints it {len(table.titles)} times. " if len(table.titles) > 1 else ""
    stem = f"routing-{table.nodes}x5-{kind}" + ("" if table.wrap else "-without-wrap")
    return Table.of_rows(
        stem,
        f"{table.nodes} nodes with 5 points, {wrap}, {kind} routing table",
        ["from", "to", holder, "hashes", "published", "verdict"],
        body,
        caption=f"{places}Hashes {sum(row[3] for row in body):,} of 268,435,456 in {len(body)} arcs.",
        formats={"published": AsPrinted()},
    )


def _shares(rows: Sequence[Record], verdicts: Verdicts) -> Table:
    from experiments.article.formats import AsPrinted
    from experiments.report.tables.formats import Percent
    from experiments.report.tables.table import Table

    body: list[tuple[Any, ...]] = []
    for ring, shares in _by_ring(rows):
        sizes = (shares[0]["n"], shares[0]["points"])
        for row in shares:
            questions: list[Question] = [("share", title, row["node"]) for title in _of_size(SHARES, sizes)]
            body.append((ring, row["node"], row["hashes"], row["share"], *verdicts.of(questions)))
        total: list[Question] = [("total", title, "total") for title in _of_size(TOTALS, sizes)]
        body.append((ring, "total", sum(row["hashes"] for row in shares), Fraction(1), *verdicts.of(total)))
    return Table.of_rows(
        "shares",
        "What each node has",
        ["ring", "node", "hashes", "share", "published", "verdict"],
        body,
        caption="All 2^28 hashes, counted on the arcs. Where the article counts one hash less, the "
        "node has the last arc.",
        formats={"share": Percent(2), "published": AsPrinted()},
        groups=["ring"],
    )


def _moves(rows: Sequence[Record], verdicts: Verdicts) -> Table:
    from experiments.article.formats import AsPrinted
    from experiments.report.tables.formats import Percent
    from experiments.report.tables.table import Table

    body: list[tuple[Any, ...]] = []
    for row in rows:
        if row["kind"] == "flow":
            question = ("moved", "2 -> 3 nodes", f"{row['node']} to {row['target']}")
            body.append((row["node"], row["target"], row["hashes"], row["share"], *verdicts.of([question])))
    moved = next(row for row in rows if row["kind"] == "moved")
    part = verdicts.of([("moved", "2 -> 3 nodes", "fraction of all hashes")])
    body.append(("all", "server-c", moved["hashes"], moved["share"], f"about {part[0]} %", part[1]))
    between = sum(row["hashes"] for row in rows if row["kind"] == "flow" and row["target"] != "server-c")
    body.append(("all", "elsewhere", between, Fraction(between, moved["total"]), None, None))
    body.append(
        ("all", "nowhere: they stay", moved["total"] - moved["hashes"], 1 - moved["share"], None, None)
    )
    return Table.of_rows(
        "two-to-three",
        "From 2 to 3 nodes with 5 points: what moves",
        ["from", "to", "hashes", "share", "published", "verdict"],
        body,
        caption="By intersecting the arcs before and after over all 2^28 hashes: server-c receives, "
        "and no other hash moves.",
        formats={"share": Percent(2), "published": AsPrinted()},
    )


def _own(number: int, label: str, rows: Sequence[Record]) -> list[Table]:
    mine = [row for row in rows if row["table"] == label]
    title = f"Your ring of {label.removeprefix('own: ')}"
    made = []
    for kind, holder in (("full", "point"), ("simplified", "node")):
        arcs = [row for row in mine if row["kind"] == kind]
        if arcs:
            made.append(_own_routing(f"own-{number}-{kind}", f"{title}: {kind} routing table", holder, arcs))
    shares = [row for row in mine if row["kind"] == "share"]
    note = "" if made else f" A ring of more than {LISTED:,} arcs: its routing table is not listed."
    event = f"own: {shares[0]['n']} -> {shares[0]['n'] + 1}"
    return [
        *made,
        _own_shares(f"own-{number}-shares", f"{title}: what each node has", shares, note),
        _own_moves(
            f"own-{number}-moves", f"{title}: one node more", [r for r in rows if r["table"] == event]
        ),
    ]


def _own_routing(stem: str, title: str, holder: str, arcs: Sequence[Record]) -> Table:
    from experiments.report.tables.formats import Percent
    from experiments.report.tables.table import Table

    left = f" The first {SHOWN} are shown; the others are in the rows." if len(arcs) > SHOWN else ""
    body = [(row["start"], row["last"], row[holder], row["hashes"], row["share"]) for row in arcs[:SHOWN]]
    return Table.of_rows(
        stem,
        title,
        ["from", "to", holder, "hashes", "share"],
        body,
        caption=f"{len(arcs):,} arcs.{left}",
        formats={"share": Percent(2)},
    )


def _own_shares(stem: str, title: str, shares: Sequence[Record], note: str) -> Table:
    from experiments.report.tables.formats import Percent
    from experiments.report.tables.table import Table

    left = f" The first {SHOWN} nodes are shown; the others are in the rows." if len(shares) > SHOWN else ""
    body = [(row["node"], row["hashes"], row["share"]) for row in shares[:SHOWN]]
    body.append(("total", sum(row["hashes"] for row in shares), Fraction(1)))
    return Table.of_rows(
        stem,
        title,
        ["node", "hashes", "share"],
        body,
        caption=f"All hashes, counted on the arcs.{note}{left}",
        formats={"share": Percent(2)},
    )


def _own_moves(stem: str, title: str, moves: Sequence[Record]) -> Table:
    from experiments.report.tables.formats import Percent
    from experiments.report.tables.table import Table

    flows = [row for row in moves if row["kind"] == "flow"]
    left = f" The first {SHOWN} flows are shown; the others are in the rows." if len(flows) > SHOWN else ""
    body = [(row["node"], row["target"], row["hashes"], row["share"]) for row in flows[:SHOWN]]
    moved = next(row for row in moves if row["kind"] == "moved")
    body.append(("all", "all", moved["hashes"], moved["share"]))
    return Table.of_rows(
        stem,
        title,
        ["from", "to", "hashes", "share"],
        body,
        caption=f"On average 1/{moved['after']} moves; stray moves: {moved['stray']}.{left}",
        formats={"share": Percent(2)},
    )


def _by_ring(rows: Sequence[Record]) -> Iterable[tuple[str, list[Record]]]:
    shares = [row for row in rows if row["kind"] == "share"]
    for label in dict.fromkeys(row["table"] for row in shares):
        yield label, [row for row in shares if row["table"] == label]


def _of_size(titles: dict[str, tuple[int, int]], size: tuple[int, int]) -> list[str]:
    return [title for title, sizes in titles.items() if sizes == size]
