"""Elasticsearch: the routing shard is a remainder of the signed hash, and shards have equally many."""

from __future__ import annotations

from math import ceil, log2
from typing import Any

from hypothesis import strategies as st

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters: an index of other shards has other routing shards."""
    return st.just({})


def place(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, routing_shards: int | None = None
) -> int:
    """Return the bucket of a hash."""
    shards = len(nodes)
    routing = routing_shards or shards * 2 ** max(1, 10 - ceil(log2(shards)))
    signed = value - 2 ** (bits - 1)
    return signed % routing // (routing // shards)
