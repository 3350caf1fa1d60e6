"""Inner hashes of other programs, for compatibility readings only."""

from __future__ import annotations

from collections.abc import Iterator

from oracles.hashes import WORD

PCG_INCREMENT = 1442695040888963407


def crc32c(register: int, data: int) -> int:
    """Return what the processor's instruction makes of a register and of eight bytes: no inversion."""
    register &= 0xFFFFFFFF
    for byte in data.to_bytes(8, "little"):
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    return register


def pcg32(state: int, increment: int = PCG_INCREMENT) -> Iterator[int]:
    """Yield the words of PCG32 (O'Neill 2014): XSH-RR of a linear congruential generator of 64 bits."""
    state = ((state + increment) * 6364136223846793005 + increment) & WORD
    while True:
        word, turn = ((state >> 18 ^ state) >> 27) % 2**32, state >> 59
        yield (word >> turn | word << (32 - turn)) % 2**32
        state = (state * 6364136223846793005 + increment) & WORD


def siphash24(k0: int, k1: int, data: bytes) -> int:
    """Return SipHash-2-4 of bytes (Aumasson & Bernstein 2012)."""
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def turned(word: int, by: int) -> int:
        return (word << by | word >> (64 - by)) & WORD

    def rounds(count: int) -> None:
        for _ in range(count):
            v[0] = (v[0] + v[1]) & WORD
            v[2] = (v[2] + v[3]) & WORD
            v[1], v[3] = turned(v[1], 13) ^ v[0], turned(v[3], 16) ^ v[2]
            v[0] = (turned(v[0], 32) + v[3]) & WORD
            v[2] = (v[2] + v[1]) & WORD
            v[1], v[3] = turned(v[1], 17) ^ v[2], turned(v[3], 21) ^ v[0]
            v[2] = turned(v[2], 32)

    whole = len(data) // 8 * 8
    words = [int.from_bytes(data[at : at + 8], "little") for at in range(0, whole, 8)]
    words.append(int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56)
    for word in words:
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]
