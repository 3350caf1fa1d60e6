"""Shares of the hash space on a ring of n nodes with v points each: N = n v random points.

The gaps between random points on a circle are Dirichlet(1 .. 1), so the shares of nodes are Dirichlet(v ..
v): each is Beta(v, (n - 1) v) (Pyke 1965 on spacings).
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from experiments.measures import EventShape

if TYPE_CHECKING:
    from scipy.stats.distributions import rv_frozen


def ring_share_cv_squared(nodes: int, points: float) -> Fraction:
    """E[CV^2] of the shares of a ring: (n - 1) / (n v + 1), as they are Dirichlet(v .. v).

    For weights w it holds with v the mean number of points, if points are in proportion to weights.

    Examples
    --------
    >>> ring_share_cv_squared(2, 1)
    Fraction(1, 3)
    """
    return Fraction(nodes - 1) / (nodes * Fraction(points) + 1)


def nearest_point_cv_squared(nodes: int, points: int) -> Fraction:
    """E[CV^2] of shares where the nearest point on either side has the key (HAProxy).

    A point serves half of the gaps on its two sides; N gaps are Dirichlet(1 .. 1). The result is
    (n - 1) (N - 2) / (2 (N + 1) (N - 1)), half of a ring's for many points.

    Examples
    --------
    >>> nearest_point_cv_squared(2, 1)
    Fraction(0, 1)
    """
    total = nodes * points
    if total < 2:
        raise ValueError(f"{total} points in all; the law needs at least 2")
    return Fraction((nodes - 1) * (total - 2), 2 * (total + 1) * (total - 1))


def ring_share(points: float, others: float) -> rv_frozen:
    """Law of the share of `points` points among `points + others`: Beta(points, others).

    It is also the law of what moves when nodes with so many points join or leave; see `ring_moved`.

    Examples
    --------
    >>> law = ring_share(160, 160 * 16)
    >>> [round(float(x), 4) for x in law.ppf([0.025, 0.5, 0.975])]
    [0.0503, 0.0587, 0.068]
    """
    from scipy import stats

    return stats.beta(points, others)


def whole_points(weights: ArrayLike, points: float) -> bool:
    """Return whether nodes have points in proportion to their weights, or a ring rounds their numbers.

    Laws of rings take points in proportion; nodes of 0.4 and 0.6 points have one each.

    Examples
    --------
    >>> whole_points([0.5, 1.0, 0.0], 160), whole_points([0.5, 1.0], 1)
    (True, False)
    """
    exact = np.asarray(weights, dtype=np.float64) * points
    return bool(np.allclose(exact, np.rint(exact), rtol=1e-9, atol=1e-9))


def ring_share_variance(points: float, others: float) -> float:
    """Variance of `ring_share`; frozen laws of scipy cost a third of a second once, and a millisecond each.

    Examples
    --------
    >>> ring_share_variance(1, 1) == 1 / 12
    True
    """
    total = points + others
    return points * others / (total**2 * (total + 1))


def ring_share_kurtosis(points: float, others: float) -> float:
    """Excess kurtosis of `ring_share`.

    Examples
    --------
    >>> ring_share_kurtosis(1, 1)
    -1.2
    """
    total, product = points + others, points * others
    above = (points - others) ** 2 * (total + 1) - product * (total + 2)
    return 6 * above / (product * (total + 2) * (total + 3))


def ring_moved(event: EventShape, points: float) -> rv_frozen | None:
    """Law, over rings, of the movement of an event in which nodes only join, or only leave."""
    parts = moving_points(event, points)
    return None if parts is None else ring_share(*parts)


def moving_points(event: EventShape, points: float) -> tuple[float, float] | None:
    """Points of those who join or leave, and of all others; None where an event is anything else.

    Examples
    --------
    >>> from algorithms import Node
    >>> base = {0: Node("a"), 1: Node("b")}
    >>> moving_points(EventShape.between(base, {**base, 2: Node("c")}), 160)
    (160.0, 320.0)
    """
    before, after = event.weights_before, event.weights_after
    fewer, more = (before, after) if after.sum() > before.sum() else (after, before)
    present = fewer > 0
    if not np.array_equal(fewer[present], more[present]) or present.all():
        return None
    rest = float(fewer.sum())
    return points * (float(more.sum()) - rest), points * rest


def points_needed(cv: float, nodes: int | None = None) -> int:
    """Points a node for a ring whose shares have this CV: ((n - 1) / CV^2 - 1) / n, at most 1 / CV^2.

    Examples
    --------
    >>> points_needed(0.05), points_needed(0.01), points_needed(0.05, 16)
    (400, 10000, 375)
    """
    if not cv > 0:
        raise ValueError(f"no number of points gives a CV of {cv}; give one above 0")
    square = Fraction(str(cv)) ** 2
    if nodes is None:
        return math.ceil(1 / square)
    return max(1, math.ceil(((nodes - 1) / square - 1) / nodes))
