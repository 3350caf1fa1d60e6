"""pymemcache's RendezvousHash, by the library that defines MurmurHash3."""

from __future__ import annotations

from typing import Any

import mmh3
from hypothesis import strategies as st

from oracles.ketama import Nodes


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return nothing."""
    return st.just({})


def low_bytes(text: str) -> bytes:
    """Return the low byte of each character, which is what the client hashes of it."""
    return bytes(ord(character) & 255 for character in text)


def best(names: dict[int, str], key: str, seed: int) -> int:
    """Return the bucket of the highest score, of equal ones that of the greatest name."""
    folded = (seed ^ seed >> 32) & 0xFFFFFFFF
    return max(
        names,
        key=lambda bucket: (
            mmh3.hash(low_bytes(f"{names[bucket]}-{key}"), folded, signed=False),
            names[bucket],
        ),
    )


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash: that of its 16 digits."""
    return best({bucket: name for bucket, (name, _) in nodes.items()}, f"{value:016x}", seed)
