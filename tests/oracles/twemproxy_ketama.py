"""twemproxy's ketama: the weighted one, over servers sorted by the length of their names and by these."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles.ketama import Nodes, first_at
from oracles.ketama_weighted import ring


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return few points."""
    return st.fixed_dictionaries({"points": st.integers(4, 40)})


def in_order(nodes: Nodes) -> list[int]:
    """Return the buckets in the order of the program."""
    return sorted(nodes, key=lambda bucket: (len(nodes[bucket][0].encode()), nodes[bucket][0].encode()))


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, points: int = 160) -> int:
    """Return the bucket of a hash."""
    before = f"{seed}-" if seed else ""
    ordered = [(bucket, before + nodes[bucket][0], nodes[bucket][1]) for bucket in in_order(nodes)]
    return first_at(ring(ordered, points), 32, value, bits, hash)
