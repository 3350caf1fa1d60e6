"""The tables of the rings, as the article prints them: routing tables, shares with totals, what moves."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from experiments.article.formats import After, AsPrinted
from experiments.article.published import Question
from experiments.article.shown.published import Verdicts, numbers_of
from experiments.article.subjects import LISTED, PRINTED, SHARES, TOTALS, Printed
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.formats import Percent
from experiments.report.tables.table import Table

__all__ = ["bound", "tables"]

SHOWN = 40
"""Up to this many arcs of a ring of your own are printed; all of them are among the rows."""

OWN = "own: "


def tables(numbers: Summary, verdicts: Verdicts) -> list[Table]:
    """Return the tables of the rings."""
    made = [_points(numbers["points"], verdicts)]
    made += [_routing(table, numbers["arcs"], verdicts) for table in PRINTED]
    made += [_shares(numbers, verdicts), _moves(numbers, verdicts)]
    own = [row for row in numbers["rings"].records() if row["ring"].startswith(OWN)]
    for place, ring in enumerate(own, 1):
        made += _own(place, ring, numbers)
    return [*made, numbers_of("rings", "The ring: the article's other numbers", verdicts)]


def _points(sheet: Sheet, verdicts: Verdicts) -> Table:
    return Table.of_rows(
        "points",
        "The points of server-a",
        ["point", "hash", "published", "verdict"],
        [
            (row["point"], row["start"], *verdicts.of([("point", "points of server-a", row["point"])]))
            for row in sheet.records()
        ],
        caption="The first 7 hexadecimal digits of the SHA-1 of the name.",
        formats={"published": AsPrinted()},
    )


def _routing(table: Printed, sheet: Sheet, verdicts: Verdicts) -> Table:
    kind = "simplified" if table.simplified else "full"
    holder = "node" if table.simplified else "point"
    body = []
    for row in sheet.where(kind=kind, n=table.nodes, points=5).to_dict("records"):
        if row["ring"].startswith(OWN) or (row["wrap"] and not table.wrap):
            continue
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


def _shares(numbers: Summary, verdicts: Verdicts) -> Table:
    body: list[tuple[Any, ...]] = []
    for ring in numbers["rings"].records():
        if ring["ring"].startswith(OWN):
            continue
        sizes = (ring["n"], ring["points"])
        for row in numbers["shares"].where(ring=ring["ring"]).to_dict("records"):
            questions: list[Question] = [("share", title, row["node"]) for title in _of_size(SHARES, sizes)]
            body.append((ring["ring"], row["node"], row["hashes"], row["share"], *verdicts.of(questions)))
        total: list[Question] = [("total", title, "total") for title in _of_size(TOTALS, sizes)]
        body.append((ring["ring"], "total", ring["total"], Fraction(1), *verdicts.of(total)))
    return Table.of_rows(
        "shares",
        "What each node has",
        ["ring", "node", "hashes", "share", "published", "verdict"],
        body,
        caption="All 2^28 hashes, counted on the arcs. Where the article counts one hash less, the "
        "node has the last arc.",
        formats={"published": AsPrinted(), **numbers["shares"].formats(["share"])},
        groups=["ring"],
    )


def _moves(numbers: Summary, verdicts: Verdicts) -> Table:
    body: list[tuple[Any, ...]] = []
    for row in numbers["flows"].where(event="2 -> 3").to_dict("records"):
        question = ("moved", "2 -> 3 nodes", f"{row['node']} to {row['target']}")
        body.append((row["node"], row["target"], row["hashes"], row["share"], *verdicts.of([question])))
    (moved,) = numbers["moves"].where(event="2 -> 3").to_dict("records")
    about, verdict = verdicts.of([("moved", "2 -> 3 nodes", "fraction of all hashes")])
    body.append(("all", "server-c", moved["hashes"], moved["share"], f"about {about} %", verdict))
    for to, column in (("elsewhere", "elsewhere"), ("nowhere: they stay", "stay")):
        body.append(("all", to, moved[column], moved[f"{column}_share"], None, None))
    return Table.of_rows(
        "two-to-three",
        "From 2 to 3 nodes with 5 points: what moves",
        ["from", "to", "hashes", "share", "published", "verdict"],
        body,
        caption="By intersecting the arcs before and after over all 2^28 hashes: server-c receives, "
        "and no other hash moves.",
        formats={"published": AsPrinted(), **numbers["moves"].formats(["share"])},
    )


def _own(place: int, ring: dict[str, Any], numbers: Summary) -> list[Table]:
    title = f"Your ring of {ring['ring'].removeprefix(OWN)}"
    made = []
    for kind, holder in (("full", "point"), ("simplified", "node")):
        arcs = numbers["arcs"].where(ring=ring["ring"], kind=kind)
        if len(arcs):
            made.append(_own_routing(f"own-{place}-{kind}", f"{title}: {kind} routing table", holder, arcs))
    note = "" if made else f" A ring of more than {LISTED:,} arcs: its routing table is not listed."
    return [
        *made,
        _own_shares(f"own-{place}-shares", f"{title}: what each node has", ring, numbers["shares"], note),
        _own_moves(
            f"own-{place}-moves", f"{title}: one node more", f"{OWN}{ring['n']} -> {ring['n'] + 1}", numbers
        ),
    ]


def _left(many: int, what: str) -> str:
    return f" The first {SHOWN} {what}; the others are in the rows." if many > SHOWN else ""


def _own_routing(stem: str, title: str, holder: str, arcs: pd.DataFrame) -> Table:
    return Table(
        stem,
        title,
        arcs.head(SHOWN).reset_index(drop=True),
        columns=["start", "last", holder, "hashes", "share"],
        headers={"start": "from", "last": "to"},
        caption=f"{len(arcs):,} arcs.{_left(len(arcs), 'are shown')}",
        formats={"share": Percent(2)},
    )


def _own_shares(stem: str, title: str, ring: dict[str, Any], sheet: Sheet, note: str) -> Table:
    shares = sheet.where(ring=ring["ring"]).to_dict("records")
    body = [(row["node"], row["hashes"], row["share"]) for row in shares[:SHOWN]]
    body.append(("total", ring["total"], Fraction(1)))
    return Table.of_rows(
        stem,
        title,
        ["node", "hashes", "share"],
        body,
        caption=f"All hashes, counted on the arcs.{note}{_left(len(shares), 'nodes are shown')}",
        formats=sheet.formats(["share"]),
    )


def _own_moves(stem: str, title: str, event: str, numbers: Summary) -> Table:
    flows = numbers["flows"].where(event=event).to_dict("records")
    (moved,) = numbers["moves"].where(event=event).to_dict("records")
    body = [(row["node"], row["target"], row["hashes"], row["share"]) for row in flows[:SHOWN]]
    body.append(("all", "all", moved["hashes"], moved["share"]))
    return Table.of_rows(
        stem,
        title,
        ["from", "to", "hashes", "share"],
        body,
        caption=f"On average 1/{moved['after']} moves; stray moves: {moved['stray']}."
        f"{_left(len(flows), 'flows are shown')}",
        formats=numbers["moves"].formats(["share"]),
    )


def _of_size(titles: dict[str, tuple[int, int]], size: tuple[int, int]) -> list[str]:
    return [title for title, sizes in titles.items() if sizes == size]


def bound(numbers: Summary, verdicts: Verdicts) -> list[Table]:
    """Return the article's bounds, and how often a random ring keeps them."""
    sheet = numbers["at-most"]
    shown = ["chance", "law_chance", "mean", "ideal", "most"]
    notes = [
        f"Smallest counterexample with {row['points']} point{'s' * (row['points'] > 1)} each: "
        "server-a and server-b, "
        f"and {row['node']} joins: {100 * float(row['takes']):.2f} % moves, more than 1/2."
        for row in numbers["counterexamples"].records()
    ]
    return [
        numbers_of("at most 1/n", "Consistent hashing, one node more: the article's bounds", verdicts),
        Table(
            "at-most",
            'A ring, one node more: is it "at most 1/n" that moves?',
            sheet.frame,
            columns=["n", "points", *shown],
            caption=f"{sheet.records()[0]['repetitions']:,} random rings a line, exact movement of each; 95 "
            "% interval "
            "(Clopper-Pearson); the law is Beta(v, nv).",
            formats={"n": After(), **sheet.formats(shown)},
            headers={
                "n": "nodes",
                "chance": "rings that move more than 1/n",
                "law_chance": "law",
                "mean": "mean movement",
                "ideal": "1/(n+1)",
            },
            groups=["n"],
            notes=notes,
        ),
    ]
