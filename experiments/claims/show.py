"""How the numbers of `claims` are shown: theirs, ours, the interval, the verdict, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.claims.claim import READ
from experiments.claims.formats import Ends, Judged, Rough, Theirs, shown_theirs, shown_value
from experiments.claims.judge import NARROW
from experiments.claims.summary import OF_FACTS, summary
from experiments.inference.verdict import (
    CONFIRMED,
    KINDS,
    NOT_IMPLEMENTED,
    OF_CLAIMS,
    REFUTED,
    UNDECIDED,
)
from experiments.report.chart import Axis, Chart, Stacked
from experiments.report.presentation import First, Presentation, Results
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.formats import is_missing
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    from experiments.claims.parameters import ClaimsParameters

__all__ = ["present", "shown_theirs", "shown_value"]

MOST = 80
"""Claims at most of which a terminal shows each; of more it shows what is refuted, and names the rest."""


def present(results: Results[ClaimsParameters]) -> Presentation:
    """Return tables and meaning of a run of `claims`."""
    numbers = summary(results)
    tables = [
        _table(numbers["claims"], source["source"], source["title"], results.parameters)
        for source in numbers["sources"].records()
    ]
    several = len(tables) > 1
    return Presentation(
        [
            *tables,
            _sources(numbers["claims"]),
            *_refuted(numbers["claims"]),
            _counts(numbers),
            *_waiting(numbers["claims"]),
        ],
        meaning=_meaning(numbers, results.parameters),
        failures=_failures(numbers["claims"]),
        methods=[
            "A claim is confirmed if all of our interval lies within the tolerance that stands beside it, "
            "and refuted if none of it does; the intervals of all claims hold together at 99 % "
            "(Bonferroni). Where ours says in which interval one measurement falls (*), it confirms what "
            f"falls there only if the interval reaches at most {NARROW:.0%} of our value to either side."
        ],
        summary=numbers,
        charts=[_chart(numbers)],
        first=First(_unconfirmed(numbers["claims"]) or _counts(numbers)) if several else First(),
    )


def _chart(numbers: Summary) -> Chart:
    titles = {row["source"]: row["title"] for row in numbers["sources"].records()}
    counts = numbers["counts"].frame
    return Chart(
        "verdicts",
        "Claims of the literature, by source and verdict",
        "Each claim is a published number or sentence, computed again and judged.",
        counts[counts["claims"] > 0].assign(source=counts["source"].map(titles)),
        Stacked(
            Axis("claims", "claims", "count", fixed=True),
            "verdict",
            {verdict: (verdict, KINDS[verdict]) for verdict in OF_CLAIMS},
        ),
        series="source",
    )


def _table(sheet: Sheet, source: str, title: str, parameters: ClaimsParameters) -> Table:
    part = sheet.where(source=source)
    part = part[part["verdict"] != NOT_IMPLEMENTED].reset_index(drop=True)
    rows = part.to_dict("records")
    notes = [_note(row) for row in rows]
    numbered = {note: str(number) for number, note in enumerate(dict.fromkeys(filter(None, notes)), 1)}
    works = _works(rows)
    single = (part["kind"] == "prediction").any()
    legend = " * where one measurement falls, if the law holds." if single else ""
    return Table(
        f"claims-{source}".replace("_", "-"),
        title,
        part.assign(why=pd.Series([numbered.get(note, "") for note in notes], dtype=object)),
        caption=f"{works}{_sampled(part, parameters)}{legend}",
        columns=["where", "theirs", "ours", "kind", "verdict", "why"],
        formats={
            "theirs": sheet.measures["theirs"].format,
            "ours": sheet.measures["ours"].format,
            "kind": Ends(),
            "verdict": Judged(),
        },
        headers={"why": "note", "where": "claim", "kind": "interval"},
        notes=[f"{number} {note}" for note, number in numbered.items()],
        detail=len(sheet.frame) > MOST,
    )


def _refuted(sheet: Sheet) -> list[Table]:
    """Return one refuted claim of each fact that has any, where there are too many claims to show all."""
    frame = _by_fact(sheet.where(verdict=REFUTED))
    if frame.empty or len(sheet.frame) <= MOST:
        return []
    return [
        Table(
            "refuted",
            "What is refuted, by one claim of each fact",
            frame,
            columns=["claim", "says", "theirs", "ours", "cells"],
            formats={name: sheet.measures[name].format for name in ("theirs", "ours")},
            headers={"cells": "claims"},
            caption="Claims: how many of the fact are refuted. --claim ID shows one with its note.",
        )
    ]


def _unconfirmed(sheet: Sheet) -> Table | None:
    """Return one claim of each fact that is refuted, then of those that are undecided, if there are any."""
    parts = [_by_fact(sheet.where(verdict=verdict)) for verdict in (REFUTED, UNDECIDED)]
    frames = [part for part in parts if len(part)]
    if not frames:
        return None
    return Table(
        "unconfirmed",
        "What is refuted, and what is undecided, by one claim of each fact",
        pd.concat(frames, ignore_index=True),
        columns=["verdict", "claim", "says", "theirs", "ours", "cells"],
        formats={name: sheet.measures[name].format for name in ("theirs", "ours")},
        headers={"cells": "claims"},
        groups=["verdict"],
        caption="Claims: how many of the fact have the verdict. --claim ID shows one with its note.",
    )


def _by_fact(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the first claim of each fact, and in ``cells`` of how many it is the first."""
    facts = frame["fact"].fillna(frame["claim"])
    first = ~facts.duplicated()
    return frame[first].assign(cells=facts.map(facts.value_counts())[first]).reset_index(drop=True)


def _works(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Return the works of some claims, by how they were read."""
    works: dict[str, dict[str, None]] = {}
    for row in rows:
        works.setdefault(row["read"], {})[row["work"]] = None
    return " ".join(
        f"{READ[read][0].upper()}{READ[read][1:]}: {'; '.join(found)}." for read, found in works.items()
    )


def _sources(sheet: Sheet) -> Table:
    """Return where each work is found, and what it has been read for."""
    columns = ["work", "read", "link", "at", "seen"]
    frame = sheet.frame.assign(**{name: sheet.frame[name].fillna("") for name in columns})
    body = [
        (*key, part["fact"].fillna(part["claim"]).nunique(), len(part))
        for key, part in frame.groupby(columns, sort=False)
    ]
    return Table.of_rows(
        "sources",
        "Where the claims stand",
        ["work", "read", "address", "place", "read on", "facts", "claims"],
        body,
        caption="Read: " + "; ".join(f"{letter} {what}" for letter, what in READ.items()) + ".",
        detail=True,
    )


def _note(row: Mapping[Any, Any]) -> str:
    return " ".join(filter(None, [row["why"], _needed(row)]))


def _needed(row: Mapping[Any, Any]) -> str:
    if row["verdict"] != UNDECIDED:
        return ""
    if row["kind"] == "prediction":
        return "One measurement decides nothing where it may fall so far apart."
    if is_missing(row["needed"]):
        return "No number that can be had would decide: ours is as far off as is tolerated."
    return f"About {Rough().text(row['needed'], {})} {row['unit']} would decide."


def _sampled(part: pd.DataFrame, parameters: ClaimsParameters) -> str:
    """Return what the intervals of a table come from, if it has any."""
    if part["low"].isna().all():
        return " All of ours are exact." if (part["kind"] == "exact").all() else ""
    return (
        f" Ours: {parameters.keys:,} keys or {parameters.repetitions:,} rings where sampled; the intervals "
        "of all claims hold together at 99 %."
    )


def _counts(numbers: Summary) -> Table:
    by_verdict = {(row["source"], row["verdict"]): row["claims"] for row in numbers["counts"].records()}
    verdicts = {row["verdict"]: row["claims"] for row in numbers["verdicts"].records()}
    body: list[tuple[Any, ...]] = [
        (
            row["title"],
            row["claims"],
            *(by_verdict[row["source"], verdict] for verdict in OF_CLAIMS),
            row["unexpected"],
        )
        for row in numbers["sources"].records()
    ]
    (whole,) = numbers["all"].records()
    body.append(("all", whole["claims"], *map(verdicts.get, OF_CLAIMS), whole["unexpected"]))
    return Table.of_rows(
        "summary",
        "Claims of the literature, re-examined",
        ["source", "claims", *OF_CLAIMS, "unexpected"],
        body,
        caption="A verdict is unexpected if it is the opposite of the one that stands beside the claim.",
    )


def _waiting(sheet: Sheet) -> list[Table]:
    waiting = sheet.where(verdict=NOT_IMPLEMENTED)
    if waiting.empty:
        return []
    table = Table(
        "not-implemented",
        "Claims about algorithms that are not implemented yet",
        waiting.reset_index(drop=True),
        columns=["missing", "where", "says", "theirs"],
        formats={"theirs": Theirs()},
        headers={"where": "claim"},
        groups=["missing"],
    )
    return [table]


def _meaning(numbers: Summary, parameters: ClaimsParameters) -> list[str]:
    confirmed, refuted, undecided, waiting = (
        numbers.value(f"claims/{verdict}").text
        for verdict in (CONFIRMED, REFUTED, UNDECIDED, NOT_IMPLEMENTED)
    )
    facts = {(row["of"], row["verdict"]): row["facts"] for row in numbers["facts"].records()}

    def of(who: str) -> int:
        return sum(many for (said, _), many in facts.items() if said == who)

    published, own = OF_FACTS
    return [
        f"Of {numbers.value('claims').text} claims {confirmed} are confirmed, {refuted} refuted and "
        f"{undecided} undecided; {waiting} wait for their algorithm.",
        f"They are {of(published)} published facts, each once, of which {facts[published, CONFIRMED]} are "
        f"confirmed, {facts[published, REFUTED]} refuted in one claim or more, and the others undecided in "
        f"some; and {of(own)} computations of our own, which are tests of this suite.",
        f"Sampled with {parameters.keys:,} keys and {parameters.repetitions:,} rings, seed "
        f"{parameters.seed}; all intervals hold together at 99 %.",
    ]


def _failures(sheet: Sheet) -> Sequence[str]:
    return [
        f"{row['claim']} ({row['says']}): {row['verdict']}, but expected {row['expected']}: theirs "
        f"{shown_theirs(row)}, ours {shown_value(row['ours'], row)} {Ends().text(row['kind'], row)} "
        f"({row['method']})"
        for row in sheet.records()
        if row["unexpected"]
    ]
