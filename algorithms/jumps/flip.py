"""FlipHash: the low bits of a hash, those below the highest set one replaced; tried again where too high."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Partitioner,
    Publication,
    Spec,
    Step,
)
from algorithms.machinery.kernel import kernel
from algorithms.machinery.lanes import BLOCK, enclosing_mask, scratch, settle, too_high, top, top_index
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import WORDS, Steps, counted, tally
from algorithms.registry import register

_M1, _M2 = np.uint64(0x3C79AC492BA7B653), np.uint64(0x1C69B3F74AC4AE35)
_ZERO, _ONE, _S27, _S33 = np.uint64(0), np.uint64(1), np.uint64(27), np.uint64(33)
_TRIES = 64


@kernel
def first_half(value: np.uint64, exponent: np.uint64) -> np.uint64:
    """Return what a word depends on beside its number: a hash and the exponent of an octave."""
    word = value * (exponent + exponent + _ONE)
    return (word ^ (word >> _S27)) * _M1


@kernel
def second_half(word: np.uint64, number: np.uint64) -> np.uint64:
    """Return a word from its first half and its number."""
    word = word * (number + number + _ONE)
    word = (word ^ (word >> _S33)) * _M2
    return word ^ (word >> _S27)


@kernel
def flip_word(value: np.uint64, exponent: np.uint64, number: np.uint64) -> np.uint64:
    """Return a word of a hash by two numbers: the authors' family of hash functions."""
    return second_half(first_half(value, exponent), number)


@kernel
def flipped(value: np.uint64, low_bits: np.uint64) -> np.uint64:
    """Return the low bits of a word with all below the highest set one flipped by a word of its octave."""
    octave = low_bits | _ONE  # no bits are an octave too, as 1 is, of one bucket
    return low_bits ^ (flip_word(value, top_index(octave), _ZERO) & (top(octave) - _ONE))


@kernel
def flip_bucket(value: np.uint64, n: np.uint64, steps: Steps | None = None) -> np.uint64:
    """Return the bucket of one hash among n; the hash xor a seed gives the authors' seeded function."""
    mask = enclosing_mask(n)
    if mask == _ZERO:
        return _ZERO
    half, exponent = mask >> _ONE, top_index(mask)
    tally(steps, WORDS)
    general = flip_word(value, _ZERO, _ZERO)
    if general & mask:
        tally(steps, WORDS)
    bucket = flipped(value, general & mask)
    if bucket < n:
        return bucket
    for number in range(1, _TRIES + 1):
        tally(steps, WORDS)
        bucket = flip_word(value, exponent, np.uint64(number)) & mask
        if bucket <= half:
            break
        if bucket < n:
            return bucket
    if general & half:
        tally(steps, WORDS)
    return flipped(value, general & half)


@kernel
def flip_kernel(
    hashes: Hashes,
    nodes: int,
    out: Buckets,
    who: NDArray[np.uint32],
    words: NDArray[np.uint64],
    lower: NDArray[np.uint64],
    drawn: NDArray[np.int32],
) -> None:
    """Write the bucket of each hash among so many nodes; the last four are room for a block.

    `lower` is where a key goes that leaves the upper half; who has tried as often as it may goes there too.
    """
    n = np.uint64(nodes)
    mask = enclosing_mask(n)
    half, exponent = mask >> _ONE, top_index(mask | _ONE)
    for start in range(0, len(hashes), BLOCK):
        block, buckets = hashes[start : start + BLOCK], out[start : start + BLOCK]
        for i in range(len(block)):
            value = block[i]
            buckets[i] = np.int32(flipped(value, flip_word(value, _ZERO, _ZERO) & mask))
        left = too_high(buckets, nodes, who)
        for i in range(left):
            value = block[who[i]]
            words[i] = first_half(value, exponent)
            lower[i] = flipped(value, flip_word(value, _ZERO, _ZERO) & half)
        tries = 0
        while left > 0:
            tries += 1
            least = half if tries <= _TRIES else mask
            for i in range(left):
                bucket = second_half(words[i], np.uint64(tries)) & mask
                drawn[i] = np.int32(bucket if bucket > least else lower[i])
            left = settle(drawn, nodes, left, buckets, who, words, lower)


count_words = counted(flip_bucket)
one_flip = entry(flip_bucket)


@register(
    Spec(
        name="flip",
        title="Flip",
        summary="low bits of a hash, those below the highest set one flipped; tried again where too high",
        capabilities=frozenset(
            {
                Capability.REMOVES_LAST,
                Capability.UNIFORM,
                Capability.MINIMAL_MOVEMENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.REMOVES_ANY: "buckets are a count, so only the last one can go",
            Capability.WEIGHTED: "a node is only its number, so a weight other than 1 is refused",
            Capability.INTERVALS: "the words are scrambled hashes, so the arcs would be single hashes",
            Capability.REPLICAS: "a key has one answer; a second hash may lead to the same node",
        },
        reference="Masson & Lee, FlipHash, arXiv:2402.17549",
        year=2024,
        publications=(
            Publication(
                "flip",
                "misc",
                "Masson, Charles and Lee, Homin K.",
                "FlipHash: A constant-time consistent range-hashing algorithm",
                2024,
                {"eprint": "2402.17549", "archiveprefix": "arXiv", "note": "arXiv:2402.17549"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(1)"),
        memory_cost=Cost("O(1)"),
        by_default=False,
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "words": Step("flip"),
        },
    )
)
class Flip(Partitioner[int]):
    """FlipHash (Masson & Lee 2024).

    Among 2^r buckets a key has the r low bits of a hash of its hash, but all bits below the highest set one
    are flipped by those of another hash, which depends on the octave. So when the power of two grows, half
    of the keys stay where they are, and the others go to the new octave. For any other n the key is placed
    in the enclosing power of two, and where that is not below n, drawn anew until it is, or until a draw
    lies in the lower half: then it stays where half of the buckets would have it.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`, up to 2^31 - 1.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Notes
    -----
    **Sources.** arXiv:2402.17549, and the authors' crate, DataDog/fliphash-rs, ``fliphash_64``, reproduced
    bit for bit with its family of hash functions. At most 64 draws are made, so shares are uniform to 2^-64.

    **Left out.** The crate's seed, which is xored to the hash: here the seed reaches the keys' hashes. So
    the kernel gives the crate's seeded function for hash xor seed. Ranges that do not begin at 0.

    **Done otherwise.** Nodes have names, and the node in bucket b may be replaced in one event; the algorithm
    itself grows and shrinks at the end only. In a batch, who is too high
    draws again together.

    **Costs.** assign 2 words where n is a power of two, at most 3.5 on average, just above one; an event
    O(1); memory none.

    **Adverse case.** All words of the hash 0 are 0: it is in bucket 0 for ever. It is one hash of 2^64, and
    the key 0 under ``hash="identity"``.

    Examples
    --------
    >>> p = Flip(57, hash="identity")
    >>> p.lookup(42), p.lookup(0)
    ('node-15', 'node-0')
    """

    def _build(self, nodes: Nodes) -> int:
        return len(nodes)

    def _one(self, structure: int) -> One:
        return one_flip.of(np.uint64(structure))

    def _place(self, structure: int, hashes: Hashes, out: Buckets) -> None:
        flip_kernel(
            hashes,
            structure,
            out,
            *scratch(min(BLOCK, len(hashes)), np.uint32, np.uint64, np.uint64, np.int32),
        )

    def _place_counting(self, structure: int, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_words(hashes, (np.uint64(structure),), out, steps)
