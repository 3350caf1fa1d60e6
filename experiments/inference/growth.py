"""How a cost grows with n: constant, logarithmic or linear, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ERROR", "SHAPES", "Fit", "Growth", "growth"]

ERROR = 0.1
"""What a time at one n may be off by, as a part of it, beyond its noise: by caches and alignment."""

LEAST_SIZES = 3
"""The fewest different n from which a growth is told."""

SHAPES: Mapping[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "constant": np.zeros_like,
    "logarithmic": np.log,
    "linear": lambda n: n,
}
"""What is added to a constant cost, by the name of the shape: nothing, b ln n, b n."""


@dataclass(frozen=True)
class Fit:
    """One shape, fitted: cost = start + slope * term(n), neither of them negative.

    Parameters
    ----------
    shape
        One of `SHAPES`.
    start, slope
        In the unit of the costs; the slope of the constant is 0.
    off
        The root mean square of the residuals on a log axis, as a factor: 1.1 is 10 % off.
    weight
        The Akaike weight: how likely it is that this shape, of the three, loses the least information.
    """

    shape: str
    start: float
    slope: float
    off: float
    weight: float


@dataclass(frozen=True)
class Growth:
    """All shapes, the most likely first.

    Parameters
    ----------
    fits
        By descending weight; of equal weights the simpler shape first.
    """

    fits: Sequence[Fit]

    @property
    def best(self) -> Fit:
        """The most likely shape."""
        return self.fits[0]

    def fit(self, shape: str) -> Fit:
        """Return the fit of one shape, by its name."""
        return next(fit for fit in self.fits if fit.shape == shape)


def growth(n: ArrayLike, costs: ArrayLike, errors: ArrayLike | None = None) -> Growth | None:
    """Fit the three shapes to costs, and weigh them against each other.

    Each shape is fitted by least squares on a log axis, since a clock errs by a factor. A residual counts in
    units of its error: `ERROR`, or the half-width of the cost's interval, as a part of it, where that is
    larger. With known errors chi^2 + 2k (k = 1 or 2 parameters) is Akaike's criterion, and stays one with as
    few sizes as there are, where the small-sample correction of estimated errors would be infinite.

    References
    ----------
    Burnham and Anderson, Model Selection and Multimodel Inference, 2nd edition, 2002, sections 2.2 and 2.9.

    Examples
    --------
    >>> found = growth([10, 100, 1000, 10_000], [5.0, 10.1, 14.8, 20.0])
    >>> found.best.shape, round(found.best.weight, 2), found.fit("linear").off > 1.3
    ('logarithmic', 1.0, True)
    >>> growth([10, 100, 1000], [5.0, 5.2, 5.1]).best.shape
    'constant'
    >>> growth([10, 100, 1000], [100.0, 10_000.0, 1_000_000.0]).fit("linear").start
    0.0
    >>> growth([10, 100], [1.0, 2.0]) is None
    True
    """
    sizes, values = np.asarray(n, dtype=np.float64), np.asarray(costs, dtype=np.float64)
    if len(np.unique(sizes)) < LEAST_SIZES:
        return None
    if not (np.isfinite(values).all() and (values > 0).all() and (sizes >= 1).all()):
        raise ValueError(f"costs {values} at sizes {sizes}: give positive costs, at sizes from 1")
    own = np.zeros(len(values)) if errors is None else np.nan_to_num(np.asarray(errors, dtype=np.float64))
    scale = np.maximum(own, ERROR)
    fitted = [(shape, *_least_squares(term(sizes), values, scale)) for shape, term in SHAPES.items()]
    criteria = [chi + 2 * (1 if shape == "constant" else 2) for shape, _, _, _, chi in fitted]
    likelihoods = [math.exp(-(one - min(criteria)) / 2) for one in criteria]
    fits = [
        Fit(shape, start, slope, off, likelihood / sum(likelihoods))
        for (shape, start, slope, off, _), likelihood in zip(fitted, likelihoods, strict=True)
    ]
    return Growth(sorted(fits, key=lambda fit: -fit.weight))


def _least_squares(
    term: NDArray[np.float64], values: NDArray[np.float64], scale: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """Return start, slope, the factor that residuals are off by, and chi^2."""
    from scipy import optimize

    logs = np.log(values)
    if not term.any():
        start = math.exp(float(np.average(logs, weights=scale**-2.0)))
        residuals, slope = logs - math.log(start), 0.0
    else:

        def residuals_of(ends: NDArray[np.float64]) -> NDArray[np.float64]:
            # the parameters are the costs at both ends of a line in `term`, so they are of one magnitude
            modelled: NDArray[np.float64] = np.maximum(ends[0] + ends[1] * part, least)
            return np.asarray((np.log(modelled) - logs) / scale, dtype=np.float64)

        part = term / term.max()
        least = float(values.min()) * 1e-9
        first = np.array([values.min() / 2, max(values.max() - values.min() / 2, least)])
        found: Any = optimize.least_squares(residuals_of, first, bounds=(0, np.inf), x_scale=first)
        residuals = residuals_of(found.x) * scale
        # an end at its bound comes out as a tiny number, not as nought
        ends = np.where(found.x > least, found.x, 0.0)
        start, slope = float(ends[0]), float(ends[1] / term.max())
    off = math.exp(math.sqrt(float(np.mean(residuals**2))))
    return start, slope, off, float(np.sum((residuals / scale) ** 2))
