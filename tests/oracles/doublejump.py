"""Double jump (edwingeng/doublejump): two lists, as in the Go library; and what its state says of a hash."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from oracles.jump import jump_consistent_hash

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return free slots above the nodes, and a dense list of these."""
    return st.fixed_dictionaries(
        {
            "removed": st.lists(st.integers(n, n + 4), unique=True, max_size=4),
            "compact": st.just(()) | st.permutations(range(n)),
        }
    )


class Lists:
    """The library's two lists, of names."""

    def __init__(self) -> None:
        self.loose: list[str | None] = []
        self.free: list[int] = []
        self.compact: list[str] = []

    def add(self, name: str) -> None:
        """Add a node, into the slot that was freed last."""
        if self.free:
            self.loose[self.free.pop()] = name
        else:
            self.loose.append(name)
        self.compact.append(name)

    def remove(self, name: str) -> None:
        """Remove a node: a hole here, and the last one in its place there."""
        slot, place = self.loose.index(name), self.compact.index(name)
        self.loose[slot] = None
        self.free.append(slot)
        self.compact[place] = self.compact[-1]
        self.compact.pop()

    def get(self, value: int) -> str:
        """Return the node of a hash."""
        name = self.loose[jump_consistent_hash(value, len(self.loose))]
        if name is None:
            second = value * 0xC6A4A7935BD1E995 % 2**64
            return self.compact[jump_consistent_hash(second, len(self.compact))]
        return name


def place(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    *,
    removed: tuple[int, ...] = (),
    compact: tuple[int, ...] = (),
) -> int:
    """Return the bucket of a hash."""
    lists = Lists()
    slots = max([*nodes, *removed]) + 1
    lists.loose = [nodes[slot][0] if slot in nodes else None for slot in range(slots)]
    lists.compact = [nodes[bucket][0] for bucket in compact or sorted(nodes)]
    found = lists.get(value)
    return next(bucket for bucket, (name, _) in nodes.items() if name == found)
