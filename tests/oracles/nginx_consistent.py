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
def circle(
    nodes: tuple[tuple[int, tuple[str, float]], ...], bits: int, before: str
) -> list[tuple[int, int, int]]:
    """Return points, which they are in the order of the file, and owners, ascending."""
    points: list[tuple[int, int, int]] = []
    for bucket, (name, weight) in nodes:
        point = 0
        for _ in range(160 * int(weight)):
            point = zlib.crc32(text_of(before + name) + point.to_bytes(4, "little"))
            points.append((point * 2**bits // 2**32, len(points), bucket))
    return sorted(points)


def replicas(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, count: int, down: tuple[str, ...] = ()
) -> list[int]:
    """Return the first distinct servers that are up on a walk upwards.

    It begins at a point that is the first of those that equal it, and whose server is up.
    """
    ring, met, before = circle(tuple(nodes.items()), bits, f"{seed}-" if seed else ""), [], -1
    at = bisect_left(ring, (value, -1, -1))
    for point, _, bucket in [*ring[at:], *ring[:at], *ring[at:], *ring[:at]]:
        up = nodes[bucket][0] not in down
        if up and bucket not in met and (met or point != before):
            met.append(bucket)
        before = point
        if len(met) == count:
            break
    # where those that are down have all points that are first, these do not count
    up = {bucket: node for bucket, node in nodes.items() if node[0] not in down}
    return met or replicas(up, value, bits, hash, seed, count)


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, down: tuple[str, ...] = ()) -> int:
    """Return the bucket of a hash."""
    return replicas(nodes, value, bits, hash, seed, 1, down)[0]
