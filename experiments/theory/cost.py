"""Laws of the work that a lookup does."""

from __future__ import annotations

import math
from fractions import Fraction


def jump_iterations(nodes: int) -> tuple[Fraction, Fraction]:
    """Mean and variance of jump's iterations: H_n, and sum (1/i) (1 - 1/i).

    The jump to bucket i - 1 is taken with chance 1/i, independently of the others (Lamping & Veach 2014).

    Examples
    --------
    >>> jump_iterations(3)
    (Fraction(11, 6), Fraction(17, 36))
    """
    if nodes < 1:
        raise ValueError(f"{nodes} nodes; give at least 1")
    chances = [Fraction(1, i) for i in range(1, nodes + 1)]
    return sum(chances, Fraction(0)), sum((p * (1 - p) for p in chances), Fraction(0))


def anchor_draws(size: int, live: int) -> Fraction:
    """Mean draws of anchor among so many buckets, live or free: 1 + H_size - H_live.

    Each draw is uniform among those who stayed when the bucket of the last one went, so the number left falls
    as records of a random order do, whatever the order of removals (Mendelson et al. 2020). Memento's draws,
    jump's included, are as many, and so are those of jumpback_anchor.

    Parameters
    ----------
    size
        Buckets, live or free.
    live
        Those that are live, from 1 to ``size``.

    Examples
    --------
    >>> anchor_draws(4, 2)
    Fraction(19, 12)
    """
    _check_live(size, live)
    return 1 + sum((Fraction(1, i) for i in range(live + 1, size + 1)), Fraction(0))


def anchor_links(size: int, live: int) -> float:
    """Mean links that anchor follows after removals in random order: ln^2(size / live) / 2.

    A law of the continuum, found by simulation; it is too low by a few percent for small numbers.

    Parameters
    ----------
    size, live
        As for `anchor_draws`.

    Examples
    --------
    >>> round(anchor_links(1000, 10), 1)
    10.6
    """
    _check_live(size, live)
    return math.log(size / live) ** 2 / 2


def memento_links(size: int, live: int) -> float:
    """Mean links that memento follows after removals in random order: r - 1 - ln r for r = size / live.

    With jump as one and the draws after it they come to r in all. Found by simulation; the paper states the
    square of a logarithm.

    Parameters
    ----------
    size, live
        As for `anchor_draws`.

    Examples
    --------
    >>> round(memento_links(1000, 10), 1)
    94.4
    """
    _check_live(size, live)
    return size / live - 1 - math.log(size / live)


def dx_draws(size: int, live: int, count: int = 1) -> Fraction:
    """Mean draws of dx until so many different live slots have come: the sum of size / (live - k).

    Each draw is uniform among all slots, with replacement.

    Parameters
    ----------
    size
        Slots, live or free.
    live
        Those that are live.
    count
        How many must come, up to ``live``.

    Examples
    --------
    >>> dx_draws(8, 4), dx_draws(8, 4, 2)
    (Fraction(2, 1), Fraction(14, 3))
    """
    _check_live(size, live)
    return sum((Fraction(size, live - k) for k in range(count)), Fraction(0))


def candidates(size: int, live: int) -> Fraction:
    """Mean candidates until a live one comes in a uniformly random order of all: (size + 1) / (live + 1).

    The order of choose and of permutation is such a one.

    Parameters
    ----------
    size, live
        As for `anchor_draws`.

    Examples
    --------
    >>> candidates(64, 32)
    Fraction(65, 33)
    """
    _check_live(size, live)
    return Fraction(size + 1, live + 1)


def _check_live(size: int, live: int) -> None:
    if not 1 <= live <= size:
        raise ValueError(f"{live} live of {size} buckets; give 1 to {size}")
