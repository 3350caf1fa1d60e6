"""Compiled hash functions over columns of bytes; the libraries that define them are their oracles.

Sources: xxHash64, Y. Collet, the xxHash specification; MurmurHash3_x64_128, A. Appleby, SMHasher (the
first of its two words); FNV-1a, Fowler, Noll & Vo, draft-eastlake-fnv; CRC-32 as in ISO 3309 and zlib.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Offsets
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import stream

_P1, _P2 = np.uint64(0x9E3779B185EBCA87), np.uint64(0xC2B2AE3D27D4EB4F)
_P3, _P4 = np.uint64(0x165667B19E3779F9), np.uint64(0x85EBCA77C2B2AE63)
_P5 = np.uint64(0x27D4EB2F165667C5)
_C1, _C2 = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F)
_F1, _F2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_FNV_OFFSET, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_W64, _S29, _S32, _S33 = np.uint64(64), np.uint64(29), np.uint64(32), np.uint64(33)
# of one type each, since a number that stands in the code would compile `_rotate` anew
_R1, _R7, _R11, _R12, _R18, _R23, _R27, _R31, _R33 = map(np.uint64, (1, 7, 11, 12, 18, 23, 27, 31, 33))
_ZERO, _ONE, _FOUR, _EIGHT, _SIXTEEN = np.uint64(0), np.uint64(1), np.uint64(4), np.uint64(8), np.uint64(16)


def _crc_table() -> NDArray[np.uint32]:
    table = np.empty(256, dtype=np.uint32)
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
        table[byte] = value
    return table


_CRC_TABLE = _crc_table()


@kernel
def _rotate(x: np.uint64, left: np.uint64) -> np.uint64:
    return (x << left) | (x >> (_W64 - left))


# Positions are unsigned. A signed index might count from the end, and with that check in the way the compiler
# does not make one load of a word out of eight loads of a byte.


@kernel
def _word(data: NDArray[np.uint8], at: np.uint64, count: np.uint64) -> np.uint64:
    """Return up to eight bytes as a little-endian integer."""
    value = _ZERO
    for i in range(count):
        value |= np.uint64(data[at + np.uint64(i)]) << np.uint64(8 * i)
    return value


@kernel
def _word4(data: NDArray[np.uint8], at: np.uint64) -> np.uint64:
    return (
        np.uint64(data[at])
        | (np.uint64(data[at + _ONE]) << np.uint64(8))
        | (np.uint64(data[at + np.uint64(2)]) << np.uint64(16))
        | (np.uint64(data[at + np.uint64(3)]) << np.uint64(24))
    )


@kernel
def word8(data: NDArray[np.uint8], at: np.uint64) -> np.uint64:
    """Return eight bytes as a little-endian integer."""
    return _word4(data, at) | (_word4(data, at + _FOUR) << _S32)


@kernel
def _xx_round(lane: np.uint64, word: np.uint64) -> np.uint64:
    return _rotate(lane + word * _P2, _R31) * _P1


@kernel
def _xx_avalanche(h: np.uint64) -> np.uint64:
    h = (h ^ (h >> _S33)) * _P2
    h = (h ^ (h >> _S29)) * _P3
    return h ^ (h >> _S32)


@kernel
def xxh64_of(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    """Return the xxHash64 of some of the bytes."""
    at = start
    if stop - start >= _S32:
        v1, v2, v3, v4 = seed + _P1 + _P2, seed + _P2, seed, seed - _P1
        while at + _S32 <= stop:
            v1 = _xx_round(v1, word8(data, at))
            v2 = _xx_round(v2, word8(data, at + _EIGHT))
            v3 = _xx_round(v3, word8(data, at + _SIXTEEN))
            v4 = _xx_round(v4, word8(data, at + _SIXTEEN + _EIGHT))
            at += _S32
        h = _rotate(v1, _R1) + _rotate(v2, _R7) + _rotate(v3, _R12) + _rotate(v4, _R18)
        h = (h ^ _xx_round(_ZERO, v1)) * _P1 + _P4
        h = (h ^ _xx_round(_ZERO, v2)) * _P1 + _P4
        h = (h ^ _xx_round(_ZERO, v3)) * _P1 + _P4
        h = (h ^ _xx_round(_ZERO, v4)) * _P1 + _P4
    else:
        h = seed + _P5
    h += stop - start
    while at + _EIGHT <= stop:
        h = _rotate(h ^ _xx_round(_ZERO, word8(data, at)), _R27) * _P1 + _P4
        at += _EIGHT
    if at + _FOUR <= stop:
        h = _rotate(h ^ (_word4(data, at) * _P1), _R23) * _P2 + _P3
        at += _FOUR
    while at < stop:
        h = _rotate(h ^ (np.uint64(data[at]) * _P5), _R11) * _P1
        at += _ONE
    return _xx_avalanche(h)


@kernel
def xxh64_strings(
    data: NDArray[np.uint8], offsets: Offsets, seed: np.uint64, out: NDArray[np.uint64]
) -> None:
    """Write the xxHash64 of each key of a column of bytes."""
    for i in range(len(out)):
        out[i] = xxh64_of(data, np.uint64(offsets[i]), np.uint64(offsets[i + 1]), seed)


@kernel
def xxh64_integers(values: NDArray[np.uint64], seed: np.uint64, out: NDArray[np.uint64]) -> None:
    """Write the xxHash64 of the eight little-endian bytes of each integer."""
    for i in range(len(out)):
        h = seed + _P5 + _EIGHT
        out[i] = _xx_avalanche(_rotate(h ^ _xx_round(_ZERO, values[i]), _R27) * _P1 + _P4)


@kernel
def _fmix64(h: np.uint64) -> np.uint64:
    h = (h ^ (h >> _S33)) * _F1
    h = (h ^ (h >> _S33)) * _F2
    return h ^ (h >> _S33)


@kernel
def murmur3_of(
    data: NDArray[np.uint8],
    start: np.uint64,
    stop: np.uint64,
    seed: np.uint64,
    low: np.uint64,
    high: np.uint64,
) -> np.uint64:
    """Return the first word of MurmurHash3_x64_128; ``low`` and ``high`` are the last 0 to 15 bytes."""
    at, length = start, stop - start
    h1, h2 = seed, seed
    while at + _SIXTEEN <= stop:
        h1 ^= _rotate(word8(data, at) * _C1, _R31) * _C2
        h1 = (_rotate(h1, _R27) + h2) * np.uint64(5) + np.uint64(0x52DCE729)
        h2 ^= _rotate(word8(data, at + _EIGHT) * _C2, _R33) * _C1
        h2 = (_rotate(h2, _R31) + h1) * np.uint64(5) + np.uint64(0x38495AB5)
        at += _SIXTEEN
    h2 ^= _rotate(high * _C2, _R33) * _C1
    h1 ^= _rotate(low * _C1, _R31) * _C2
    h1 ^= length
    h2 ^= length
    h1 += h2
    h2 += h1
    return _fmix64(h1) + _fmix64(h2)


@kernel
def _last_words(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return the 0 to 15 bytes that are left of some in sixteens, as two words."""
    rest = (stop - start) % _SIXTEEN
    low = _word(data, stop - rest, min(_EIGHT, rest))
    return low, _word(data, stop - rest + _EIGHT, rest - _EIGHT) if rest > _EIGHT else _ZERO


@kernel
def murmur3_64_of(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    """Return the first word of MurmurHash3_x64_128 of some of the bytes."""
    low, high = _last_words(data, start, stop)
    return murmur3_of(data, start, stop, seed, low, high)


@kernel
def murmur3_strings(
    data: NDArray[np.uint8], offsets: Offsets, seed: np.uint64, out: NDArray[np.uint64]
) -> None:
    """Write the first word of MurmurHash3_x64_128 of each key of a column of bytes."""
    for i in range(len(out)):
        start, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        low, high = _last_words(data, start, stop)
        out[i] = murmur3_of(data, start, stop, seed, low, high)


@kernel
def fnv1a_of(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    """Return the 64-bit FNV-1a of some of the bytes; the seed is not used."""
    h, at = _FNV_OFFSET, start
    while at < stop:
        h = (h ^ np.uint64(data[at])) * _FNV_PRIME
        at += _ONE
    return h


@kernel
def fnv1a_strings(
    data: NDArray[np.uint8], offsets: Offsets, seed: np.uint64, out: NDArray[np.uint64]
) -> None:
    """Write the 64-bit FNV-1a of each key of a column of bytes; the seed is not used."""
    for i in range(len(out)):
        out[i] = fnv1a_of(data, np.uint64(offsets[i]), np.uint64(offsets[i + 1]), seed)


@kernel
def crc32_of(data: NDArray[np.uint8], start: int | np.int64, stop: int | np.int64) -> np.uint32:
    """Return the CRC-32 of some bytes of a column."""
    crc = np.uint32(0xFFFFFFFF)
    for at in range(start, stop):
        crc = _CRC_TABLE[(crc ^ np.uint32(data[at])) & np.uint32(0xFF)] ^ (crc >> np.uint32(8))
    return crc ^ np.uint32(0xFFFFFFFF)


@kernel
def crc32_strings(
    data: NDArray[np.uint8], offsets: Offsets, seed: np.uint64, out: NDArray[np.uint64]
) -> None:
    """Write the CRC-32 of each key of a column of bytes; the seed is not used."""
    for i in range(len(out)):
        out[i] = np.uint64(crc32_of(data, offsets[i], offsets[i + 1]))


@kernel
def crc32_64_of(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    """Return the CRC-32 of some of the bytes as a word; the seed is not used."""
    return np.uint64(crc32_of(data, np.int64(start), np.int64(stop)))


@kernel
def ordered_of(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    """Return the first eight bytes as a big-endian integer, padded with zeros; the seed is not used."""
    value, at, shift = _ZERO, start, _W64
    while at < min(stop, start + _EIGHT):
        shift -= _EIGHT
        value |= np.uint64(data[at]) << shift
        at += _ONE
    return value


@kernel
def identity_of(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    """Return the integer of which the eight bytes are; the seed is not used."""
    return word8(data, start)


@kernel
def splitmix64_of(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    """Return the first output of SplitMix64 seeded with the integer of which the eight bytes are."""
    return stream(word8(data, start), _ONE)


@kernel
def ordered_strings(
    data: NDArray[np.uint8], offsets: Offsets, seed: np.uint64, out: NDArray[np.uint64]
) -> None:
    """Write the first eight bytes of each key as a big-endian integer, padded with zeros."""
    for i in range(len(out)):
        out[i] = ordered_of(data, np.uint64(offsets[i]), np.uint64(offsets[i + 1]), seed)
