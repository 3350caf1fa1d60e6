"""How the numbers of `database` are shown: shards asked, times, what shards hold, and what DuckDB read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.database.parameters import LACKING
from experiments.database.sayings import SAYINGS
from experiments.database.summary import summary
from experiments.report.absent import listed, notes_of, taking_part
from experiments.report.chart import Axis, Chart, Lines
from experiments.report.presentation import Presentation, Results
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.formats import Count, Percent, Significant, is_missing
from experiments.report.tables.table import Header, Table
from experiments.report.timings import INTERVAL, TOO_BUSY, trust, trusted

if TYPE_CHECKING:
    from experiments.database.parameters import DatabaseParameters

WORDS = {"point": "a key", "first": "first {limit}", "first of group": "of a group"}
"""What the sorts of queries are called in the heads of columns; ranges by their part."""

LAW = "law_milliseconds"
"""The column of the law of times."""

SHOWN = {"asked": ("shards asked", Count(2, whole=True)), "milliseconds": ("milliseconds", Significant(3))}
"""What the first table has of each query, and how it is written."""


def present(results: Results[DatabaseParameters]) -> Presentation:
    """Return the tables, the charts and what they mean."""
    numbers, parameters = summary(results), results.parameters
    steady = not _has_files(numbers) or trusted(results.facts, numbers["steadiness"])
    meaning = [*_meaning(numbers), *(_read(numbers) if steady else [])]
    if _has_files(numbers):
        meaning += trust(results.facts, numbers["steadiness"])
    elif results.timing is not None and taking_part(results.timing).empty:
        meaning.append(f"No files were read: {LACKING}.")
    return Presentation(
        [
            *_first(numbers, parameters),
            *_queries(numbers, parameters),
            *_shards(numbers, parameters),
            *_sayings(numbers, parameters),
            *_files(numbers, parameters, steady=steady),
        ],
        charts=list(_charts(numbers, parameters)),
        meaning=meaning,
        methods=[
            "A query's time is that of the slowest shard asked, of exponential times beside what it reads; "
            "ranges are asked for a limit one after the other. All ways of sharding have the same records, "
            "queries and times. Means are over repetitions, with t intervals.",
            "A sentence is confirmed in a setting where the whole 95 % t interval of the number that it is "
            "taken to mean keeps its bound, and refuted where none of it does; nothing is corrected for "
            "their number.",
            *([_of_files(parameters)] if parameters.timed else []),
        ],
        summary=numbers,
    )


def _facts(numbers: Summary, parameters: DatabaseParameters) -> str:
    counts = [f"{int(count):,}" for count in sorted(set(numbers["shards"].frame["keys"].dropna()))]
    return (
        f"{listed(counts) if counts else 'No'} records; means of {parameters.repetitions:,} repetitions of "
        f"{parameters.queries:,} queries."
    )


def _model(parameters: DatabaseParameters) -> str:
    return (
        f"A shard takes {parameters.overhead:g} µs a query (exponential) and {parameters.record:g} ns a "
        "record read; the slowest counts."
    )


def _of_files(parameters: DatabaseParameters) -> str:
    return (
        "DuckDB reads one Parquet file a shard, on one thread and one file after the other, each query after "
        f"another of its sort that is not timed; times are medians of {parameters.timed:,} queries by the "
        f"thread's processor time, with the {INTERVAL}."
    )


def _word(query: str, parameters: DatabaseParameters) -> str:
    kind, _, part = query.partition(":")
    return (
        Significant(2).text(100 * float(part), {}) + " %"
        if part
        else WORDS[kind].format(limit=parameters.limit)
    )


def _first(numbers: Summary, parameters: DatabaseParameters) -> Iterator[Table]:
    """Yield shards asked and times of the first workload and the most shards, and what shards have."""
    queries, shards = numbers["queries"], numbers["shards"]
    if queries.frame.empty:
        yield Table.of_rows(
            "sharding",
            "No way of sharding takes part",
            ["sharding", "reason"],
            [(row["label"], row["cannot"]) for row in numbers["absent"].records()],
        )
        return
    workload, n = queries.frame["workload"].iloc[0], int(queries.frame["n"].max())
    part = queries.where(workload=workload, n=n)
    columns = list(dict.fromkeys(part["query"]))
    body = []
    for measure, (title, form) in SHOWN.items():
        for name in dict.fromkeys(part["name"]):
            row = part[part["name"] == name].set_index("query")[measure]
            cells = {
                query: None if is_missing(row.get(query)) else form.text(row[query], {}) for query in columns
            }
            body.append({"shown": title, "name": name, **cells})
    headers: dict[str, str | Header] = {"shown": "", "name": "sharding"}
    yield Table(
        "sharding",
        f"What a query costs on {n:,} shards, of {workload}",
        pd.DataFrame(body),
        f"{_facts(numbers, parameters)} {_model(parameters)} In percent: a range of so many records.",
        headers=headers | {query: _word(query, parameters) for query in columns},
        align=dict.fromkeys(columns, "right"),
        groups=["shown"],
        notes=notes_of(numbers["absent"]),
    )
    shown = ["peak", "insert", "movement", "law_movement", "ranges", "split_movement"]
    yield Table(
        "balance",
        f"The hottest shard and what moves on {n:,} shards, of {workload}",
        shards.where(workload=workload, n=n)[["name", *shown]],
        "Peak: the fullest shard over the mean. Inserts: of a thousand in the order of the keys.",
        formats=shards.formats(shown),
        headers={
            "name": "sharding",
            "insert": "inserts on one shard",
            "movement": "moved by one more",
            "law_movement": "law",
            "split_movement": "moved by splits",
        },
        notes=notes_of(Sheet("absent", numbers["lacking"].frame, numbers["lacking"].keys)),
    )


def _queries(numbers: Summary, parameters: DatabaseParameters) -> Iterator[Table]:
    """Yield all that is known of queries."""
    sheet = numbers["queries"]
    if sheet.frame.empty:
        return
    columns = [
        "workload", "n", "query", "name", "asked", "law_asked", "holding", "law_holding", "matching", "read",
        "slowest_read", "milliseconds", LAW, "p99", "busy",
    ]  # fmt: skip
    yield Table(
        "queries",
        "Queries by all ways of sharding, beside their laws",
        sheet.frame.assign(query=[_word(query, parameters) for query in sheet.frame["query"]]),
        f"{_facts(numbers, parameters)} {_model(parameters)} Work: all shards together.",
        columns=columns,
        formats=sheet.formats(columns),
        headers={
            "n": "shards", "name": "sharding", "law_asked": "law", "law_holding": "law ",
            "matching": "wanted", "slowest_read": "most on a shard", "milliseconds": "ms",
            LAW: "law, ms", "p99": "99 %", "busy": "busy, ms",
        },
        groups=["workload", "n", "query"],
        detail=True,
    )  # fmt: skip


def _shards(numbers: Summary, parameters: DatabaseParameters) -> Iterator[Table]:
    """Yield all that is known of the shards."""
    sheet = numbers["shards"]
    if sheet.frame.empty:
        return
    columns = ["workload", "n", "name", *[name for name in sheet.measures if name != "keys"], "law_movement"]
    yield Table(
        "shards",
        "The hottest shard, inserts in the order of the keys, one shard more, and splits",
        sheet.frame,
        _facts(numbers, parameters),
        columns=columns,
        formats=sheet.formats(columns),
        headers={
            "n": "shards", "name": "sharding", "insert": "inserts on one", "movement": "moved by one more",
            "law_movement": "law", "split_movement": "moved by splits",
        },
        groups=["workload", "n"],
        detail=True,
    )  # fmt: skip


def _sayings(numbers: Summary, parameters: DatabaseParameters) -> Iterator[Table]:
    """Yield what is said of hashed and ranged data, and in how many settings it holds."""
    records = numbers["said"].records()
    if not records:
        return
    frame = pd.DataFrame(
        {
            **row,
            "says": SAYINGS[row["saying"]].says,
            "means": SAYINGS[row["saying"]].bound,
            "where": ", ".join(_word(query, parameters) for query in _queries_in(row["where"])) or None,
        }
        for row in records
    )
    yield Table(
        "sayings",
        "What is said, and in how many settings it holds",
        frame,
        f"{_facts(numbers, parameters)} A setting is a workload, a number of shards and, of ranges, a part "
        "of the records; 95 % t intervals over repetitions.",
        columns=["says", "means", "settings", "confirmed", "refuted", "where"],
        headers={"says": "said", "means": "taken to mean", "where": "refuted for"},
        detail=True,
    )


def _queries_in(where: str) -> list[str]:
    return [query for query in where.split() if query.startswith("range:")]


def _files(numbers: Summary, parameters: DatabaseParameters, *, steady: bool) -> Iterator[Table]:
    """Yield what DuckDB read of the files of the shards."""
    if not _has_files(numbers):
        return
    sheet = numbers["files"]
    columns = ["n", "query", "name", *sheet.measures]
    busy = "" if steady else f"{TOO_BUSY} "
    yield Table(
        "files",
        f"What DuckDB reads of one Parquet file a shard, of {sheet.frame['workload'].iloc[0]}",
        sheet.frame.assign(query=[_word(query, parameters) for query in sheet.frame["query"]]),
        f"{busy}Means; times: median of {parameters.timed:,} queries by the processor, and {INTERVAL}.",
        columns=columns,
        formats=sheet.formats(columns),
        headers={
            "n": "shards", "name": "sharding", "row_groups": "row groups", "row_groups_all": "of",
            "ms": "ms, all", "slowest": "slowest",
        },
        groups=["n", "query"],
        timing=True,
        detail=True,
    )  # fmt: skip


def _charts(numbers: Summary, parameters: DatabaseParameters) -> Iterator[Chart]:
    """Yield shards asked, and times, against the part of the records that a range has."""
    frame = numbers["queries"].where()
    ranges = frame[frame["selectivity"].notna()]
    part = Axis("selectivity", "part of the records in a range", "percent", log=True, measured=True)
    choices = {"workload": "Records", "n": "Shards"}
    yield Chart(
        "asked",
        "Shards that a range query must ask",
        f"{_facts(numbers, parameters)} Laws: of ranges, one each a shard.",
        ranges,
        Lines(
            part, Axis("asked", "shards asked", log=True), low="asked_low", high="asked_high", law="law_asked"
        ),
        series="name",
        choices=choices,
        panels="n",
        only={"workload": ranges["workload"].iloc[0]} if len(ranges) else {},
    )
    yield Chart(
        "times",
        "Time of a range query by the model",
        f"{_facts(numbers, parameters)} {_model(parameters)} Law: of all shards at once that read as much.",
        ranges,
        Lines(part, Axis("milliseconds", "milliseconds", log=True), low="low", high="high", law=LAW),
        series="name",
        choices=choices,
        panels="n",
        only={"workload": ranges["workload"].iloc[0]} if len(ranges) else {},
    )


def _meaning(numbers: Summary) -> Iterator[str]:
    """Yield from which selectivity on ranged data is better, and by how much, and what that costs."""
    better = numbers["better"].records()
    if better:
        row = max(better, key=lambda each: int(each["n"]))
        yield (
            f"Of {row['n']} shards, a range of {_part(row['least'])} of the records asks "
            f"{_figure(row['asked_least'])} by explicit ranges and {_figure(row['hashed_least'])} by hashes, "
            f"one of {_part(row['most'])} {_figure(row['asked_most'])} and {_figure(row['hashed_most'])}: "
            "ranged data is asked less from two keys on, at any selectivity, and its shards are "
            f"busy for {_figure(row['busy_least'])} to {_figure(row['busy_most'])} times less in all."
        )
        yield _sooner(row)
    said = [
        f"that {SAYINGS[row['saying']].says} {row['confirmed']} and {row['refuted']} of {row['settings']}"
        for row in numbers["said"].records()
    ]
    if said:
        yield f"Of what is said, confirmed and refuted in so many settings: {'; '.join(said)}."
    shards = {(row["workload"], row["n"], row["scheme"]): row for row in numbers["shards"].records()}
    if shards:
        workload, n, _ = max(shards, key=lambda key: int(key[1]))
        here = {scheme: row for (*place, scheme), row in shards.items() if place == [workload, n]}
        yield from _hot(here, n)


def _part(value: float) -> str:
    return f"{Significant(2).text(100 * value, {})} %"


def _times(value: float) -> str:
    return f"{Significant(3).text(value, {})} times"


def _figure(value: float) -> str:
    return Count(2, whole=True).text(value, {})


def _sooner(row: Mapping[str, Any]) -> str:
    """Return where an answer comes sooner from ranged data, and where later."""
    parts = []
    if row["sooner"] > 1:
        parts.append(
            f"from explicit ranges up to {_times(row['sooner'])} as soon, at {_part(row['sooner_at'])}"
        )
    if row["later"] > 1:
        parts.append(
            f"from hashes with an index, which all shards read at once, up to {_times(row['later'])} as "
            f"soon, at {_part(row['later_at'])}"
        )
    even = row["even_records"]
    law = f" By the law both are even at {Count().text(round(even), {})} records." if even < 1e15 else ""
    return f"An answer comes {' and '.join(parts)}.{law}" if parts else f"Both answer as soon.{law}"


def _hot(schemes: Mapping[str, Mapping[str, Any]], n: int) -> Iterator[str]:
    """Yield what one shard takes of inserts in order, and what one shard more moves."""
    known = [
        f"{row['name']} {Percent(0).text(row['insert'], {})}"
        for row in schemes.values()
        if not is_missing(row["insert"])
    ]
    yield f"Of a thousand inserts in the order of the keys one of {n} shards takes: {', '.join(known)}."
    moved = [
        f"{row['name']} {Percent(1).text(row['movement'], {})}"
        for row in schemes.values()
        if not is_missing(row["movement"])
    ]
    if moved:
        yield f"One shard more moves: {', '.join(moved)}."


def _read(numbers: Summary) -> Iterator[str]:
    """Yield what DuckDB read of hashed and of ranged files, of the most shards."""
    records = numbers["files_compared"].records() if _has_files(numbers) else []
    for row in [row for row in records if row["n"] == max(each["n"] for each in records)][1:2]:
        yield (
            f"DuckDB reads {_times(row['more_bytes'])} the bytes for a range of {_part(row['selectivity'])} "
            f"from {row['n']} hashed files, in order, as from ranged ones, and takes "
            f"{_times(row['more_ms'])} the processor's time."
        )


def _has_files(numbers: Summary) -> bool:
    return "files" in {sheet.name for sheet in numbers.sheets}
