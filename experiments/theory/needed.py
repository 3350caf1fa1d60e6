"""What balance takes: the points of a ring for an expected largest share."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from experiments.theory.extremes import dirichlet


def points_for_peak(peak: float, nodes: int) -> int:
    """Points a node for a ring whose largest share is, on average, so many means.

    By the exact law of Dirichlet shares, to 1 in 1000. It grows like 2 ln n / (peak - 1)^2, where the points
    for a CV do not depend on n.

    Examples
    --------
    >>> points_for_peak(1.05, 100)
    2588
    """
    return _fewest(peak, nodes, lambda points: dirichlet(np.full(nodes, points))[0])


def _fewest(peak: float, nodes: int, largest: Callable[[float], float]) -> int:
    """Return where a falling function comes down to `peak`, to 1 in 1000."""
    from scipy import optimize

    if not peak > 1 or nodes < 2:
        raise ValueError(
            f"{peak} means on {nodes} nodes cannot be had; give more than 1, and 2 nodes or more"
        )

    def above(log: float) -> float:
        return math.log((largest(math.exp(log)) - 1) / (peak - 1))

    if above(0.0) <= 0:
        return 1
    # the largest of n normal deviates is, on average, below sqrt(2 ln n): enough where points are many
    high = max(math.log(2), math.log(2 * math.log(nodes) / (peak - 1) ** 2))
    while above(high) > 0:
        high += math.log(2)
    low = max(0.0, high - math.log(4))
    while above(low) < 0:
        low = max(0.0, low - math.log(4))
    return math.ceil(math.exp(optimize.brentq(above, low, high, xtol=5e-4)))
