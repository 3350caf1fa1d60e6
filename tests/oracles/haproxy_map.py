"""HAProxy, map-based: a table dealt by scores."""

from __future__ import annotations

import functools
from math import gcd

from oracles.nginx_consistent import Nodes, own

__all__ = ["own", "place"]


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, down: tuple[str, ...] = ()) -> int:
    """Return the bucket of a hash."""
    table = dealt(tuple(nodes.items()), down)
    return table[value % len(table)]


@functools.lru_cache(maxsize=4)
def dealt(nodes: tuple[tuple[int, tuple[str, float]], ...], down: tuple[str, ...]) -> list[int]:
    """Return the table."""
    divisor = gcd(*(int(weight) for _, (_, weight) in nodes))
    shares = {bucket: int(weight) // divisor for bucket, (name, weight) in nodes if name not in down}
    total, scores = sum(shares.values()), dict.fromkeys(shares, 0)
    table: list[int] = []
    for _ in range(total):
        for bucket in shares:
            scores[bucket] += shares[bucket]
        chosen = max(shares, key=lambda bucket: int((scores[bucket] + total) / total))
        scores[chosen] -= total
        table.append(chosen)
    return table
