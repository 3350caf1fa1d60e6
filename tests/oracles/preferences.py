"""In which order HAProxy and Envoy prefer their nodes for a key: plain readings of their rings."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

from algorithms.hashing import hash_function
from oracles.balancers import RoundRobin

Order = list[int]


def avalanche(x: int) -> int:
    """Return HAProxy's full avalanche of 32 bits."""
    word = 0xFFFFFFFF
    x = (x + 0x7ED55D16 + (x << 12)) & word
    x = (x ^ 0xC761C23C ^ (x >> 19)) & word
    x = (x + 0x165667B1 + (x << 5)) & word
    x = ((x + 0xD3A2646C) ^ (x << 9)) & word
    x = (x + 0xFD7046C5 + (x << 3)) & word
    x = (x ^ 0xB55A4F09 ^ (x >> 16)) & word
    return (x * 3221225473) & word


def along(points: Sequence[tuple[int, int]], first: int) -> Order:
    """Return the owners of points from one on, each once."""
    return list(dict.fromkeys(points[(first + i) % len(points)][1] for i in range(len(points))))


class HAProxy:
    """16 points for each unit of weight; a hash belongs to the nearest, the lower one on a tie."""

    def __init__(self, nodes: Sequence[tuple[str, int]]) -> None:
        self.points = sorted(
            (avalanche((i + 1) * 4096 + j), i) for i, (_, w) in enumerate(nodes) for j in range(16 * w)
        )

    def hash(self, key: str) -> int:
        return hash_function("sdbm+avalanche").key(key.encode(), 0)

    def order(self, value: int) -> Order:
        above = bisect_left(self.points, (value, -1)) % len(self.points)
        below = (above - 1) % len(self.points)
        word = 0xFFFFFFFF
        near = (value - self.points[below][0]) & word <= (self.points[above][0] - value) & word
        return along(self.points, below if near else above)


class Envoy:
    """About 1024 points in all; a hash belongs to the first at or above it."""

    def __init__(self, nodes: Sequence[tuple[str, int]]) -> None:
        shares = [weight / sum(w for _, w in nodes) for _, weight in nodes]
        scale = math.ceil(min(shares) * 1024) / min(shares)
        self.points, target, current = [], 0.0, 0
        for i, (name, _) in enumerate(nodes):
            target += scale * shares[i]
            j = 0
            while current < target:
                self.points.append((hash_function("xxh64").key(f"{name}_{j}".encode(), 0), i))
                j, current = j + 1, current + 1
        self.points.sort()

    def hash(self, key: str) -> int:
        return hash_function("xxh64").key(key.encode(), 0)

    def order(self, value: int) -> Order:
        return along(self.points, bisect_left(self.points, (value, -1)) % len(self.points))


class HAProxyMap:
    """A table in which each server has its weight in slots; a hash belongs to its remainder's slot."""

    def __init__(self, nodes: Sequence[tuple[str, int]]) -> None:
        self.slots = RoundRobin([weight for _, weight in nodes]).cycle

    @staticmethod
    def hash(key: str) -> int:
        return hash_function("sdbm").key(key.encode(), 0)

    def order(self, value: int) -> Order:
        return [self.slots[value % len(self.slots)]]
