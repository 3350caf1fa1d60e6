"""libmemcached's KETAMA_WEIGHTED: four points to a digest, and numbers of digests in float32."""

from __future__ import annotations

import hashlib
import math
import struct
from typing import Any

from hypothesis import strategies as st

from oracles.ketama import Nodes, first_at, server


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return few points, and both ways to write a name."""
    return st.fixed_dictionaries({"points": st.integers(4, 40), "spy": st.booleans()})


def single(value: float) -> float:
    """Return a double rounded to a float of 32 bits."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded


def digests(weights: list[float], points: int) -> list[int]:
    """Return how many digests each server has."""
    whole = single(math.fsum(weights))
    found = []
    for weight in weights:
        part = single(single(weight) / whole)
        part = single(single(single(part * points) / 4) * len(weights))
        found.append(math.floor(single(part + 1e-10)))
    return found


def ring(ordered: list[tuple[int, str, float]], points: int) -> list[tuple[int, int]]:
    """Return (point, bucket) of (bucket, text of its server, weight), in their order."""
    many = digests([weight for *_, weight in ordered], points)
    return [
        (word, bucket)
        for (bucket, text, _), count in zip(ordered, many, strict=True)
        for i in range(count)
        for word in struct.unpack("<4I", hashlib.md5(f"{text}-{i}".encode()).digest())
    ]


def place(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, points: int = 160, spy: bool = False
) -> int:
    """Return the bucket of a hash."""
    ordered = [(bucket, server(nodes[bucket][0], seed, spy), nodes[bucket][1]) for bucket in sorted(nodes)]
    return first_at(ring(ordered, points), 32, value, bits, hash)
