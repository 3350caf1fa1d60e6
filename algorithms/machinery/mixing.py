"""Mixers of 64-bit words, shared by everything that needs one more hash of a hash.

Sources: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (SplitMix64);
the constants are variant 13 of D. Stafford, "Better bit mixing", 2011.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel

WORD = (1 << 64) - 1
GOLDEN_GAMMA = 0x9E3779B97F4A7C15

_GAMMA = np.uint64(GOLDEN_GAMMA)
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_INVERSE_M1, _INVERSE_M2 = (np.uint64(pow(int(m), -1, 1 << 64)) for m in (_M1, _M2))
_S27, _S30, _S31, _S32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_S54, _S62 = np.uint64(54), np.uint64(62)
_LOW, _ONE = np.uint64(0xFFFFFFFF), np.uint64(1)
_ZERO, _SIGN = np.uint64(0), np.uint64(63)


@kernel
def fold(x: np.uint64) -> np.uint64:
    """Return the first step of `mix`, which is linear: fold(x ^ y) is fold(x) ^ fold(y)."""
    return x ^ (x >> _S30)


@kernel
def mix_folded(x: np.uint64) -> np.uint64:
    """Return what is left of `mix` after `fold`."""
    x = x * _M1
    x = (x ^ (x >> _S27)) * _M2
    return x ^ (x >> _S31)


@kernel
def unmix_folded(x: np.uint64) -> np.uint64:
    """Return the word of which `mix_folded` is x."""
    x = (x ^ (x >> _S31) ^ (x >> _S62)) * _INVERSE_M2
    return (x ^ (x >> _S27) ^ (x >> _S54)) * _INVERSE_M1


@kernel
def mix(x: np.uint64) -> np.uint64:
    """Return a full avalanche of a 64-bit word; a bijection, and mix(0) is 0."""
    return mix_folded(fold(x))


@kernel
def derive(h: np.uint64, i: np.uint64) -> np.uint64:
    """Return the i-th hash of a hash, i mod 2^32: the functions of one family, a full avalanche each."""
    return mix(h ^ (_GAMMA * ((i & _LOW) + _ONE)))


@kernel
def derive2(h: np.uint64, i: np.uint64, j: np.uint64) -> np.uint64:
    """Return the hash of a hash by two numbers, each mod 2^32."""
    return derive(derive(h, i), j)


@kernel
def stream(s: np.uint64, t: np.uint64) -> np.uint64:
    """Return the t-th word, t = 1, 2, ..., of SplitMix64 seeded with s."""
    return mix(s + t * _GAMMA)


@kernel
def absolute(word: np.uint64) -> np.uint64:
    """Return the distance of a word from 0, as a signed number."""
    sign = _ZERO - (word >> _SIGN)
    return (word ^ sign) - sign


@kernel
def multiply_high(x: np.uint64, n: np.uint64) -> np.uint64:
    """Return floor(x * n / 2^64), exactly, for n < 2^32."""
    n = n & _LOW  # changes nothing, but tells the compiler that products of 32 bits are enough
    return ((x >> _S32) * n + (((x & _LOW) * n) >> _S32)) >> _S32


@kernel
def through(live: NDArray[np.int32], out: NDArray[np.int32]) -> None:
    """Replace places among the live buckets by those buckets."""
    for i in range(len(out)):
        out[i] = live[out[i]]


@kernel
def splitmix64_column(values: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    """Write the first output of SplitMix64 from each state."""
    for i in range(len(values)):
        out[i] = mix(values[i] + _GAMMA)


def mix_int(x: int) -> int:
    """Return what the kernel ``mix`` does, for a Python int.

    Parameters
    ----------
    x
        0 <= x < 2^64.

    Returns
    -------
    int
        0 <= result < 2^64.

    Examples
    --------
    >>> hex(mix_int(GOLDEN_GAMMA))
    '0xe220a8397b1dcdaf'
    """
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & WORD
    return x ^ (x >> 31)


def splitmix64_int(x: int) -> int:
    """Return the first output of SplitMix64 seeded with x.

    Parameters
    ----------
    x
        The state, 0 <= x < 2^64.

    Returns
    -------
    int
        0 <= result < 2^64.

    Examples
    --------
    >>> hex(splitmix64_int(0))
    '0xe220a8397b1dcdaf'
    """
    return mix_int((x + GOLDEN_GAMMA) & WORD)
