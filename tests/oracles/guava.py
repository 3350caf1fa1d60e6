"""Guava's consistentHash, with Java's long, int and double."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles.ketama import Nodes


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return nothing."""
    return st.just({})


def int32(value: int) -> int:
    """Return an int of Java's: what overflows is negative."""
    return (value + 2**31) % 2**32 - 2**31


def consistent_hash(state: int, buckets: int) -> int:
    """Return the bucket of a long."""
    candidate = 0
    while True:
        state = (2862933555777941757 * state + 1) % 2**64
        uniform = float(int32((state >> 33) + 1)) / 2.0**31
        following = int(max(-(2.0**31), min((candidate + 1) / uniform, 2.0**31 - 1)))
        if not 0 <= following < buckets:
            return candidate
        candidate = following


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    return consistent_hash(value, len(nodes))
