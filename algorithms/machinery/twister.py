"""The Mersenne Twister mt19937 of Matsumoto and Nishimura 1998, begun with one number of 32 bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel

__all__ = ["begin", "next_word", "twister"]

SIZE, MIDDLE = 624, 397
_HIGH, _REST, _TWIST = np.uint32(0x80000000), np.uint32(0x7FFFFFFF), np.uint32(0x9908B0DF)
_B, _C = np.uint32(0x9D2C5680), np.uint32(0xEFC60000)
_ONE, _FACTOR = np.uint32(1), np.uint32(1812433253)
_S7, _S11, _S15, _S18, _S30 = np.uint32(7), np.uint32(11), np.uint32(15), np.uint32(18), np.uint32(30)


def twister() -> NDArray[np.uint32]:
    """Return room for the words of one, and for how many of them are used.

    Returns
    -------
    ndarray
        (625,) uint32; it must be begun.
    """
    return np.zeros(SIZE + 1, dtype=np.uint32)


@kernel
def begin(words: NDArray[np.uint32], seed: np.uint32) -> None:
    """Begin with a seed."""
    words[0] = seed
    for i in range(1, SIZE):
        before = words[i - 1]
        words[i] = np.uint32(_FACTOR * (before ^ (before >> _S30)) + np.uint32(i))
    words[SIZE] = SIZE


@kernel
def next_word(words: NDArray[np.uint32]) -> np.uint32:
    """Return the next word of 32 bits."""
    if words[SIZE] == SIZE:
        for i in range(SIZE):
            y = np.uint32((words[i] & _HIGH) | (words[(i + 1) % SIZE] & _REST))
            words[i] = words[(i + MIDDLE) % SIZE] ^ (y >> _ONE) ^ (_TWIST if y & _ONE else np.uint32(0))
        words[SIZE] = 0
    y = words[words[SIZE]]
    words[SIZE] += _ONE
    y ^= y >> _S11
    y ^= (y << _S7) & _B
    y ^= (y << _S15) & _C
    return np.uint32(y ^ (y >> _S18))
