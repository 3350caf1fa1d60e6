"""Every number that `database` states: means over repetitions, what is better where, what DuckDB read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import theory
from experiments.database.parameters import HASHED
from experiments.database.sayings import judged
from experiments.inference.verdict import CONFIRMED, REFUTED
from experiments.report.absent import absent_of, taking_part
from experiments.report.frames import frame_of, groups_of
from experiments.report.presentation import Results
from experiments.report.statistics import mean_of
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Bytes, Count, Interval, Percent, Significant, Text
from experiments.report.timings import series_of, steadiness

if TYPE_CHECKING:
    from experiments.database.parameters import DatabaseParameters

__all__ = ["TITLES", "query_of", "summary"]

TITLES = {
    "hash": "hash",
    "index": "hash + index",
    "compound": "compound key",
    "equal": "equal ranges",
    "explicit": "explicit ranges",
    "split": "splitting ranges",
}
"""What each way of sharding is called."""

KEYS = ("workload", "n", "query", "name")
NANOSECONDS = 1e6
MEANS = ("asked", "holding", "law_asked", "law_holding", "matching", "read", "slowest_read")
SHARDS = ("workload", "n", "name")
READ = ("files", "row_groups", "row_groups_all", "bytes")

INTERVAL = Interval(Significant(3), "low", "high")

QUERIES: Mapping[str, Measure] = {
    "asked": Measure(
        "mean over repetitions of shards asked",
        Count(2, whole=True),
        "asked_low",
        "asked_high",
        "law_asked",
    ),
    "holding": Measure(
        "mean of shards that hold a record that is wanted", Count(2, whole=True), law="law_holding"
    ),
    "matching": Measure("mean of records that a query wants", Count(1, whole=True)),
    "read": Measure("mean of records read for it", Count(1, whole=True)),
    "slowest_read": Measure("mean of those that the shard reads that reads most", Count(1, whole=True)),
    "milliseconds": Measure(
        "mean over repetitions of the time of a query by the model",
        INTERVAL,
        "low",
        "high",
        "law_milliseconds",
    ),
    "p99": Measure("mean of its 99th percentile, in milliseconds", Significant(3)),
    "busy": Measure("milliseconds that all shards together are busy, by the model", Significant(3)),
}
"""Of each sort of query."""

OF_SHARDS: Mapping[str, Measure] = {
    "keys": Measure("records", Count()),
    "peak": Measure("mean of the fullest shard's records over the mean shard's", Significant(3)),
    "insert": Measure("mean share of one shard of a thousand inserts in the order of the keys", Percent(1)),
    "movement": Measure(
        "mean of what moves when a shard is added", Percent(2), "low", "high", "law_movement"
    ),
    "ranges": Measure("mean of how many ranges there are", Count(1, whole=True)),
    "splits": Measure("mean of how often a range was split", Count(1, whole=True)),
    "split_movement": Measure("mean of what splits move, as a part of the records", Percent(1)),
}
"""Of the shards."""

BETTER: Mapping[str, Measure] = {
    "fewer_least": Measure("shards asked of hashed over ranged, at the least selectivity", Significant(3)),
    "fewer_most": Measure("the same at the greatest selectivity", Significant(3)),
    "sooner": Measure("time of hashed and indexed over ranged, where that is most", Significant(3)),
    "sooner_at": Measure("at which selectivity that is", Percent(2)),
    "later": Measure("time of ranged over hashed and indexed, where that is most", Significant(3)),
    "later_at": Measure("at which selectivity that is", Percent(2)),
    "even_records": Measure("records from which on all shards at once answer sooner, by the law", Count()),
    "busy_least": Measure("that of hashed and indexed over ranged, where it is least", Significant(3)),
    "busy_most": Measure("the same, where it is most", Significant(3)),
}
"""Explicit ranges beside hashes with an index on each shard."""

OF_SAYINGS: Mapping[str, Measure] = {
    "value": Measure("mean of the number that it is taken to mean", INTERVAL, "low", "high"),
    "verdict": Measure("whether its interval keeps the bound", Text()),
}
"""Of each sentence in each setting."""

SAID: Mapping[str, Measure] = {
    "settings": Measure("settings in which it was judged", Count()),
    "confirmed": Measure("those in which it is confirmed", Count()),
    "refuted": Measure("those in which it is refuted", Count()),
}
"""Of each sentence."""

MS = Interval(Significant(3), "ms_low", "ms_high")

FILES: Mapping[str, Measure] = {
    "files": Measure("mean of files that DuckDB was asked for", Count(2, whole=True)),
    "row_groups": Measure("mean of row groups that it read", Count(1, whole=True)),
    "row_groups_all": Measure("mean of row groups that these files have", Count(1, whole=True)),
    "bytes": Measure("mean of bytes that it read", Bytes()),
    "ms": Measure("median of milliseconds of the processor, all files", MS, "ms_low", "ms_high"),
    "slowest": Measure(
        "median of milliseconds of the processor, of the file that took longest", Significant(3)
    ),
}
"""Of each sort of query of files."""

COMPARED: Mapping[str, Measure] = {
    "more_bytes": Measure("bytes read of hashed files, in order, over those of ranged files", Significant(3)),
    "more_ms": Measure("time of hashed files, in order, over that of ranged files", Significant(3)),
}
"""Of each range of files."""


def summary(results: Results[DatabaseParameters]) -> Summary:
    """Return what queries cost, what shards have, where ranged is better, and what DuckDB read."""
    parameters = results.parameters
    rows = _named(results.rows)
    taken = taking_part(rows)
    asked = taken[taken["asked"].notna()]
    queries = _queries(asked, parameters)
    shards = frame_of(
        (_shards(keys, group) for keys, group in _groups(taken[taken["asked"].isna()], SHARDS)),
        numbers=[*OF_SHARDS, "low", "high", "law_movement"],
        others=[*SHARDS, "scheme"],
    )
    lacking = absent_of(rows[rows["kind"] == "add"])
    sheets = [
        Sheet("queries", queries, KEYS, QUERIES),
        Sheet("shards", shards, SHARDS, OF_SHARDS),
        Sheet.of_records("better", ("workload", "n"), BETTER, list(_better(queries, parameters))),
        Sheet("sayings", _sayings(taken), ("saying", "workload", "n", "query"), OF_SAYINGS),
        Sheet.of_records("said", ("saying",), SAID, list(_said(_sayings(taken)))),
        Sheet("lacking", lacking.frame, lacking.keys),
        absent_of(rows[rows["kind"] == "records"]),
    ]
    return Summary([*sheets, *_files(results.timing)])


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with what each way of sharding is called, its algorithm too where there are several."""
    several = rows[rows["scheme"].isin(HASHED)]["label"].nunique() > 1
    names = [
        f"{TITLES[scheme]} ({label})" if several and scheme in HASHED else TITLES[scheme]
        for scheme, label in zip(rows["scheme"], rows["label"], strict=True)
    ]
    queries = [query_of(*row) for row in zip(rows["kind"], rows["selectivity"], strict=True)]
    return rows.assign(name=names, label=names, query=queries)


def query_of(kind: str, selectivity: float | None) -> str:
    """Return what a sort of queries is called.

    Examples
    --------
    >>> query_of("point", None), query_of("range", 0.01)
    ('point', 'range:0.01')
    """
    known = selectivity is not None and selectivity == selectivity
    return f"{kind}:{selectivity:g}" if known else kind


def _groups(rows: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    for values, group in groups_of(rows, keys):
        yield values | {"scheme": group["scheme"].iloc[0]}, group


def _queries(asked: pd.DataFrame, parameters: DatabaseParameters) -> pd.DataFrame:
    """Return the means of each sort of queries, with intervals of shards asked and of times."""
    busy = asked["asked"] * parameters.overhead * 1000 + asked["read"] * parameters.record
    asked = asked.assign(
        busy=busy / NANOSECONDS,
        milliseconds=asked["nanoseconds_mean"] / NANOSECONDS,
        p99=asked["nanoseconds_p99"] / NANOSECONDS,
    )
    groups = asked.groupby([*KEYS, "scheme"], sort=False)
    frame = groups[[*MEANS, "selectivity", "milliseconds", "p99", "busy"]].mean().reset_index()
    for column, low, high in (("asked", "asked_low", "asked_high"), ("milliseconds", "low", "high")):
        ends = [mean_of(group) for _, group in groups[column]]
        frame[column] = [mean for mean, _, _ in ends]
        frame[[low, high]] = [[lower, upper] for _, lower, upper in ends]
    rows = [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
    return frame_of(
        ({**row, "law_milliseconds": _law_of_time(row, parameters)} for row in rows),
        numbers=[
            *MEANS,
            "selectivity",
            "milliseconds",
            "p99",
            "busy",
            "asked_low",
            "asked_high",
            "low",
            "high",
            "law_milliseconds",
        ],
        others=[*KEYS, "scheme"],
    )


def _law_of_time(row: Mapping[str, Any], parameters: DatabaseParameters) -> float | None:
    """Return what a range takes if all shards are asked at once and read as much: t H_n + r m / n."""
    n = row["n"]
    if row["scheme"] != "index" or pd.isna(row["selectivity"]) or row["asked"] < n:
        return None
    noise = parameters.overhead * 1000 * float(theory.slowest(n))
    return float((noise + parameters.record * row["read"] / n) / NANOSECONDS)


def _shards(keys: Mapping[str, Any], group: pd.DataFrame) -> dict[str, Any]:
    records, insert, add = (group[group["kind"] == kind] for kind in ("records", "insert", "add"))
    moved, low, high = mean_of(add["movement"])
    busiest = mean_of(records["busiest"])[0]
    return {
        **keys,
        "keys": mean_of(records["keys"])[0],
        "peak": None if busiest is None else busiest * keys["n"],
        "insert": mean_of(insert["busiest"])[0],
        "movement": moved,
        "low": low,
        "high": high,
        "law_movement": mean_of(add["law_movement"])[0],
        "ranges": mean_of(records["ranges"])[0],
        "splits": mean_of(records["splits"])[0],
        "split_movement": mean_of(records["movement"])[0],
    }


def _better(queries: pd.DataFrame, parameters: DatabaseParameters) -> Iterator[dict[str, Any]]:
    """Yield where explicit ranges are better than hashes with an index, of the first algorithm."""
    ranges = queries[queries["selectivity"].notna()].sort_values("selectivity", kind="stable")
    for keys, group in _groups(ranges, ("workload", "n")):
        hashed = group[group["scheme"] == "index"].drop_duplicates("selectivity").set_index("selectivity")
        ranged = group[group["scheme"] == "explicit"].set_index("selectivity")
        if hashed.empty or ranged.empty:
            continue
        fewer, busy, sooner = (hashed[name] / ranged[name] for name in ("asked", "busy", "milliseconds"))
        yield {
            "workload": keys["workload"],
            "n": keys["n"],
            "fewer_least": float(fewer.iloc[0]),
            "fewer_most": float(fewer.iloc[-1]),
            "least": float(fewer.index[0]),
            "most": float(fewer.index[-1]),
            "asked_least": float(ranged["asked"].iloc[0]),
            "asked_most": float(ranged["asked"].iloc[-1]),
            "hashed_least": float(hashed["asked"].iloc[0]),
            "hashed_most": float(hashed["asked"].iloc[-1]),
            "sooner": float(sooner.max()),
            "sooner_at": float(sooner.index[int(sooner.argmax())]),
            "later": float(1 / sooner.min()),
            "later_at": float(sooner.index[int(sooner.argmin())]),
            "even_records": theory.even_fan_out(
                int(keys["n"]), parameters.overhead * 1000, parameters.record
            ),
            "busy_least": float(busy.min()),
            "busy_most": float(busy.max()),
        }


def _sayings(taken: pd.DataFrame) -> pd.DataFrame:
    """Return what is said, in each setting."""
    return frame_of(
        judged(taken),
        numbers=["value", "low", "high"],
        others=["saying", "workload", "n", "query", "verdict"],
    )


def _said(sayings: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield in how many settings each sentence holds, and for which queries it is refuted."""
    for name, group in sayings.groupby("saying", sort=False):
        verdicts = group["verdict"].tolist()
        refuted = group[group["verdict"] == REFUTED]
        yield {
            "saying": name,
            "settings": len(group),
            "confirmed": verdicts.count(CONFIRMED),
            "refuted": verdicts.count(REFUTED),
            "where": " ".join(dict.fromkeys(refuted["query"])),
        }


def _files(timing: pd.DataFrame | None) -> list[Sheet]:
    """Return what DuckDB read, and how steady the machine was; nothing where it was not asked."""
    if timing is None:
        return []
    taken = taking_part(timing)
    if taken.empty:
        return []
    named = taken.assign(
        name=[TITLES[scheme] for scheme in taken["scheme"]],
        query=[query_of(*row) for row in zip(taken["kind"], taken["selectivity"], strict=True)],
    )
    found = []
    for keys, group in _groups(named, KEYS):
        series = series_of(group["processor_ns"].astype(float) / NANOSECONDS, pd.Series(0, group.index))
        means = {
            name: float(group[name].mean()) for name in ("files", "row_groups", "row_groups_all", "bytes")
        }
        slowest = float(group["slowest"].median()) / NANOSECONDS
        means["selectivity"] = float(group["selectivity"].mean())
        found.append({**keys, **means, **series.columns("ms", "ms_"), "slowest": slowest, **series.quality})
    frame = frame_of(
        found,
        numbers=["selectivity", "ms", "ms_low", "ms_high", "spread", "random"],
        others=[*KEYS, "scheme"],
    )
    compared = Sheet.of_records(
        "files_compared", ("workload", "n", "query"), COMPARED, list(_compared(frame)), rows="timing"
    )
    return [Sheet("files", frame, KEYS, FILES, rows="timing"), compared, steadiness(taken, [frame])]


def _compared(files: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield what ranges of hashed files in order take in multiples of those of ranged files."""
    ranges = files[files["selectivity"].notna()]
    for keys, group in _groups(ranges, ("workload", "n", "query")):
        by_scheme = {row["scheme"]: row for row in group.to_dict("records")}
        if {"index", "explicit"} <= set(by_scheme):
            hashed, ranged = by_scheme["index"], by_scheme["explicit"]
            yield {
                **keys,
                "selectivity": ranged["selectivity"],
                "more_bytes": hashed["bytes"] / ranged["bytes"],
                "more_ms": hashed["ms"] / ranged["ms"],
            }
