"""The article's employees by salary: how many nodes a range query must ask, on hashed and on ranged data.

A company of 240 has its employees on 8 nodes. On hashed data the node of a salary is that of its hash; on
ranged data each node has a range of salaries, cut so that all have as many employees. A query names a lowest
and a highest salary, and must ask every node on which some salary between them would be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner, create
from algorithms.hashing import hash_column
from experiments.article.part import Part
from experiments.seeds import derive
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.harness.experiment import Context

__all__ = ["RangeQueries", "asked", "partitioners", "salaries"]

NODES = 8
EMPLOYEES = 240
QUERIES = 1000
STEP = 100
WIDTHS = (0, 1_000, 5_000, 20_000, 60_000)
LEAST, SPREAD = 24_000, 180_000


def salaries(seed: int) -> NDArray[np.uint64]:
    """Return what the employees earn: many little, few much, in steps of 100.

    Examples
    --------
    >>> earned = salaries(0)
    >>> len(earned), bool(earned.min() >= 24_000), bool(earned.max() < 204_000)
    (240, True, True)
    """
    numbers = np.arange(EMPLOYEES, dtype=np.uint64)
    drawn = hash_column("xxh64", numbers, seed=derive(seed, "salaries"))
    high, low = drawn >> np.uint64(48), (drawn >> np.uint64(32)) & np.uint64(0xFFFF)
    above = (high * low * np.uint64(SPREAD // STEP)) >> np.uint64(32)
    return np.sort(np.uint64(LEAST) + np.uint64(STEP) * above)


def partitioners(earned: NDArray[np.uint64]) -> dict[str, Partitioner[Any]]:
    """Return the nodes with hashed and with ranged salaries.

    Examples
    --------
    >>> sorted(partitioners(salaries(0)))
    ['hashed', 'ranged']
    """
    starts = [0] + [int(earned[len(earned) * node // NODES]) for node in range(1, NODES)]
    return {
        "hashed": create("key_range", NODES, hash="xxh64"),
        "ranged": create("key_range", NODES, hash="ordered", boundaries=starts),
    }


def asked(partitioner: Partitioner[Any], low: int, high: int) -> int:
    """Return how many nodes a query must ask: those of all salaries from the lowest to the highest.

    Examples
    --------
    >>> asked(partitioners(salaries(0))["ranged"], 0, 200_000)
    8
    """
    possible = np.arange(low, high + 1, STEP, dtype=np.uint64)
    return len(np.unique(partitioner.assign(hash_column(partitioner.hash, possible))))


class RangeQueries(Part):
    """Range queries on hashed and on ranged data."""

    name = "range queries"

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return where each employee is, loads, and how many nodes queries of several widths ask."""
        earned = salaries(parameters.seed)
        placed = partitioners(earned)
        homes = {name: p.assign(hash_column(p.hash, earned)) for name, p in placed.items()}
        for row, salary in enumerate(earned.tolist()):
            for name, p in placed.items():
                yield {
                    "kind": "employee",
                    "table": name,
                    "salary": salary,
                    "node": p.nodes[int(homes[name][row])].name,
                }
        starts = _starts(earned, parameters.seed)
        for name, p in placed.items():
            load = np.bincount(homes[name], minlength=NODES)
            for width in WIDTHS:
                counts = [asked(p, low, low + width) for low in starts]
                found = [_holders(earned, homes[name], low, low + width) for low in starts]
                yield {
                    "kind": "query",
                    "table": name,
                    "n": NODES,
                    "width": width,
                    "queries": len(starts),
                    "asked": Fraction(sum(counts), len(counts)),
                    "most_asked": max(counts),
                    "holding": Fraction(sum(found), len(found)),
                    "peak": Fraction(int(load.max()) * NODES, EMPLOYEES),
                }


def _starts(earned: NDArray[np.uint64], seed: int) -> list[int]:
    """Return from which salaries the queries begin: drawn from the employees'."""
    drawn = hash_column("xxh64", np.arange(QUERIES, dtype=np.uint64), seed=derive(seed, "queries"))
    return [int(salary) for salary in earned[drawn % np.uint64(len(earned))]]


def _holders(earned: NDArray[np.uint64], homes: NDArray[np.int32], low: int, high: int) -> int:
    inside = (earned >= low) & (earned <= high)
    return len(np.unique(homes[inside]))
