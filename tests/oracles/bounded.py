"""Bounded loads (Mirrokni, Thorup & Zadimoghaddam 2016) over partitions: lists of preferences, one by one."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from oracles.jump import jump_consistent_hash
from oracles.rendezvous import ranked
from oracles.ring import walk
from oracles.words import derive

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return few partitions, though more than nodes can be after an event, and any base."""
    return st.fixed_dictionaries(
        {
            "factor": st.sampled_from((1.05, 1.25, 1.0000001, 2.0, 100.0)),
            "partitions": st.integers(n + 3, 64),
            "base": st.sampled_from(("ring", "rendezvous", "jump")),
            "points": st.integers(1, 4),
        }
    )


def preferences(
    nodes: Nodes, partition: int, bits: int, hash: str, seed: int, base: str, points: int
) -> Iterator[int]:
    """Yield the buckets that a partition would like, in order; those of jump without end."""
    word = derive(seed, partition)
    if base == "ring":
        yield from walk(nodes, word >> (64 - bits), bits, hash, seed, points, "successor")
    elif base == "rendezvous":
        yield from ranked(nodes, word, seed)
    else:
        live = sorted(nodes)
        yield live[jump_consistent_hash(word, len(live))]
        number = 1
        while True:
            yield live[jump_consistent_hash(derive(word, number), len(live))]
            number += 1


@functools.lru_cache(maxsize=256)
def table(
    nodes: tuple[tuple[int, tuple[str, float]], ...],
    bits: int,
    hash: str,
    seed: int,
    factor: float,
    partitions: int,
    base: str,
    points: int,
) -> list[int]:
    """Return the bucket of each partition."""
    total = sum(Fraction(weight) for _, (_, weight) in nodes)
    room = {
        bucket: max(1, math.ceil(Fraction(factor) * partitions * Fraction(weight) / total))
        for bucket, (_, weight) in nodes
    }
    found = []
    for partition in range(partitions):
        order = preferences(dict(nodes), partition, bits, hash, seed, base, points)
        found.append(next(bucket for bucket in order if room[bucket]))
        room[found[-1]] -= 1
    return found


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, *, partitions: int, **own: Any) -> int:
    """Return the bucket of a hash."""
    owners = table(tuple(nodes.items()), bits, hash, seed, partitions=partitions, **own)
    return owners[value * partitions >> bits]
