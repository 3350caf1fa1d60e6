"""The hash functions of deployed programs, in plain Python over whole numbers."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction

import mmh3

WORD, LONG = 2**32 - 1, 2**64 - 1


def signed(byte: int) -> int:
    return byte - 256 if byte >= 128 else byte


def turned(x: int, bits: int, width: int = 32) -> int:
    bits %= width
    return (x << bits | x >> (width - bits)) & ((1 << width) - 1)


def sdbm(key: bytes) -> int:
    h = 0
    for c in key:
        h = (c + (h << 6) + (h << 16) - h) & WORD
    return h


def djb2(key: bytes) -> int:
    h = 5381
    for c in key:
        h = (33 * h + c) & WORD
    return h


def wt6(key: bytes) -> int:
    h0, h1, s0, s1 = 0xA53C965A, 0x5CA6953A, 6, 18
    for c in key:
        h0, h1 = ~(h0 ^ c) & WORD, ~(h1 + c) & WORD
        h0, h1 = turned(h1, s0), turned(h0, s1)
        both = ((h0 >> 16) ^ h1) & 0xFFFF
        s0, s1 = both % 32, both >> 11
    return h0 ^ h1


def avalanche(a: int) -> int:
    a = a + 0x7ED55D16 + (a << 12) & WORD
    a = a ^ 0xC761C23C ^ (a >> 19)
    a = a + 0x165667B1 + (a << 5) & WORD
    a = (a + 0xD3A2646C ^ a << 9) & WORD
    a = a + 0xFD7046C5 + (a << 3) & WORD
    a = a ^ 0xB55A4F09 ^ (a >> 16)
    return a * 3221225473 & WORD


def one_at_a_time(key: bytes) -> int:
    h = 0
    for c in key:
        h = (h + signed(c)) & WORD
        h = (h + (h << 10)) & WORD
        h ^= h >> 6
    h = (h + (h << 3)) & WORD
    h ^= h >> 11
    return (h + (h << 15)) & WORD


def fnv1(key: bytes, start: int, prime: int, width: int) -> int:
    h = start
    for c in key:
        h = (h * prime ^ signed(c)) & ((1 << width) - 1)
    return h


def fnv1a(key: bytes, start: int, prime: int, *, extended: bool = True) -> int:
    h = start
    for c in key:
        h = (h ^ (signed(c) if extended else c)) * prime & WORD
    return h


def crc16(key: bytes, mask: int, *, extended: bool) -> int:
    crc = 0
    for c in key:
        index = ((crc >> 8) ^ (signed(c) if extended else c)) & 0xFF
        value = index << 8
        for _ in range(8):
            value = (value << 1 ^ (0x1021 if value & 0x8000 else 0)) & 0xFFFF
        crc = (crc << 8 ^ value) & mask
    return crc


def slot(key: bytes) -> int:
    _, opened, after = key.partition(b"{")
    tag, closed, _ = after.partition(b"}")
    return crc16(tag if opened and closed and tag else key, 0xFFFF, extended=False) & 0x3FFF


def murmur2(key: bytes, seed: int) -> int:
    m, h = 0x5BD1E995, seed ^ len(key)
    whole = len(key) // 4 * 4
    for at in range(0, whole, 4):
        k = int.from_bytes(key[at : at + 4], "little") * m & WORD
        h = (h * m & WORD) ^ ((k ^ k >> 24) * m & WORD)
    if key[whole:]:
        h = (h ^ int.from_bytes(key[whole:], "little")) * m & WORD
    h = (h ^ h >> 13) * m & WORD
    return h ^ h >> 15


def murmur2_64(key: bytes) -> int:
    m, h = 0xC6A4A7935BD1E995, 0xC70F6907 ^ (len(key) * 0xC6A4A7935BD1E995 & LONG)
    whole = len(key) // 8 * 8
    for at in range(0, whole, 8):
        k = int.from_bytes(key[at : at + 8], "little") * m & LONG
        h = (h ^ (k ^ k >> 47) * m & LONG) * m & LONG
    if key[whole:]:
        h = (h ^ int.from_bytes(key[whole:], "little")) * m & LONG
    h = (h ^ h >> 47) * m & LONG
    return h ^ h >> 47


def mixed(a: int, b: int, c: int) -> tuple[int, int, int]:
    for bits in ((4, 6, 8), (16, 19, 4)):
        a = ((a - c) ^ turned(c, bits[0])) & WORD
        c = (c + b) & WORD
        b = ((b - a) ^ turned(a, bits[1])) & WORD
        a = (a + c) & WORD
        c = ((c - b) ^ turned(b, bits[2])) & WORD
        b = (b + a) & WORD
    return a, b, c


def ended(a: int, b: int, c: int) -> tuple[int, int]:
    words = {"a": a, "b": b, "c": c}
    for (target, other), bits in zip(
        ("cb", "ac", "ba", "cb", "ac", "ba", "cb"), (14, 11, 25, 16, 4, 14, 24), strict=True
    ):
        words[target] = ((words[target] ^ words[other]) - turned(words[other], bits)) & WORD
    return words["b"], words["c"]


def _parts(key: bytes, size: int) -> list[bytes]:
    return [key[at : at + size] for at in range(0, len(key), size)]


def words_of(key: bytes) -> list[int]:
    return [int.from_bytes(bytes(part), "little") for part in _parts(key, 4)]


def lookup3(key: bytes) -> int:
    a = b = c = (0xDEADBEEF + len(key) + 13) & WORD
    if not key:
        return c
    *blocks, last = _parts(key, 12)
    for block in blocks:
        x, y, z = words_of(bytes(block))
        a, b, c = mixed((a + x) & WORD, (b + y) & WORD, (c + z) & WORD)
    x, y, z = [*words_of(bytes(last)), 0, 0][:3]
    return ended((a + x) & WORD, (b + y) & WORD, (c + z) & WORD)[1]


def pg_text(key: bytes) -> int:
    seed = 0x7A5B22367996DCFD
    a = b = c = (0x9E3779B9 + len(key) + 3923095) & WORD
    a, b, c = mixed((a + (seed >> 32)) & WORD, (b + seed) & WORD, c)
    while len(key) >= 12:
        x, y, z = words_of(key[:12])
        a, b, c = mixed((a + x) & WORD, (b + y) & WORD, (c + z) & WORD)
        key = key[12:]
    x, y, z = [*words_of(key), 0, 0, 0][:3]
    b, c = ended((a + x) & WORD, (b + y) & WORD, (c + (z << 8)) & WORD)
    return b << 32 | c


def cassandra(key: bytes) -> int:
    """MurmurHash3_x64_128, whose last bytes are signed; only its first word."""
    c1, c2 = 0x87C37B91114253D5, 0x4CF5AD432745937F
    h1 = h2 = 0
    whole = len(key) // 16 * 16

    def first(k: int) -> int:
        return turned(k * c1 & LONG, 31, 64) * c2 & LONG

    def second(k: int) -> int:
        return turned(k * c2 & LONG, 33, 64) * c1 & LONG

    for at in range(0, whole, 16):
        h1 ^= first(int.from_bytes(key[at : at + 8], "little"))
        h1 = ((turned(h1, 27, 64) + h2) * 5 + 0x52DCE729) & LONG
        h2 ^= second(int.from_bytes(key[at + 8 : at + 16], "little"))
        h2 = ((turned(h2, 31, 64) + h1) * 5 + 0x38495AB5) & LONG
    k1 = k2 = 0
    for i, c in enumerate(key[whole:]):
        if i < 8:
            k1 ^= signed(c) << 8 * i
        else:
            k2 ^= signed(c) << 8 * (i - 8)
    h1, h2 = h1 ^ first(k1 & LONG) ^ len(key), h2 ^ second(k2 & LONG) ^ len(key)
    h1 = (h1 + h2) & LONG
    h2 = (h2 + h1) & LONG

    def last(h: int) -> int:
        h = (h ^ h >> 33) * 0xFF51AFD7ED558CCD & LONG
        h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53 & LONG
        return h ^ h >> 33

    token = (last(h1) + last(h2)) & LONG
    token -= (token >> 63) << 64
    return (2**63 - 1 if token == -(2**63) else token) + 2**63


def pg_integer(value: int) -> int:
    """Of an integer of 64 bits in two's complement, which a short one is extended to."""
    high, low = value >> 32, value & WORD
    seed = 0x7A5B22367996DCFD
    a = b = c = (0x9E3779B9 + 4 + 3923095) & WORD
    a, b, c = mixed((a + (seed >> 32)) & WORD, (b + seed) & WORD, c)
    b, c = ended((a + (low ^ (high if high < 2**31 else high ^ WORD))) & WORD, b, c)
    return b << 32 | c


def pg_row(*columns: int) -> int:
    """Return the hash of a row: that of each column in turn, put together."""
    row = 0
    for column in columns:
        row ^= column + 0x49A0F4DD15E5A8E3 + (row << 54) + (row >> 7) & LONG
    return row


def mongo_hashed(kind: int, value: bytes) -> int:
    return int.from_bytes(hashlib.md5(struct.pack("<ii", 0, kind) + value).digest()[:8], "little") ^ 2**63


def fnv1a_kafka(key: bytes) -> int:
    h = fnv1a(key, 0x811C9DC5, 0x01000193, extended=False)
    return abs(h - 2**32 if h >= 2**31 else h)


def address(key: bytes) -> bytes:
    try:
        return ipaddress.ip_address(key.decode()).packed
    except ValueError:
        return key


def xor_words(key: bytes) -> int:
    h, packed = 0, address(key)
    for part in _parts(packed, 4):
        h ^= int.from_bytes(bytes(part), "big")
    return h


def ip_hash(key: bytes) -> int:
    packed = address(key)
    h = 89
    for byte in packed[:3] if len(packed) == 4 else packed:
        h = (h * 113 + byte) % 6271
    return math.ceil(Fraction(h * 2**31, 6271)) * 2 + (len(packed) == 16)


FUNCTIONS: dict[str, Callable[[bytes], int]] = {
    "crc15": lambda key: zlib.crc32(key) >> 16 & 0x7FFF,
    "crc15_length": lambda key: (zlib.crc32(key) >> 16 & 0x7FFF) << 49 | len(key),
    "ip_hash_nginx": ip_hash,
    "xor_words": xor_words,
    "xor_words+avalanche": lambda key: avalanche(xor_words(key)),
    "sdbm": sdbm,
    "djb2": djb2,
    "wt6": wt6,
    "sdbm+avalanche": lambda key: avalanche(sdbm(key)),
    "djb2+avalanche": lambda key: avalanche(djb2(key)),
    "wt6+avalanche": lambda key: avalanche(wt6(key)),
    "crc32+avalanche": lambda key: avalanche(zlib.crc32(key)),
    "one_at_a_time": one_at_a_time,
    "md5_le32": lambda key: int.from_bytes(hashlib.md5(key, usedforsecurity=False).digest()[:4], "little"),
    "fnv1_32": lambda key: fnv1(key, 0x811C9DC5, 0x01000193, 32),
    "fnv1a_32": lambda key: fnv1a(key, 0x811C9DC5, 0x01000193),
    "fnv1_64_low32": lambda key: fnv1(key, 0xCBF29CE484222325, 0x100000001B3, 64) & WORD,
    "fnv1a_64_32": lambda key: fnv1a(key, 0x84222325, 0x1B3),
    "crc16_wide": lambda key: crc16(key, WORD, extended=True),
    "crc16_slot": slot,
    "murmur2_memcached": lambda key: murmur2(key, 0xDEADBEEF * len(key) & WORD),
    "murmur3_memcached": lambda key: mmh3.hash(key, 0xDEADBEEF * len(key) & WORD, signed=False),
    "murmur3_32": lambda key: mmh3.hash(key, 0, signed=False),
    "murmur2_64": murmur2_64,
    "murmur2_kafka": lambda key: murmur2(key, 0x9747B28C) & 0x7FFFFFFF,
    "fnv1a_kafka": fnv1a_kafka,
    "lookup3": lookup3,
    "murmur3_cassandra": cassandra,
    "es_utf16": lambda key: mmh3.hash(key.decode("utf-8", "replace").encode("utf-16-le"), signed=False),
    "es_routing": lambda key: FUNCTIONS["es_utf16"](key) ^ 2**31,
    "pg_text": pg_text,
    "pg_row": lambda key: pg_row(pg_text(key)),
    "mongo_hashed": lambda key: mongo_hashed(15, struct.pack("<i", len(key) + 1) + key + b"\0"),
}
"""By the names of `algorithms.hashing`."""

OF_INTEGERS: dict[str, Callable[[int], int]] = {
    "pg_row": lambda value: pg_row(pg_integer(value)),
    "mongo_hashed": lambda value: mongo_hashed(10, struct.pack("<Q", value)),
}
"""Of those that hash a number as a number."""
