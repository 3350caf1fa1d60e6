"""JumpBackHash: the active buckets of a key, visited from the top down."""

from __future__ import annotations

from typing import Literal

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
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel
from algorithms.machinery.lanes import BLOCK, enclosing_mask, odd, scratch, settle, too_high, top
from algorithms.machinery.mixing import GOLDEN_GAMMA, mix
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import WORDS, Steps, counted, tally
from algorithms.registry import register

_GAMMA = np.uint64(GOLDEN_GAMMA)
_ZERO, _ONE, _S7, _S9, _S32 = np.uint64(0), np.uint64(1), np.uint64(7), np.uint64(9), np.uint64(32)


@kernel
def next_word(state: np.uint64, xorshift: bool | None) -> tuple[np.uint64, np.uint64]:
    """Return the generator's next word and its state after that; the first state is the hash."""
    if xorshift:
        shifted = state ^ (state << _S7)
        return state, shifted ^ (shifted >> _S9)
    state = state + _GAMMA
    return mix(state), state


@kernel
def candidate(first: np.uint64, octaves: np.uint64) -> np.uint64:
    """Return the candidate that the first word has in the highest of some octaves; 0 where there is none."""
    low = top(octaves | _ONE)  # no octave is one too, as 1 is, of one bucket
    return (low & octaves) + ((first >> _S32 if odd(octaves) > _ZERO else first) & (low - _ONE))


@kernel
def jumpback_bucket(value: np.uint64, n: np.uint64, xorshift: bool, steps: Steps | None = None) -> np.uint64:
    """Return the bucket of one hash among n: the paper's algorithm."""
    tally(steps, WORDS)
    first, state = next_word(value, xorshift)
    octaves = (first ^ (first >> _S32)) & enclosing_mask(n)
    while octaves > _ZERO:
        low = top(octaves)
        bucket = candidate(first, octaves)
        if bucket < n:
            return bucket
        inside = low + (low - _ONE)
        while True:
            tally(steps, WORDS)
            word, state = next_word(state, xorshift)
            bucket = word & inside
            if bucket >= n:
                bucket = (word >> _S32) & inside
            if bucket < low:
                break
            if bucket < n:
                return bucket
        octaves ^= low
    return _ZERO


@kernel
def jumpback_kernel(
    hashes: Hashes,
    nodes: int,
    xorshift: bool | None,
    out: Buckets,
    who: NDArray[np.uint32],
    words: NDArray[np.uint64],
    lower: NDArray[np.uint64],
    drawn: NDArray[np.int32],
) -> None:
    """Write the bucket of each hash among so many nodes; the last four are room for a block.

    Below the highest octave every candidate is below n. So a key has two candidates by its first word: the
    one in its highest octave, and the `lower` one, should it leave the highest octave of all.
    """
    n = np.uint64(nodes)
    mask = enclosing_mask(n)
    half = mask >> _ONE
    for start in range(0, len(hashes), BLOCK):
        block, buckets = hashes[start : start + BLOCK], out[start : start + BLOCK]
        for i in range(len(block)):
            first, _ = next_word(block[i], xorshift)
            buckets[i] = np.int32(candidate(first, (first ^ (first >> _S32)) & mask))
        left = too_high(buckets, nodes, who)
        for i in range(left):
            first, words[i] = next_word(block[who[i]], xorshift)
            lower[i] = candidate(first, (first ^ (first >> _S32)) & half)
        while left > 0:
            for i in range(left):
                word, words[i] = next_word(words[i], xorshift)
                bucket, again = word & mask, (word >> _S32) & mask
                bucket = bucket if bucket < n else again
                drawn[i] = np.int32(bucket if bucket > half else lower[i])
            left = settle(drawn, nodes, left, buckets, who, words, lower)


count_words = counted(jumpback_bucket)
one_bucket = entry(jumpback_bucket)


@register(
    Spec(
        name="jumpback",
        title="JumpBack",
        summary="the highest active bucket below n; a bit of the first word says which octaves have one",
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
        reference="Ertl, JumpBackHash, Software: Practice and Experience 55(3), 2025, arXiv:2403.18682",
        year=2025,
        publications=(
            Publication(
                "jumpback",
                "article",
                "Ertl, Otmar",
                "JumpBackHash: Say goodbye to the modulo operation to distribute keys uniformly to buckets",
                2025,
                {
                    "journal": "Software: Practice and Experience",
                    "volume": "55",
                    "number": "3",
                    "doi": "10.1002/spe.3385",
                    "note": "arXiv:2403.18682",
                },
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(1)"),
        memory_cost=Cost("O(1)"),
        by_default=False,
        leads="it draws the fewest words from ten nodes on, and keeps nothing",
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "words": Step("jumpback", published="jumpback", source="the paper, on random values consumed"),
        },
    )
)
class JumpBack(Partitioner[int]):
    """JumpBackHash (Ertl 2024).

    A key jumps as in jump hash: when bucket j is added it goes there with probability 1/(j + 1), and j is
    called active then. Its bucket among n is the highest active one below n. Instead of all active buckets
    from the bottom up, this visits a few from the top down: the octave [2^k, 2^(k+1)) has an active bucket
    with probability 1/2, which is one bit of the first word, and where it does, its highest one below n is
    drawn by trial. Bucket 0 is always active.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`, up to 2^31 - 1.
    generator
        Where the words of a key come from: "splitmix64" seeded by the hash, or "xorshift" begun at the hash
        itself, which is faster and needs well-mixed hashes.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For any other generator.

    Notes
    -----
    **Sources.** arXiv:2403.18682, and the author's own code, dynatrace-oss/hash4j,
    ``ConsistentJumpBackBucketHasher``, whose mapping is promised to be stable and is reproduced bit for bit:
    with "xorshift" that of ``jumpBackHashXorshiftL7R9``.

    **Done otherwise.** Nodes have names, and the node in bucket b may be replaced in one event; the algorithm
    itself grows and shrinks at the end only. In a batch, who is too high draws again together: below the
    highest octave every candidate is below n, so both candidates of the first word are at hand before that.

    **Costs.** assign 1 + (a - 1) a / (2 a - 1) words on average, a = 2^ceil(log2 n) / n: at most 5/3; an
    event O(1); memory none.

    **Adverse case.** "xorshift" takes the hash as its first word: of the keys 0 to 19,999 under
    ``hash="identity"`` the fullest of 100 nodes has 25 times the mean, and most have none. The hash 0, from
    which it never moves, is always in bucket 0.

    Examples
    --------
    >>> p = JumpBack(3, hash="identity")
    >>> p.lookup_many([0x7F7487EE708C8A96, 0x6265648FBC797F25, 0x85EF23A0B545D53B]).tolist()
    ['node-1', 'node-0', 'node-2']
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        generator: Literal["splitmix64", "xorshift"] = "splitmix64",
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.generator = generator
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _build(self, nodes: Nodes) -> int:
        return len(nodes)

    def _one(self, structure: int) -> One:
        return one_bucket.of(np.uint64(structure), self.generator == "xorshift")

    def _place(self, structure: int, hashes: Hashes, out: Buckets) -> None:
        room = scratch(min(BLOCK, len(hashes)), np.uint32, np.uint64, np.uint64, np.int32)
        # None is a type: a kernel that had both in it would compute both for every key
        xorshift = True if self.generator == "xorshift" else None
        jumpback_kernel(hashes, structure, xorshift, out, *room)

    def _place_counting(self, structure: int, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_words(hashes, (np.uint64(structure), self.generator == "xorshift"), out, steps)
