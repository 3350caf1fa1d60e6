"""The hash functions of deployed programs by name: what each is, its width, and how it is computed.

Those of one name with ``+avalanche`` are HAProxy's with its modifier. A program's name at the end says that
functions of that name elsewhere compute something else.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from typing import Any, NamedTuple

import mmh3
import numpy as np
from numpy.typing import NDArray

from algorithms.hashing import blockwise, bytewise
from algorithms.hashing.blockwise import pg_row_of_integer
from algorithms.hashing.columns import Offsets
from algorithms.hashing.kernels import crc32_of, word8
from algorithms.machinery.kernel import Kernel, kernel
from algorithms.machinery.single import KeyEntry, key_entry

__all__ = ["FUNCTIONS", "IP_HASHES", "SystemHash", "mongo_hashed"]

IP_HASHES = 6271
"""How many values nginx' ip_hash has: it is a remainder by this prime."""

_OfKey = Kernel[[NDArray[np.uint8], Any, Any], np.uint64]
_OfOne = Kernel[[NDArray[np.uint8], np.uint64, np.uint64, np.uint64], np.uint64]
_OfColumn = Kernel[[NDArray[np.uint8], Offsets, np.uint64, NDArray[np.uint64]], None]


class SystemHash(NamedTuple):
    """What is known of a hash function of a deployed program.

    Parameters
    ----------
    name, summary, width
        As :class:`~algorithms.hashing.HashFunction` has them.
    of_bytes
        (bytes, seed) -> hash; the seed is not used.
    strings
        The same for a column of bytes; None where keys are hashed one by one.
    of_int, integers
        The same for an int and a column of them, where a program hashes a number as a number.
    entry
        The same for one key in compiled code, which places it; None where there is none.
    """

    name: str
    summary: str
    width: int
    of_bytes: Callable[[bytes, int], int]
    strings: _OfColumn | None = None
    of_int: Callable[[int, int], int] | None = None
    integers: Callable[[NDArray[np.uint64], int, NDArray[np.uint64]], None] | None = None
    entry: KeyEntry | None = None


@kernel
def _crc32(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
    return np.uint64(crc32_of(data, start, stop))


def _column_of(of_key: _OfKey) -> _OfColumn:
    @kernel
    def column(data: NDArray[np.uint8], offsets: Offsets, seed: np.uint64, out: NDArray[np.uint64]) -> None:
        for i in range(len(out)):
            out[i] = of_key(data, offsets[i], offsets[i + 1])

    return column


def _avalanched(of_key: _OfKey) -> _OfKey:
    mixed = bytewise.avalanche

    @kernel
    def avalanched(data: NDArray[np.uint8], start: int, stop: int) -> np.uint64:
        return mixed(of_key(data, start, stop))

    return avalanched


def _one_of(of_key: _OfKey) -> _OfOne:
    @kernel
    def one(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
        return of_key(data, np.int64(start), np.int64(stop))

    return one


@kernel
def _pg_row_of_word(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    return pg_row_of_integer(word8(data, start))


def _compiled(
    name: str, summary: str, width: int, of_key: _OfKey, of_integer: _OfOne | None = None
) -> SystemHash:
    column = _column_of(of_key)

    def of_bytes(key: bytes, seed: int) -> int:
        # no pointer to an empty array: a byte stands where there is none
        return int(of_key(np.frombuffer(key or b"\0", dtype=np.uint8), 0, len(key)))

    return SystemHash(name, summary, width, of_bytes, column, entry=key_entry(_one_of(of_key), of_integer))


def _md5_le32(key: bytes, seed: int) -> int:
    return int.from_bytes(hashlib.md5(key, usedforsecurity=False).digest()[:4], "little")


def _address(key: bytes) -> bytes:
    """Return the bytes of an IP address that is written out, or a key that is none as it is."""
    family = socket.AF_INET6 if b":" in key else socket.AF_INET
    try:
        return socket.inet_pton(family, key.decode("ascii"))
    except (OSError, ValueError):
        return key


def _xor_words(key: bytes, seed: int) -> int:
    address, h = _address(key), 0
    for at in range(0, len(address), 4):
        h ^= int.from_bytes(address[at : at + 4], "big")
    return h


def _xor_words_avalanched(key: bytes, seed: int) -> int:
    return int(bytewise.avalanche(np.uint64(_xor_words(key, seed))))


def _ip_hash_nginx(key: bytes, seed: int) -> int:
    address = _address(key)
    h = 89
    for byte in address[:3] if len(address) == 4 else address:
        h = (113 * h + byte) % IP_HASHES
    # its place among 2^31, so that the highest bits of any hash say which of the values it stands for
    return -(-(h << 31) // IP_HASHES) << 1 | (len(address) == 16)


def _es_utf16(key: bytes, seed: int) -> int:
    return mmh3.hash(key.decode("utf-8", "replace").encode("utf-16-le"), 0, signed=False)


_PG_ROW = _compiled(
    "pg_row",
    "PostgreSQL's row hash of one column, text or integer",
    64,
    blockwise.pg_row_of_bytes,
    _pg_row_of_word,
)


def mongo_hashed(kind: int, value: bytes) -> int:
    """Return MongoDB's hash of a value in BSON under its canonical type, plus 2^63."""
    digest = hashlib.md5(bytes(4) + kind.to_bytes(4, "little") + value, usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "little") ^ 1 << 63


def _mongo_text(key: bytes, seed: int) -> int:
    return mongo_hashed(15, (len(key) + 1).to_bytes(4, "little") + key + b"\0")


def _mongo_integer(key: int, seed: int) -> int:
    return mongo_hashed(10, key.to_bytes(8, "little"))


def _mongo_integers(values: NDArray[np.uint64], seed: int, out: NDArray[np.uint64]) -> None:
    out[:] = [_mongo_integer(value, seed) for value in values.tolist()]


def _es_routing(key: bytes, seed: int) -> int:
    return _es_utf16(key, seed) ^ 1 << 31


_HAPROXY = (
    ("sdbm", "sdbm: HAProxy's default", bytewise.sdbm),
    ("djb2", "djb2 of HAProxy: 33 h + c", bytewise.djb2),
    ("wt6", "wt6 of HAProxy", bytewise.wt6),
    ("crc32", "", _crc32),
)

FUNCTIONS = (
    _compiled("crc15", "bits 16 to 30 of CRC-32: nginx' plain hash, crc32 of twemproxy", 15, bytewise.crc15),
    _compiled(
        "crc15_length", "crc15 and the length of the key: what nginx' plain hash goes by", 64,
        bytewise.crc15_length,
    ),
    SystemHash("ip_hash_nginx", "which of nginx' 6271 values of ip_hash an address has", 32, _ip_hash_nginx),
    SystemHash("xor_words", "XOR of an address's words: HAProxy's balance source", 32, _xor_words),
    SystemHash(
        "xor_words+avalanche", "xor_words and HAProxy's avalanche", 32, _xor_words_avalanched
    ),
    *(_compiled(name, summary, 32, of_key) for name, summary, of_key in _HAPROXY if summary),
    *(
        _compiled(f"{name}+avalanche", f"{name} and HAProxy's avalanche", 32, _avalanched(of_key))
        for name, _, of_key in _HAPROXY
    ),
    _compiled(
        "one_at_a_time", "Jenkins' one_at_a_time over signed chars: libmemcached's default", 32,
        bytewise.one_at_a_time,
    ),
    SystemHash("md5_le32", "the first four bytes of MD5, little-endian: ketama's", 32, _md5_le32),
    _compiled("fnv1_32", "32-bit FNV-1 over signed chars, as in libmemcached", 32, bytewise.fnv1_32),
    _compiled("fnv1a_32", "32-bit FNV-1a over signed chars, as in libmemcached", 32, bytewise.fnv1a_32),
    _compiled("fnv1_64_low32", "the low half of 64-bit FNV-1 over signed chars", 32, bytewise.fnv1_64_low32),
    _compiled(
        "fnv1a_64_32", "FNV-1a with constants of 64 bits in 32: twemproxy's default", 32, bytewise.fnv1a_64_32
    ),
    _compiled(
        "crc16_wide", "CRC-16 of libmemcached, whose 32 bits are never masked", 32, bytewise.crc16_wide
    ),
    _compiled(
        "murmur2_memcached", "MurmurHash2 seeded by the length, as in libmemcached", 32,
        blockwise.murmur2_memcached,
    ),
    _compiled(
        "murmur3_memcached", "MurmurHash3_x86_32 seeded by the length", 32, blockwise.murmur3_memcached
    ),
    _compiled("lookup3", "Jenkins' lookup3 from 13, as in libmemcached", 32, blockwise.lookup3),
    _compiled("murmur3_32", "MurmurHash3_x86_32, seed 0", 32, blockwise.murmur3_32),
    _compiled("murmur2_64", "MurmurHash64A with Envoy's seed", 64, blockwise.murmur2_64),
    _compiled("crc16_slot", "the slot of Redis Cluster: CRC-16 of the tag", 14, bytewise.crc16_slot),
    _compiled("murmur2_kafka", "MurmurHash2 of Kafka's Java client", 31, blockwise.murmur2_kafka),
    _compiled("fnv1a_kafka", "32-bit FNV-1a as librdkafka has it", 31, bytewise.fnv1a_kafka),
    _compiled(
        "murmur3_cassandra", "the token of Cassandra's Murmur3Partitioner, plus 2^63", 64,
        blockwise.murmur3_cassandra,
    ),
    SystemHash("es_utf16", "MurmurHash3_x86_32 of UTF-16, as in Elasticsearch", 32, _es_utf16),
    SystemHash("es_routing", "es_utf16 as the signed number it is there, plus 2^31", 32, _es_routing),
    _compiled("pg_text", "PostgreSQL's hash of text under the seed of partitions", 64, blockwise.pg_bytes),
    _PG_ROW._replace(
        of_int=lambda key, seed: int(blockwise.pg_row_of_integer(np.uint64(key))),
        integers=lambda values, seed, out: blockwise.pg_rows_of_integers(values, out),
    ),
    SystemHash(
        "mongo_hashed", "MongoDB's hashed index of strings and integers, plus 2^63", 64, _mongo_text,
        of_int=_mongo_integer, integers=_mongo_integers,
    ),
)  # fmt: skip
