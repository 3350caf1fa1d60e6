"""Ids 0, 1, 2 ... written as decimal text and hashed by MD5, as a tutorial on rings numbers them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import inference
from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe

__all__: list[str] = []

FEW = 1_000_000
"""Keys of a run below which the first ids of so many stand for all of them."""


@lru_cache(maxsize=1)
def _words(ids: int) -> NDArray[np.int64]:
    """Return the first four bytes of the MD5 of each id, big-endian."""
    heads = b"".join(hashlib.md5(b"%d" % i, usedforsecurity=False).digest()[:4] for i in range(ids))
    return np.frombuffer(heads, dtype=">u4").astype(np.int64)


def _ids(given: Mapping[str, Any], run: Run) -> int:
    """Return how many ids are hashed: all, or in a small run as many as it has keys."""
    ids: int = given["ids"]
    return ids if run.keys >= FEW else min(ids, run.keys)


def _range_of(values: NDArray[np.int64], ids: int, ranges: int) -> NDArray[np.int64]:
    """Return the range of each value below ``ids``; each begins above a multiple of floor(ids / ranges)."""
    return np.searchsorted(ids // ranges * np.arange(ranges), values) % ranges


def _taken(nodes: int, ranges: int) -> NDArray[np.int64]:
    """Return which of the ranges, dealt to the nodes in turn, one more node takes over: the first of each."""
    return np.arange(ranges // (nodes + 1))


@recipe
def ids_moved(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many ``ids`` move when one node joins ``nodes``, by one of four ``ways``.

    ``modulo``: by the hash; ``ranges``: as many equal ranges as nodes; ``parts`` and ``parts modulo``: fixed
    ``parts``, as ranges or by the hash, of which the new node takes one each from as many nodes as it needs.
    """
    nodes, way, count = given["nodes"], given["way"], _ids(given, run)
    words = _words(count)
    if way == "modulo":
        moved = words % nodes != words % (nodes + 1)
    elif way == "ranges":
        values = words % given["ids"]
        moved = _range_of(values, given["ids"], nodes) != _range_of(values, given["ids"], nodes + 1)
    else:
        ranges = given["parts"]
        parts = (
            words % ranges if way == "parts modulo" else _range_of(words % given["ids"], given["ids"], ranges)
        )
        moved = np.isin(parts, _taken(nodes, ranges))
    number = int(moved.sum())
    if count == given["ids"]:
        return Ours(number, "exact", f"each of {count:,} ids")
    ends = inference.proportion(number, count, level=run.level).interval
    if ends is None:
        raise AssertionError("a proportion has an interval")
    low, high = ends.low * given["ids"], ends.high * given["ids"]
    method = f"first {count:,} ids"
    return Ours(number * given["ids"] / count, "estimate", method, low, high, count, "keys", FEW)


@recipe
def ids_on_node(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the ``most`` or the ``least`` ids on one of some nodes, by the hash modulo their number."""
    count = _ids(given, run)
    loads = np.bincount(_words(count) % given["nodes"], minlength=given["nodes"])
    extreme = int(loads.max() if given["which"] == "most" else loads.min())
    if count == given["ids"]:
        return Ours(extreme, "exact", f"each of {count:,} ids")
    return Ours(
        extreme * given["ids"] / count,
        "estimate",
        f"first {count:,} ids",
        0,
        given["ids"],
        count,
        "keys",
        FEW,
    )
