"""PowerCH: a draw in the enclosing power of two, and where that is too high a few jumps from its middle."""

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
from algorithms.machinery.lanes import BLOCK, enclosing_mask, scratch, too_high, top
from algorithms.machinery.mixing import derive
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import WORDS, Steps, counted, tally
from algorithms.registry import register

_MULTIPLIER, _ZERO, _ONE, _S33 = np.uint64(2862933555777941757), np.uint64(0), np.uint64(1), np.uint64(33)
_TWO_TO_31 = float(1 << 31)

# the bits of the double 2^52 + 1: whatever is added to them below 2^52 is added to the number
_MAGIC, _TWO_TO_52 = np.uint64(0x4330000000000001), float(1 << 52)


@kernel
def spread(value: np.uint64, low_bits: np.uint64) -> np.uint64:
    """Return another bucket of the octave of the one that low bits name, the same for all of the octave."""
    low = top(low_bits | _ONE)  # no bits are an octave too, as 1 is, of one bucket
    return (low & low_bits) + (derive(value, low) & (low - _ONE))


@kernel
def power_bucket(value: np.uint64, n: np.uint64, steps: Steps | None = None) -> np.uint64:
    """Return the bucket of one hash among n: the paper's f, then its g, then f again."""
    mask = enclosing_mask(n)
    half = mask >> _ONE
    if value & mask:
        tally(steps, WORDS)
    bucket = spread(value, value & mask)
    if bucket < n:
        return bucket
    jumped, candidate, state = np.int64(half), np.int64(half), value
    while candidate < np.int64(n):
        jumped = candidate
        tally(steps, WORDS)
        state = state * _MULTIPLIER + _ONE
        candidate = np.int64((jumped + 1) * (_TWO_TO_31 / np.float64((state >> _S33) + _ONE)))
    if jumped > np.int64(half):
        return np.uint64(jumped)
    if value & half:
        tally(steps, WORDS)
    return spread(value, value & half)


@kernel
def power_kernel(
    hashes: Hashes,
    nodes: int,
    out: Buckets,
    who: NDArray[np.uint32],
    states: NDArray[np.uint64],
    reached: NDArray[np.float64],
) -> None:
    """Write the bucket of each hash among so many nodes; the last three are room for a block.

    Who is too high goes where f among half as many would have it, unless a jump ends elsewhere. All numbers
    of a jump are doubles, as in `jump_kernel`.
    """
    n = np.uint64(nodes)
    limit = np.float64(nodes)
    mask = enclosing_mask(n)
    half = mask >> _ONE
    for start in range(0, len(hashes), BLOCK):
        block, buckets = hashes[start : start + BLOCK], out[start : start + BLOCK]
        for i in range(len(block)):
            buckets[i] = np.int32(spread(block[i], block[i] & mask))
        left = too_high(buckets, nodes, who)
        for i in range(left):
            value = block[who[i]]
            states[i], reached[i] = value, np.float64(half)
            buckets[who[i]] = np.int32(spread(value, value & half))
        while left > 0:
            for i in range(left):
                states[i] = states[i] * _MULTIPLIER + _ONE
                divisor = np.uint64((states[i] >> _S33) + _MAGIC).view(np.float64) - _TWO_TO_52
                reached[i] = np.floor((reached[i] + 1.0) * (_TWO_TO_31 / divisor))
            still = 0
            for i in range(left):
                place, bucket = who[i], reached[i]
                buckets[place] = np.int32(bucket) if bucket < limit else buckets[place]
                who[still], states[still], reached[still] = place, states[i], bucket
                still += 1 if bucket < limit else 0
            left = still


count_words = counted(power_bucket)
one_bucket = entry(power_bucket)


@register(
    Spec(
        name="power",
        title="Power",
        summary="a draw in the enclosing power of two; where too high, random jumps from its middle to n",
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
            Capability.INTERVALS: "the low bits of the hash decide, so the arcs would be single hashes",
            Capability.REPLICAS: "a key has one answer; a second hash may lead to the same node",
        },
        reference="Leu, Fast consistent hashing in constant time, arXiv:2307.12448",
        year=2023,
        publications=(
            Publication(
                "power",
                "misc",
                "Leu, Eric",
                "Fast consistent hashing in constant time",
                2023,
                {"eprint": "2307.12448", "archiveprefix": "arXiv", "note": "arXiv:2307.12448"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(1)"),
        memory_cost=Cost("O(1)"),
        by_default=False,
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "words": Step("power"),
        },
    )
)
class Power(Partitioner[int]):
    """Power consistent hashing, PowerCH (Leu 2023).

    Among 2^r buckets, f gives a key the low bits of its hash, and another bucket in their octave by a hash of
    the hash and the octave. Among n buckets, f draws in the enclosing power of two m. A key that is too high
    makes the jumps of jump hash from bucket m/2 - 1 on, which are few, since n is not twice as far; if it
    makes none below n, f draws again among m/2.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`, up to 2^31 - 1.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Notes
    -----
    **Sources.** arXiv:2307.12448. There is no code of the author's; SUPSI's ``PowerEngine`` in Java, given
    the hashes of a hash of this project (``mixing.derive``), has the same placements.

    **Done otherwise.** The paper leaves both inner hashes open: here f takes ``mixing.derive``, and the jumps
    are those of ``jump``, seeded by the hash itself. Nodes have names, and the node in bucket b may be
    replaced in one event; the algorithm itself grows and shrinks at the end only. In a batch, who is too
    high jumps together.

    **Costs.** assign at most 1.5 hashes of a hash and half a jump on average; an event O(1); memory none.

    **Adverse case.** Hashes that are not mixed: the lowest bits choose the octave, so of the keys 2^40,
    2 2^40, 3 2^40 ... under ``hash="identity"`` every one is on the first node.

    Examples
    --------
    >>> p = Power(57, hash="identity")
    >>> p.lookup(42), p.lookup(42 << 40)
    ('node-38', 'node-0')
    """

    def _build(self, nodes: Nodes) -> int:
        return len(nodes)

    def _one(self, structure: int) -> One:
        return one_bucket.of(np.uint64(structure))

    def _place(self, structure: int, hashes: Hashes, out: Buckets) -> None:
        room = scratch(min(BLOCK, len(hashes)), np.uint32, np.uint64, np.float64)
        power_kernel(hashes, structure, out, *room)

    def _place_counting(self, structure: int, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_words(hashes, (np.uint64(structure),), out, steps)
