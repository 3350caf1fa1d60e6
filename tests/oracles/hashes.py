"""The hash functions, by the libraries that define them, or by their definition."""

from __future__ import annotations

import hashlib
import zlib

import mmh3
import xxhash

from oracles.hashes_of_systems import FUNCTIONS, OF_INTEGERS

WORD = (1 << 64) - 1
WIDTHS = {"sha1_28": 28, "crc32": 32, **dict.fromkeys(FUNCTIONS, 32)} | {
    "crc15": 15, "crc15_length": 64, "crc16_slot": 14, "murmur2_kafka": 31, "fnv1a_kafka": 31,
    "murmur2_64": 64, "murmur3_cassandra": 64, "pg_text": 64, "pg_row": 64, "mongo_hashed": 64,
}  # fmt: skip


def as_bytes(key: str | bytes | int) -> bytes:
    """Return a key as the bytes that are hashed: UTF-8, or eight bytes from the lowest."""
    if isinstance(key, int):
        return key.to_bytes(8, "little")
    return key.encode() if isinstance(key, str) else key


def splitmix64(state: int) -> int:
    """Return the first output of SplitMix64 (Steele, Lea & Flood 2014, figure 17)."""
    z = (state + 0x9E3779B97F4A7C15) & WORD
    return avalanche(z)


def avalanche(z: int) -> int:
    """Return Stafford's mix 13 of a word."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def fnv1a(data: bytes) -> int:
    """Return the 64-bit FNV-1a of bytes."""
    value = 14695981039346656037
    for byte in data:
        value = (value ^ byte) * 1099511628211 % (1 << 64)
    return value


def hash_of(name: str, key: str | bytes | int, seed: int = 0) -> int:
    """Return the hash of a key, of full width."""
    if isinstance(key, int) and name in ("identity", "ordered"):
        return key
    if isinstance(key, int) and name == "splitmix64":
        return splitmix64(key)
    if isinstance(key, int) and name in OF_INTEGERS:
        return OF_INTEGERS[name](key)
    data = as_bytes(key)
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest
    sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest
    functions = {
        "xxh64": lambda: xxhash.xxh64(data, seed=seed).intdigest(),
        "murmur3_64": lambda: int.from_bytes(mmh3.hash_bytes(data, seed, True)[:8], "little"),
        "sha1_28": lambda: int(sha1()[:7], 16),
        "md5_high64": lambda: int(md5()[:16], 16),
        "md5_low64": lambda: int(md5()[16:], 16),
        "crc32": lambda: zlib.crc32(data),
        "fnv1a_64": lambda: fnv1a(data),
        "ordered": lambda: int.from_bytes((data + bytes(8))[:8], "big"),
    }
    return functions[name]() if name in functions else FUNCTIONS[name](data)


def high_bits(name: str, value: int, bits: int) -> int:
    """Return the highest bits of a hash of full width."""
    return value >> (WIDTHS.get(name, 64) - bits)
