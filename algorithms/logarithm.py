"""The logarithm that decides winners: the same bits on every machine.

Libraries differ in the last bit of a logarithm, by version and by processor, and the last bit may decide
which node has a key. This one uses additions, multiplications and one division in fixed order, each rounded
as IEEE 754 says.
"""

from __future__ import annotations

import math

import numpy as np

from algorithms.kernels import kernel

_LN2 = math.log(2.0)
_SQRT2 = math.sqrt(2.0)
_C3, _C5, _C7, _C9, _C11 = 1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11
_C13, _C15, _C17, _C19, _C21 = 1 / 13, 1 / 15, 1 / 17, 1 / 19, 1 / 21
_ONE, _S16 = np.uint64(1), np.uint64(16)
_HALVES = 0.5 ** np.arange(64)


@kernel
def minus_log_of_uniform(word: np.uint64) -> float:
    """Return -ln(u) for the u in (0, 1) that the top 48 bits of a word stand for: (bits + 1/2) / 2^48.

    It falls as the word rises: neighbouring u differ by 2^-48, and so do their logarithms at least, while the
    error stays below 2^-50.
    """
    odd = ((word >> _S16) << _ONE) + _ONE  # u = odd / 2^49, exactly
    size = 0
    rest = odd
    while rest > _ONE:
        rest >>= _ONE
        size += 1
    mantissa = np.float64(odd) * _HALVES[size]  # in [1, 2), exactly
    if mantissa > _SQRT2:
        mantissa *= 0.5
        size += 1
    # ln m = 2 artanh s with s = (m - 1)/(m + 1), |s| < 0.172; the series' next term is below 2^-59
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    series = _C19 + z * _C21
    series = _C17 + z * series
    series = _C15 + z * series
    series = _C13 + z * series
    series = _C11 + z * series
    series = _C9 + z * series
    series = _C7 + z * series
    series = _C5 + z * series
    series = _C3 + z * series
    log_mantissa: float = 2.0 * (s + s * (z * series))
    return (49 - size) * _LN2 - log_mantissa
