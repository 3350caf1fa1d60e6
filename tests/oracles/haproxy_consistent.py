"""HAProxy, consistent: points by ids, and the nearer of two."""

from __future__ import annotations

import functools
import zlib
from typing import Any

from hypothesis import strategies as st

from oracles import circles
from oracles.hashes_of_systems import avalanche
from oracles.nginx_consistent import Nodes


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return ids and who is down, by places of nodes; some ids are equal modulo 2^20."""
    some = st.integers(1, 9) | st.integers(2**20 + 1, 2**20 + 9)
    ids = st.lists(some, max_size=n, unique=True).map(lambda found: dict(enumerate(found)))
    down = st.sets(st.integers(0, n - 1), max_size=n - 1).map(tuple)
    return st.fixed_dictionaries({"ids": ids, "down": down})


def numbered(names: list[str], ids: dict[str, int]) -> list[int]:
    """Return the ids: the lowest free number from the position on, which goes up where it was passed."""
    taken, position, found = set(ids.values()), 0, []
    for name in names:
        position += 1
        if name not in ids:
            position = next(i for i in range(position, 2**32) if i not in taken)
        found.append(ids.get(name, position))
        taken.add(found[-1])
    return found


def place(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    ids: dict[str, int] | None = None,
    down: tuple[str, ...] = (),
) -> int:
    """Return the bucket of a hash."""
    return circles.nearest(
        circle(tuple(nodes.items()), bits, tuple((ids or {}).items()), down, seed), value, bits
    )


@functools.lru_cache(maxsize=4)
def circle(
    nodes: tuple[tuple[int, tuple[str, float]], ...],
    bits: int,
    ids: tuple[tuple[str, int], ...],
    down: tuple[str, ...],
    seed: int,
) -> list[tuple[int, int]]:
    """Return points and owners, ascending, equal ones in the order of the nodes."""
    numbers = numbered([name for _, (name, _) in nodes], dict(ids))
    mask = zlib.crc32(str(seed).encode()) if seed else 0
    points = [
        (avalanche((number * 4096 + j) % 2**32 ^ mask) * 2**bits // 2**32, bucket)
        for (bucket, (name, weight)), number in zip(nodes, numbers, strict=True)
        for j in range(16 * int(weight))
        if name not in down
    ]
    return sorted(points, key=lambda point: point[0])
