"""Shards as Parquet files that DuckDB queries: what it reads of them, and how long that takes."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.database.queries import Query
from experiments.database.schemes import Sharding
from experiments.harness.stopwatch import no_garbage_collection, timed
from experiments.workloads.draws import words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["READ", "Files", "connection", "is_installed"]

ROW_GROUP = 1024
"""Records of a row group, each of which knows its smallest and its largest key."""

READ = ("files", "row_groups", "row_groups_all", "bytes", "matching", "nanoseconds", "slowest")
"""What is known of a query."""


def is_installed() -> bool:
    """Return whether there is DuckDB."""
    return importlib.util.find_spec("duckdb") is not None


def connection() -> DuckDBPyConnection:
    """Return DuckDB on one thread, which says what each query has read."""
    import duckdb

    opened = duckdb.connect(config={"threads": 1})
    opened.execute("PRAGMA enable_profiling = 'no_output'")
    return opened


@dataclass(frozen=True)
class Files:
    """One Parquet file a shard, of keys and something to be read: in the order of the keys, or as they came.

    Parameters
    ----------
    sharding
        Which record is where.
    paths
        The file of each shard.
    """

    sharding: Sharding
    paths: Sequence[Path]

    @classmethod
    def write(cls, sharding: Sharding, folder: Path) -> Files:
        """Write the files of all shards."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        records, paths = sharding.records, []
        payload = words(0, 0, len(records))
        for shard in range(sharding.n):
            rows = np.flatnonzero(sharding.shards == shard)
            if not sharding.ordered:
                rows = rows[np.argsort(records.order[rows])]
            table = pa.table({"key": records.values[rows], "payload": payload[rows]})
            paths.append(folder / f"{shard}.parquet")
            pq.write_table(
                table, paths[-1], row_group_size=ROW_GROUP, use_dictionary=False, compression="none"
            )
        return cls(sharding, paths)

    def answer(self, database: DuckDBPyConnection, query: Query) -> dict[str, Any]:
        """Query the shards that must be asked, one by one, and return what DuckDB says that it did."""
        done = dict.fromkeys(READ, 0) | {"processor_ns": 0, "page_faults": 0}
        with no_garbage_collection():
            for shard in self.sharding.asked(query.low, query.high).tolist():
                found: list[int] = []
                spent = timed(partial(self._ask, database, shard, query, found))
                said = json.loads(database.get_profiling_information(format="json"))
                scans = list(_scans(said["operator"]))
                done["files"] += 1
                done["row_groups"] += sum(scan["row_groups_scanned"] for scan in scans)
                done["row_groups_all"] += sum(scan["total_row_groups_to_scan"] for scan in scans)
                done["bytes"] += said["io"]["total_bytes_read"]
                done["matching"] += found[0]
                done["nanoseconds"] += spent.wall
                done["slowest"] = max(done["slowest"], spent.processor)
                done["processor_ns"] += spent.processor
                done["page_faults"] += spent.faults
        return done

    def _ask(self, database: DuckDBPyConnection, shard: int, query: Query, found: list[int]) -> None:
        table = f"read_parquet('{self.paths[shard]}')"
        sql = f"SELECT count(*), sum(payload) FROM {table} WHERE key BETWEEN ? AND ?"
        found.append(database.execute(sql, [query.low, query.high]).fetchall()[0][0])


def _scans(operators: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what each scan of a plan says of itself."""
    for operator in operators:
        if "row_groups_scanned" in operator:
            yield operator
        yield from _scans(operator.get("children", ()))
