"""Maglev (Eisenbud et al. 2016, section 3.4) with Envoy's weights: permutations, turn by turn."""

from __future__ import annotations

import functools
import math
from typing import Any

import xxhash
from hypothesis import strategies as st

from oracles.hashes import hash_of

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return the size of the table."""
    return st.fixed_dictionaries({"table_size": st.sampled_from((2, 3, 5, 7, 13, 101, 251, 1009))})


@functools.lru_cache
def table(nodes: tuple[tuple[str, float], ...], size: int, seed: int) -> list[str]:
    """Return the name at each entry."""
    order = sorted(nodes, key=lambda node: node[0].encode())
    total = math.fsum(weight for _, weight in order)
    shares = [weight / total for _, weight in order]
    preferences = []
    for name, _ in order:
        offset = hash_of("xxh64", name, seed) % size
        skip = hash_of("xxh64", name, (seed + 1) % 2**64) % (size - 1) + 1
        preferences.append(iter([(offset + i * skip) % size for i in range(size)]))
    entries: dict[int, str] = {}
    targets = [0.0] * len(order)
    turn = 1
    while len(entries) < size:
        for i, (name, _) in enumerate(order):
            if len(entries) < size and turn * shares[i] >= targets[i]:
                targets[i] += max(shares)
                entries[next(entry for entry in preferences[i] if entry not in entries)] = name
        turn += 1
    return [entries[entry] for entry in range(size)]


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, *, table_size: int) -> int:
    """Return the bucket of a hash."""
    found = table(tuple(nodes.values()), table_size, seed)[value % table_size]
    return next(bucket for bucket, (name, _) in nodes.items() if name == found)


def java_order(names: list[str]) -> list[str]:
    """Return names, put one after the other, in the order of a java.util.HashMap that has only grown."""
    capacity = 16
    while len(names) > capacity * 3 // 4:
        capacity *= 2

    def bin_of(name: str) -> int:
        code = 0
        for letter in name:
            code = (31 * code + ord(letter)) % 2**32
        return (code ^ code >> 16) % capacity

    return sorted(names, key=bin_of)


def seeded_xxh32(text: str, seed: int) -> int:
    """Return the XXH32 of a text with a seed behind it, unless that is 0, as that suite has it."""
    return xxhash.xxh32(text.encode() + (seed.to_bytes(4, "big") if seed else b"")).intdigest()


def forfeiting(order: list[str], size: int) -> list[str]:
    """Return the name at each entry by another suite: who finds an entry taken has lost the turn."""
    places = [seeded_xxh32(name, 0xDEADBABE) % size for name in order]
    skips = [seeded_xxh32(name, 0xDEADDEAD) % (size - 1) + 1 for name in order]
    entries: list[str | None] = [None] * size
    free = size
    while free:
        for i, name in enumerate(order):
            if entries[places[i]] is None:
                entries[places[i]] = name
                free -= 1
            places[i] = (places[i] + skips[i]) % size
    return [str(name) for name in entries]


def entry_of(key: str, size: int) -> int:
    """Return the entry of a key in that suite."""
    return seeded_xxh32(key, 0xDEADBEEF) % size
