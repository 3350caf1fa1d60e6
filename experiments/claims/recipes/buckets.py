"""Buckets of single hashes, and tables, as they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from algorithms import create
from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe

__all__: list[str] = []


def _bucket(algorithm: str, nodes: int, hash_: str, without: int | None = None) -> int:
    placed = create(algorithm, nodes)
    if without is not None:
        placed.remove_node(f"node-{without}")
    return int(placed.assign(np.array([int(hash_, 0)], dtype=np.uint64))[0])


@recipe
def bucket(given: Mapping[str, Any], run: Run) -> Ours:
    """Return our bucket of one ``hash`` among ``nodes``, ``without`` one of them."""
    ours = _bucket(given["algorithm"], given["nodes"], given["hash"], given.get("without"))
    return Ours(ours, "exact", f"our {given['algorithm']}")


@recipe
def unstable_sizes(given: Mapping[str, Any], run: Run) -> Ours:
    """Return for how many sizes up to ``most`` a hash goes neither where it was nor to the newest bucket."""
    known = [_bucket(given["algorithm"], n, given["hash"]) for n in range(1, given["most"] + 1)]
    unstable = sum(after not in (before, n) for n, (before, after) in enumerate(pairwise(known), 1))
    return Ours(unstable, "exact", f"all sizes up to {given['most']}")


@recipe
def maglev_entries_equal(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many printed ``entries`` are those that our Maglev fills from ``offsets`` and ``skips``."""
    from algorithms.tables.maglev import fill_kernel

    backends, printed = given["backends"], given["entries"]
    table = np.full(len(printed), -1, dtype=np.int32)
    ones = np.ones(len(backends))
    fill_kernel(
        np.array(given["offsets"], dtype=np.int64),
        np.array(given["skips"], dtype=np.int64),
        ones,
        np.zeros(len(backends)),
        np.array(backends, dtype=np.int32),
        table,
    )
    equal = int((table == np.array(printed)).sum())
    return Ours(equal, "exact", "our own table", shown=(f"{len(printed)} entries", f"{equal} equal"))


@recipe
def maglev_difference(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the greatest less the smallest number of entries of a backend, relative to the mean."""
    size, nodes = given["entries"], given["nodes"]
    entries = np.bincount(
        create("maglev", nodes, table_size=size).assign(np.arange(size, dtype=np.uint64)), minlength=nodes
    )
    return Ours(int(entries.max() - entries.min()) * nodes / size, "exact", "our own table")
