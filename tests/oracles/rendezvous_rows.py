"""Rendezvous rows: the row's word is a key of rendezvous."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles.rendezvous import ranked
from oracles.words import derive

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return how many rows."""
    return st.fixed_dictionaries({"table_size": st.integers(1, 10).map(lambda power: 1 << power)})


def row_of(value: int, bits: int, table_size: int) -> int:
    """Return the row: the hash in units of a row's width, or itself where there are fewer hashes."""
    return value * table_size >> bits if table_size < 1 << bits else value


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, *, table_size: int) -> int:
    """Return the bucket of a hash."""
    return ranked(nodes, derive(seed, row_of(value, bits, table_size)), seed)[0]


def replicas(
    nodes: Nodes, value: int, count: int, bits: int, hash: str, seed: int, *, table_size: int
) -> list[int]:
    """Return the buckets of a hash, best first."""
    return ranked(nodes, derive(seed, row_of(value, bits, table_size)), seed)[:count]
