"""Circles of given points, one hash at a time: who has it by each rule."""

from __future__ import annotations

from bisect import bisect_left

Point = tuple[int, int]
"""A hash and an owner, in the order of the configuration."""


def successor(points: list[Point], value: int, equal: str = "first") -> int:
    """Return the owner of the first point at or above a hash; of equal ones the first or last named."""
    heights = [point for point, _ in points]
    height = min((point for point in heights if point >= value), default=min(heights))
    return [owner for point, owner in points if point == height][0 if equal == "first" else -1]


def nearest(points: list[Point], value: int, bits: int) -> int:
    """Return what HAProxy does: the first of ascending points at or above, or the one before, the nearer."""
    at = bisect_left(points, value, key=lambda point: point[0]) % len(points)
    (above, next_owner), (below, owner) = points[at], points[at - 1]
    size = 1 << bits
    return owner if (value - below) % size <= (above - value) % size else next_owner
