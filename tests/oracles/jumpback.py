"""JumpBackHash (Ertl 2024): the active buckets from the top down, as the author's code has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import WORD
from oracles.words import stream

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return the generator."""
    return st.fixed_dictionaries({"generator": st.sampled_from(("splitmix64", "xorshift"))})


def xorshift(state: int) -> Iterator[int]:
    """Yield the words of a shift register of 64 bits, the state first."""
    while True:
        yield state
        state ^= state << 7 & WORD
        state ^= state >> 9


def jump_back(words: Iterator[int], n: int) -> int:
    """Return the bucket among n of a key that has these words."""
    if n <= 1:
        return 0
    first = next(words)
    octaves = (first ^ first >> 32) % (1 << (n - 1).bit_length())
    while octaves:
        low = 1 << (octaves.bit_length() - 1)
        half = first >> 32 if octaves.bit_count() % 2 else first
        bucket = low + half % low
        if bucket < n:
            return bucket
        while True:
            word = next(words)
            bucket = word % (2 * low)
            if bucket < low:
                break
            if bucket < n:
                return bucket
            bucket = (word >> 32) % (2 * low)
            if bucket < low:
                break
            if bucket < n:
                return bucket
        octaves -= low
    return 0


def generated(generator: str, value: int) -> Iterator[int]:
    """Return the words of a generator that begins with a hash."""
    return xorshift(value) if generator == "xorshift" else stream(value)


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, *, generator: str) -> int:
    """Return the bucket of a hash."""
    return jump_back(generated(generator, value), len(nodes))
