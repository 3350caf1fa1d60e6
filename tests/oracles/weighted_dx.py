"""Dx with weights: the owner of the first live slot, by the order of the buckets or by rows."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any

from hypothesis import strategies as st

from oracles.dx import drawn

Nodes = dict[int, tuple[str, float]]
Rows = Sequence[tuple[int, int, str]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return numbers of slots and capacities; who holds which slots is left to events."""
    return st.fixed_dictionaries(
        {
            "slots": st.integers(1, 20),
            "capacity": st.none() | st.integers(17 * n, 17 * n + 60),
            "held": st.none(),
        }
    )


def layout(nodes: Nodes, slots: int, held: Rows | None) -> dict[int, int]:
    """Return the bucket of each live slot."""
    if held is not None:
        named = {name: bucket for bucket, (name, _) in nodes.items()}
        return {first + i: named[name] for first, count, name in held for i in range(count)}
    owners: list[int | None] = []
    for bucket in range(max(nodes) + 1):
        weight = nodes[bucket][1] if bucket in nodes else 1.0
        owners += [bucket if bucket in nodes else None] * max(1, floor(slots * weight + 0.5))
    return {slot: owner for slot, owner in enumerate(owners) if owner is not None}


def replicas(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    count: int,
    slots: int = 16,
    capacity: int | None = None,
    held: Rows | None = None,
) -> list[int]:
    """Return the first different owners of the sequence."""
    owners = layout(nodes, slots, held)
    units = -(-(max(owners) + 1) // slots)
    found: list[int] = []
    for slot in drawn(value, slots * (capacity or max(256, 2 * units))):
        if slot in owners and owners[slot] not in found:
            found.append(owners[slot])
        if len(found) == count:
            return found
    raise AssertionError


def place(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    slots: int = 16,
    capacity: int | None = None,
    held: Rows | None = None,
) -> int:
    """Return the bucket of a hash."""
    return replicas(nodes, value, bits, hash, seed, 1, slots, capacity, held)[0]
