"""Lock step: what kernels need to place many keys at once, without a branch, so that the loop vectorises.

A draw is repeated until the last of `LANES` keys has its bucket; a key that has one keeps it. That is more
draws than one key at a time would make, and none of them waits for a branch that nobody could foresee.
"""

from __future__ import annotations

import numpy as np

from algorithms.machinery.kernel import kernel

LANES = 64
"""Keys in lock step."""

FEW = 4
"""As few keys as are placed sooner one at a time, from the start, than by more draws for all."""

_ZERO, _ONE, _S52 = np.uint64(0), np.uint64(1), np.uint64(52)
_S1, _S2, _S4, _S8, _S16 = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(8), np.uint64(16)
# the bits of the double 2^52: or a number below it in, subtract 2^52, and the exponent is its highest bit's
_EXACT, _TWO_TO_52 = np.uint64(0x4330000000000000), float(1 << 52)
_EXPONENT, _MANTISSA, _BIAS = np.uint64(0x7FF0000000000000), np.uint64((1 << 52) - 1), np.uint64(1023)


@kernel
def top(x: np.uint64) -> np.uint64:
    """Return the highest set bit of an x < 2^52, as a power of two; 0 for 0."""
    number = np.uint64(x | _EXACT).view(np.float64) - _TWO_TO_52
    power = np.uint64(np.float64(number).view(np.uint64) & _EXPONENT).view(np.float64)
    return np.float64(power + _TWO_TO_52).view(np.uint64) & _MANTISSA


@kernel
def top_index(x: np.uint64) -> np.uint64:
    """Return the index of the highest set bit of an x, 0 < x < 2^52; some number for 0."""
    number = np.uint64(x | _EXACT).view(np.float64) - _TWO_TO_52
    return (np.float64(number).view(np.uint64) >> _S52) - _BIAS


@kernel
def below(bit: np.uint64) -> np.uint64:
    """Return the mask of all bits below one bit; 0 for 0."""
    return bit - (_ONE if bit > _ZERO else _ZERO)


@kernel
def odd(x: np.uint64) -> np.uint64:
    """Return 1 if an x < 2^32 has an odd number of ones, else 0."""
    x ^= x >> _S16
    x ^= x >> _S8
    x ^= x >> _S4
    x ^= x >> _S2
    return (x ^ (x >> _S1)) & _ONE


@kernel
def enclosing_mask(n: np.uint64) -> np.uint64:
    """Return 2^ceil(log2 n) - 1, the mask of the power of two that encloses 0 to n - 1, 1 <= n <= 2^32."""
    x = n - _ONE
    x |= x >> _S1
    x |= x >> _S2
    x |= x >> _S4
    x |= x >> _S8
    return x | (x >> _S16)
