"""Rings: laws of shares, and the spread of rings that we draw."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from algorithms import create
from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe
from experiments.harness.engine import Engine
from experiments.seeds import derive

__all__: list[str] = []


@recipe
def ring_share_cv(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the CV of the shares of one ring of ``nodes`` with ``points``, as one measurement of it falls.

    For n nodes the CV of gamma variables has the standard error CV sqrt((1 + 1/v) / 2n) (delta method).
    """
    from scipy import stats

    from experiments.theory import ring_share_cv_squared

    nodes, points = given["nodes"], given["points"]
    cv = math.sqrt(ring_share_cv_squared(nodes, points))
    reach = float(stats.norm.ppf((1 + run.level) / 2)) * cv * math.sqrt((1 + 1 / points) / (2 * nodes))
    return Ours(cv, "prediction", f"sqrt((n-1)/(nv+1)), n = {nodes}", max(0.0, cv - reach), cv + reach)


@recipe
def ring_share_cv_law(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the root mean square CV of the shares; for any number of nodes where none is given."""
    from experiments.theory import ring_share_cv_squared

    points = given["points"]
    if "nodes" not in given:
        return Ours(math.sqrt(1 / points), "exact", "1/sqrt(v)")
    return Ours(math.sqrt(ring_share_cv_squared(given["nodes"], points)), "exact", "sqrt((n-1)/(nv+1))")


@recipe
def ring_points_needed(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the points for which shares of any number of nodes have a CV of ``cv``."""
    from experiments.theory import points_needed

    return Ours(points_needed(given["cv"]), "exact", "1/CV^2")


@recipe
def ring_share_quantile(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the ``q``-quantile of share / mean over the nodes of one ring, as one measurement falls."""
    from scipy import stats

    from experiments.theory import ring_share

    nodes, points, q = given["nodes"], given["points"], given["q"]
    law = ring_share(points, (nodes - 1) * points)
    tail = (1 - run.level) / 2
    # of the nodes, so many lie below the quantile
    ranks = [float(stats.binom.ppf(chance, nodes, q)) / nodes for chance in (tail, 1 - tail)]
    low, high = (nodes * float(law.ppf(rank)) for rank in ranks)
    return Ours(nodes * float(law.ppf(q)), "prediction", f"Beta(v, (n-1)v), n = {nodes}; one ring", low, high)


@recipe
def ring_new_share_quantile(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the ``q``-quantile, over rings, of the share that a new node takes: Beta(v, nv)."""
    from experiments.theory import ring_share

    law = ring_share(given["points"], given["nodes"] * given["points"])
    return Ours(float(law.ppf(given["q"])), "exact", "Beta(v, nv)")


@lru_cache(maxsize=64)
def _spread(
    nodes: int, points: int, rings: int, seed: int, threads: int
) -> tuple[Sequence[float], Sequence[float]]:
    """Return the CV of shares and the greatest over the smallest, of so many rings."""
    from experiments.measures import cv

    def one(number: int) -> tuple[float, float]:
        ring = create("ring", nodes, points=points, seed=derive(seed, "claims", "ring", number))
        shares = list(ring.arcs().shares().values())
        return cv(shares), float(Fraction(max(shares), min(shares)))

    measured = list(Engine(threads).map(one, rings))
    return tuple(spread for spread, _ in measured), tuple(ratio for _, ratio in measured)


def _rings(given: Mapping[str, Any], run: Run) -> tuple[Sequence[float], Sequence[float]]:
    return _spread(given["nodes"], given["points"], run.rings, run.seed, run.engine.threads)


def _quantile(values: Sequence[float], q: float, run: Run) -> Ours:
    """Return the q-quantile of rings, with the interval between order statistics (exact, for any law)."""
    from scipy import stats

    ordered = np.sort(np.array(values))
    tail, size = (1 - run.level) / 2, len(values)
    below, above = (int(stats.binom.ppf(chance, size, q)) for chance in (tail, 1 - tail))
    low = float(ordered[below - 1]) if below >= 1 and stats.binom.cdf(below - 1, size, q) <= tail else 0.0
    high = float(ordered[above]) if above < size else math.inf
    value = float(np.quantile(ordered, q))
    # with fewer rings no order statistic is above the quantile often enough
    least = None if math.isfinite(high) else math.ceil(math.log(tail) / math.log(q))
    return Ours(value, "estimate", "our rings, order statistics", low, high, size, "rings", least)


@recipe
def ring_cv_over_rings(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the ``q``-quantile, over rings, of the CV of shares."""
    return _quantile(_rings(given, run)[0], given["q"], run)


@recipe
def ring_max_to_min_over_rings(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the ``q``-quantile, over rings, of the greatest share over the smallest."""
    return _quantile(_rings(given, run)[1], given["q"], run)


@recipe
def ring_max_to_mean(given: Mapping[str, Any], run: Run) -> Ours:
    """Return E[max share / mean] with ``points``, or with ``factor`` ln n points."""
    from experiments.theory import balance

    nodes = given["nodes"]
    points = given.get("points") or math.ceil(given["factor"] * math.log(nodes))
    law = balance("ring", nodes, points=points)
    if law is None or law.max_to_mean is None:
        raise ValueError("the law of a ring is known")
    return Ours(float(law.max_to_mean.value), "exact", f"E max of {nodes:,} Gamma(v)/v, v = {points:,}")


@recipe
def ring_least_points(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the least number of points for which E[max share / mean] is at most ``peak``, over ln n."""
    from experiments.theory import balance

    nodes, peak = given["nodes"], given["peak"]

    def too_few(points: int) -> bool:
        law = balance("ring", nodes, points=points)
        return law is None or law.max_to_mean is None or float(law.max_to_mean.value) > peak

    low, high = 1, 1
    while too_few(high):
        low, high = high, high * 2
    while high - low > max(1, low // 1000):
        middle = (low + high) // 2
        low, high = (middle, high) if too_few(middle) else (low, middle)
    return Ours(high / math.log(nodes), "exact", "bisection of E max of Gamma(v)/v, to a thousandth")


@recipe
def ring_min_to_mean(given: Mapping[str, Any], run: Run) -> Ours:
    """Return E[min share / mean] with ``points``."""
    from experiments.theory import balance

    nodes, points = given["nodes"], given["points"]
    law = balance("ring", nodes, points=points)
    if law is None or law.min_to_mean is None:
        raise ValueError("the law of a ring is known")
    return Ours(float(law.min_to_mean.value), "exact", f"E min of {nodes:,} Gamma(v)/v, v = {points:,}")
