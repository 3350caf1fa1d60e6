"""libmemcached's modula: the hash modulo the number of servers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles.ketama import Nodes


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return nothing."""
    return st.just({})


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    return sorted(nodes)[value % len(nodes)]
