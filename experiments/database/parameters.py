"""The parameters of `database`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import choice, integer, number, parameter

SCHEMES = {
    "hash": "by the hash of the key, each shard without an order",
    "index": "by the hash of the key, with an index by key on each shard",
    "compound": "by the hash of another field, in order of the key below it",
    "equal": "ranges of equal width",
    "explicit": "ranges of as many records, as one who knows the data writes them",
    "split": "ranges that split when they are full",
}
"""How records are sharded."""

HASHED = ("hash", "index", "compound")
"""Those that hash; of each there is one for each algorithm."""

LACKING = "DuckDB is not installed: install the extra, pip install 'shardlab[database]'"
"""Why no files were read."""


@dataclass(frozen=True, kw_only=True)
class DatabaseParameters(Parameters):
    """The parameters of `database`.

    Parameters
    ----------
    algorithms
        What places hashes on shards, where keys are hashed.
    keys
        Records.
    scheme
        Which ways of sharding; empty for all.
    selectivity
        Which part of the records a range query asks for.
    queries
        Of each kind and selectivity, in each repetition.
    limit
        How many records a query with a limit wants.
    groups
        Values of the other field of a compound key.
    ranges
        A range splits when it has more than the records over shards times this.
    overhead, record
        What a shard takes for a query: an exponential time of this mean, and so much a record that it reads.
    timed
        Queries of each sort that DuckDB answers from Parquet files of the last workload, one a shard; 0 for
        none.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "cluster": "all shards are alike",
    }

    scheme: tuple[str, ...] = parameter(
        "how records are sharded: " + "; ".join(f"{name}, {what}" for name, what in SCHEMES.items())
        + "; all by default",
        choice(*SCHEMES), (), many=True, metavar="NAME,...", least=0,
    )  # fmt: skip
    nodes: tuple[int, ...] = parameter(
        "numbers of shards", integer(1, 4096), (16,), many=True, metavar="N,..."
    )
    selectivity: tuple[float, ...] = parameter(
        "parts of the records that range queries ask for", number(above=0, most=1),
        (0.0001, 0.001, 0.01, 0.1, 0.5), many=True, metavar="PART,...",
    )  # fmt: skip
    queries: int = parameter("queries of each sort", integer(1, 100_000), 200, metavar="Q")
    limit: int = parameter("records that a query with a limit wants", integer(1, 10**6), 20, metavar="L")
    groups: int = parameter(
        "values of the field that a compound key hashes, such as departments", integer(1, 10**6), 1000,
        metavar="G",
    )  # fmt: skip
    ranges: int = parameter(
        "a range splits when it has more than its part of so many a shard", integer(1, 1000), 8, metavar="R"
    )
    overhead: float = parameter(
        "microseconds that a shard takes for any query, on average: exponential", number(0, 1e9), 500.0,
        metavar="US",
    )  # fmt: skip
    record: float = parameter(
        "nanoseconds that it takes a record it reads", number(0, 1e9), 1000.0, metavar="NS"
    )
    timed: int = parameter(
        "queries of each sort that DuckDB answers from Parquet files, one a shard; 0 for none",
        integer(0, 10_000), 11, metavar="T",
    )  # fmt: skip

    def check(self) -> None:
        """Refuse times that are all nought, of which none is a multiple of another."""
        super().check()
        if not self.overhead and not self.record:
            raise BadUse(
                "--overhead and --record are both 0, so that no query takes any time; give one above 0"
            )
