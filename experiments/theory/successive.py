"""How far successive draws of jump's generator are from independent, counted over all of its 2^64 states."""

from __future__ import annotations

from fractions import Fraction

MULTIPLIER = 2862933555777941757
BITS = 64
DRAWN = 31


def floor_sum(terms: int, divisor: int, factor: int, offset: int) -> int:
    """Sum of floor((factor i + offset) / divisor) for i from 0 to terms - 1, in O(log divisor) steps.

    By Euclid's algorithm: whole parts are summed directly, and the lattice points below the rest of the line
    are counted along the other axis (Graham, Knuth, Patashnik, Concrete Mathematics, section 3.5).

    Examples
    --------
    >>> floor_sum(4, 10, 6, 3)
    3
    """
    total = 0
    while True:
        whole, factor = divmod(factor, divisor)
        total += whole * terms * (terms - 1) // 2
        whole, offset = divmod(offset, divisor)
        total += whole * terms
        top = factor * terms + offset
        if top < divisor:
            return total
        terms, offset = divmod(top, divisor)
        divisor, factor = factor, divisor


def low_pairs(
    states: int, bound: int, multiplier: int = MULTIPLIER, increment: int = 1, bits: int = BITS
) -> int:
    """Count the states x below ``states`` with multiplier x + increment mod 2^bits below ``bound``.

    Examples
    --------
    >>> low_pairs(8, 4, multiplier=5, bits=3)  # 1, 6, 3, 0, 5, 2, 7, 4
    4
    """
    modulus = 1 << bits
    return floor_sum(states, modulus, multiplier, increment) - floor_sum(
        states, modulus, multiplier, increment - bound
    )


def jump_dependence(nodes: int) -> list[Fraction]:
    """How much likelier a key comes to bucket b by its first jump, and stays, than by independent draws.

    From bucket b jump goes to i or beyond for floor(2^31 (b + 1) / i) of the 2^31 values that a draw has, so
    both draws fall into ranges of states, and the pairs of a state and its successor in them are counted
    exactly. For buckets 1 to n - 1, as differences of chances: none is above 2e-15 of a share for n = 1000.

    Examples
    --------
    >>> max(abs(float(difference)) for difference in jump_dependence(10)) < 1e-17
    True
    """
    if nodes < 2:
        raise ValueError(f"{nodes} nodes; give at least 2")

    def states_beyond(bucket: int, least: int) -> int:
        return (((bucket + 1) << DRAWN) // least) << (BITS - DRAWN)

    space = 1 << BITS
    differences = []
    for bucket in range(1, nodes):
        low, high = states_beyond(0, bucket + 1), states_beyond(0, bucket)
        stays = states_beyond(bucket, nodes)
        pairs = low_pairs(high, stays) - low_pairs(low, stays)
        differences.append(Fraction(pairs, space) - Fraction(high - low, space) * Fraction(stays, space))
    return differences
