"""Anchor (Mendelson et al. 2020): algorithm 3 of the paper, in place, with its four arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from oracles import histories
from oracles.histories import Nodes, past, replay
from oracles.words import absolute, derive, derive2


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return capacities, small and by default, and freed buckets within them."""
    return histories.own(n, bits).flatmap(
        lambda given: st.fixed_dictionaries(
            {
                "removed": st.just(given["removed"]),
                "capacity": st.none() | st.integers(max([n - 1, *given["removed"]]) + 1, n + 8),
            }
        )
    )


class Anchor:
    """The arrays A (how many stayed), K (who stands in), W (who works), L (where in W), and the stack R."""

    def __init__(self, n: int, capacity: int) -> None:
        self.a, self.working = capacity, n
        self.A = [0 if b < n else b for b in range(capacity)]
        self.K, self.W, self.L = [list(range(capacity)) for _ in range(3)]
        self.R = list(reversed(range(n, capacity)))

    def remove(self, b: int) -> None:
        """Remove a bucket."""
        self.R.append(b)
        self.working -= 1
        last = self.W[self.working]
        self.A[b] = self.working
        self.K[b] = self.W[self.L[b]] = last
        self.L[last] = self.L[b]

    def add(self) -> int:
        """Add a bucket and return it."""
        b = self.R.pop()
        self.A[b] = 0
        self.L[self.W[self.working]] = self.working
        self.W[self.L[b]] = self.K[b] = b
        self.working += 1
        return b

    def get(self, first: int, again: Callable[[int, int], int]) -> int:
        """Return the bucket, given the first word and what follows a word and a bucket."""
        k = first
        b = k % self.a
        while self.A[b] > 0:
            k = again(k, b)
            h = k % self.A[b]
            while self.A[h] >= self.A[b]:
                h = self.K[h]
            b = h
        return b


def get(engine: Anchor, h: int) -> int:
    """Return the bucket of a hash by derived words."""
    return engine.get(absolute(derive(h, 0xDEADBEEF)), lambda k, b: absolute(derive2(k, b, 0xDEADBEEF)))


def place(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    removed: Sequence[int] = (),
    capacity: int | None = None,
) -> int:
    """Return the bucket of a hash."""
    size, freed = past(nodes, removed, capacity or max(256, 2 * (max(nodes) + 1)))
    engine = Anchor(size, size)
    replay(engine, freed)
    return get(engine, value)
