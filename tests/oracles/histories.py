"""What freed buckets mean to anchor, jumpback_anchor and memento: the past that leads to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from hypothesis import strategies as st

Nodes = dict[int, tuple[str, float]]


class Engine(Protocol):
    """What can be replayed."""

    def remove(self, b: int) -> None:
        """Remove a bucket."""

    def add(self) -> int:
        """Add a bucket and return it."""


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return buckets above n that were freed in some order."""
    several = st.integers(1, 5).flatmap(lambda more: st.permutations(range(n, n + more)))
    return st.fixed_dictionaries({"removed": st.just(()) | several.map(tuple)})


def past(nodes: Nodes, removed: Sequence[int], size: int = 0) -> tuple[int, list[int]]:
    """Return how many buckets there were, and which were removed since, in order."""
    size = max(size, max([*nodes, *removed]) + 1)
    unnamed = [b for b in reversed(range(size)) if b not in nodes and b not in removed]
    return size, [*unnamed, *removed]


def replay(engine: Engine, ops: str | Iterable[int]) -> None:
    """Make the events of a text such as "-3 +3", or remove the buckets of a list."""
    if not isinstance(ops, str):
        ops = " ".join(f"-{b}" for b in ops)
    for op in ops.split():
        if op[0] == "-":
            engine.remove(int(op[1:]))
        else:
            assert engine.add() == int(op[1:]), op
