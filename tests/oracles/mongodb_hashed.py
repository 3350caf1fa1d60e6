"""MongoDB: the chunk in which the signed hash lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return how many chunks a shard has at first."""
    return st.fixed_dictionaries({"initial_chunks": st.integers(1, 9)})


def initial(shards: int, each: int, bits: int) -> list[int]:
    """Return where chunks part: outwards from 0 in steps, or from half a step where they are odd."""
    chunks = shards * each
    step = (2 ** (bits - 1) - 1) // chunks * 2
    points, at = [], 0
    if chunks % 2 == 0:
        points.append(0)
        at = step
    else:
        at = step // 2
    for _ in range((chunks - 1) // 2):
        points += [at, -at]
        at += step
    return sorted(points)


def place(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    initial_chunks: int = 2,
    chunks: Sequence[tuple[int | None, str]] | None = None,
) -> int:
    """Return the bucket of a hash."""
    signed, live = value - 2 ** (bits - 1), sorted(nodes)
    if chunks is not None:
        at_or_below = [(first, name) for first, name in chunks if first is None or first <= signed]
        _, shard = max(at_or_below, key=lambda chunk: float("-inf") if chunk[0] is None else chunk[0])
        return next(bucket for bucket, (name, _) in nodes.items() if name == shard)
    points = initial(len(live), initial_chunks, bits)
    chunk = sum(point <= signed for point in points)
    return live[chunk // initial_chunks]
