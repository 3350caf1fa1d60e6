"""What each way of sharding does: for each sort of query, for inserts, and when a shard is added."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from algorithms import Capability, Partitioner
from experiments import events, theory
from experiments.database.files import READ, Files, connection, is_installed
from experiments.database.parameters import HASHED, LACKING, SCHEMES, DatabaseParameters
from experiments.database.queries import QUERIES, Model, Query, answered, queries_of
from experiments.database.records import Records, records_of
from experiments.database.schemes import (
    Compound,
    Hashed,
    Ranges,
    Sharding,
    Splitting,
    boundaries_of,
)
from experiments.harness import selection
from experiments.harness.candidate import attempt
from experiments.harness.conditions import Conditions
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.trial import Trial
from experiments.measures import EventShape

RANGED = "key_range"
"""What has the ranges, where it is an algorithm."""

BURST = 1000
"""So many inserts in the order of the keys are looked at together."""

COLUMNS = (
    "asked", "holding", "law_asked", "law_holding", "matching", "read", "slowest_read", "nanoseconds_mean",
    "nanoseconds_p99", "keys", "busiest", "ranges", "splits", "movement", "law_movement",
)  # fmt: skip
"""What is measured; each sort of row has some of them."""


ROW = (
    "workload", "n", "scheme", "algorithm", "label", "repetition", "kind", "selectivity", *COLUMNS, "cannot",
)  # fmt: skip

IN_FILES = ("hash", "index", "explicit")
"""Ways of sharding that are written to files."""

TIMED = (
    "algorithm", "label", "selectivity", "round", "threads", *READ, "processor_ns", "page_faults",
    "load_average", "steal", "ghz",
)  # fmt: skip
"""What is known of a query of files."""


@dataclass(frozen=True)
class Sort:
    """Queries of one sort.

    Parameters
    ----------
    kind
        One of `QUERIES`.
    part
        Which part of the records a range has; None for other kinds.
    matching
        For how many neighbours a range is.
    queries
        The queries.
    """

    kind: str
    part: float | None
    matching: int
    queries: Sequence[Query]


def cases(parameters: DatabaseParameters) -> Sequence[Case]:
    """Return a case for each workload, number of shards and repetition, and those that DuckDB answers."""
    candidates = selection.of_run(parameters, later=(n + 1 for n in parameters.nodes))
    sources = selection.sources_of_run(parameters, candidates)
    counted = [
        Case(
            f"{source.text}|{n}|{number}",
            {"trials": [Trial(parameters, candidate, n, source, number) for candidate in candidates]},
        )
        for source in sources
        for n in parameters.nodes
        for number in range(parameters.repetitions)
    ]
    files = [
        Case(
            f"files|{source.text}|{n}",
            {"trials": [Trial(parameters, candidates[0], n, source)], "files": True},
            clocked=True,
        )
        for source in (sources[-1:] if parameters.timed else ())
        for n in parameters.nodes
    ]
    return [*counted, *files]


def measure(case: Case, parameters: DatabaseParameters, context: Context) -> Measured:
    """Ask all ways of sharding the same queries of the same records."""
    trials: Sequence[Trial] = case.arguments["trials"]
    if "files" in case.arguments:
        return Measured(timing=_of_files(trials, parameters, context))
    first = trials[0]
    records = records_of_trial(first, parameters)
    sorts = list(_sorts(records, parameters, first.repetition.keys, parameters.queries))
    rows = []
    for scheme, trial, sharding in shardings(trials, records, parameters):
        common = {
            **first.columns("workload", "n"),
            "scheme": scheme,
            **_who(trial),
            **first.columns("repetition"),
        }
        if isinstance(sharding, str):
            rows.append({**common, "kind": "records", "cannot": sharding})
            continue
        for sort in sorts:
            about = {**common, "kind": sort.kind, "selectivity": sort.part}
            done = _of_queries(sharding, sort.queries, parameters, first.repetition.keys)
            rows.append({**about, **done, **_laws(trial, sharding, sort)})
        rows += [{**common, **row} for row in _of_shards(sharding, trial)]
    return Measured([{**dict.fromkeys(ROW), **row} for row in rows])


def _of_files(
    trials: Sequence[Trial], parameters: DatabaseParameters, context: Context
) -> list[dict[str, Any]]:
    """Return what DuckDB reads for points and ranges of the first repetition, all in turn."""
    first = trials[0]
    conditions, records = Conditions(), records_of_trial(first, parameters)
    common = first.columns("workload", "n")
    if not is_installed():
        return [{**common, "scheme": None, "kind": None, **dict.fromkeys(TIMED), "cannot": LACKING}]
    chosen = [each for each in shardings(trials, records, parameters) if each[0] in IN_FILES]
    sorts = [
        sort
        for sort in _sorts(records, parameters, first.repetition.keys, parameters.timed + 1)
        if sort.kind in ("point", "range")
    ]
    timing = []
    with tempfile.TemporaryDirectory(prefix="shardlab-") as folder, closing(connection()) as database:
        written = []
        for scheme, trial, sharding in chosen:
            if isinstance(sharding, str):
                continue  # the rows that are counted say why
            place = Path(folder) / scheme
            place.mkdir()
            written.append(({"scheme": scheme, **_who(trial)}, Files.write(sharding, place)))
        for number in range(parameters.timed + 1):
            for sort in sorts:
                for who, files in written:
                    done = files.answer(database, sort.queries[number])
                    if number:  # the first is the one that is not timed
                        about = {**common, **who, "kind": sort.kind, "selectivity": sort.part}
                        timing.append({**about, "round": number - 1, "threads": 1, **done})
            context.progress((number + 1) / (parameters.timed + 1))
    return conditions.told([{**row, "cannot": None} for row in timing])


def _who(trial: Trial | None) -> dict[str, Any]:
    return trial.columns("algorithm", "label") if trial else {"algorithm": RANGED, "label": RANGED}


def records_of_trial(trial: Trial, parameters: DatabaseParameters) -> Records:
    """Return the records of a repetition."""
    count = trial.source.available(parameters.keys)
    return records_of(trial.source, count, trial.repetition.keys, parameters.groups)


def shardings(
    trials: Sequence[Trial], records: Records, parameters: DatabaseParameters
) -> Iterator[tuple[str, Trial | None, Sharding | str]]:
    """Yield each way of sharding, whose algorithm it is, and the records on shards, or why not."""
    n = trials[0].n
    wanted = parameters.scheme or tuple(SCHEMES)
    for scheme in SCHEMES:
        if scheme not in wanted:
            continue
        if scheme not in HASHED:
            yield scheme, None, attempt(_ranged(scheme, records, n, parameters))
            continue
        for trial in trials:
            partitioner = trial.start()
            if isinstance(partitioner, str):
                yield scheme, trial, partitioner
            else:
                yield scheme, trial, _hashed(scheme, records, trial, partitioner)


def _ranged(scheme: str, records: Records, n: int, parameters: DatabaseParameters) -> Callable[[], Sharding]:
    if scheme == "split":
        return partial(Splitting, records, n, max(1, len(records) // (n * parameters.ranges)))
    before, after = (boundaries_of(records, count, equal=scheme == "equal") for count in (n, n + 1))
    return partial(Ranges, records, before, after)


def _hashed(scheme: str, records: Records, trial: Trial, partitioner: Partitioner[Any]) -> Hashed:
    step = trial.step(partitioner, events.parse("add:1"), "database")
    grown = step if isinstance(step, str) else step.after
    if scheme == "compound":
        return Compound(records, partitioner, grown)
    hashes = np.concatenate([trial.hashes(partitioner, chunk) for chunk in range(len(trial.chunks))])
    return Hashed(records, partitioner, hashes[records.order], grown, ordered=scheme == "index")


def _sorts(records: Records, parameters: DatabaseParameters, seed: int, count: int) -> Iterator[Sort]:
    """Yield each sort of queries."""
    for kind in QUERIES:
        parts: Sequence[float | None] = parameters.selectivity if kind == "range" else [None]
        for part in parts:
            matching = 1 if part is None else max(1, round(part * len(records)))
            queries = queries_of(kind, records, count, seed, matching=matching, limit=parameters.limit)
            yield Sort(kind, part, matching, queries)


def _of_queries(
    sharding: Sharding, queries: Sequence[Query], parameters: DatabaseParameters, seed: int
) -> dict[str, Any]:
    """Return means over queries: whole numbers are added and divided once, the same on every machine."""
    answers = answered(sharding, queries)
    times = np.sort(answers.times(Model(parameters.overhead, parameters.record), seed))
    count = len(queries)
    return {
        "asked": int(answers.asked.sum()) / count,
        "holding": int((answers.matching > 0).sum()) / count,
        "matching": int(answers.matching.sum()) / count,
        "read": int(answers.read.sum()) / count,
        "slowest_read": int(answers.read.max(axis=1).sum()) / count,
        "nanoseconds_mean": round(int(times.sum()) / count),
        "nanoseconds_p99": int(times[-(-99 * count // 100) - 1]),
    }


def _laws(trial: Trial | None, sharding: Sharding, sort: Sort) -> dict[str, Any]:
    """Return what the laws expect of a range query: for equal shares of hashes, and for one range a shard."""
    records = sharding.records
    if sort.kind != "range":
        return {}
    if isinstance(sharding, Ranges):
        return {"law_asked": float(theory.ranges_met(sharding.starts, len(records), sort.matching))}
    if trial is None or sharding.by_group or not trial.candidate.spec.can(Capability.UNIFORM):
        return {}
    ends = np.array([(query.first, query.end - 1) for query in sort.queries])
    keys = records.number[ends[:, 1]] - records.number[ends[:, 0]] + 1
    expected = theory.holding(sharding.n, keys).tolist()
    return {"law_holding": math.fsum(expected) / len(expected)}


def _of_shards(sharding: Sharding, trial: Trial | None) -> Iterator[dict[str, Any]]:
    """Yield what there is beside queries: how full the fullest shard is, inserts in order, one shard more."""
    count, n = len(sharding.records), sharding.n
    split = sharding.split if isinstance(sharding, Splitting) else None
    yield {
        "kind": "records",
        "keys": count,
        "busiest": int(sharding.loads.max()) / count,
        "ranges": len(split.starts) if split else n if sharding.ranged else None,
        "splits": split.splits if split else None,
        "movement": split.moved / count if split else None,
    }
    parts = np.split(sharding.written, np.arange(BURST, count, BURST))
    hottest = sum(int(np.bincount(part).max()) for part in parts)
    yield {"kind": "insert", "busiest": hottest / count}
    moved = sharding.moved
    if isinstance(moved, str):
        yield {"kind": "add", "cannot": moved}
    else:
        yield {"kind": "add", "movement": moved / count, "law_movement": _law_of_adding(sharding, trial)}


def _law_of_adding(sharding: Sharding, trial: Trial | None) -> float | None:
    """Return what is expected to move: by the law of the algorithm, or of ranges of which some go."""
    if isinstance(sharding, Hashed):
        assert trial is not None
        assert not isinstance(sharding.grown, str)
        shape = EventShape.between(sharding.partitioner.nodes, sharding.grown.nodes)
        family = theory.family_of(trial.candidate.spec, shape)
        law = theory.movement(family, shape, trial.candidate.parameters)
        return None if law is None else float(law.value)
    if isinstance(sharding, Splitting):
        return float(theory.joined(sharding.n))
    return None
