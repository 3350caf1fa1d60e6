"""Consistent weighted sampling (Ioffe 2010): three lines, to 60 digits; and hash4j's doubles."""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Iterator
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from oracles.rendezvous import minus_log
from oracles.words import stream

Nodes = dict[int, tuple[str, float]]
_TABLE = Path(__file__).parents[1] / "vectors" / "exponential_tables.csv"
_DIGITS = Context(prec=60)


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters."""
    return st.just({})


def bucket(value: int, n: int) -> int:
    """Return the bucket of a hash among n."""
    words = stream(value)
    rate = _DIGITS.add(minus_log(next(words)), minus_log(next(words)))
    offset = Decimal(next(words) >> 12) / Decimal(1 << 52)
    t = math.floor(_DIGITS.add(_DIGITS.divide(_DIGITS.ln(Decimal(n)), rate), offset))
    return min(math.floor(_DIGITS.exp(_DIGITS.multiply(rate, _DIGITS.subtract(Decimal(t), offset)))), n - 1)


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    return bucket(value, len(nodes))


# ---- hash4j ----------------------------------------------------------------------------------------------


@functools.cache
def tables() -> dict[str, list[float]]:
    """Return the edges of its ziggurat."""
    found: dict[str, list[float]] = {}
    with _TABLE.open(newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["table"], []).append(float(row["value"]))
    return found


def uniform(word: int) -> float:
    """Return the number from 0 to 1 of the top 53 bits."""
    return (word >> 11) * 2.0**-53


def exponential(words: Iterator[int]) -> float:
    """Return an exponential variable by the ziggurat method (Marsaglia & Tsang 2000), as hash4j has it."""
    x, y = tables()["x"], tables()["y"]
    shift = 0.0
    while True:
        word = next(words)
        layer = word & 0xFF
        value = uniform(word) * x[layer]
        if value < x[layer + 1]:
            return shift + value
        if layer == 0:
            shift += x[1]
        else:
            height = y[layer] + uniform(next(words)) * (y[layer + 1] - y[layer])
            if height < math.exp(-value):
                return shift + value


def bucket_of_hash4j(value: int, n: int) -> int:
    """Return the bucket of a hash among n by hash4j."""
    if n == 1:
        return 0
    words = stream(value)
    rate = exponential(words) + exponential(words)
    offset = uniform(next(words))
    t = math.floor(math.log(n) / rate + offset)
    return min(math.floor(math.exp(rate * (t - offset))), n - 1)
