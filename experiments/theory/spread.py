"""How far single runs depart from a law of means: variances over hash seeds and keys."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from experiments.measures import EventShape, rounded
from experiments.theory.movement import movement
from experiments.theory.moves import NONE
from experiments.theory.prediction import Prediction
from experiments.theory.programs import COUNTED
from experiments.theory.rings import moving_points, ring_share_variance


def movement_variance(
    law: str,
    event: EventShape,
    *,
    collision: float = 0.0,
    points: float | None = None,
    rows: int | None = None,
    parameters: Mapping[str, Any] = NONE,
) -> Prediction | None:
    """Variance, over seeds and keys, of the movement that one run measures.

    Where every key is placed on its own, each distinct key moves with the chance mu of the law, and all draws
    of it with it: mu (1 - mu) s, with s the chance that two draws are of one key, which is binomial for
    s = 1/m. Where R equal rows are placed whole, s is the chance that two draws are of one key or of one row.
    On a ring in an event in which nodes only join or leave, what moves of the hash space is itself random,
    Beta(a, b) of variance B = mu (1 - mu) / (a + b + 1), and the keys come on top: B + (mu (1 - mu) - B) s.
    Of rings on which nodes that stay lose points and win others it is not known.

    Examples
    --------
    >>> from algorithms import Node
    >>> before = {i: Node(f"node-{i}") for i in range(3)}
    >>> event = EventShape.between(before, {**before, 3: Node("node-3")})
    >>> movement_variance("consistent", event, collision=1 / 1000).value
    0.0001875
    >>> movement_variance("ring", event, collision=1 / 1000, points=1).value
    0.03765
    """
    mean = movement(law, event, parameters)
    if mean is None or law in COUNTED:
        return None
    moving = float(mean) * (1 - float(mean))
    if law != "ring":
        together = collision if rows is None else collision + (1 - collision) / rows
        return Prediction(rounded(moving * together), "mu (1-mu) s", "binomial", exact=True, mean=True)
    parts = None if points is None else moving_points(event, points)
    if parts is None:
        return None
    spread = ring_share_variance(*parts)
    value = rounded(spread + (moving - spread) * collision)
    return Prediction(value, "B + (mu (1-mu) - B) s, B of Beta(a, b)", "beta-binomial", exact=True, mean=True)


def cv_squared_variance(nodes: int, *, keys: int | None = None, points: int | None = None) -> Fraction:
    """Variance, over seeds, of the CV^2 that one run of n equal nodes measures.

    CV^2 = n sum s_i^2 - 1 for shares s, or n sum x_i^2 / m^2 - 1 for loads x. Its mean square needs E[x_1^4]
    and E[x_1^2 x_2^2], which follow from factorial moments: E[(x_1)_a (x_2)_b] = (m)_(a+b) q_ab with falling
    (.)_k, where q_ab = E[s_1^a s_2^b] is 1/n^(a+b) for equal shares, and v^(a) v^(b) / N^(a+b) with rising
    ^(k) for Dirichlet shares.

    Examples
    --------
    >>> cv_squared_variance(10, keys=100) == Fraction(2 * 9, 100**2) * (1 - Fraction(1, 100))
    True
    >>> cv_squared_variance(2, points=1)
    Fraction(4, 45)
    """
    if nodes < 1 or (keys is not None and keys < 1) or (points is not None and points < 1):
        raise ValueError("a law of the CV needs at least one node, one key and one point")
    moment = partial(_joint, nodes, points)
    fourth, square, pair = _power_sums(moment, keys)
    scale = 1 if keys is None else keys
    mean = nodes * square  # of sum x_i^2
    second = nodes * fourth + nodes * (nodes - 1) * pair
    return Fraction(nodes * nodes, scale**4) * (second - mean * mean)


def _joint(nodes: int, points: int | None, a: int, b: int) -> Fraction:
    """E[s_1^a s_2^b] of equal shares, or of Dirichlet(v .. v)."""
    if nodes == 1:
        return Fraction(int(b == 0))
    if points is None:
        return Fraction(1, nodes ** (a + b))
    return Fraction(_rising(points, a) * _rising(points, b), _rising(nodes * points, a + b))


def _power_sums(
    moment: Callable[[int, int], Fraction], keys: int | None
) -> tuple[Fraction, Fraction, Fraction]:
    """E[x_1^4], E[x_1^2] and E[x_1^2 x_2^2] of loads, or of shares where no keys sample them."""
    if keys is None:
        return moment(4, 0), moment(2, 0), moment(2, 2)

    def falling(a: int, b: int) -> Fraction:
        return math.perm(keys, a + b) * moment(a, b)

    # x^2 = (x)_2 + (x)_1 and x^4 = (x)_4 + 6 (x)_3 + 7 (x)_2 + (x)_1
    fourth = falling(4, 0) + 6 * falling(3, 0) + 7 * falling(2, 0) + falling(1, 0)
    return fourth, falling(2, 0) + falling(1, 0), falling(2, 2) + 2 * falling(2, 1) + falling(1, 1)


def _rising(start: int, steps: int) -> int:
    return math.prod(range(start, start + steps))
