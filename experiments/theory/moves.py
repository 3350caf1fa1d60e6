"""What laws of movement give, and what several share: rings by numbers of points, tables by a remainder."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.measures import EventShape, whole_weights

DERIVED = "derived in experiments.theory.movement"
NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Moves:
    """Movement and stray moves that a law gives; None where it gives no strays."""

    movement: Fraction
    stray: Fraction | None


@dataclass(frozen=True)
class Family:
    """How a family's moves follow from an event and the parameters that were set; None where they do not."""

    moves: Callable[[EventShape, Mapping[str, Any]], Moves | None]
    formula: str
    source: str
    mean: bool


def plain(moves: Callable[[EventShape], Moves]) -> Callable[[EventShape, Mapping[str, Any]], Moves]:
    """Return a law that no parameter has a part in."""
    return lambda event, _: moves(event)


def ring_moves(before: Sequence[float], after: Sequence[float], growth: Sequence[int]) -> Moves:
    """Return what moves on a ring of random points, of which rows have so many before and after.

    Examples
    --------
    >>> ring_moves([1, 1, 0], [1, 1, 1], [0, 0, 1]).movement
    Fraction(1, 3)
    """
    scaled = whole_weights([*before, *after]).tolist()
    a, b = scaled[: len(before)], scaled[len(before) :]
    a_sum, b_sum, union = sum(a), sum(b), sum(map(max, a, b))
    rows = list(zip(a, b, growth, strict=True))
    stays = Fraction(sum(map(min, a, b)))
    stays += Fraction(sum(max(x - y, 0) * y for x, y in zip(a, b, strict=True)), b_sum)
    stays += Fraction(sum(max(y - x, 0) * x for x, y in zip(a, b, strict=True)), a_sum)
    lost = sum(max(x - y, 0) for x, y, g in rows if g < 0)
    gained = sum(max(y - x, 0) for x, y, g in rows if g > 0)
    wanted = Fraction(lost * sum(y for _, y, g in rows if g > 0), b_sum)
    wanted += Fraction(gained * sum(x for x, _, g in rows if g < 0), a_sum)
    movement = 1 - stays / union
    return Moves(movement, movement - wanted / union)


Table = NDArray[np.signedinteger[Any]]


def table_moves(before: Table, after: Table, growth: Table, values: int | None = None) -> Moves:
    """Return what moves where the row of a hash h is table[h mod its length], before and after.

    ``values`` is how many values a hash has, counted one by one; None for so many that all pairs of entries
    that can meet are met equally often: those that are equal modulo the greatest common divisor.

    Examples
    --------
    >>> table_moves(np.array([0, 1]), np.array([0, 1, 2]), np.array([-1, -1, 1])).movement
    Fraction(2, 3)
    """
    if values is not None:
        hashes = np.arange(values)
        was, now = before[hashes % len(before)], after[hashes % len(after)]
        moved = int(np.count_nonzero(was != now))
        strays = moved - int(np.count_nonzero((growth[was] < 0) & (growth[now] > 0)))
        return Moves(Fraction(moved, values), Fraction(strays, values))
    divisor, period = math.gcd(len(before), len(after)), math.lcm(len(before), len(after))
    stays = _meetings(*(_by_class(table, divisor) for table in (before, after)))
    shrunk = np.bincount(np.flatnonzero(growth[before] < 0) % divisor, minlength=divisor)
    grown = np.bincount(np.flatnonzero(growth[after] > 0) % divisor, minlength=divisor)
    wanted = int(shrunk @ grown)
    return Moves(Fraction(period - stays, period), Fraction(period - stays - wanted, period))


def _by_class(table: Table, divisor: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each (row, entry mod divisor) that occurs, as one number, and how often."""
    return np.unique(table.astype(np.int64) * divisor + np.arange(len(table)) % divisor, return_counts=True)


def _meetings(
    one: tuple[NDArray[np.int64], NDArray[np.int64]], other: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> int:
    _, here, there = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
    return int(one[1][here] @ other[1][there])
