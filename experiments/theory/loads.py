"""How uneven the loads of keys are: the CV's mean square, its error, and the keys it takes.

A key's chance of meeting another on its node is what matters: with s the chance that two draws (with
replacement) of the keys at hand give the same key, and k = CV^2 of the nodes' shares of the hash space,

    E[CV^2] = k + (n - 1 - k) s

because the mean over two draws of sum_j [both on node j] / p_j is n for draws of one key, and 1 + k for those
of two keys. For m distinct keys s = 1/m; for a workload with chances p_i it is 1/m + (1 - 1/m) sum p_i^2
(`collision`). With m keys on a ring of N points it comes to (n-1)/m (m+N)/(N+1). As CV^2 = chi-square / m by
definition (see `experiments.measures`), all of this holds for any weights.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from experiments.measures import rounded


def collision(probabilities: ArrayLike, draws: int) -> float:
    """Chance that two of m draws, with replacement, are of the same key: 1/m + (1 - 1/m) sum p_i^2.

    Examples
    --------
    >>> collision([0.5, 0.5], 2)
    0.75
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if draws < 1 or not math.isclose(math.fsum(p), 1.0, rel_tol=1e-9):
        raise ValueError(
            f"{draws} draws of chances that sum to {math.fsum(p):.9g}; give m >= 1 and a sum of 1"
        )
    return 1 / draws + (1 - 1 / draws) * math.fsum(p * p)


def load_cv_squared(nodes: int, collision: float, share_cv_squared: float = 0.0) -> float:
    """E[CV^2] of loads: k + (n - 1 - k) s.

    Examples
    --------
    >>> load_cv_squared(101, 1 / 10_000)
    0.01
    """
    return share_cv_squared + (nodes - 1 - share_cv_squared) * collision


def mean_to_root_mean_square(nodes: int) -> float:
    """E[CV] / sqrt(E[CV^2]) for many keys or points: the mean of a chi law of n - 1 degrees, over its root.

    sqrt(2 / (n - 1)) Gamma(n / 2) / Gamma((n - 1) / 2), about 1 - 1 / (4 (n - 1)); exact in the limit in
    which loads are normal.

    Examples
    --------
    >>> mean_to_root_mean_square(2), mean_to_root_mean_square(16)
    (0.7978845608, 0.9834835316)
    """
    if nodes < 2:
        raise ValueError(f"{nodes} nodes; the CV of fewer than 2 is always 0")
    degrees = nodes - 1
    return rounded(math.sqrt(2 / degrees) * math.exp(math.lgamma(nodes / 2) - math.lgamma(degrees / 2)))


def keys_needed(cv: float, nodes: int) -> int:
    """Keys for which equal shares give loads of this CV: (n - 1) / CV^2.

    Examples
    --------
    >>> keys_needed(0.01, 17)
    160000
    """
    return math.ceil((nodes - 1) / _squared(cv))


def _squared(cv: float) -> Fraction:
    if not cv > 0:
        raise ValueError(f"a CV of {cv} cannot be had with any number of points or keys; give one above 0")
    return Fraction(str(cv)) ** 2
