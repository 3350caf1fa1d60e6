"""Key range: floor(hash * n / space), or where weights or boundaries say."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles.ranges import boundaries as proportional
from oracles.ranges import row_of

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters, or ascending boundaries, one a node."""
    if n > 1 << bits:
        return st.just({})
    starts = st.lists(st.integers(0, (1 << bits) - 1), min_size=n, max_size=n, unique=True).map(sorted)
    return st.just({}) | starts.map(lambda starts: {"boundaries": starts})


def place(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, boundaries: list[int] | None = None
) -> int:
    """Return the bucket of a hash."""
    live = sorted(nodes)
    if boundaries is not None:
        return live[row_of(boundaries, value)]
    weights = [nodes[bucket][1] for bucket in live]
    if len(set(weights)) == 1:
        return live[value * len(live) // 2**bits]
    return live[row_of(proportional(weights, bits), value)]
