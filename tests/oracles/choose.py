"""ConsistentChooseK (GitHub rust-gems): the k-subsets as the README defines them, by recursion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from oracles.words import derive, stream

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters."""
    return st.just({})


def one(key: int, n: int) -> int:
    """Return the bucket of a key among n: octave by octave, from above."""
    bits = key % (1 << (n - 1).bit_length())
    while bits:
        e = bits.bit_length() - 1
        bit = 1 << e
        bits -= bit
        words = stream(derive(key, e))
        r = next(words) % bit + bit
        if r < n:
            return r
        while True:
            r = next(words) % (2 * bit)
            if r < bit:
                break
            if r < n:
                return r
    return 0


def sample(h: int, j: int, n: int) -> int:
    """Return the j-th independent draw, from j to n - 1."""
    return one(derive(h, j), n - j) + j


def subset(h: int, k: int, n: int) -> frozenset[int]:
    """Return S(k, n): the greatest of k draws, and a set of k - 1 below it."""
    chosen = set()
    for size in range(k, 0, -1):
        n = max(sample(h, j, n) for j in range(size))
        chosen.add(n)
    return frozenset(chosen)


def ranking(h: int, n: int) -> Iterator[int]:
    """Yield the buckets in the order in which they enter the subsets."""
    before: frozenset[int] = frozenset()
    for k in range(1, n + 1):
        now = subset(h, k, n)
        (entered,) = now - before
        assert before < now
        before = now
        yield entered


def replicas(nodes: Nodes, value: int, bits: int, hash: str, seed: int, count: int) -> list[int]:
    """Return the first live buckets of the ranking."""
    live = (bucket for bucket in ranking(value, max(nodes) + 1) if bucket in nodes)
    return [next(live) for _ in range(count)]


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    return replicas(nodes, value, bits, hash, seed, 1)[0]
