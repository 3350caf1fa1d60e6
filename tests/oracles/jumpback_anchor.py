"""JumpBackHash with arbitrary removal (hash4j 2025): jump back first, then anchors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oracles.histories import Nodes, own, past, replay
from oracles.words import stream

__all__ = ["JumpBackAnchor", "own", "place"]


def jump_back(words: Iterator[int], n: int) -> int:
    """Return the largest active bucket below n, octave by octave from above."""
    if n <= 1:
        return 0
    first = next(words)
    octaves = (first ^ first >> 32) % 2 ** (n - 1).bit_length()
    while octaves:
        low = 1 << octaves.bit_length() - 1
        half = first >> 32 if octaves.bit_count() % 2 else first
        bucket = low + half % low
        while bucket >= low:
            if bucket < n:
                return bucket
            both = next(words)
            bucket = both % (2 * low)
            if low <= bucket < n or bucket < low:
                continue
            bucket = (both >> 32) % (2 * low)
        octaves -= low
    return 0


class JumpBackAnchor:
    """The size, and how many stayed (A) and who stands in (K) by removed bucket, the oldest first."""

    def __init__(self, n: int) -> None:
        self.a = n
        self.free: dict[int, tuple[int, int]] = {}

    def seen(self, b: int, v: int) -> int:
        """Return who stood in bucket b when v were live."""
        while b in self.free and self.free[b][0] >= v:
            b = self.free[b][1]
        return b

    def remove(self, b: int) -> None:
        """Remove a bucket."""
        live = self.a - len(self.free)
        if live == 1:
            self.a, self.free = 0, {}
        elif not self.free and b == self.a - 1:
            self.a -= 1
        else:
            self.free[b] = (live - 1, self.seen(live - 1, live))

    def add(self) -> int:
        """Add a bucket and return it."""
        if self.free:
            return self.free.popitem()[0]
        self.a += 1
        return self.a - 1

    def get(self, h: int) -> int:
        """Return the bucket of a hash."""
        if self.a <= 1:
            return 0
        words = stream(h)
        b = jump_back(words, self.a)
        while b in self.free:
            n = self.free[b][0]
            m = next(words) % 2**32 * n
            while m % 2**32 < 2**32 % n:
                m = next(words) % 2**32 * n
            b = self.seen(m >> 32, n)
        return b


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, removed: Sequence[int] = ()) -> int:
    """Return the bucket of a hash."""
    size, freed = past(nodes, removed)
    engine = JumpBackAnchor(size)
    replay(engine, freed)
    return engine.get(value)
