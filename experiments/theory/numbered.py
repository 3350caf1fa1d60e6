"""Laws of the algorithms that draw in the enclosing power of two: words of a lookup, and shares.

Throughout, M = 2^ceil(log2 n), and p = (M - n)/M is the chance that a draw from 0 to M - 1 is too high.
"""

from __future__ import annotations

from fractions import Fraction


def _enclosing(nodes: int) -> tuple[int, Fraction]:
    if nodes < 1:
        raise ValueError(f"{nodes} nodes; give at least 1")
    enclosing = 1 << (nodes - 1).bit_length()
    return enclosing, Fraction(enclosing - nodes, enclosing)


def jumpback_words(nodes: int) -> tuple[Fraction, Fraction]:
    """Mean and variance of the words that jumpback draws, 1 + (a-1)a/(2a-1) with a = M/n, for n >= 2.

    The first word leaves a key without a bucket with chance p; each further one has two draws, which are
    both too high with chance p^2 (Ertl 2024, theorem on the number of random values).

    Examples
    --------
    >>> jumpback_words(5)
    (Fraction(79, 55), Fraction(1176, 3025))
    """
    if nodes < 2:
        raise ValueError(f"{nodes} nodes; give at least 2")
    _, p = _enclosing(nodes)
    return 1 + p / (1 - p**2), p * (1 - p + p**2) / (1 - p**2) ** 2


def flip_words(nodes: int) -> Fraction:
    """Mean of the words that flip draws: 2 - 1/M + p/(1-p) (1 + (1 - 2/M)/2), up to its limit of tries.

    One word gives the low bits, one flips them unless they are 0; where that is too high, there are
    1/(1-p) tries, and half of all keys that were drawn M/2 to M come into the lower half and flip again.
    Derived here; 2^-64 of the keys would try more often than they may.

    Examples
    --------
    >>> float(flip_words(1024)), float(flip_words(1025))
    (1.9990234375, 3.4960...)
    """
    if nodes < 2:
        raise ValueError(f"{nodes} nodes; give at least 2")
    enclosing, p = _enclosing(nodes)
    again = Fraction(1, 2) * (1 - Fraction(2, enclosing))
    return 2 - Fraction(1, enclosing) + p / (1 - p) * (1 + again)


def binomial_draws(nodes: int, retries: int) -> Fraction:
    """Mean of the draws that binomial makes in the whole range: 1 + p (1 - p^w)/(1-p) with w retries.

    Derived here.

    Examples
    --------
    >>> binomial_draws(5, 4)
    Fraction(6505, 4096)
    """
    _, p = _enclosing(nodes)
    return 1 + p * (1 - p**retries) / (1 - p)


def binomial_shares(nodes: int, retries: int) -> tuple[Fraction, Fraction]:
    """Shares of a lower and of an upper bucket of binomial, in multiples of 1/n.

    The chance of p^(w+1) that all draws are too high goes to the M/2 lower buckets: each upper one has
    1 - p^(w+1), each lower one 1 + (n - M/2)/(M/2) p^(w+1). Derived here, for hashes of a hash that are
    independent; those of the authors are not.

    Examples
    --------
    >>> [float(share) for share in binomial_shares(65, 4)]
    [1.0004..., 0.9711...]
    """
    if nodes < 2:
        raise ValueError(f"{nodes} nodes; give at least 2")
    enclosing, p = _enclosing(nodes)
    short = p ** (retries + 1)
    half = enclosing // 2
    return 1 + Fraction(nodes - half, half) * short, 1 - short


def power_work(nodes: int) -> tuple[Fraction, Fraction]:
    """Means of the hashes of a hash that power takes, and of its jumps, the last of which passes n.

    One hash unless the low bits are 0; where the draw is too high, 1 + 1/(M/2 + 1) + ... + 1/n jumps, and
    the M/2 of n keys that make none below n hash again unless their low bits are 0. Derived here.

    Examples
    --------
    >>> [float(mean) for mean in power_work(1025)]
    [1.4980..., 0.4999...]
    """
    if nodes < 2:
        raise ValueError(f"{nodes} nodes; give at least 2")
    enclosing, p = _enclosing(nodes)
    half = enclosing // 2
    jumps = 1 + sum((Fraction(1, i) for i in range(half + 1, nodes + 1)), Fraction(0))
    again = Fraction(half, nodes) * (1 - Fraction(1, half))
    return 1 - Fraction(1, enclosing) + p * again, p * jumps
