"""How the rows of `claims` are shown: theirs, ours, the interval, the verdict, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.claims.claim import READ
from experiments.claims.judge import unexpected
from experiments.inference.verdict import CONFIRMED, NOT_IMPLEMENTED, REFUTED, UNDECIDED
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.formats import Percent, Significant, Text
from experiments.report.tables.table import Table
from experiments.storage.records import Record, records

if TYPE_CHECKING:
    from experiments.claims.parameters import ClaimsParameters

__all__ = ["present", "shown_theirs", "shown_value"]

VERDICTS = (CONFIRMED, REFUTED, UNDECIDED, NOT_IMPLEMENTED)


def present(results: Results[ClaimsParameters]) -> Presentation:
    """Return tables and meaning of a run of `claims`."""
    rows = records(results.rows)
    titles = list(dict.fromkeys(row["title"] for row in rows))
    tables = [
        _table([row for row in rows if row["title"] == title], title, results.parameters) for title in titles
    ]
    return Presentation(
        [*tables, _summary(rows, titles), *_waiting(rows)],
        (),
        _meaning(rows, results.parameters),
        _failures(rows),
        methods=[
            "A claim is confirmed if all of our interval lies within the tolerance that stands beside it, "
            "and refuted if none of it does; the intervals of all claims hold together at 99 % (Bonferroni)."
        ],
    )


def _table(rows: Sequence[Record], title: str, parameters: ClaimsParameters) -> Table:
    body, notes = [], list[str]()
    for row in (row for row in rows if row["verdict"] != NOT_IMPLEMENTED):
        note = " ".join(filter(None, [row.get("why"), _needed(row)]))
        if note and note not in notes:
            notes.append(note)
        body.append(
            (
                row["where"],
                shown_theirs(row),
                row.get("ours_shown") or shown_value(row["ours"], row),
                _interval(row),
                row["verdict"] + ("!" if unexpected(row["verdict"], row["expected"]) else ""),
                str(notes.index(note) + 1) if note else "",
            )
        )
    shown = [row for row in rows if row["verdict"] != NOT_IMPLEMENTED]
    sources = "; ".join(dict.fromkeys(f"{row['work']} ({READ[row['read']]})" for row in shown))
    single = any(row["kind"] == "prediction" for row in shown)
    legend = " * where one measurement falls, if the law holds." if single else ""
    return Table.of_rows(
        f"claims-{rows[0]['claim'].partition('.')[0]}".replace("_", "-"),
        title,
        ["where", "theirs", "ours", "interval", "verdict", "why"],
        body,
        caption=f"Source: {sources}.{_sampled(shown, parameters)}{legend}",
        formats={name: Text() for name in ("theirs", "ours", "interval")},
        align={"theirs": "right", "ours": "right", "interval": "left"},
        headers={"why": "note", "where": "claim"},
        notes=[f"{number} {note}" for number, note in enumerate(notes, 1)],
    )


def _sampled(rows: Sequence[Record], parameters: ClaimsParameters) -> str:
    """Return what the intervals of a table come from, if it has any."""
    if not any("low" in row for row in rows):
        return " All of ours are exact." if all(row["kind"] == "exact" for row in rows) else ""
    return (
        f" Ours: {parameters.keys:,} keys or {parameters.repetitions:,} rings where sampled; the intervals "
        "of all claims hold together at 99 %."
    )


def shown_value(value: float, row: Record) -> str:
    """Return a value of a claim as it is shown: in percent or not, to the digits that its tolerance needs."""
    if row["percent"]:
        return Percent(3 if abs(value) < 0.1 else 2).text(value, {})
    whole = float(value).is_integer() and abs(value) < 1e15
    return f"{int(value):,}" if whole else Significant(_digits(row)).text(value, {})


def _digits(row: Record) -> int:
    """Return how many digits show a difference of the size of the tolerance."""
    from math import floor, log10

    size, tolerance = abs(row.get("theirs", 0.0)), row["tolerance"]
    if not size or not tolerance:
        return 4
    return min(6, max(3, floor(log10(size)) - floor(log10(tolerance)) + 1))


def shown_theirs(row: Record) -> str:
    """Return the published value of a claim as it is shown, with its relation."""
    if "theirs_shown" in row:
        return str(row["theirs_shown"])
    words = {"equals": "", "at most": "≤ ", "at least": "≥ "}
    return words[row["relation"]] + shown_value(row["theirs"], row)


def _interval(row: Record) -> str:
    if "low" not in row or "high" not in row:
        return "exact" if row["kind"] == "exact" else ""
    ends = f"[{shown_value(row['low'], row)}, {shown_value(row['high'], row)}]"
    return f"{ends} *" if row["kind"] == "prediction" else ends


def _needed(row: Record) -> str:
    if row["verdict"] != UNDECIDED:
        return ""
    if "needed" not in row:
        return "No number that can be had would decide: ours is as far off as is tolerated."
    return f"About {row['needed']:,} {row['unit']} would decide."


def _summary(rows: Sequence[Record], titles: Sequence[str]) -> Table:
    def line(name: str, some: Sequence[Record]) -> tuple[Any, ...]:
        found = [row["verdict"] for row in some]
        wrong = sum(unexpected(row["verdict"], row["expected"]) for row in some)
        return (name, len(some), *map(found.count, VERDICTS), wrong)

    body = [line(title, [row for row in rows if row["title"] == title]) for title in titles]
    return Table.of_rows(
        "summary",
        "Claims of the literature, re-examined",
        ["source", "claims", *VERDICTS, "unexpected"],
        [*body, line("all", rows)],
        caption="A verdict is unexpected if it is the opposite of the one that stands beside the claim.",
    )


def _waiting(rows: Sequence[Record]) -> list[Table]:
    waiting = [row for row in rows if row["verdict"] == NOT_IMPLEMENTED]
    if not waiting:
        return []
    table = Table.of_rows(
        "not-implemented",
        "Claims about algorithms that are not implemented yet",
        ["missing", "where", "says", "theirs"],
        [(row["missing"], row["where"], row["says"], shown_theirs(row)) for row in waiting],
        formats={"theirs": Text()},
        headers={"where": "claim"},
        align={"theirs": "right"},
        groups=["missing"],
    )
    return [table]


def _meaning(rows: Sequence[Record], parameters: ClaimsParameters) -> list[str]:
    count = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    return [
        f"Of {len(rows)} claims {count[CONFIRMED]} are confirmed, {count[REFUTED]} refuted and "
        f"{count[UNDECIDED]} undecided; {count[NOT_IMPLEMENTED]} wait for their algorithm.",
        f"Sampled with {parameters.keys:,} keys and {parameters.repetitions:,} rings, seed "
        f"{parameters.seed}; all intervals hold together at 99 %.",
    ]


def _failures(rows: Sequence[Record]) -> list[str]:
    return [
        f"{row['claim']} ({row['says']}): {row['verdict']}, but expected {row['expected']}: theirs "
        f"{shown_theirs(row)}, ours {shown_value(row['ours'], row)} {_interval(row)} ({row['method']})"
        for row in rows
        if unexpected(row["verdict"], row["expected"])
    ]
