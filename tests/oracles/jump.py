"""Jump (Lamping & Veach 2014): figure 1 of the paper, line by line, in Python's ints and doubles."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters."""
    return st.just({})


def jump_consistent_hash(key: int, num_buckets: int) -> int:
    """Return the bucket of a key."""
    b, j = -1, 0
    while j < num_buckets:
        b = j
        key = (key * 2862933555777941757 + 1) % 2**64
        j = int(float(b + 1) * (float(1 << 31) / float((key >> 33) + 1)))
    return b


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    return jump_consistent_hash(value, len(nodes))
