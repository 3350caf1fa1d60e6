"""ConsistentPermutation (GitHub rust-gems): layers of keyed bijections, each of four times the size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import WORD, avalanche
from oracles.words import GAMMA, derive

Nodes = dict[int, tuple[str, float]]
Round = Callable[[int, int, int], int]
ROUNDS = {"own": (12, 12, 6, 4), "crate": (12, 10, 6, 4)}


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return whose rounds."""
    return st.fixed_dictionaries({"rounds": st.sampled_from(sorted(ROUNDS))})


def round_of(rounds: str, key: int, j: int) -> Callable[[int, int], int]:
    """Return the function f(i, r) of layer j."""
    if rounds == "own":
        return lambda i, r: avalanche((key + GAMMA * (2 * j + 2 + i + 1) & WORD) ^ r) >> 40
    keys = [key]
    turn = (2 * j + 2) % 64
    for _ in range(max(ROUNDS["crate"])):
        keys.append(((keys[-1] >> turn | keys[-1] << 64 - turn) + GAMMA) & WORD)

    def fold(i: int, r: int) -> int:
        m = (r ^ keys[i] % 2**32) * (keys[i] >> 32 | 1)
        return m % 2**32 + (m >> 32)

    return fold


def bijection(rounds: str, key: int, j: int, x: int) -> int:
    """Return the image of x in layer j, of 2j + 2 bits."""
    left, right = x >> j + 1, x % 2 ** (j + 1)
    f = round_of(rounds, key, j)
    for i in range(ROUNDS[rounds][min(j, 3)]):
        left, right = right, left ^ f(i, right) % 2 ** (j + 1)
    return left << j + 1 | right


def ranking(h: int, n: int, rounds: str) -> Iterator[int]:
    """Yield a permutation of 0 ... n - 1."""
    top = max(0, ((n - 1).bit_length() - 1) // 2)
    key, counters = derive(h, 0), [0] * (top + 1)
    for _ in range(4 ** (top + 1)):
        value = 0
        for j in range(top, -1, -1):
            x = bijection(rounds, key, j, counters[j])
            counters[j] += 1
            if x >> 2 * j:
                value = x
                break
        if value < n:
            yield value


def replicas(
    nodes: Nodes, value: int, bits: int, hash: str, seed: int, count: int, rounds: str = "own"
) -> list[int]:
    """Return the first live buckets of the permutation."""
    live = (bucket for bucket in ranking(value, max(nodes) + 1, rounds) if bucket in nodes)
    return [next(live) for _ in range(count)]


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, rounds: str = "own") -> int:
    """Return the bucket of a hash."""
    return replicas(nodes, value, bits, hash, seed, 1, rounds)[0]
