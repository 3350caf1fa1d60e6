"""Jump back, then anchors: any removal in logarithmic time, without a capacity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    PartitionerWithHistory,
    Publication,
    Spec,
    Step,
)
from algorithms.machinery.histories import Anchors, History, Places, anchors_of, seen
from algorithms.machinery.kernel import kernel
from algorithms.machinery.lanes import enclosing_mask, odd, top
from algorithms.machinery.mixing import stream
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import WORDS, Steps, counted, tally
from algorithms.registry import register

BLOCK = 256
"""Keys that are drawn side by side; those that need another word are drawn again together."""

_ZERO, _ONE = np.uint64(0), np.uint64(1)
_S32 = np.uint64(32)
_LOW, _SPACE = np.uint64(0xFFFFFFFF), np.uint64(1 << 32)


@kernel
def jump_back(h: np.uint64, n: np.uint64, steps: Steps | None = None) -> tuple[np.uint64, np.uint64]:
    """Return the bucket of a hash among n > 1 by JumpBackHash, and how many words of its stream that took."""
    tally(steps, WORDS)
    first, t = stream(h, _ONE), _ONE
    octaves = (first ^ (first >> _S32)) & enclosing_mask(n)
    while octaves:
        low = top(octaves)
        within = (low << _ONE) - _ONE
        half = first >> _S32 if odd(octaves) else first
        bucket = low + (half & (low - _ONE))
        if bucket < n:
            return bucket, t
        while True:
            t += _ONE
            tally(steps, WORDS)
            word = stream(h, t)
            bucket = word & within
            if bucket < low:
                break
            if bucket < n:
                return bucket, t
            bucket = (word >> _S32) & within
            if bucket < low:
                break
            if bucket < n:
                return bucket, t
        octaves ^= low
    return _ZERO, t


@kernel
def drawn_again(
    h: np.uint64,
    t: np.uint64,
    live: np.int32,
    stayed: Places,
    stand_ins: Places,
    steps: Steps | None = None,
) -> tuple[np.int32, np.uint64]:
    """Return who is drawn among those who stayed, and the number of the last word that this took (Lemire)."""
    n = np.uint64(live)
    t += _ONE
    tally(steps, WORDS)
    product = (stream(h, t) & _LOW) * n
    if (product & _LOW) < n:
        least = _SPACE % n
        while (product & _LOW) < least:
            t += _ONE
            tally(steps, WORDS)
            product = (stream(h, t) & _LOW) * n
    return seen(stayed, stand_ins, np.int32(product >> _S32), live, steps), t


@kernel
def jumped_back(
    h: np.uint64, size: int, stayed: Places, stand_ins: Places, steps: Steps | None = None
) -> np.int32:
    """Return the bucket of one hash."""
    if size <= 1:
        return np.int32(0)
    above = np.int32(len(stayed) - 1)
    start, t = jump_back(h, np.uint64(size), steps)
    bucket = np.int32(start)
    live = stayed[min(bucket, above)]
    while live:
        bucket, t = drawn_again(h, t, live, stayed, stand_ins, steps)
        live = stayed[min(bucket, above)]
    return bucket


@kernel
def jumpback_anchor_kernel(
    hashes: Hashes,
    size: int,
    stayed: Places,
    stand_ins: Places,
    out: Buckets,
    words: NDArray[np.uint64],
    waiting: NDArray[np.int64],
) -> None:
    """Write what `jumped_back` returns for each hash; the last two are room for `BLOCK` keys.

    The highest octave and its first candidate are found side by side; only keys for which that candidate is
    not below the size look at the others. Then those whose bucket is gone are drawn again together.
    """
    if size <= 1:
        out[:] = 0
        return
    n, above = np.uint64(size), np.int32(len(stayed) - 1)
    mask = enclosing_mask(n)
    for start in range(0, len(hashes), BLOCK):
        block = min(BLOCK, len(hashes) - start)
        for i in range(block):
            first = stream(hashes[start + i], _ONE)
            octaves = (first ^ (first >> _S32)) & mask
            low = top(octaves)
            # where an octave is active low - 1 keeps the bits below it, else low is 0 and nothing is kept
            half = first >> (odd(octaves) << np.uint64(5))
            words[i] = low + (half & (low - (_ONE if low else _ZERO)))
        left = 0
        for i in range(block):
            out[start + i] = np.int32(words[i])
            waiting[left] = i
            left += 1 if words[i] >= n else 0
            words[i] = _ONE
        for k in range(left):
            i = waiting[k]
            bucket, words[i] = jump_back(hashes[start + i], n)
            out[start + i] = np.int32(bucket)
        if above == 0:
            continue
        left = 0
        for i in range(block):
            # written always and kept only where the bucket is gone, which costs less than a wrong guess
            waiting[left] = i
            left += 1 if stayed[min(out[start + i], above)] else 0
        while left:
            still = 0
            for k in range(left):
                i = waiting[k]
                live = stayed[out[start + i]]
                again, words[i] = drawn_again(hashes[start + i], words[i], live, stayed, stand_ins)
                out[start + i] = again
                waiting[still] = i
                still += 1 if stayed[min(again, above)] else 0
            left = still


count_draws = counted(jumped_back)
one_draw = entry(jumped_back)


@register(
    Spec(
        name="jumpback_anchor",
        title="JumpBack with anchors",
        summary="JumpBackHash; if the bucket is gone, draws among those who stayed when it went",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.UNIFORM,
                Capability.MINIMAL_MOVEMENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.WEIGHTED: "a node is only its number, so a weight other than 1 is refused",
            Capability.INTERVALS: "hashes are drawn one by one, so the arcs would be single hashes",
            Capability.REPLICAS: "a key has one path of draws, which ends at the first live bucket",
        },
        reference="hash4j (Dynatrace), ConsistentJumpBackAnchorBucketSetHasher",
        year=2025,
        publications=(
            Publication(
                "jumpback-anchor",
                "misc",
                "Dynatrace",
                "hash4j: ConsistentJumpBackAnchorBucketSetHasher",
                2025,
                {"howpublished": "github.com/dynatrace-oss/hash4j, commit 41d814f"},
            ),
        ),
        lookup_cost=Cost("O(1 + log^2(a/n))", "where a counts the free buckets too"),
        resize_cost=Cost("O(a)"),
        memory_cost=Cost("O(a)", "none while no bucket is free"),
        by_default=False,
        leads="it draws the fewest words, with half of the nodes gone and with none",
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "words": Step("jumpback and draws"),
            "links": Step("links to stand-ins"),
        },
    )
)
class JumpBackAnchor(PartitionerWithHistory[Anchors]):
    """JumpBackHash with arbitrary removal (hash4j 2025).

    The first draw is JumpBackHash among all buckets that are live or free, so no capacity is fixed. If the
    bucket is gone, the rest is AnchorHash: drawn again among those who stayed when it went, until a live one
    comes. One stream of words serves both.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    removed
        Free buckets, the one freed last at the end; the others count as freed before, the highest first.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For ``removed`` buckets that cannot be.

    Notes
    -----
    **Sources.** hash4j, ``ConsistentJumpBackAnchorBucketSetHasher`` and its Javadoc; there is no paper. Every
    placement is that of ``jumpBackAnchorHash`` with SplitMix64, which hash4j promises to keep.

    **Done otherwise.** An event copies the arrays and finds out who stands in for the newly freed buckets
    only; hash4j changes them in place, and its saved state is the size and the free buckets, as ``removed``
    is here.

    **Costs.** assign 1 to 1.7 words, and with a buckets live or free H_a - H_n draws more and 1/2 ln^2(a/n)
    links after random removals; an event O(a), the copy; memory 8 bytes a bucket up to the highest free one.

    **Adverse case.** Remove bucket 0, then from the last down: of 1000, when 10 are left, a key takes 100
    draws and links instead of 16, and O(a) in general.

    Examples
    --------
    >>> p = JumpBackAnchor(["a", "b", "c", "d"])
    >>> p.change(remove=["b"])
    >>> p.change(remove=["d"])
    >>> p
    JumpBackAnchor({0: 'a', 2: 'c'}, removed=(3,))
    >>> p.add_node("e"), p.add_node("f"), p.add_node("g")
    (3, 1, 4)
    """

    def _remember(self, history: History, before: Anchors | None) -> Anchors:
        return anchors_of(history, before)

    def _one(self, structure: Anchors) -> One:
        history, stayed, stand_ins = structure
        return one_draw.of(history.size, stayed, stand_ins)

    def _place(self, structure: Anchors, hashes: Hashes, out: Buckets) -> None:
        history, stayed, stand_ins = structure
        words, waiting = np.empty(BLOCK, dtype=np.uint64), np.empty(BLOCK, dtype=np.int64)
        jumpback_anchor_kernel(hashes, history.size, stayed, stand_ins, out, words, waiting)

    def _place_counting(self, structure: Anchors, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        history, stayed, stand_ins = structure
        count_draws(hashes, (history.size, stayed, stand_ins), out, steps)
