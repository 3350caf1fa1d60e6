"""Local rendezvous (Guan 2025), as defined here: walk to the first distinct nodes, and let them bid."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles.rendezvous import ranked
from oracles.ring import walk

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return few points and few candidates."""
    return st.fixed_dictionaries({"points": st.integers(1, 5), "candidates": st.integers(1, n + 1)})


def window(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, points: int, candidates: int
) -> list[int]:
    """Return the candidates of a hash, in the order in which they are met."""
    return walk(nodes, value, bits, hash, seed, points, "successor")[:candidates]


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, points: int, candidates: int) -> int:
    """Return the bucket of a hash."""
    met = window(nodes, value, bits, hash, seed, points, candidates)
    return ranked({bucket: nodes[bucket] for bucket in met}, value, seed)[0]
