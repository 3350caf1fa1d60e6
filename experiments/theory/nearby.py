"""Laws of what looks at several points of a circle: multi-probe, local rendezvous, bounded loads."""

from __future__ import annotations

import math
from fractions import Fraction


def multi_probe_cv_squared(probes: int, points: int = 1) -> Fraction:
    """CV^2 of the shares of many nodes, by k probes a key and v points a node: 1 / (v (2k - 1)).

    The share of a point below which there is a gap of E times the mean, E exponential, is k/(k - 1) (1 -
    exp(-(k - 1) E)) of the mean, as the nearest of k independent probes lies no deeper in it than in the
    k - 1 other gaps. Derived here; Appleton & O'Reilly 2015 bound the greatest share by k/(k - 1).

    Examples
    --------
    >>> multi_probe_cv_squared(21), multi_probe_cv_squared(1)
    (Fraction(1, 41), Fraction(1, 1))
    """
    if probes < 1 or points < 1:
        raise ValueError(f"{probes} probes and {points} points; give at least 1 of each")
    return Fraction(1, points * (2 * probes - 1))


def multi_probe_max_to_mean(nodes: int, probes: int) -> Fraction:
    """E[max share / mean] of n nodes with one point each: k/(k - 1) (1 - 1/C(n + k - 1, k - 1)).

    By the share above: exp(-E) is uniform, and the (k - 1)-th power of the least of n uniforms has that mean.
    With one probe it is that of a ring, the n-th harmonic number. Derived here, for many nodes.

    Examples
    --------
    >>> float(multi_probe_max_to_mean(1000, 21)), multi_probe_max_to_mean(3, 1)
    (1.05, Fraction(11, 6))
    """
    if probes < 1 or nodes < 1:
        raise ValueError(f"{nodes} nodes and {probes} probes; give at least 1 of each")
    if probes == 1:
        return sum((Fraction(1, i) for i in range(1, nodes + 1)), Fraction(0))
    return Fraction(probes, probes - 1) * (1 - Fraction(1, math.comb(nodes + probes - 1, probes - 1)))


def lrh_cv_squared(points: int, candidates: int) -> Fraction:
    """CV^2 of the shares of many nodes of local rendezvous: 1 / (v C), with v points and C candidates.

    A point is a candidate in the C gaps below it, of which it has 1/C each. Derived here, for many more
    nodes than candidates; of few, the windows of a node's own points overlap.

    Examples
    --------
    >>> lrh_cv_squared(64, 8)
    Fraction(1, 512)
    """
    return Fraction(1, points * candidates)


def lrh_moved(nodes: int, candidates: int) -> Fraction:
    """Mean movement where one of so many nodes joins or leaves local rendezvous: 2C/(C + 1) of its share.

    The node is in C of n windows. Of each it wins 1/C; the candidate that it pushes out had won another 1/C;
    both at once are 2/(C (C + 1)) of all, counted once. Derived here, for equal gaps.

    Examples
    --------
    >>> lrh_moved(101, 8) * 101, lrh_moved(3, 8)
    (Fraction(16, 9), Fraction(1, 3))
    """
    if nodes <= candidates:
        return Fraction(1, nodes)
    return Fraction(2 * candidates, (candidates + 1) * nodes)


def bounded_max_to_mean(nodes: int, partitions: int, factor: float) -> Fraction:
    """Greatest share / mean that bounded loads allow: ceil(c P / n) n / P, of which nothing is random.

    Mirrokni, Thorup & Zadimoghaddam 2016, for P partitions in the place of keys.

    Examples
    --------
    >>> bounded_max_to_mean(64, 4096, 1.25), float(bounded_max_to_mean(100, 4096, 1.25))
    (Fraction(5, 4), 1.26953125)
    """
    cap = max(1, math.ceil(Fraction(factor) * partitions / nodes))
    return Fraction(cap * nodes, partitions)
