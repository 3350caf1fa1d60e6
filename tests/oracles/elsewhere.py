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
