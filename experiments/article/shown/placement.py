"""The tables of range queries, of the table of minimum hashes, and of hash values."""

from __future__ import annotations

from typing import Any

from experiments.article.shown.published import Verdicts, numbers_of
from experiments.report.summary import Summary
from experiments.report.tables.formats import Count
from experiments.report.tables.table import Table

__all__ = ["digests", "minimum_hashes", "queries", "queries_meaning"]

DATA = ("hashed", "ranged")


def digests(numbers: Summary, verdicts: Verdicts) -> list[Table]:
    """Return the published hash values and partitions beside ours."""
    title = "Hash values: MD5 of strings, SHA-1's space, modulo of whole keys"
    return [numbers_of("hash values", title, verdicts)]


def queries(numbers: Summary, verdicts: Verdicts) -> list[Table]:
    """Return how many nodes queries ask."""
    sheet = numbers["queries"]
    first = sheet.records()[0]
    columns = {
        (measure, data): f"{measure}_{data}"
        for measure in ("asked", "most_asked", "holding")
        for data in DATA
    }
    series = {key: sheet.series(key[0], data=key[1]) for key in columns}
    words = {"asked": "asked", "most_asked": "most", "holding": "holding"}
    employees = len(numbers["employees"].where(table=DATA[0]))
    return [
        Table.of_rows(
            "range-queries",
            f"Employees by salary: of {first['n']} nodes, how many must a range query ask?",
            ["width", *columns.values()],
            [(width, *(series[key][width] for key in columns)) for width in series["asked", DATA[0]]],
            caption=f"{employees} employees, {first['queries']:,} queries a line, each from the salary of "
            "one of them on; mean and "
            "most. A node is asked if a salary in the range (in steps of 100) would be on it, "
            "and holds if one is.",
            formats={
                "width": Count(),
                **{name: sheet.measures[measure].format for (measure, _), name in columns.items()},
            },
            headers={
                "width": "salaries wide",
                **{name: f"{data}: {words[measure]}" for (measure, data), name in columns.items()},
            },
        )
    ]


def queries_meaning(numbers: Summary) -> list[str]:
    """Return what a query of middle width asks."""
    sheet = numbers["queries"]
    asked = {data: sheet.series("asked", data=data) for data in DATA}
    widths = list(asked[DATA[0]])
    width = widths[len(widths) // 2]
    hashed, ranged = (float(asked[data][width]) for data in DATA)
    return [
        f"A query over salaries {width:,} wide asks {hashed:.1f} of {sheet.records()[0]['n']} nodes on "
        f"hashed data, {ranged:.1f} on ranged."
    ]


def minimum_hashes(numbers: Summary, verdicts: Verdicts) -> list[Table]:
    """Return the loads before and after each event."""
    sheet, loads = numbers["minimum-hashes"], numbers["minimum-loads"]
    events = sheet.records()
    names = list(loads.series("load", event=events[0]["event"], side="after"))
    before = loads.series("load", event=events[0]["event"], side="before")
    body: list[tuple[Any, ...]] = [
        ("before", len(before), None, None, None, *(before.get(name) for name in names))
    ]
    for row in events:
        after = loads.series("load", event=row["event"], side="after")
        shown = (row[column] for column in ("event", "rows", "moved", "minimum", "relieved"))
        body.append((*shown, *(after[name] for name in names)))
    load = loads.measures["load"].format
    return [
        Table.of_rows(
            "minimum-hashes",
            "The table of minimum hashes: rows added for a fifth node",
            ["event", "rows", "moved", "minimum", "relieved", *names],
            body,
            caption="Exact, over 2^28 hashes: one row relieves one node, a row in each range "
            "relieves all four.",
            formats={**sheet.formats(["moved", "minimum"]), **dict.fromkeys(names, load)},
            headers={"relieved": "nodes relieved"},
        )
    ]
