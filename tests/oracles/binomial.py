"""BinomialHash (Coluzzi, Brocco, Antonucci & Leidi 2024), from its definition, by either hash of a hash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from oracles.words import derive

Nodes = dict[int, tuple[str, float]]
Rehash = Callable[[int, int], int]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return retries and the hash of a hash."""
    return st.fixed_dictionaries(
        {"retries": st.integers(0, 64), "rehash": st.sampled_from(("mixed", "authors"))}
    )


def of_authors(value: int, number: int) -> int:
    """Return the hash of a hash of the authors' engine."""
    step = 2862933555777941757 * value + 1
    return step * step * number % 2**64 >> 32


REHASHES: dict[str, Rehash] = {"mixed": derive, "authors": of_authors}


def relocate(bucket: int, value: int, rehash: Rehash) -> int:
    """Return another bucket of the same octave."""
    if bucket < 2:
        return bucket
    low = 1 << (bucket.bit_length() - 1)
    return low + (rehash(value, low - 1) & (low - 1))


def binomial_hash(value: int, n: int, retries: int, rehash: Rehash) -> int:
    """Return the bucket among n."""
    if n < 2:
        return 0
    whole = (1 << (n - 1).bit_length()) - 1
    half = whole >> 1
    bucket = relocate(value & whole, value, rehash)
    if bucket < n:
        return bucket
    again = value
    for _ in range(retries):
        again = rehash(again, whole)
        bucket = relocate(again & whole, again, rehash)
        if bucket <= half:
            break
        if bucket < n:
            return bucket
    return relocate(value & half, value, rehash)


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, *, retries: int, rehash: str) -> int:
    """Return the bucket of a hash."""
    return binomial_hash(value, len(nodes), retries, REHASHES[rehash])
