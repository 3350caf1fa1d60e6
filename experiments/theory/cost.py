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

    Examples
    --------
    >>> anchor_draws(4, 2)
    Fraction(19, 12)
    """
    _check_live(size, live)
    return 1 + sum((Fraction(1, i) for i in range(live + 1, size + 1)), Fraction(0))


def anchor_links(size: int, live: int) -> float:
    """Mean links that anchor follows after removals in random order: ((H_a - H_w)^2 + G_a - G_w) / 2.

    A key is drawn again among j - 1 that stayed with chance 1/j, and who stands in a place among those has
    been replaced once for each later removal m > j - 1 with chance 1/m: the sum of 1/(j m) over
    w < j <= m <= a. G are the sums of 1/i^2; of the continuum it is ln^2(a/w) / 2. Derived here.

    Examples
    --------
    >>> round(anchor_links(1000, 10), 2), anchor_links(2, 1)
    (10.43, 0.25)
    """
    _check_live(size, live)
    return (_inverses(size, live) ** 2 + _inverses(size, live, 2)) / 2


def memento_links(size: int, live: int) -> float:
    """Mean links that memento follows after removals in random order: (a + 1)(G_a - G_w) - (H_a - H_w).

    Replacements are a random permutation, on whose paths from n places all of the a - n buckets freed before
    lie but those of cycles that miss the n: (a - n)/(n + 1) for each draw, and a key is drawn among n with
    chance 1/(n + 1). G are the sums of 1/i^2; of the continuum it is r - 1 - ln r for r = a/w, so that with
    jump as one and the draws after it a key makes nearly r steps; the paper states the square of a
    logarithm. Derived here.

    Examples
    --------
    >>> round(memento_links(1000, 10), 1), memento_links(2, 1)
    (89.7, 0.25)
    """
    _check_live(size, live)
    return (size + 1) * _inverses(size, live, 2) - _inverses(size, live)


def dx_draws(size: int, live: int, count: int = 1) -> Fraction:
    """Mean draws of dx until so many different live slots have come: the sum of size / (live - k).

    Each draw is uniform among all slots, with replacement.

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

    Examples
    --------
    >>> candidates(64, 32)
    Fraction(65, 33)
    """
    _check_live(size, live)
    return Fraction(size + 1, live + 1)


def _inverses(size: int, live: int, power: int = 1) -> float:
    """Return the sum of 1/i^power from live + 1 to size."""
    return math.fsum(float(i) ** -power for i in range(live + 1, size + 1))


def _check_live(size: int, live: int) -> None:
    if not 1 <= live <= size:
        raise ValueError(f"{live} live of {size} buckets; give 1 to {size}")
