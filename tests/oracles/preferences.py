"""In which order HAProxy prefers its servers for a hash: a plain reading of its ring."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

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

    def order(self, value: int) -> Order:
        above = bisect_left(self.points, (value, -1)) % len(self.points)
        below = (above - 1) % len(self.points)
        word = 0xFFFFFFFF
        near = (value - self.points[below][0]) & word <= (self.points[above][0] - value) & word
        return along(self.points, below if near else above)
