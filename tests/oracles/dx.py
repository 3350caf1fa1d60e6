"""Dx (Dong, Wang 2021): the first live slot of the key's sequence of slots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from hypothesis import strategies as st

from oracles.words import stream

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return capacities, small and by default."""
    return st.fixed_dictionaries({"capacity": st.none() | st.integers(n, n + 8)})


def live_slots(slots: Iterable[int], live: Collection[int]) -> Iterator[int]:
    """Yield the live slots of a sequence, each once, until all of them have come."""
    seen: set[int] = set()
    for slot in slots:
        if slot in live and slot not in seen:
            seen.add(slot)
            yield slot
        if len(seen) == len(live):
            return


def drawn(h: int, a: int) -> Iterator[int]:
    """Yield slots below a, by the words of a stream."""
    return (word * a >> 64 for word in stream(h))


def replicas(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    count: int,
    capacity: int | None = None,
) -> list[int]:
    """Return the first buckets of the sequence."""
    slots = live_slots(drawn(value, capacity or max(256, 2 * (max(nodes) + 1))), set(nodes))
    return [next(slots) for _ in range(count)]


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, capacity: int | None = None) -> int:
    """Return the bucket of a hash."""
    return replicas(nodes, value, bits, hash, seed, 1, capacity)[0]
