"""Movement in simple events, as exact rationals of the continuum."""

from __future__ import annotations

import math
from fractions import Fraction


def modulo(before: int, after: int) -> Fraction:
    """Movement of hash mod n when nodes join or leave at the end: 1 - min(n, k) / lcm(n, k).

    A key stays where h mod n = h mod k; of lcm(n, k) successive hashes those are the first min(n, k).

    Examples
    --------
    >>> modulo(16, 17)
    Fraction(16, 17)
    """
    _check_nodes(before, after)
    return 1 - Fraction(min(before, after), math.lcm(before, after))


def equal_ranges(before: int, after: int) -> Fraction:
    """Movement of n equal ranges cut into k, nodes joining or leaving at the end.

    Node i stays on the overlap of [i/n, (i+1)/n) and [i/k, (i+1)/k). With a = min, b = max and
    q = ceil(a / (b - a)), the overlaps sum to q (q+1) / (2 b) - q (q-1) / (2 a).

    Examples
    --------
    >>> equal_ranges(16, 17), equal_ranges(16, 32)
    (Fraction(1, 2), Fraction(31, 32))
    """
    _check_nodes(before, after)
    a, b = sorted((before, after))
    if a == b:
        return Fraction(0)
    q = -(-a // (b - a))
    return 1 - (Fraction(q * (q + 1), 2 * b) - Fraction(q * (q - 1), 2 * a))


def removed_range(nodes: int, position: int) -> Fraction:
    """Movement when the K-th of N equal ranges is removed: [K(K-1) + (N-K)(N-K+1)] / (2N(N-1)).

    From about 1/4 in the middle to 1/2 at either end; nowhere near 1/N.

    Examples
    --------
    >>> removed_range(16, 16), removed_range(16, 8)
    (Fraction(1, 2), Fraction(4, 15))
    """
    if not 1 <= position <= nodes or nodes < 2:
        raise ValueError(
            f"position {position} of {nodes} ranges; give 1 <= position <= nodes, and nodes >= 2"
        )
    k, rest = position, nodes - position
    # a range before the removed one grows at its end, one after it at its start; the removed one loses all
    return Fraction(k * (k - 1) + rest * (rest + 1), 2 * nodes * (nodes - 1))


def joined(nodes: int, newcomers: int = 1) -> Fraction:
    """Movement of any consistent algorithm when k equal nodes join n: k / (n + k).

    Removing k of n + k equal nodes moves the same.

    Examples
    --------
    >>> joined(16), joined(10, 2)
    (Fraction(1, 17), Fraction(1, 6))
    """
    _check_nodes(nodes, newcomers)
    return Fraction(newcomers, nodes + newcomers)


def replaced(nodes: int, replacements: int = 1) -> Fraction:
    """Movement of a ring or of rendezvous when r of n equal nodes are replaced in one step: 2r / (n + r).

    Old, new and surviving nodes are n + r competitors of equal chance. A key stays if the best of all of them
    is a survivor, which has chance (n - r) / (n + r); if a leaver or a newcomer is best, it moves. The ideal
    is r / n: with r = 1 a replacement in one step moves almost twice what it must.

    Examples
    --------
    >>> replaced(16)
    Fraction(2, 17)
    """
    _check_replaced(nodes, replacements)
    return Fraction(2 * replacements, nodes + replacements)


def renumbered(nodes: int, position: int) -> Fraction:
    """Movement when the K-th of N equal nodes goes, and those behind take the numbers before theirs.

    A consistent algorithm places numbers. Of 1 to N the last one goes: its keys go to all others alike. The
    numbers K to N - 1 have other nodes: (N - K) / N of the keys move with them, and of the last number's 1/N
    only those stay that fall to N - 1, which is the last node's now: (N - 2) / (N (N - 1)) move.

    Examples
    --------
    >>> renumbered(5, 3), renumbered(5, 5)
    (Fraction(11, 20), Fraction(1, 5))
    """
    if not 1 <= position <= nodes or nodes < 2:
        raise ValueError(f"position {position} of {nodes} nodes; give 1 <= position <= nodes, and nodes >= 2")
    if position == nodes:
        return Fraction(1, nodes)
    return Fraction(nodes - position, nodes) + Fraction(nodes - 2, nodes * (nodes - 1))


def random_choice(before: int, after: int) -> Fraction:
    """Movement under independent draws, nodes joining or leaving at the end: 1 - 1 / max(n, k).

    A key stays if both draws name the same one of the min(n, k) common nodes: min(n, k) / (n k).

    Examples
    --------
    >>> random_choice(16, 17)
    Fraction(16, 17)
    """
    _check_nodes(before, after)
    return 1 - Fraction(1, max(before, after))


def _check_nodes(*counts: int) -> None:
    if min(counts) < 1:
        raise ValueError(f"{min(counts)} nodes; give at least 1 on each side")


def _check_replaced(nodes: int, replacements: int) -> None:
    if not 1 <= replacements <= nodes:
        raise ValueError(
            f"{replacements} of {nodes} nodes cannot be replaced; give 1 <= replacements <= nodes"
        )
