"""PostgreSQL: the partition whose remainder the hash of the row has under its own modulus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters: an event has to tell the parts anew."""
    return st.just({})


def place(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, parts: Sequence[tuple[int, int]] | None = None
) -> int:
    """Return the bucket of a hash."""
    live = sorted(nodes)
    listed = parts or [(len(live), remainder) for remainder in range(len(live))]
    (row,) = (row for row, (modulus, remainder) in enumerate(listed) if value % modulus == remainder)
    return live[row]
