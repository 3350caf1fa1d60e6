"""Hash functions of deployed programs that read a key byte by byte, compiled.

Each is the function of one program to the bit, with what that program does to bytes from 0x80 on: some take a
byte as a signed char and extend its sign. All are kernels (data, start, stop) -> hash over a column of bytes.

Sources: nginx (CRC-32 cut to 15 bits, the polynomial of ip_hash); HAProxy (sdbm, djb2, wt6, its avalanche);
libmemcached and twemproxy (one_at_a_time by B. Jenkins, FNV, CRC-16); Redis Cluster (CRC-16/XMODEM); Kafka's
librdkafka (FNV-1a).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.kernels import crc32_of
from algorithms.machinery.kernel import kernel

_SIGN, _BYTE = np.uint32(0x80), np.uint32(0xFF)
_EXTENDED = np.uint32(0xFFFFFF00)
_ONES = np.uint32(0xFFFFFFFF)


@kernel
def _signed(byte: np.uint8) -> np.uint32:
    """Return a byte as a signed char becomes an unsigned int in C."""
    value = np.uint32(byte)
    return np.uint32(value | _EXTENDED) if value & _SIGN else value


@kernel
def _turned(x: np.uint32, bits: np.uint32) -> np.uint32:
    """Return a word rotated to the left by 0 to 31 bits."""
    bits = np.uint32(bits & np.uint32(31))
    return np.uint32((x << bits) | (x >> ((np.uint32(32) - bits) & np.uint32(31))))


@kernel
def crc15(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return bits 16 to 30 of CRC-32: nginx' plain hash, "crc32" of twemproxy, "crc" of libmemcached."""
    return np.uint64((crc32_of(data, start, stop) >> np.uint32(16)) & np.uint32(0x7FFF))


@kernel
def crc15_length(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return `crc15` in the highest bits, and below them how long the key is, which nginx' retries need."""
    length = np.uint64(stop - start) & np.uint64((1 << 49) - 1)
    return (crc15(data, start, stop) << np.uint64(49)) | length


@kernel
def sdbm(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return sdbm, HAProxy's default."""
    h = np.uint32(0)
    for at in range(start, stop):
        h = np.uint32(np.uint32(data[at]) + (h << np.uint32(6)) + (h << np.uint32(16)) - h)
    return np.uint64(h)


@kernel
def djb2(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return djb2: 33 h + c from 5381."""
    h = np.uint32(5381)
    for at in range(start, stop):
        h = np.uint32((h << np.uint32(5)) + h + np.uint32(data[at]))
    return np.uint64(h)


@kernel
def wt6(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return wt6: two words turned by counts that the words themselves give."""
    h0, h1 = np.uint32(0xA53C965A), np.uint32(0x5CA6953A)
    step0, step1 = np.uint32(6), np.uint32(18)
    for at in range(start, stop):
        byte = np.uint32(data[at])
        h0 = np.uint32((h0 ^ byte) ^ _ONES)
        h1 = np.uint32((h1 + byte) ^ _ONES)
        h0, h1 = _turned(h1, step0), _turned(h0, step1)
        mixed = np.uint32(((h0 >> np.uint32(16)) ^ h1) & np.uint32(0xFFFF))
        step0, step1 = np.uint32(mixed & np.uint32(31)), np.uint32(mixed >> np.uint32(11))
    return np.uint64(h0 ^ h1)


@kernel
def avalanche(h: np.uint64) -> np.uint64:
    """Return HAProxy's avalanche of 32 bits: a bijection."""
    a = np.uint32(h)
    a = np.uint32((a + np.uint32(0x7ED55D16)) + (a << np.uint32(12)))
    a = np.uint32((a ^ np.uint32(0xC761C23C)) ^ (a >> np.uint32(19)))
    a = np.uint32((a + np.uint32(0x165667B1)) + (a << np.uint32(5)))
    a = np.uint32((a + np.uint32(0xD3A2646C)) ^ (a << np.uint32(9)))
    a = np.uint32((a + np.uint32(0xFD7046C5)) + (a << np.uint32(3)))
    a = np.uint32((a ^ np.uint32(0xB55A4F09)) ^ (a >> np.uint32(16)))
    return np.uint64(np.uint32(a * np.uint32(3221225473)))


@kernel
def one_at_a_time(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return Jenkins' one_at_a_time over signed chars, libmemcached's default."""
    h = np.uint32(0)
    for at in range(start, stop):
        h = np.uint32(h + _signed(data[at]))
        h = np.uint32(h + (h << np.uint32(10)))
        h = np.uint32(h ^ (h >> np.uint32(6)))
    h = np.uint32(h + (h << np.uint32(3)))
    h = np.uint32(h ^ (h >> np.uint32(11)))
    return np.uint64(np.uint32(h + (h << np.uint32(15))))


@kernel
def fnv1_32(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return 32-bit FNV-1 over signed chars."""
    h = np.uint32(0x811C9DC5)
    for at in range(start, stop):
        h = np.uint32((h * np.uint32(0x01000193)) ^ _signed(data[at]))
    return np.uint64(h)


@kernel
def fnv1a_32(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return 32-bit FNV-1a over signed chars."""
    h = np.uint32(0x811C9DC5)
    for at in range(start, stop):
        h = np.uint32((h ^ _signed(data[at])) * np.uint32(0x01000193))
    return np.uint64(h)


@kernel
def fnv1_64_low32(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return the low half of 64-bit FNV-1 over signed chars: only low halves are ever multiplied into it."""
    h = np.uint32(0x84222325)
    for at in range(start, stop):
        h = np.uint32((h * np.uint32(0x000001B3)) ^ _signed(data[at]))
    return np.uint64(h)


@kernel
def fnv1a_64_32(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return FNV-1a with the constants of 64 bits in a register of 32, over signed chars."""
    h = np.uint32(0x84222325)
    for at in range(start, stop):
        h = np.uint32((h ^ _signed(data[at])) * np.uint32(0x000001B3))
    return np.uint64(h)


@kernel
def fnv1a_kafka(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return the absolute value of 32-bit FNV-1a read as a signed word, as librdkafka has it."""
    h = np.uint32(0x811C9DC5)
    for at in range(start, stop):
        h = np.uint32((h ^ np.uint32(data[at])) * np.uint32(0x01000193))
    return np.uint64(np.uint32(np.uint32(0) - h) if h >> np.uint32(31) else h)


@kernel
def crc16_wide(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return the CRC-16 of libmemcached and twemproxy, whose register of 32 bits is never masked."""
    crc = np.uint32(0)
    for at in range(start, stop):
        index = np.uint32(((crc >> np.uint32(8)) ^ _signed(data[at])) & _BYTE)
        crc = np.uint32((crc << np.uint32(8)) ^ _crc16_of(index))
    return np.uint64(crc)


@kernel
def crc16(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return CRC-16/XMODEM."""
    crc = np.uint32(0)
    for at in range(start, stop):
        index = np.uint32(((crc >> np.uint32(8)) ^ np.uint32(data[at])) & _BYTE)
        crc = np.uint32(((crc << np.uint32(8)) ^ _crc16_of(index)) & np.uint32(0xFFFF))
    return np.uint64(crc)


@kernel
def _crc16_of(byte: np.uint32) -> np.uint32:
    return np.uint32(_CRC16[byte])


@kernel
def crc16_slot(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return the slot of Redis Cluster: 14 bits of the CRC-16 of a key's tag, or of the key.

    The tag is what stands between the first ``{`` and the next ``}``, unless nothing does.
    """
    opened = start
    while opened < stop and data[opened] != 0x7B:
        opened += 1
    closed = opened + 1
    while closed < stop and data[closed] != 0x7D:
        closed += 1
    if opened + 1 < closed < stop:
        start, stop = opened + 1, closed
    return crc16(data, start, stop) & np.uint64(0x3FFF)


def _crc16_table() -> NDArray[np.uint16]:
    table = np.empty(256, dtype=np.uint16)
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = ((value << 1) ^ (0x1021 if value & 0x8000 else 0)) & 0xFFFF
        table[byte] = value
    return table


_CRC16 = _crc16_table()
