"""Words made of a hash, as the recorded engines were given them."""

from __future__ import annotations

from collections.abc import Iterator

from oracles.hashes import WORD, avalanche

GAMMA = 0x9E3779B97F4A7C15


def derive(h: int, i: int) -> int:
    """Return the i-th hash of a hash."""
    return avalanche(h ^ GAMMA * (i % 2**32 + 1) & WORD)


def derive2(h: int, i: int, j: int) -> int:
    """Return the hash of a hash by two numbers."""
    return derive(derive(h, i), j)


def stream(s: int) -> Iterator[int]:
    """Yield the words of SplitMix64 seeded with s, without end."""
    while True:
        s = (s + GAMMA) & WORD
        yield avalanche(s)


def absolute(w: int) -> int:
    """Return Java's Math.abs of a long, but for the lowest one, which is 2^63."""
    return w if w < 2**63 else 2**64 - w
