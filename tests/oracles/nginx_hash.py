"""nginx, plain hash: 15 bits modulo the total weight, and again with the number of the try before the key."""

from __future__ import annotations

import zlib

from oracles.nginx_consistent import Nodes, own

__all__ = ["own", "place", "walked"]

POLYNOMIAL = 0x104C11DB7


def _mod(value: int) -> int:
    while value.bit_length() > 32:
        value ^= POLYNOMIAL << value.bit_length() - 33
    return value


def _times(a: int, b: int) -> int:
    product = 0
    for bit in range(b.bit_length()):
        if b >> bit & 1:
            product ^= a << bit
    return _mod(product)


def _reversed(value: int) -> int:
    return int(f"{value:032b}"[::-1], 2)


def difference(tries: int, length: int) -> int:
    """Return CRC-32(decimal(tries) || key) ^ CRC-32(key), which is the same for all keys of a length."""
    text = str(tries).encode()
    if length <= 64:
        return zlib.crc32(text + bytes(length)) ^ zlib.crc32(bytes(length))
    shift, power = 1, 0b100000000
    for bit in bin(length)[:1:-1]:
        if bit == "1":
            shift = _times(shift, power)
        power = _times(power, power)
    return _reversed(_times(shift, _reversed(zlib.crc32(text))))


def walked(nodes: Nodes, remainder: int) -> int:
    """Return the server that a remainder leads to, subtracting weights."""
    for bucket, (_, weight) in nodes.items():
        remainder -= int(weight)
        if remainder < 0:
            return bucket
    raise AssertionError(remainder)


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, down: tuple[str, ...] = ()) -> int:
    """Return the bucket of a hash."""
    word = value << (64 - bits)
    crc15, length = word >> 49, word % 2**49
    total, h = sum(int(weight) for _, weight in nodes.values()), 0
    for tries in range(21):
        h += crc15 ^ (difference(tries, length) >> 16 & 0x7FFF if tries else 0)
        server = walked(nodes, h % total)
        if nodes[server][0] not in down:
            return server
    return next(bucket for bucket, (name, _) in nodes.items() if name not in down)
