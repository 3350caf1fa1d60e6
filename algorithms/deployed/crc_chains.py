"""Chains of CRC-32, by which nginx sets its points, and CRC-32 of a key with something before it."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel

__all__ = ["chain_kernel", "prefixed"]

_ONE, _ONES, _BYTE, _EIGHT = np.uint32(1), np.uint32(0xFFFFFFFF), np.uint32(0xFF), np.uint32(8)
_POLYNOMIAL, _TOP = np.uint32(0xEDB88320), np.uint32(1 << 31)
_TABLE = np.array([zlib.crc32(bytes([i])) ^ zlib.crc32(b"\0") for i in range(256)], dtype=np.uint32)
"""CRC-32 of a byte without what its beginning and end add: that is linear."""


@kernel
def chain_kernel(begun: np.uint32, out: NDArray[np.uint64]) -> None:
    """Write points, each CRC-32 of a text and the point before, little-endian; ``begun``: the text's own."""
    state, point = np.uint32(begun ^ _ONES), np.uint32(0)
    for i in range(len(out)):
        # the register takes four bytes at once, since it is as wide
        word = np.uint32(state ^ point)
        for _ in range(4):
            word = np.uint32(_TABLE[word & _BYTE] ^ (word >> _EIGHT))
        point = np.uint32(word ^ _ONES)
        out[i] = np.uint64(point)


@kernel
def _product(a: np.uint32, b: np.uint32) -> np.uint32:
    """Return the product of two polynomials modulo that of CRC-32; the highest bit is the constant."""
    found = np.uint32(0)
    for at in range(32):
        if a & np.uint32(_TOP >> np.uint32(at)):
            found = np.uint32(found ^ b)
        b = np.uint32((b >> _ONE) ^ (_POLYNOMIAL if b & _ONE else np.uint32(0)))
    return found


@kernel
def prefixed(before: np.uint32, length: np.uint64) -> np.uint32:
    """Return CRC-32(text || key) ^ CRC-32(key) for a key of so many bytes; ``before`` is CRC-32 of the text.

    CRC-32 is linear: the text leaves its own in the register, and each byte of the key shifts that by 8.
    """
    shift, left, found = np.uint32(_TOP >> _EIGHT), length, before  # x^8
    while left:
        if left & np.uint64(1):
            found = _product(shift, found)
        shift = _product(shift, shift)
        left >>= np.uint64(1)
    return found
