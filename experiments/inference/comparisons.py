"""Comparisons of two algorithms over the same repetitions: the same keys, the same seeds."""

from __future__ import annotations

from numpy.typing import ArrayLike

from experiments.inference.estimates import mean
from experiments.inference.samples import LEVEL, Estimate, finite


def paired_difference(ours: ArrayLike, theirs: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Mean difference of two algorithms over the same repetitions (same keys, same seeds).

    Parameters
    ----------
    ours, theirs
        (r,) one value for each repetition, in the same order.
    level
        Confidence level.

    Raises
    ------
    ValueError
        If the two differ in length, and as `mean`.

    Examples
    --------
    >>> paired_difference([3.0, 4.0, 5.0], [2.0, 3.0, 4.0]).value
    1.0
    """
    first, second = finite(ours), finite(theirs)
    if first.size != second.size:
        raise ValueError(
            f"{first.size} and {second.size} repetitions; pairs need the same ones on both sides"
        )
    return mean(first - second, level=level)
