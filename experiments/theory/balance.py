"""The law of balance of each family of algorithms, evaluated for one case.

A family is not an algorithm: an algorithm names its family in its `Spec`, and whatever names one is covered.

=============  ============================================================================================
family         what its members do, given uniform hashes
=============  ============================================================================================
`multinomial`  each key falls on a node by the declared shares, independently of all others
`range`        the same: the shares of the hash space are the declared ones
`exact`        the same
`ring`         shares are Dirichlet(points), drawn anew with each hash seed, and keys fall by them
=============  ============================================================================================

`envoy_ring` and `ketama_weighted` are rings by the points that these programs count: `family_and_points`.

Means of CV^2 are exact where means of the CV are not: `cv` is the root of the mean square, and to be compared
with the root of the mean square of measured CVs; `cv_mean` is for their plain mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.measures import rounded
from experiments.theory import extremes
from experiments.theory.loads import load_cv_squared, mean_to_root_mean_square
from experiments.theory.moves import NONE
from experiments.theory.prediction import Prediction
from experiments.theory.programs import COUNTED

if TYPE_CHECKING:
    from algorithms import Spec


class _Family(Protocol):
    source: str
    share_cv: str
    load_cv: str
    share_cv_squared: float

    def extremes(self, keys: int | None) -> tuple[float, float]: ...

    def extreme_formulas(self, keys: int | None) -> tuple[str, str]: ...


class _Even:
    """Shares as declared."""

    source = "multinomial loads; extremes: Levin 1981, as in experiments.theory.extremes"
    share_cv = "0: shares are those declared"
    load_cv = "sqrt((n-1)/m)"
    share_cv_squared = 0.0

    def __init__(self, weights: NDArray[np.float64], points: float | None) -> None:
        self._weights = weights

    def extremes(self, keys: int | None) -> tuple[float, float]:
        return (1.0, 1.0) if keys is None else extremes.multinomial(keys, self._weights)

    def extreme_formulas(self, keys: int | None) -> tuple[str, str]:
        if keys is None:
            return "1: shares are those declared", "1: shares are those declared"
        return "E max of Poisson(m p_i)/(m p_i)", "E min of Poisson(m p_i)/(m p_i)"


class _Ring:
    """Shares Dirichlet(points)."""

    source = "Dirichlet shares of random points; extremes as in experiments.theory.extremes"
    share_cv = "sqrt((n-1)/(N+1))"
    load_cv = "sqrt((n-1)/m (m+N)/(N+1))"

    def __init__(self, weights: NDArray[np.float64], points: float | None) -> None:
        if points is None or not points > 0:
            raise ValueError(f"points={points}: the law of a ring needs the points of a node of weight 1")
        self._alphas = weights * points
        self.share_cv_squared = (weights.size - 1) / (math.fsum(self._alphas) + 1)

    def extremes(self, keys: int | None) -> tuple[float, float]:
        if keys is None:
            return extremes.dirichlet(self._alphas)
        return extremes.dirichlet_multinomial(keys, self._alphas)

    def extreme_formulas(self, keys: int | None) -> tuple[str, str]:
        law = "Gamma(v_i)/v_i" if keys is None else "NegativeBinomial(v_i, mean m p_i)/(m p_i)"
        return f"E max of {law}", f"E min of {law}"


FAMILIES: Mapping[str, Callable[[NDArray[np.float64], float | None], _Family]] = {
    "multinomial": _Even,
    "range": _Even,
    "exact": _Even,
    "ring": _Ring,
}
"""Families of algorithms by name. A new algorithm of a known family needs no entry."""


def family_and_points(
    spec: Spec, nodes: int | ArrayLike, points: float | None, parameters: Mapping[str, Any] = NONE
) -> tuple[str, float | None]:
    """Name the family whose law of balance an algorithm follows with these nodes, and the points of weight 1.

    It is the one that the algorithm names, and ``points`` are its own. Programs that count points by all
    weights together follow the law of a ring of as many, where these are in proportion to the weights.

    Examples
    --------
    >>> from algorithms import spec_of
    >>> [family_and_points(spec_of("envoy_ring"), nodes, None) for nodes in (5, [1.0, 1.5], [1.0, 1.3])]
    [('ring', 205.0), ('ring', 410.0), ('', None)]
    """
    if spec.balance_law not in COUNTED:
        return spec.balance_law, points
    weights = np.ones(nodes) if isinstance(nodes, int) else np.asarray(nodes, dtype=np.float64)
    counts = COUNTED[spec.balance_law](weights, np.arange(len(weights)), parameters)
    each = counts / weights
    return ("ring", float(each[0])) if counts[0] and np.allclose(each, each[0], rtol=1e-9) else ("", None)


@dataclass(frozen=True)
class BalanceLaw:
    """What a family's law says of balance in one case.

    Attributes
    ----------
    cv
        Root of the mean of CV^2 over seeds.
    cv_mean
        Mean of the CV over seeds: smaller, as the root of a mean exceeds the mean of roots.
    max_to_mean, min_to_mean
        Means over seeds; None where no law is known (skewed workloads).
    """

    cv: Prediction
    cv_mean: Prediction
    max_to_mean: Prediction | None
    min_to_mean: Prediction | None


def balance(
    law: str,
    nodes: int | ArrayLike,
    *,
    keys: int | None = None,
    points: float | None = None,
    collision: float | None = None,
) -> BalanceLaw | None:
    """Balance that the law of a family gives, for keys whose hashes are uniform.

    Examples
    --------
    >>> balance("multinomial", 16, keys=1_500_000).cv.value
    0.00316227766
    >>> ring = balance("ring", 16, points=160)
    >>> ring.cv.value, ring.max_to_mean.value, ring.min_to_mean.value
    (0.07653160834, 1.14456831, 0.8654834963)
    """
    if not law:
        return None
    if law not in FAMILIES:
        raise ValueError(f"no family {law!r} has a law of balance; there are {', '.join(FAMILIES)}")
    weights = np.ones(nodes) if isinstance(nodes, int) else np.asarray(nodes, dtype=np.float64)
    if not weights.size or float(weights.min()) <= 0 or (keys is not None and keys < 1):
        raise ValueError("a law of balance needs a node, a positive weight for each, and at least one key")
    family = FAMILIES[law](weights, points)
    n = weights.size
    if keys is None:
        square, formula = family.share_cv_squared, family.share_cv
    else:
        square = load_cv_squared(n, 1 / keys if collision is None else collision, family.share_cv_squared)
        formula = (
            family.load_cv if collision is None else "sqrt(k + (n-1-k) s), k of shares, s of equal draws"
        )
    cv = math.sqrt(square)
    mean = rounded(cv * (mean_to_root_mean_square(n) if n > 1 else 1.0))
    largest = smallest = None
    if collision is None:
        high, low = family.extremes(keys)
        largest, smallest = (
            Prediction(rounded(value), text, family.source, exact=keys is None or n == 1, mean=True)
            for value, text in zip((high, low), family.extreme_formulas(keys), strict=True)
        )
    return BalanceLaw(
        cv=Prediction(rounded(cv), formula, family.source, exact=True, mean=True),
        cv_mean=Prediction(mean, f"{formula} E[chi(n-1)]/sqrt(n-1)", family.source, exact=not cv, mean=True),
        max_to_mean=largest,
        min_to_mean=smallest,
    )
