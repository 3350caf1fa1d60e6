"""Weights as programs have them that count in numbers of 32 bits with a point."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidWeight

__all__ = ["in_float32"]

_LIMITS = np.finfo(np.float32)
LEAST, MOST = float(_LIMITS.tiny), float(_LIMITS.max)


def in_float32(weights: Sequence[float], shared: str) -> NDArray[np.float32]:
    """Return weights in float32, or raise InvalidWeight for what it cannot hold.

    Parameters
    ----------
    weights
        Of all nodes.
    shared
        What is shared out by them, for the message.

    Returns
    -------
    ndarray
        (n,) float32, none of them 0, whose sum is finite.

    Raises
    ------
    InvalidWeight
        For a weight, or a sum of them, beyond its normal numbers.

    Examples
    --------
    >>> in_float32([1.0, 0.1], "points")
    array([1. , 0.1], dtype=float32)
    """
    total = math.fsum(weights)
    if min(weights) < LEAST or total > MOST / 2:
        raise InvalidWeight(
            f"weights of {min(weights):g} and more, {total:g} in all, share out no {shared} in float32 as "
            f"the program does: give weights from {LEAST:.3g} on, and up to {MOST / 2:.3g} in all"
        )
    return np.array(weights, dtype=np.float32)
