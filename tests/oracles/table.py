"""Table: the last row at or below the hash."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles.ranges import boundaries, row_of

Nodes = dict[int, tuple[str, float]]
STATE = "rows"
"""The parameter in which an event leaves what happened."""


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters, or rows from 0 on whose nodes are given by their place in the list of nodes."""
    starts = st.sets(st.integers(1, (1 << bits) - 1), max_size=min(10, (1 << bits) - 1)).map(
        lambda s: [0, *sorted(s)]
    )
    rows = starts.flatmap(
        lambda starts: st.lists(st.integers(0, n - 1), min_size=len(starts), max_size=len(starts)).map(
            lambda owners: {"rows": list(zip(starts, owners, strict=True))}
        )
    )
    return st.just({}) | rows


def place(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    rows: list[tuple[int, str]] | tuple[tuple[int, str], ...] | None = None,
) -> int:
    """Return the bucket of a hash."""
    if rows is None:
        live = sorted(nodes)
        return live[row_of(boundaries([nodes[bucket][1] for bucket in live], bits), value)]
    table = sorted(rows)
    owner = table[row_of([start for start, _ in table], value)][1]
    return next(bucket for bucket, (name, _) in nodes.items() if name == owner)
