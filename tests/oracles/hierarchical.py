"""Hierarchical rendezvous: groups by what their members weigh, then the members of one; to 60 digits."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import avalanche
from oracles.rendezvous import _DIGITS, minus_log, ranked
from oracles.words import derive

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return small groups."""
    return st.fixed_dictionaries({"group_size": st.integers(1, 4)})


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, *, group_size: int) -> int:
    """Return the bucket of a hash."""
    groups: dict[int, Nodes] = {}
    for bucket, node in sorted(nodes.items()):
        groups.setdefault(bucket // group_size, {})[bucket] = node
    bids = []
    for number, members in groups.items():
        weight = math.fsum(weight for _, weight in members.values())
        word = avalanche(value ^ derive(seed, number))
        bids.append((-_DIGITS.divide(Decimal(weight), minus_log(word)), -word, number))
    return ranked(groups[min(bids)[2]], value, seed)[0]
