"""PowerCH (Leu 2023), from its definition: f, then g, then f again; its inner hashes are arguments."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from oracles.elsewhere import crc32c, pcg32
from oracles.words import derive

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters."""
    return st.just({})


def in_power_of_two(value: int, mask: int, spread: Callable[[int], int]) -> int:
    """Return f: the octave by the low bits, the place in it by a hash of the octave."""
    low_bits = value & mask
    if low_bits == 0:
        return 0
    octave = 1 << (low_bits.bit_length() - 1)
    return octave + (spread(octave) & (octave - 1))


def jumps(value: int, n: int, start: int) -> int:
    """Return the last jump below n of jump hash, begun at a bucket."""
    b = start
    while True:
        value = (2862933555777941757 * value + 1) % 2**64
        j = int((b + 1) * (float(1 << 31) / float((value >> 33) + 1)))
        if j >= n:
            return b
        b = j


def power_hash(value: int, n: int, spread: Callable[[int], int], jump: Callable[[int, int], int]) -> int:
    """Return the bucket among n, by a hash of each octave and by jumps to n from a start."""
    m = 1 << (n - 1).bit_length()
    bucket = in_power_of_two(value, m - 1, spread)
    if bucket < n:
        return bucket
    middle = m // 2 - 1
    bucket = jump(n, middle)
    return bucket if bucket > middle else in_power_of_two(value, middle, spread)


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    return power_hash(
        value, len(nodes), lambda octave: derive(value, octave), lambda n, start: jumps(value, n, start)
    )


def by_pcg(k: int, n: int, *, reseeded: bool) -> int:
    """Return the bucket of a CRC by two C++ suites, one of which reseeds its generator before each jump."""
    words: Iterator[int] = iter(())

    def spread(octave: int) -> int:
        nonlocal words
        words = pcg32(k, 2 * octave.bit_length() - 1)
        return next(words)

    def jump(n: int, start: int) -> int:
        # whoever does not reseed goes on with the generator of the draw that was too high
        b = start
        while True:
            word = next(pcg32(k)) if reseeded else next(words)
            j = math.ceil((b + 1) / (word / (2**32 - 1))) - 1
            if j >= n:
                return b
            b = j

    return power_hash(k, n, spread, jump)


def one_suite(key: int, seed: int, n: int) -> int:
    """Return the bucket by slashdotted's engine."""
    return by_pcg(crc32c(seed, key), n, reseeded=False)


def another_suite(key: int, seed: int, n: int) -> int:
    """Return the bucket by robertovicario's engine, which exchanges register and data of the CRC."""
    return by_pcg(crc32c(key, seed), n, reseeded=True)
