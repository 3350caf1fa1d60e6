"""Lanes: what kernels need to place many keys at once, without a branch, so that their loops vectorise.

All keys of a block make their first draw in one loop. Those who come too high are gathered, and these alone
draw again, in a loop over those that are left each time: nobody waits for a branch that none could foresee.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel

LANES = 64
"""Keys whose answers to one question are the bits of a word."""

BLOCK = 4096
"""Keys that draw at once: so many that a part of them, drawing again, still fills vectors."""

FEW = 4
"""As few of `LANES` in lock step as are placed sooner one at a time than by one more draw for all."""

_CACHE_LINE = 64

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


@kernel
def too_high(buckets: NDArray[np.int32], nodes: int, who: NDArray[np.uint32]) -> int:
    """Write the places of buckets that are no node's among so many; return how many they are."""
    left = 0
    whole = len(buckets) // LANES * LANES
    for start in range(0, whole, LANES):
        some = buckets[start : start + LANES]
        high = _ZERO
        for lane in range(LANES):
            high |= _ONE << np.uint64(lane) if some[lane] >= nodes else _ZERO
        while high > _ZERO:
            lowest = high & (_ZERO - high)
            # a power of two is exact as a double, whose exponent is the index of its bit
            who[left] = np.uint64(start) + ((np.float64(lowest).view(np.uint64) >> _S52) - _BIAS)
            left += 1
            high ^= lowest
    for place in range(whole, len(buckets)):
        who[left] = place
        left += 1 if buckets[place] >= nodes else 0
    return left


@kernel
def settle(
    drawn: NDArray[np.int32],
    nodes: int,
    left: int,
    buckets: NDArray[np.int32],
    who: NDArray[np.uint32],
    words: NDArray[np.uint64],
    lower: NDArray[np.uint64],
) -> int:
    """Give those their buckets who have drawn, and move up who is still too high; return how many are."""
    still = 0
    for i in range(left):
        place = who[i]
        buckets[place] = drawn[i]
        who[still], words[still], lower[still] = place, words[i], lower[i]
        still += 1 if drawn[i] >= nodes else 0
    return still


def scratch(size: int, *types: Any) -> tuple[NDArray[Any], ...]:
    """Return room for kernels, an array of each type, that begins where a line of the cache does.

    Parameters
    ----------
    size
        Of each array.
    *types
        Of the arrays.

    Returns
    -------
    tuple of array
        Not initialised. numpy aligns to 16 bytes, and a vector of 64 that crosses a line costs two.

    Examples
    --------
    >>> [array.ctypes.data % 64 for array in scratch(5, np.uint64, np.float64)]
    [0, 0]
    """
    sizes = [-(-size * np.dtype(one).itemsize // _CACHE_LINE) * _CACHE_LINE for one in types]
    room = np.empty(sum(sizes) + _CACHE_LINE, dtype=np.uint8)
    start = -room.ctypes.data % _CACHE_LINE
    arrays = []
    for one, length in zip(types, sizes, strict=True):
        arrays.append(room[start : start + length].view(one)[:size])
        start += length
    return tuple(arrays)


_threads = threading.local()


def kept_scratch(size: int, *types: Any) -> tuple[NDArray[Any], ...]:
    """Return what :func:`scratch` does, of a thread the same memory each time: to ask for it takes 10 µs.

    Parameters
    ----------
    size, *types
        As for :func:`scratch`; few that differ, since all are kept as long as the thread.

    Returns
    -------
    tuple of array
        For a kernel that is done before this thread asks again.

    Examples
    --------
    >>> kept_scratch(5, np.uint64)[0] is kept_scratch(5, np.uint64)[0]
    True
    """
    rooms: dict[Any, tuple[NDArray[Any], ...]] = _threads.__dict__.setdefault("rooms", {})
    asked = size, types
    if asked not in rooms:
        rooms[asked] = scratch(size, *types)
    return rooms[asked]
