"""twemproxy's modula: a list of servers sorted by name, each as often as it weighs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles.ketama import Nodes
from oracles.twemproxy_ketama import in_order


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return nothing."""
    return st.just({})


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    entries = [bucket for bucket in in_order(nodes) for _ in range(int(nodes[bucket][1]))]
    return entries[value % len(entries)]
