"""The logarithm that decides winners, and its inverse: the same bits on every machine.

Libraries differ in the last bit of a logarithm, by version and by processor, and the last bit may decide
which node has a key. This one uses additions, multiplications and one division in fixed order, each rounded
as IEEE 754 says.
"""

from __future__ import annotations

import math

import numpy as np

from algorithms.machinery.kernel import contracting_kernel, kernel

_LN2 = math.log(2.0)
_SQRT2 = math.sqrt(2.0)
_C3, _C5, _C7, _C9, _C11 = 1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11
_C13, _C15, _C17, _C19, _C21 = 1 / 13, 1 / 15, 1 / 17, 1 / 19, 1 / 21
_ONE, _S15, _S16, _S52 = np.uint64(1), np.uint64(15), np.uint64(16), np.uint64(52)
_EXACT_INT = np.uint64(0x4330000000000000)  # the bits of 2^52: or an integer below it in, subtract 2^52
_EXACT_ODD = np.uint64(0x4330000000000001)
_TWO_TO_52 = float(1 << 52)
_MANTISSA = np.uint64((1 << 52) - 1)
_BITS_OF_ONE = np.uint64(0x3FF0000000000000)
_ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)  # the bits of sqrt(1/2)
_TO_ROOT = np.uint64(0x3FF0000000000000 - 0x3FE6A09E667F3BCD)
_A0, _A1, _A2, _A3, _A4 = 0.9999661811, -0.4994506503, 0.3363888615, -0.2709459479, 0.1765803548

ROUGH_ERROR = 5.1e-5
"""Bound of the relative error of `rough_log`."""


@kernel
def minus_log_of_uniform(word: np.uint64) -> float:
    """Return -ln(u) for the u in (0, 1) that the top 48 bits of a word stand for: (bits + 1/2) / 2^48.

    It falls as the word rises: neighbouring u differ by 2^-48, so their logarithms by 2^-48 / u at least,
    while the error stays below 4 units in the last place.
    """
    odd = ((word >> _S16) << _ONE) | _ONE  # u = odd / 2^49, exactly
    # without a branch or an integer conversion, so that loops over it vectorise
    bits = np.float64(np.uint64(odd | _EXACT_INT).view(np.float64) - _TWO_TO_52).view(np.uint64)
    size = np.uint64((bits >> _S52) | _EXACT_INT).view(np.float64) - (_TWO_TO_52 + 1023.0)
    mantissa = np.uint64((bits & _MANTISSA) | _BITS_OF_ONE).view(np.float64)  # in [1, 2), exactly
    large = mantissa > _SQRT2
    size = size + 1.0 if large else size
    mantissa = mantissa * 0.5 if large else mantissa
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
    logarithm: float = (49.0 - size) * _LN2 - log_mantissa
    return logarithm


@contracting_kernel
def rough_log(word: np.uint64) -> float:
    """Return about ln(u), what `minus_log_of_uniform` negates, within `ROUGH_ERROR`, in a tenth of the time.

    Without a branch or an integer conversion, so that loops over it vectorise. The number is split into
    2^k m with m in [sqrt(1/2), sqrt 2) by its bits; ln(m) is (m - 1) times a polynomial fitted for the
    least relative error, which is a hundred million times that of rounding, once or twice.
    """
    # the odd number of 49 bits that `minus_log_of_uniform` begins with: its last bit is set in passing
    number = np.uint64((word >> _S15) | _EXACT_ODD).view(np.float64) - _TWO_TO_52
    shifted = np.float64(number).view(np.uint64) + _TO_ROOT
    exponent = np.uint64((shifted >> _S52) | _EXACT_INT).view(np.float64) - (_TWO_TO_52 + 1023.0 + 49.0)
    t = np.uint64((shifted & _MANTISSA) + _ROOT_HALF).view(np.float64) - 1.0
    series: float = _A0 + t * (_A1 + t * (_A2 + t * (_A3 + t * _A4)))
    logarithm: float = exponent * _LN2 + t * series
    return logarithm


_PER_LN2 = 1.0 / math.log(2.0)
_LN2_HIGH = float.fromhex("0x1.62e42feep-1")  # 33 bits of it, so that multiples of up to 2^20 are exact
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_TAYLOR = tuple(1.0 / math.factorial(power) for power in range(14))
_T2, _T3, _T4, _T5, _T6, _T7, _T8, _T9, _T10, _T11, _T12, _T13 = _TAYLOR[2:]


@kernel
def exponential(x: float) -> float:
    """Return e^x for an x from -700 to 700, within 2 units in the last place, as `minus_log_of_uniform` is.

    x = k ln 2 + f with |f| < 0.347; the next term of the series is below 2^-57. The power of two is made of
    its bits.
    """
    k = np.floor(x * _PER_LN2 + 0.5)
    f = (x - k * _LN2_HIGH) - k * _LN2_LOW
    series = _T12 + f * _T13
    series = _T11 + f * series
    series = _T10 + f * series
    series = _T9 + f * series
    series = _T8 + f * series
    series = _T7 + f * series
    series = _T6 + f * series
    series = _T5 + f * series
    series = _T4 + f * series
    series = _T3 + f * series
    series = _T2 + f * series
    power = np.uint64(np.float64(k + (_TWO_TO_52 + 1023.0)).view(np.uint64) << _S52).view(np.float64)
    result: float = power * (1.0 + (f + f * f * series))
    return result
