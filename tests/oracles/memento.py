"""Memento (Coluzzi, Brocco, Antonucci, Leidi 2023): a table of replacements for removed buckets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oracles.histories import Nodes, own, past, replay
from oracles.jump import jump_consistent_hash
from oracles.words import absolute, derive

__all__ = ["Memento", "own", "place"]


class Memento:
    """The table, with tuples (replacer, previously removed) by removed bucket."""

    def __init__(self, n: int) -> None:
        self.a = self.last = n
        self.table: dict[int, tuple[int, int]] = {}

    def remove(self, b: int) -> None:
        """Remove a bucket."""
        if not self.table and b == self.a - 1:
            self.a = self.last = b
        else:
            self.table[b] = (self.a - len(self.table) - 1, self.last)
            self.last = b

    def add(self) -> int:
        """Add a bucket and return it."""
        b = self.last
        self.last = self.table.pop(b)[1] if self.table else b + 1
        self.a = max(self.a, b + 1)
        return b

    def get(self, jump: Callable[[int], int], again: Callable[[int], int]) -> int:
        """Return the bucket, given jump among so many and the draw that follows a bucket."""
        b = jump(self.a)
        while b in self.table:
            n = self.table[b][0]
            b = again(b) % n
            while b in self.table and self.table[b][0] >= n:
                b = self.table[b][0]
        return b


def get(engine: Memento, h: int) -> int:
    """Return the bucket of a hash by derived words."""
    return engine.get(lambda n: jump_consistent_hash(h, n), lambda b: absolute(derive(h, b)))


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, removed: Sequence[int] = ()) -> int:
    """Return the bucket of a hash."""
    size, freed = past(nodes, removed)
    engine = Memento(size)
    replay(engine, freed)
    return get(engine, value)
