"""nginx, ip_hash: a polynomial over the bytes of an address that has the value."""

from __future__ import annotations

import functools

from oracles.nginx_consistent import Nodes, own
from oracles.nginx_hash import walked

__all__ = ["own", "place"]


def _round(h: int, address: bytes) -> int:
    for byte in address:
        h = (113 * h + byte) % 6271
    return h


@functools.cache
def _addresses(size: int) -> dict[int, bytes]:
    """Return an address of so many bytes for each value."""
    begun = _round(89, bytes(size - 2))
    return {
        _round(begun, bytes((a, b))): bytes(size - 2) + bytes((a, b)) for a in range(256) for b in range(256)
    }


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, down: tuple[str, ...] = ()) -> int:
    """Return the bucket of a hash."""
    word = value << (64 - bits) >> 32
    address = _addresses(16 if word % 2 else 3)[(word // 2) * 6271 // 2**31]
    total, h = sum(int(weight) for _, weight in nodes.values()), 89
    for _ in range(21):
        h = _round(h, address)
        server = walked(nodes, h % total)
        if nodes[server][0] not in down:
            return server
    return next(bucket for bucket, (name, _) in nodes.items() if name not in down)
