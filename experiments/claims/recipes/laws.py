"""Closed forms of algorithms, as they were published or as we derive them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe

__all__: list[str] = []


def _jumpback(nodes: int) -> tuple[Fraction, Fraction]:
    """Return mean and variance of the random values that JumpBackHash consumes (arXiv:2403.18682)."""
    a = Fraction(1 << ((nodes - 1).bit_length()), nodes)
    return 1 + (a - 1) * a / (2 * a - 1), a * (a - 1) * (a * a - a + 1) / (2 * a - 1) ** 2


@recipe
def jumpback_mean(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the mean of the random values that jumpback consumes, as measured over ``keys`` keys."""
    mean, variance = _jumpback(given["nodes"])
    reach = _reach(run) * math.sqrt(variance / given["keys"])
    return Ours(float(mean), "prediction", "1 + (a-1)a/(2a-1)", float(mean) - reach, float(mean) + reach)


@recipe
def jumpback_variance(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the variance of the random values that jumpback consumes."""
    _, variance = _jumpback(given["nodes"])
    return Ours(float(variance), "exact", "a(a-1)(a^2-a+1)/(2a-1)^2")


def _reach(run: Run) -> float:
    from scipy import stats

    return float(stats.norm.ppf((1 + run.level) / 2))


@recipe
def jump_hash_mean(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the movement k / (n + k) of any consistent algorithm."""
    from experiments.theory import joined

    return Ours(joined(given["nodes"], given["newcomers"]), "exact", "k/(n+k)")


@recipe
def anchor_operations(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the hash operations of an AnchorHash lookup, 1 + H_a - H_w, less the bound 1 + ln(a/w)."""
    a, w = given["capacity"], given["working"]
    operations = 1 + math.fsum(1 / i for i in range(w + 1, a + 1))
    return Ours(operations - (1 + math.log(a / w)), "exact", "1 + H_a - H_w - (1 + ln(a/w))")


@recipe
def dx_probes(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the mean number of probes of a DxHash lookup, a / w."""
    return Ours(Fraction(given["capacity"], given["working"]), "exact", "geometric, a/w")


@recipe
def binomial_shortfall(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how far the load of the upper nodes falls short: p^(w+1), p = (E - n) / E."""
    nodes = given["nodes"]
    whole = 1 << (nodes - 1).bit_length()
    return Ours(Fraction(whole - nodes, whole) ** (given["retries"] + 1), "exact", "p^(w+1)")


@recipe
def equal_shares_l1(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the L1 distance of measured shares from equal ones, as one run shows it: sqrt(2(n-1)/(pi m))."""
    nodes, keys = given["nodes"], given["keys"]
    law = math.sqrt(2 * (nodes - 1) / (math.pi * keys))
    # a sum of n half-normal distances, of which each has CV sqrt(pi/2 - 1)
    reach = _reach(run) * law * math.sqrt((math.pi / 2 - 1) / nodes)
    return Ours(law, "prediction", "sqrt(2(n-1)/(pi m)), one run", law - reach, law + reach)
