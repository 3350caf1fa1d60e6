"""Hash functions of deployed programs that read a key by words, compiled.

Sources: MurmurHash2, MurmurHash64A and MurmurHash3_x86_32 by A. Appleby, with the seeds of libmemcached,
Envoy and Kafka; MurmurHash3_x64_128 as Cassandra computes it, which extends the sign of the last bytes;
lookup3 by B. Jenkins, in libmemcached and, with a seed of 64 bits, in PostgreSQL.
All are kernels (data, start, stop) -> hash over a column of bytes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.kernels import murmur3_of, word8
from algorithms.machinery.kernel import kernel

_M2 = np.uint32(0x5BD1E995)
_M64 = np.uint64(0xC6A4A7935BD1E995)
_EIGHT = np.uint64(8)
_LOOKUP3 = np.uint32(0xDEADBEEF)
_PG_START = np.uint32(0x9E3779B9) + np.uint32(3923095)
_PG_COLUMN = np.uint64(0x49A0F4DD15E5A8E3)
_PG_SEED = np.uint64(0x7A5B22367996DCFD)
_LOW = np.uint64(0xFFFFFFFF)


@kernel
def _turned32(x: np.uint32, bits: int) -> np.uint32:
    x = np.uint32(x)
    return np.uint32((x << np.uint32(bits)) | (x >> np.uint32(32 - bits)))


@kernel
def _word4(data: NDArray[np.uint8], at: int, stop: int) -> np.uint32:
    """Return up to four bytes as a little-endian integer."""
    value = np.uint32(0)
    for i in range(min(4, stop - at)):
        value = np.uint32(value | (np.uint32(data[at + i]) << np.uint32(8 * i)))
    return value


@kernel
def _murmur2(data: NDArray[np.uint8], start: int, stop: int, seed: np.uint32) -> np.uint32:
    h = np.uint32(seed ^ np.uint32(stop - start))
    at = start
    while stop - at >= 4:
        k = np.uint32(_word4(data, at, stop) * _M2)
        k = np.uint32((k ^ (k >> np.uint32(24))) * _M2)
        h = np.uint32((h * _M2) ^ k)
        at += 4
    if at < stop:
        h = np.uint32((h ^ _word4(data, at, stop)) * _M2)
    h = np.uint32((h ^ (h >> np.uint32(13))) * _M2)
    return np.uint32(h ^ (h >> np.uint32(15)))


@kernel
def murmur2_memcached(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return MurmurHash2 seeded by 0xdeadbeef times the length, as libmemcached and twemproxy have it."""
    return np.uint64(_murmur2(data, start, stop, np.uint32(_LOOKUP3 * np.uint32(stop - start))))


@kernel
def murmur2_kafka(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return 31 bits of MurmurHash2 with the seed of Kafka's Java client."""
    return np.uint64(_murmur2(data, start, stop, np.uint32(0x9747B28C)) & np.uint32(0x7FFFFFFF))


@kernel
def murmur2_64(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return MurmurHash64A with Envoy's seed."""
    length = np.uint64(stop - start)
    h = np.uint64(0xC70F6907) ^ (length * _M64)
    at = np.uint64(start)
    while np.uint64(stop) - at >= _EIGHT:
        k = word8(data, at) * _M64
        k = (k ^ (k >> np.uint64(47))) * _M64
        h = (h ^ k) * _M64
        at += _EIGHT
    if at < np.uint64(stop):
        rest = np.uint64(0)
        for i in range(np.uint64(stop) - at):
            rest |= np.uint64(data[at + np.uint64(i)]) << np.uint64(8 * i)
        h = (h ^ rest) * _M64
    h = (h ^ (h >> np.uint64(47))) * _M64
    return h ^ (h >> np.uint64(47))


@kernel
def _murmur3(data: NDArray[np.uint8], start: int, stop: int, seed: np.uint32) -> np.uint32:
    h = np.uint32(seed)
    at = start
    while at < stop:
        k = np.uint32(_turned32(_word4(data, at, stop) * np.uint32(0xCC9E2D51), 15) * np.uint32(0x1B873593))
        h = np.uint32(h ^ k)
        if stop - at >= 4:
            h = np.uint32(_turned32(h, 13) * np.uint32(5) + np.uint32(0xE6546B64))
        at += 4
    h = np.uint32(h ^ np.uint32(stop - start))
    h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@kernel
def murmur3_32(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return MurmurHash3_x86_32 with seed 0."""
    return np.uint64(_murmur3(data, start, stop, np.uint32(0)))


@kernel
def murmur3_memcached(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return MurmurHash3_x86_32 seeded by 0xdeadbeef times the length."""
    return np.uint64(_murmur3(data, start, stop, np.uint32(_LOOKUP3 * np.uint32(stop - start))))


@kernel
def _signed_tail(data: NDArray[np.uint8], at: np.uint64, count: np.uint64) -> np.uint64:
    """Return up to eight bytes XORed in as signed ones, each shifted to its place."""
    value = np.uint64(0)
    for i in range(count):
        byte = np.uint64(data[at + np.uint64(i)])
        if byte & np.uint64(0x80):
            byte |= np.uint64(0xFFFFFFFFFFFFFF00)
        value ^= byte << np.uint64(8 * i)
    return value


@kernel
def murmur3_cassandra(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return the token of Cassandra's Murmur3Partitioner, plus 2^63, so that hashes ascend with it."""
    end = np.uint64(stop)
    rest = (end - np.uint64(start)) % np.uint64(16)
    low = _signed_tail(data, end - rest, min(_EIGHT, rest))
    high = _signed_tail(data, end - rest + _EIGHT, rest - _EIGHT) if rest > _EIGHT else np.uint64(0)
    token = murmur3_of(data, np.uint64(start), end, np.uint64(0), low, high)
    if token == np.uint64(1) << np.uint64(63):
        token -= np.uint64(1)
    return token ^ (np.uint64(1) << np.uint64(63))


@kernel
def _mixed3(a: np.uint32, b: np.uint32, c: np.uint32) -> tuple[np.uint32, np.uint32, np.uint32]:
    """Return three words after the inner step of lookup3."""
    a = np.uint32((a - c) ^ _turned32(c, 4))
    c = np.uint32(c + b)
    b = np.uint32((b - a) ^ _turned32(a, 6))
    a = np.uint32(a + c)
    c = np.uint32((c - b) ^ _turned32(b, 8))
    b = np.uint32(b + a)
    a = np.uint32((a - c) ^ _turned32(c, 16))
    c = np.uint32(c + b)
    b = np.uint32((b - a) ^ _turned32(a, 19))
    a = np.uint32(a + c)
    c = np.uint32((c - b) ^ _turned32(b, 4))
    b = np.uint32(b + a)
    return a, b, c


@kernel
def _ended3(a: np.uint32, b: np.uint32, c: np.uint32) -> tuple[np.uint32, np.uint32]:
    """Return the last two words after the last step of lookup3."""
    c = np.uint32((c ^ b) - _turned32(b, 14))
    a = np.uint32((a ^ c) - _turned32(c, 11))
    b = np.uint32((b ^ a) - _turned32(a, 25))
    c = np.uint32((c ^ b) - _turned32(b, 16))
    a = np.uint32((a ^ c) - _turned32(c, 4))
    b = np.uint32((b ^ a) - _turned32(a, 14))
    c = np.uint32((c ^ b) - _turned32(b, 24))
    return b, c


@kernel
def lookup3(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return lookup3 (hashlittle) with the start 13, libmemcached's and twemproxy's "jenkins"."""
    a = np.uint32(_LOOKUP3 + np.uint32(stop - start) + np.uint32(13))
    b, c = a, a
    at = start
    while stop - at > 12:
        a = np.uint32(a + _word4(data, at, stop))
        b = np.uint32(b + _word4(data, at + 4, stop))
        c = np.uint32(c + _word4(data, at + 8, stop))
        a, b, c = _mixed3(a, b, c)
        at += 12
    if at < stop:
        a = np.uint32(a + _word4(data, at, stop))
        b = np.uint32(b + _word4(data, at + 4, stop))
        c = np.uint32(c + _word4(data, at + 8, stop))
        b, c = _ended3(a, b, c)
    return np.uint64(c)


@kernel
def _pg_started(length: int) -> tuple[np.uint32, np.uint32, np.uint32]:
    """Return the three words of PostgreSQL's extended hash after its seed was mixed in."""
    a = np.uint32(_PG_START + np.uint32(length))
    return _mixed3(
        np.uint32(a + np.uint32(_PG_SEED >> np.uint64(32))), np.uint32(a + np.uint32(_PG_SEED & _LOW)), a
    )


@kernel
def pg_bytes(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return PostgreSQL's extended hash, under the seed of hash partitions, of text or of a uuid's bytes."""
    a, b, c = _pg_started(stop - start)
    at = start
    while stop - at >= 12:
        a = np.uint32(a + _word4(data, at, stop))
        b = np.uint32(b + _word4(data, at + 4, stop))
        c = np.uint32(c + _word4(data, at + 8, stop))
        a, b, c = _mixed3(a, b, c)
        at += 12
    a = np.uint32(a + _word4(data, at, stop))
    b = np.uint32(b + _word4(data, at + 4, stop))
    c = np.uint32(c + (_word4(data, at + 8, stop) << np.uint32(8)))  # the lowest byte of c is the length's
    b, c = _ended3(a, b, c)
    return (np.uint64(b) << np.uint64(32)) | np.uint64(c)


@kernel
def pg_integer(value: np.uint64) -> np.uint64:
    """Return the same of an integer of any width, given as the 64 bits of its two's complement."""
    high = value >> np.uint64(32)
    low = value & _LOW
    word = np.uint32(low ^ (high if value < np.uint64(1) << np.uint64(63) else high ^ _LOW))
    a, b, c = _pg_started(4)
    b, c = _ended3(np.uint32(a + word), b, c)
    return (np.uint64(b) << np.uint64(32)) | np.uint64(c)


@kernel
def pg_row_of_bytes(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    """Return the hash of a row of one text or uuid."""
    return pg_bytes(data, start, stop) + _PG_COLUMN


@kernel
def pg_row_of_integer(value: np.uint64) -> np.uint64:
    """Return the hash of a row of one integer, given as 64 bits."""
    return pg_integer(value) + _PG_COLUMN


@kernel
def pg_rows_of_integers(values: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    """Write the hash of a row of each integer."""
    for i in range(len(out)):
        out[i] = pg_row_of_integer(values[i])
