"""FlipHash (Masson & Lee 2024), as the authors' crate has it, and as another suite has ported it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import WORD
from oracles.words import derive, derive2

Nodes = dict[int, tuple[str, float]]
Flipper = Callable[[int], int]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters."""
    return st.just({})


def word(value: int, exponent: int, number: int) -> int:
    """Return a word of a hash: the authors' family."""
    k = value * (2 * exponent + 1) & WORD
    k = (k ^ k >> 27) * 0x3C79AC492BA7B653 & WORD
    k = k * (2 * number + 1) & WORD
    k = (k ^ k >> 33) * 0x1C69B3F74AC4AE35 & WORD
    return k ^ k >> 27


def in_power_of_two(low_bits: int, flipper: Flipper) -> int:
    """Return low bits with those below the highest set one flipped by a word of its index."""
    if low_bits == 0:
        return 0
    exponent = low_bits.bit_length() - 1
    return low_bits ^ flipper(exponent) % (1 << exponent)


def flip_hash(n: int, general: int, flipper: Flipper, draw: Callable[[int], int], bits: int) -> int:
    """Return the bucket among n, drawn in a power of two of so many bits."""
    mask = (1 << bits) - 1
    bucket = in_power_of_two(general & mask, flipper)
    if bucket < n:
        return bucket
    for number in range(1, 65):
        bucket = draw(number) & mask
        if bucket <= mask >> 1:
            break
        if bucket < n:
            return bucket
    return in_power_of_two(general & mask >> 1, flipper)


def crate(value: int, n: int, seed: int = 0) -> int:
    """Return the bucket by the authors' crate, which xors its seed to the hash."""
    k, bits = value ^ seed, (n - 1).bit_length()
    return flip_hash(n, word(k, 0, 0), lambda e: word(k, e, 0), lambda i: word(k, bits - 1, i), bits)


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    return crate(value, len(nodes))


def port(value: int, n: int) -> int:
    """Return the bucket by the port of another suite, given ``derive``: another range, and other words."""
    bits = n.bit_length()
    return flip_hash(
        n,
        value,
        lambda exponent: derive(value, 63 - exponent),
        lambda number: derive2(value, 32 - bits, number),
        bits,
    )
