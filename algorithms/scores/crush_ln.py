"""Ceph's logarithm of 16-bit numbers, with the errors of its table: every Ceph cluster places by it."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

_SLIP = 0x147700000
"""By how much most of the 256 low entries are too high: 1.95e-5 in log2."""

_RIGHT = (0, 1, 203, 216, 222, 233, 237, 238, 239, 243, 244, 245, 246, 248, 249, 250, 251, 252, 253, 254, 255)
_BETWEEN = {
    56: 0x13ED9B9B0,
    127: 0x3A4F4285,
    134: 0xD5E895A5,
    181: 0xEEE4ABC5,
    184: 0x14340B8BF,
    188: 0x833EB34B,
    193: 0xE43EED13,
    198: 0x95AD3C32,
    199: 0x9F2A5B80,
    200: 0xE2F45E65,
    207: 0x12CBACD37,
    210: 0x1144D0710,
    212: 0xDAC5961C,
    225: 0xBF46F5F9,
    227: 0x5A42D14A,
    228: 0x9EAC5357,
    229: 0x217CFAFC,
    231: 0xD2D5723C,
    235: 0x121CB06EB,
    236: 0x13AC6617A,
    240: 0x9DF6BFDD,
    241: 0xFA8D3579,
    247: 0x15955A58,
}


def high_table() -> list[int]:
    """Return, for k = 0 to 128 in turn, ceil(2^55 / (128 + k)) and floor(2^48 log2(1 + k / 128)).

    Returns
    -------
    list of int
        258 numbers; the last one is short of 2^48 by 2^32, as in Ceph.

    Examples
    --------
    >>> high_table()[:4]
    [281474976710656, 0, 279293000147008, 3160191458785]
    """
    table = []
    for k in range(129):
        table += [-(-(1 << 55) // (128 + k)), _floor_log2(128 + k, 7)]
    table[257] = 0xFFFF00000000
    return table


def low_table() -> list[int]:
    """Return, for k = 0 to 255, floor(2^48 log2(1 + k / 2^15)), with the errors of Ceph's table.

    Returns
    -------
    list of int

    Examples
    --------
    >>> [hex(entry) for entry in low_table()[:3]]
    ['0x0', '0x2e2a60a00', '0x...']
    """
    errors = dict.fromkeys(range(256), _SLIP) | dict.fromkeys(_RIGHT, 0) | _BETWEEN
    return [_floor_log2((1 << 15) + k, 15) + errors[k] for k in range(256)]


@functools.cache
def straws() -> NDArray[np.int64]:
    """Return 2^48 - L(u) for u = 0 to 65535, where L(u) is about 2^44 log2(u + 1).

    Returns
    -------
    ndarray
        (65536,) int64, read-only. It falls, but for ties of two neighbours, and rises at the end.

    Examples
    --------
    >>> straws()[[0, 65533, 65534, 65535]].tolist()
    [281474976710656, ..., 43930352, 268435456]
    """
    high = np.array(high_table(), dtype=np.uint64)
    low = np.array(low_table(), dtype=np.uint64)
    number = np.arange(1, (1 << 16) + 1, dtype=np.uint64)
    exponent = np.full(1 << 16, 15, dtype=np.uint64)
    while np.any(small := number & np.uint64(0x18000) == 0):
        number[small] <<= np.uint64(1)
        exponent[small] -= np.uint64(1)
    index = (number >> np.uint64(8)).astype(np.int64) * 2 - 256
    rest = (number * high[index] >> np.uint64(48)) & np.uint64(255)
    logarithm = (exponent << np.uint64(44)) + ((high[index + 1] + low[rest.astype(np.int64)]) >> np.uint64(4))
    table = (1 << 48) - logarithm.astype(np.int64)
    table.flags.writeable = False
    return table


def _floor_log2(number: int, bits: int) -> int:
    """Return floor(2^48 log2(number / 2^bits)) for 2^bits <= number <= 2^(bits + 1), by squaring."""
    size = 256
    mantissa, found = number << (size - bits), 0
    for _ in range(49):
        found <<= 1
        if mantissa >> (size + 1):
            found += 1
            mantissa >>= 1
        mantissa = mantissa * mantissa >> size
    return found
