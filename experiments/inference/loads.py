"""Tests of the loads of nodes against their shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from experiments.measures import rounded


def g_statistic(load: ArrayLike, shares: ArrayLike | None = None) -> float:
    """Likelihood ratio statistic of loads against shares: G = 2 sum load ln(load / expected).

    If each key falls on a node by the shares, independently of the others, G is about chi-square with n - 1
    degrees of freedom. Never so for a ring, see `loads_agree`.

    Parameters
    ----------
    load
        (n,) keys of each node.
    shares
        (n,) expected shares or weights; None for equal ones.

    Examples
    --------
    >>> g_statistic([10, 10]), g_statistic([30, 10], [3, 1]), g_statistic([11, 9])
    (0.0, 0.0, 0.200334674)
    """
    from scipy import stats

    counts = np.asarray(load, dtype=np.float64)
    weights = np.ones_like(counts) if shares is None else np.asarray(shares, dtype=np.float64)
    expected = weights * (counts.sum() / weights.sum())
    found = stats.power_divergence(counts, expected, lambda_="log-likelihood")
    return rounded(max(0.0, float(found.statistic)), scale=max(1.0, float(found.statistic)))
