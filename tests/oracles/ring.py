"""Ring (Karger et al. 1997): points on a circle, searched by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import hash_of, high_bits

Nodes = dict[int, tuple[str, float]]
_NOT_SCATTERING = ("identity", "splitmix64", "ordered")


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return points, few of them, and the direction."""
    return st.fixed_dictionaries(
        {"points": st.integers(1, 9), "serves": st.sampled_from(("predecessor", "successor"))}
    )


def circle(nodes: Nodes, bits: int, hash: str, seed: int, points: int) -> list[tuple[int, bytes, int, int]]:
    """Return (hash, name, number, bucket) of all points, ascending; of equal ones the smaller name first."""
    found = []
    for bucket, (name, weight) in nodes.items():
        for number in range(max(1, floor(points * Fraction(weight) + Fraction(1, 2)))):
            label = f"{name}-{number}"
            if hash in _NOT_SCATTERING:
                point = hash_of("xxh64", label, seed) >> (64 - bits)
            else:
                point = high_bits(hash, hash_of(hash, label, seed), bits)
            found.append((point, name.encode(), number, bucket))
    return sorted(found)


def walk(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, points: int = 160, serves: str = "predecessor"
) -> list[int]:
    """Return the distinct buckets met on a walk from a hash, in order; equal points by the smaller name."""
    ring = circle(nodes, bits, hash, seed, points)
    places = sorted({point for point, *_ in ring})
    if serves == "successor":
        at = bisect_left(places, value)
        order = places[at:] + places[:at]
    else:
        at = bisect_right(places, value)
        order = places[:at][::-1] + places[at:][::-1]
    met = [bucket for place in order for point, _, _, bucket in ring if point == place]
    return list(dict.fromkeys(met))


def place(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, points: int = 160, serves: str = "predecessor"
) -> int:
    """Return the bucket of a hash."""
    return walk(nodes, value, bits, hash, seed, points, serves)[0]


def replicas(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, count: int, **given: Any
) -> list[int]:
    """Return the first distinct buckets of the walk."""
    return walk(nodes, value, bits, hash, seed, **given)[:count]
