"""Multi-probe (Appleton & O'Reilly 2015): all distances from all probes up to all points, sorted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from hypothesis import strategies as st

from oracles.ring import circle
from oracles.words import derive

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return few probes and few points."""
    return st.fixed_dictionaries({"probes": st.integers(1, 6), "points": st.integers(1, 3)})


def ranked(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, probes: int = 21, points: int = 1
) -> list[int]:
    """Return all buckets by (distance, number of the probe, name) of their points."""
    step = derive(value, 0) >> (64 - bits)
    size = 1 << bits
    candidates = [
        ((point - value - number * step) % size, number, name, bucket)
        for point, name, _, bucket in circle(nodes, bits, hash, seed, points)
        for number in range(probes)
    ]
    return list(dict.fromkeys(bucket for *_, bucket in sorted(candidates)))


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, **own: int) -> int:
    """Return the bucket of a hash."""
    return ranked(nodes, value, bits, hash, seed, **own)[0]


def replicas(nodes: Nodes, value: int, bits: int, hash: str, seed: int, count: int, **own: int) -> list[int]:
    """Return the nearest buckets."""
    return ranked(nodes, value, bits, hash, seed, **own)[:count]


def nearest(points: list[int], first: int, step: int, probes: int) -> int:
    """Return the row, in ascending points, of the one that is the least above any probe."""
    size = 1 << 64
    rows = []
    for number in range(probes):
        probe = (first + number * step) % size
        row = bisect_left(points, probe) % len(points)
        rows.append(((points[row] - probe) % size, number, row))
    return min(rows)[2]


def not_round(points: list[int], probes: list[int]) -> int:
    """Return the row by another suite: points strictly above, and distances that do not go round."""
    best, least = 0, (1 << 63) - 1
    for probe in probes:
        row = bisect_right(points, probe) % len(points)
        distance = abs(points[row] - probe)
        if distance < least:
            best, least = row, distance
    return best
