"""Envoy's RING_HASH: points counted up to sums of shares, in doubles."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import WIDTHS, hash_of

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return sizes of small rings, and both functions of points."""
    return st.fixed_dictionaries(
        {
            "minimum_ring_size": st.integers(1, 30),
            "maximum_ring_size": st.integers(30, 60),
            "points_hash": st.sampled_from(("xxh64", "murmur2_64")),
        }
    )


def counts(weights: list[float], minimum: int, maximum: int) -> list[int]:
    """Return how many points each host has."""
    whole = 0.0
    for weight in weights:
        whole += weight
    least = min(weight / whole for weight in weights)
    scale = min(math.ceil(least * minimum) / least, float(maximum))
    found, current, target = [], 0.0, 0.0
    for weight in weights:
        target += scale * (weight / whole)
        count = 0
        while current < target:
            count += 1
            current += 1
        found.append(count)
    return found


def place(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    minimum_ring_size: int = 1024,
    maximum_ring_size: int = 8_388_608,
    points_hash: str = "xxh64",
) -> int:
    """Return the bucket of a hash."""
    ordered = [(bucket, *nodes[bucket]) for bucket in sorted(nodes)]
    many = counts([weight for *_, weight in ordered], minimum_ring_size, maximum_ring_size)
    points = []
    for (bucket, name, _), count in zip(ordered, many, strict=True):
        for i in range(count):
            point = hash_of(points_hash, f"{name}_{i}", seed if points_hash == "xxh64" else 0)
            points.append((point >> (WIDTHS.get(points_hash, 64) - bits), bucket))
    points.sort(key=lambda point: point[0])
    at = bisect_left([point for point, _ in points], value)
    return points[at % len(points)][1]
