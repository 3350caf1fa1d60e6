"""Negative powers of the whole numbers, the same bits on every machine.

Libraries differ in the last bits of ``pow``, and with it in who is drawn. Here is nothing but additions,
multiplications and divisions, each rounded as IEEE 754 says, in fixed order, one element at a time; scaling
by powers of two is exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["negative_powers"]

Floats = NDArray[np.float64]

# ln 2 in two parts: the first has 33 bits, so that its small multiples are exact
_LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_LOG2_E = float.fromhex("0x1.71547652b82fep+0")
_SQRT_HALF = float.fromhex("0x1.6a09e667f3bcdp-1")
_ARTANH_TERMS = 12  # s^2 < 0.0295: the first term left out is below 2^-63 of the sum
_EXP_TERMS = 15  # |r| < 0.347: the first term left out is below 2^-66


def negative_powers(first: int, count: int, exponent: float) -> Floats:
    """Return m^-S for m = first, first + 1, ..., first + count - 1.

    Examples
    --------
    >>> negative_powers(1, 4, 1.0)
    array([1.        , 0.5       , 0.33333333, 0.25      ])
    """
    bases = np.arange(first, first + count, dtype=np.float64)
    return _exp(-exponent * _log(bases))


def _log(x: Floats) -> Floats:
    mantissa, size = np.frexp(x)
    small = mantissa < _SQRT_HALF
    mantissa = np.where(small, mantissa * 2.0, mantissa)
    size = (size - small).astype(np.float64)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    series = np.full_like(z, 1.0 / (2 * _ARTANH_TERMS + 1))
    for k in range(_ARTANH_TERMS - 1, 0, -1):
        series = series * z + 1.0 / (2 * k + 1)
    return size * _LN2_HIGH + (size * _LN2_LOW + 2.0 * (s + s * (z * series)))


def _exp(x: Floats) -> Floats:
    halvings = np.rint(x * _LOG2_E)
    r = (x - halvings * _LN2_HIGH) - halvings * _LN2_LOW
    result = np.ones_like(r)
    for k in range(_EXP_TERMS, 0, -1):
        result = 1.0 + r * result / k
    return np.ldexp(result, halvings.astype(np.int64))
