"""nginx, hash consistent: a chain of CRC-32 for each server, searched from the bottom."""

from __future__ import annotations

import functools
import zlib
from bisect import bisect_left
from typing import Any

from hypothesis import strategies as st

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return which nodes are down, by their places; one is not."""
    return st.fixed_dictionaries({"down": st.sets(st.integers(0, n - 1), max_size=n - 1).map(tuple)})


def text_of(server: str) -> bytes:
    """Return host, zero, port."""
    text = server.encode()
    if text.lower().startswith(b"unix:"):
        return text[5:] + b"\0"
    if b":" not in text or text[text.rindex(b":") + 1 :].strip(b"0123456789"):
        return text + b"\0"
    return text[: text.rindex(b":")] + b"\0" + text[text.rindex(b":") + 1 :]


@functools.lru_cache(maxsize=4)
def circle(nodes: tuple[tuple[int, tuple[str, float]], ...], bits: int) -> list[tuple[int, int]]:
    """Return points and owners, ascending; of equal points only the first."""
    first: dict[int, int] = {}
    for bucket, (name, weight) in nodes:
        point = 0
        for _ in range(160 * int(weight)):
            point = zlib.crc32(text_of(name) + point.to_bytes(4, "little"))
            first.setdefault(point * 2**bits // 2**32, bucket)
    return sorted(first.items())


def replicas(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, count: int, down: tuple[str, ...] = ()
) -> list[int]:
    """Return the first distinct servers that are up on a walk upwards."""
    ring, met = circle(tuple(nodes.items()), bits), []
    at = bisect_left(ring, (value, -1))
    for _, bucket in ring[at:] + ring[:at]:
        if nodes[bucket][0] not in down and bucket not in met:
            met.append(bucket)
        if len(met) == count:
            break
    return met


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, down: tuple[str, ...] = ()) -> int:
    """Return the bucket of a hash."""
    return replicas(nodes, value, bits, hash, seed, 1, down)[0]
