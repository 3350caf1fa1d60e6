"""Laws of the work that a lookup does."""

from __future__ import annotations

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
