"""libmemcached's KETAMA: 100 hashes of names, numbers of 32 bits and fewer compared as they are."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import WIDTHS, hash_of

Nodes = dict[int, tuple[str, float]]
_NOT_SCATTERING = ("identity", "splitmix64", "ordered")


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return few points, hash functions of several widths, and both ways to write a name."""
    return st.fixed_dictionaries(
        {
            "points": st.integers(1, 9),
            "points_hash": st.sampled_from((None, "one_at_a_time", "md5_le32", "crc15", "xxh64")),
            "spy": st.booleans(),
        }
    )


def server(name: str, seed: int, spy: bool) -> str:
    """Return what stands in the names of a server's points."""
    short = name[: -len(":11211")] if name.endswith(":11211") and len(name) > len(":11211") else name
    return (f"{seed}-" if seed else "") + (f"/{name}" if spy else short)


def first_at(points: list[tuple[int, int]], width: int, value: int, bits: int, hash: str) -> int:
    """Return who has the first point at or above a hash, of (point, bucket) in their order."""
    ours = WIDTHS.get(hash, 64)
    if max(width, ours) > 32:
        points = [
            (point >> width - bits if width > bits else point << bits - width, b) for point, b in points
        ]
    else:
        points = [(point >> ours - bits, b) for point, b in points]
    points.sort(key=lambda point: point[0])
    at = bisect_left([point for point, _ in points], value)
    return points[at % len(points)][1]


def place(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    points: int = 100,
    points_hash: str | None = None,
    spy: bool = False,
) -> int:
    """Return the bucket of a hash."""
    function = points_hash or hash
    function = "xxh64" if function in _NOT_SCATTERING else function
    ring = [
        (hash_of(function, f"{server(nodes[bucket][0], seed, spy)}-{i}"), bucket)
        for bucket in sorted(nodes)
        for i in range(points)
    ]
    return first_at(ring, WIDTHS.get(function, 64), value, bits, hash)
