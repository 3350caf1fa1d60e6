"""PostgreSQL itself beside `database`: which partitions have which rows, and which are asked for a query."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from experiments.database import EXPERIMENT
from experiments.database import measure as measured
from experiments.database.queries import Query, answered, queries_of
from experiments.database.records import Records
from experiments.database.schemes import Ranges, Sharding
from live.place import Place
from live.servers import Postgres

SHARDS = 5
TABLES = {"hash": "hashed", "explicit": "ranged"}


def placed() -> tuple[Records, dict[str, Sharding]]:
    """Return salaries on shards, by PostgreSQL's own hash and by ranges, as the room has them."""
    parameters = EXPERIMENT.profile("smoke").replace(
        {
            "algorithms": "postgresql_hash",
            "scheme": ",".join(TABLES),
            "workload": "salaries",
            "nodes": SHARDS,
            "keys": 400,
            "repetitions": 1,
            "timed": 0,
        }
    )
    (case,) = measured.cases(parameters)
    records = measured.records_of_trial(case.arguments["trials"][0], parameters)
    made = measured.shardings(case.arguments["trials"], records, parameters)
    return records, {
        TABLES[scheme]: sharding for scheme, _, sharding in made if not isinstance(sharding, str)
    }


def created(records: Records, boundaries: Sequence[int]) -> Iterator[str]:
    """Yield the statements that make both tables, with their partitions and rows."""
    yield "CREATE TABLE hashed (number int, salary bigint) PARTITION BY HASH (salary);"
    yield "CREATE TABLE ranged (number int, salary bigint) PARTITION BY RANGE (salary);"
    ends = ["MINVALUE", *map(str, boundaries[1:]), "MAXVALUE"]
    for shard in range(SHARDS):
        bound = f"FOR VALUES WITH (MODULUS {SHARDS}, REMAINDER {shard})"
        yield f"CREATE TABLE hashed_{shard} PARTITION OF hashed {bound};"
        bound = f"FOR VALUES FROM ({ends[shard]}) TO ({ends[shard + 1]})"
        yield f"CREATE TABLE ranged_{shard} PARTITION OF ranged {bound};"
    rows = ", ".join(f"({number}, {salary})" for number, salary in enumerate(records.values.tolist()))
    for table in TABLES.values():
        yield f"INSERT INTO {table} VALUES {rows};"
        yield f"CREATE INDEX ON {table} (salary);"
        yield f"ANALYZE {table};"


def select(table: str, query: Query) -> str:
    wanted = f"= {query.low}" if query.low == query.high else f"BETWEEN {query.low} AND {query.high}"
    limit = f" ORDER BY salary LIMIT {query.limit}" if query.limit else ""
    return f"SELECT salary FROM {table} WHERE salary {wanted}{limit}"


def scanned(plan: Mapping[str, Any]) -> Iterator[str]:
    """Yield the partitions that a plan reads; those that it had no need to begin with are none of them."""
    if plan.get("Actual Loops") == 0:
        return
    if "Relation Name" in plan:
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from scanned(part)


def explained(database: Postgres, queries: Sequence[str], *, run: bool = False) -> list[set[str]]:
    """Return the partitions in the plan of each query; with `run` those that were read."""
    how = "(FORMAT JSON, COSTS OFF" + (", ANALYZE, TIMING OFF, SUMMARY OFF)" if run else ")")
    said = database.sql("\n".join(f"EXPLAIN {how} {query};" for query in queries))
    text, decoder, at, plans = "\n".join(map("\t".join, said)), json.JSONDecoder(), 0, []
    while at < len(text):
        (plan,), at = decoder.raw_decode(text, at)
        plans.append(set(scanned(plan["Plan"])))
        at += len(text[at:]) - len(text[at:].lstrip())
    assert len(plans) == len(queries)
    return plans


def test_partitions_and_their_pruning_are_those_of_the_room(place: Place) -> None:
    records, shardings = placed()
    ranged = shardings["ranged"]
    assert isinstance(ranged, Ranges)
    database = Postgres(place)
    database.sql("\n".join(created(records, ranged.partitioner.parameters["boundaries"])))

    for table, sharding in shardings.items():
        homes = database.sql(f"SELECT tableoid::regclass FROM {table} ORDER BY number")
        assert [name for (name,) in homes] == [f"{table}_{shard}" for shard in sharding.shards.tolist()]
        assert len(set(sharding.shards.tolist())) == SHARDS
        for kind, matching in (("point", 1), ("range", 3), ("range", 60), ("range", 300), ("first", 1)):
            queries = queries_of(kind, records, 12, 3, matching=matching, limit=25)
            # whoever plans a query with a limit does not know yet how many partitions will do
            plans = explained(database, [select(table, query) for query in queries], run=kind == "first")
            if kind == "first" and table == "ranged":
                asked = [set(np.flatnonzero(row).tolist()) for row in answered(sharding, queries).asked]
            else:
                asked = [set(sharding.asked(query.low, query.high).tolist()) for query in queries]
            assert plans == [{f"{table}_{shard}" for shard in shards} for shards in asked], (table, kind)
    several = [shards for shards in asked if 1 < len(shards) < SHARDS]
    assert several, "some queries go on to the next range, and none to all"

    satisfied = f"satisfies_hash_partition('hashed'::regclass, {SHARDS}, shard, salary)"
    shards = f"generate_series(0, {SHARDS - 1}) AS shard"
    homes = database.sql(f"SELECT shard FROM hashed, {shards} WHERE {satisfied} ORDER BY number")
    assert [int(shard) for (shard,) in homes] == shardings["hashed"].shards.tolist()
