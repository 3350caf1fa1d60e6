"""Rendezvous (Thaler & Ravishankar 1998): every node bids, and the highest bid wins; to 60 digits."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import avalanche, hash_of

Nodes = dict[int, tuple[str, float]]
_DIGITS = Context(prec=60)


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters."""
    return st.just({})


def minus_log(word: int) -> Decimal:
    """Return -ln((top 48 bits of a word + 1/2) / 2^48)."""
    return -_DIGITS.ln(_DIGITS.divide(Decimal(2 * (word >> 16) + 1), Decimal(2**49)))


def ranked(nodes: Nodes, value: int, seed: int) -> list[int]:
    """Return all buckets, the best bid first; equal bids by the word, equal words by the smaller name."""
    bids = []
    weighted = len({weight for _, weight in nodes.values()}) > 1
    for bucket, (name, weight) in nodes.items():
        word = avalanche(value ^ hash_of("xxh64", name, seed))
        score = _DIGITS.divide(Decimal(weight), minus_log(word)) if weighted else Decimal(0)
        bids.append((-score, -word, name.encode(), bucket))
    return [bucket for *_, bucket in sorted(bids)]


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    return ranked(nodes, value, seed)[0]


def replicas(nodes: Nodes, value: int, bits: int, hash: str, seed: int, count: int) -> list[int]:
    """Return the buckets of the best bids."""
    return ranked(nodes, value, seed)[:count]
