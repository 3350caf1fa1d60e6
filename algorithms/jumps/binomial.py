"""BinomialHash: a draw in the enclosing power of two, a few more where it is too high, then half of it."""

from __future__ import annotations

from typing import Annotated, Literal

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
    Whole,
)
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel
from algorithms.machinery.lanes import BLOCK, enclosing_mask, scratch, settle, too_high, top
from algorithms.machinery.mixing import derive
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, WORDS, Steps, counted, tally
from algorithms.registry import register

_MULTIPLIER = np.uint64(2862933555777941757)
_ZERO, _ONE, _S32 = np.uint64(0), np.uint64(1), np.uint64(32)


@kernel
def hashed_again(value: np.uint64, number: np.uint64, authors: bool | None) -> np.uint64:
    """Return another hash of a hash, by a number."""
    if authors:
        step = value * _MULTIPLIER + _ONE
        return (step * step * number) >> _S32
    return derive(value, number)


@kernel
def relocated(value: np.uint64, low_bits: np.uint64, authors: bool | None) -> np.uint64:
    """Return another bucket of the octave of the one that low bits name, the same for all of the octave."""
    low = top(low_bits | _ONE)  # no bits are an octave too, as 1 is, of one bucket
    inside = low - _ONE
    return (low & low_bits) + (hashed_again(value, inside, authors) & inside)


@kernel
def binomial_bucket(
    value: np.uint64, n: np.uint64, retries: int, authors: bool, steps: Steps | None = None
) -> np.uint64:
    """Return the bucket of one hash among n: the paper's algorithm."""
    mask = enclosing_mask(n)
    half = mask >> _ONE
    tally(steps, PROBES)
    if value & mask:
        tally(steps, WORDS)
    bucket = relocated(value, value & mask, authors)
    if bucket < n:
        return bucket
    again = value
    for _ in range(retries):
        tally(steps, PROBES)
        tally(steps, WORDS)
        again = hashed_again(again, mask, authors)
        if again & mask:
            tally(steps, WORDS)
        bucket = relocated(again, again & mask, authors)
        if bucket <= half:
            break
        if bucket < n:
            return bucket
    if value & half:
        tally(steps, WORDS)
    return relocated(value, value & half, authors)


@kernel
def binomial_kernel(
    hashes: Hashes,
    nodes: int,
    retries: int,
    authors: bool | None,
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
    half = mask >> _ONE
    for start in range(0, len(hashes), BLOCK):
        block, buckets = hashes[start : start + BLOCK], out[start : start + BLOCK]
        for i in range(len(block)):
            buckets[i] = np.int32(relocated(block[i], block[i] & mask, authors))
        left = too_high(buckets, nodes, who)
        for i in range(left):
            words[i] = block[who[i]]
            lower[i] = relocated(words[i], words[i] & half, authors)
        tries = 0
        while left > 0:
            tries += 1
            least = half if tries <= retries else mask
            for i in range(left):
                words[i] = hashed_again(words[i], mask, authors)
                bucket = relocated(words[i], words[i] & mask, authors)
                drawn[i] = np.int32(bucket if bucket > least else lower[i])
            left = settle(drawn, nodes, left, buckets, who, words, lower)


count_words = counted(binomial_bucket)
one_bucket = entry(binomial_bucket)


@register(
    Spec(
        name="binomial",
        title="Binomial",
        summary="a draw in the enclosing power of two, some more where it is too high, then half of it",
        capabilities=frozenset(
            {
                Capability.REMOVES_LAST,
                Capability.MINIMAL_MOVEMENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.REMOVES_ANY: "buckets are a count, so only the last one can go",
            Capability.WEIGHTED: "a node is only its number, so a weight other than 1 is refused",
            Capability.UNIFORM: "with 4 retries the upper buckets are short by p^5, p being the part of "
            "draws that are too high: up to 3.1 %, which 200,000 hashes do not show",
            Capability.INTERVALS: "the low bits of the hash decide, so the arcs would be single hashes",
            Capability.REPLICAS: "a key has one answer; a second hash may lead to the same node",
        },
        reference="Coluzzi, Brocco, Antonucci & Leidi, BinomialHash, arXiv:2406.19836",
        year=2024,
        publications=(
            Publication(
                "binomial",
                "misc",
                "Coluzzi, Massimo and Brocco, Amos and Antonucci, Alessandro and Leidi, Tiziano",
                "BinomialHash: A constant time, minimal memory consistent hash algorithm",
                2024,
                {"eprint": "2406.19836", "archiveprefix": "arXiv", "note": "arXiv:2406.19836"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(1)"),
        memory_cost=Cost("O(1)"),
        by_default=False,
        movement_law="binomial",
        steps={
            "words": Step("binomial words"),
            "probes": Step("binomial draws"),
        },
    )
)
class Binomial(Partitioner[int]):
    """BinomialHash (Coluzzi, Brocco, Antonucci & Leidi 2024).

    A key has the low bits of its hash in the enclosing power of two of n, moved within their octave by a
    second hash, lest a whole octave depend on the bits alone. If that bucket is not below n, the hash is
    hashed again, a few times; and a key that is still too high, or comes into the lower half, goes where it
    would be among half as many buckets.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`, up to 2^31 - 1.
    retries
        How often a key is drawn anew, 0 to 64; the paper's omega, 4 in the authors' engine.
    rehash
        "mixed" for hashes of a hash that are full avalanches, or "authors" for those of their engine.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For retries or a rehash that there are not.

    Notes
    -----
    **Sources.** arXiv:2406.19836, and the authors' engine, SUPSI's ``BinomialEngine`` in Java, which
    ``rehash="authors"`` reproduces bit for bit.

    **Done otherwise.** With the authors' hash of a hash, ((t t s) mod 2^64) >> 32 for t = m h + 1, the last
    step multiplies the same t t as the first, so that the two depend on each other: of 5 nodes, node-2 has
    4 % less and node-3 4 % more than the mean. So "mixed", which follows the law, is the default. Nodes have
    names, and the node in bucket b may be replaced in one event; the algorithm itself grows and shrinks at
    the end only. In a batch, who is too high draws again
    together.

    **Costs.** assign two hashes of a hash for each draw, of which there are 1 + retries at most; an event
    O(1); memory none.

    **Adverse case.** One node above a power of two: half of all draws are too high, and with 4 retries the
    upper buckets are short by 3.1 %. And hashes that are not mixed: the lowest bits choose the octave, so of
    the keys 2^40, 2 2^40, 3 2^40 ... under ``hash="identity"`` every one is on the first node.

    Examples
    --------
    >>> p = Binomial(57, hash="identity")
    >>> p.lookup(42), p.lookup(42 << 40)
    ('node-32', 'node-0')
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        retries: Annotated[int, Whole(0, 64)] = 4,
        rehash: Literal["mixed", "authors"] = "mixed",
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.retries = retries
        self.rehash = rehash
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _build(self, nodes: Nodes) -> int:
        return len(nodes)

    def _one(self, structure: int) -> One:
        return one_bucket.of(np.uint64(structure), self.retries, self.rehash == "authors")

    def _place(self, structure: int, hashes: Hashes, out: Buckets) -> None:
        room = scratch(min(BLOCK, len(hashes)), np.uint32, np.uint64, np.uint64, np.int32)
        # None is a type: a kernel that had both in it would compute both for every key
        authors = True if self.rehash == "authors" else None
        binomial_kernel(hashes, structure, self.retries, authors, out, *room)

    def _place_counting(self, structure: int, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        authors = self.rehash == "authors"
        count_words(hashes, (np.uint64(structure), self.retries, authors), out, steps)
