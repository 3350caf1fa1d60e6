"""Straw2 (Ceph): the hash of three words, the logarithm by tables read from Ceph, division by weight."""

from __future__ import annotations

import csv
import functools
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

Nodes = dict[int, tuple[str, float]]
_TABLE = Path(__file__).parents[1] / "vectors" / "crush_ln.csv"
_LOW32 = (1 << 32) - 1
_SHIFTS = ((13, 8, 13), (12, 16, 5), (3, 10, 15))


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters."""
    return st.just({})


def shuffled(a: int, b: int, c: int) -> tuple[int, int, int]:
    """Return three words after Jenkins' nine lines."""
    for first, second, third in _SHIFTS:
        a = (a - b - c & _LOW32) ^ c >> first
        b = (b - c - a & _LOW32) ^ (a << second & _LOW32)
        c = (c - a - b & _LOW32) ^ b >> third
    return a, b, c


def hash3(a: int, b: int, c: int) -> int:
    """Return CRUSH's hash of three words."""
    word, x, y = 1315423911 ^ a ^ b ^ c, 231232, 1232
    a, b, word = shuffled(a, b, word)
    c, x, word = shuffled(c, x, word)
    y, a, word = shuffled(y, a, word)
    b, x, word = shuffled(b, x, word)
    y, c, word = shuffled(y, c, word)
    return word


@functools.cache
def tables() -> dict[str, dict[int, int]]:
    """Return the tables that were read from Ceph's library."""
    found: dict[str, dict[int, int]] = {"rh_lh": {}, "ll": {}}
    with _TABLE.open(newline="") as file:
        for row in csv.DictReader(file):
            found[row["table"]][int(row["index"])] = int(row["value"])
    return found


@functools.cache
def logarithm(draw: int) -> int:
    """Return about 2^44 log2(draw + 1)."""
    high, low = tables()["rh_lh"], tables()["ll"]
    number, exponent = draw + 1, 15
    while not number & 0x18000:
        number, exponent = number << 1, exponent - 1
    index = 2 * (number >> 8) - 256
    rest = (number * high[index] >> 48) & 255
    return (exponent << 44) + (high[index + 1] + low[rest] >> 4)


def straw(x: int, item: int, trial: int, weight: int) -> int:
    """Return the length of a straw, a negative number; of weight 0 the least of all."""
    if weight == 0:
        return -(1 << 63)
    return -(((1 << 48) - logarithm(hash3(x, item, trial) & 0xFFFF)) // weight)


def choose(x: int, weights: dict[int, int], trial: int = 0) -> int:
    """Return the item with the longest straw, the first among equals."""
    return max(sorted(weights), key=lambda item: straw(x, item, trial, weights[item]))


def several(x: int, weights: dict[int, int], count: int) -> list[int]:
    """Return Ceph's list: each replica tries with the next number until its item is not in the list yet."""
    chosen: list[int] = []
    for replica in range(count):
        for trial in range(replica, replica + 51):
            item = choose(x, weights, trial)
            if item not in chosen and weights[item]:
                chosen.append(item)
                break
    return chosen


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    x = value >> max(0, bits - 32)
    return choose(x, {bucket: int(Fraction(weight) * 65536) for bucket, (_, weight) in nodes.items()})
