"""Random choice: a draw from the hash and from a digest of all names."""

from __future__ import annotations

import struct
from itertools import accumulate
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import avalanche, hash_of

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters."""
    return st.just({})


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash: the names are digested after the ends of each in their concatenation."""
    live = sorted(nodes)
    names = [nodes[bucket][0].encode() for bucket in live]
    ends = accumulate(map(len, names), initial=0)
    salt = hash_of("xxh64", struct.pack(f"<{len(names) + 1}q", *ends) + b"".join(names), seed)
    return live[avalanche(value ^ salt) * len(live) >> 64]
