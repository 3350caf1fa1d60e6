"""Choose: consistent k-subsets, in whose order any set of buckets may be missing."""

from __future__ import annotations

from typing import NamedTuple

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
from algorithms.machinery.lanes import FEW, enclosing_mask, top_index
from algorithms.machinery.mixing import derive, stream
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, WORDS, Steps, counted, tally
from algorithms.registry import register

BLOCK = 512
"""Keys whose first candidates are found side by side."""

_ZERO, _ONE = np.uint64(0), np.uint64(1)


Flags = NDArray[np.uint8]
Places = NDArray[np.int64]


class Live(NamedTuple):
    """How many buckets are numbered, and which of them are live; no flags where all are."""

    size: int
    flags: Flags


@kernel
def one(key: np.uint64, n: np.uint64, steps: Steps | None = None) -> np.uint64:
    """Return the bucket of a key among n, octave by octave from the top."""
    bits = key & enclosing_mask(n)
    while bits:
        e = top_index(bits)
        bit = _ONE << e
        bits ^= bit
        tally(steps, WORDS)
        seed, t = derive(key, e), _ONE
        tally(steps, WORDS)
        r = (stream(seed, t) & (bit - _ONE)) + bit
        if r < n:
            return r
        while True:
            t += _ONE
            tally(steps, WORDS)
            r = stream(seed, t) & ((bit << _ONE) - _ONE)
            if r < bit:
                break
            if r < n:
                return r
    return _ZERO


@kernel
def sample(h: np.uint64, j: int, n: int, steps: Steps | None = None) -> int:
    """Return the j-th independent draw of a hash, j to n - 1."""
    tally(steps, WORDS)
    return j + int(one(derive(h, np.uint64(j)), np.uint64(n - j), steps))


@kernel
def next_candidate(h: np.uint64, n: int, k: int, chosen: Buckets, steps: Steps | None = None) -> int:
    """Turn the k-subset of a hash, ascending, into that of k + 1, and return the bucket that enters it."""
    drawn = sample(h, k, n, steps)
    if k == 0 or chosen[k - 1] < drawn:
        chosen[k] = drawn
        return drawn
    highest = chosen[k - 1]
    below, i = int(highest), k - 1
    while i >= 0 and chosen[i] >= below:
        below = sample(h, i, below, steps)
        if i > 0:
            below = max(below, int(chosen[i - 1]))
        chosen[i] = below
        i -= 1
    chosen[k] = highest
    return int(chosen[i + 1])


@kernel
def choose_bucket(h: np.uint64, n: int, live: Flags, chosen: Buckets, steps: Steps | None = None) -> int:
    """Return the first live candidate of a hash."""
    k = 0
    tally(steps, PROBES)
    bucket = next_candidate(h, n, k, chosen, steps)
    while len(live) and not live[bucket]:
        k += 1
        tally(steps, PROBES)
        bucket = next_candidate(h, n, k, chosen, steps)
    return bucket


@kernel
def ones_kernel(
    keys: Hashes, sizes: Hashes, count: int, drawn: Hashes, words: NDArray[np.uint64], places: Places
) -> None:
    """Write what `one` returns for each of the first keys, each among so many as its size says.

    Keys draw side by side. One whose draw is none of its buckets draws again in the next pass: of the same
    octave, or, if the draw fell below it, of its next one. The last `FEW` are placed one at a time.
    """
    held, octaves, numbers, draws = words[0], words[1], words[2], words[3]
    waiting = places[0]
    for i in range(count):
        bits = keys[i] & enclosing_mask(sizes[i])
        e = top_index(bits | _ONE)
        bit = _ONE << e
        draw = (stream(derive(keys[i], e), _ONE) & (bit - _ONE)) + bit
        drawn[i] = draw if bits else _ZERO
    left = 0
    for i in range(count):
        # written always and kept only where there is more to do, which costs less than a wrong guess
        waiting[left] = i
        left += 1 if drawn[i] >= sizes[i] else 0
    if left > FEW:
        for k in range(left):
            held[k], numbers[k] = keys[waiting[k]], _ONE + _ONE
            octaves[k] = keys[waiting[k]] & enclosing_mask(sizes[waiting[k]])
    while left > FEW:
        for k in range(left):
            e, first = top_index(octaves[k] | _ONE), numbers[k] == _ONE
            bit = _ONE << e
            draws[k] = (stream(derive(held[k], e), numbers[k]) | (bit if first else _ZERO)) & (
                bit + bit - _ONE
            )
        still = 0
        for k in range(left):
            i, bits, draw = waiting[k], octaves[k], draws[k]
            bit = _ONE << top_index(bits | _ONE)
            lower = draw < bit
            drawn[i] = draw if bits else _ZERO
            waiting[still], held[still] = i, held[k]
            octaves[still], numbers[still] = (bits ^ bit, _ONE) if lower else (bits, numbers[k] + _ONE)
            still += 1 if bits and (lower or draw >= sizes[i]) else 0
        left = still
    for k in range(left):
        drawn[waiting[k]] = one(keys[waiting[k]], sizes[waiting[k]])


@kernel
def choose_kernel(
    hashes: Hashes,
    size: int,
    live: Flags,
    out: Buckets,
    chosen: Buckets,
    words: NDArray[np.uint64],
    places: Places,
) -> None:
    """Write what `choose_bucket` returns for each hash; the last two are room for `BLOCK` keys.

    The first candidates of all keys are drawn side by side, and the second ones of those whose first is
    free. Who needs a third, which is seldom, goes on alone from the subset of the two.
    """
    n = np.uint64(size)
    keys, sizes, drawn, seconds = words[4], words[5], words[6], words[7]
    waiting, lower = places[1], places[2]
    for start in range(0, len(hashes), BLOCK):
        block = min(BLOCK, len(hashes) - start)
        for i in range(block):
            keys[i], sizes[i] = derive(hashes[start + i], _ZERO), n
        ones_kernel(keys, sizes, block, drawn, words, places)
        for i in range(block):
            out[start + i] = np.int32(drawn[i])
        if len(live) == 0:
            continue
        left = 0
        for i in range(block):
            waiting[left] = start + i
            left += 0 if live[out[start + i]] else 1
        for k in range(left):
            keys[k], sizes[k] = derive(hashes[waiting[k]], _ONE), n - _ONE
        ones_kernel(keys, sizes, left, drawn, words, places)
        below = 0
        for k in range(left):
            drawn[k] += _ONE
            lower[below] = k
            below += 1 if drawn[k] <= np.uint64(out[waiting[k]]) else 0
        for t in range(below):
            i = waiting[lower[t]]
            keys[t], sizes[t] = derive(hashes[i], _ZERO), np.uint64(out[i])
        for k in range(left):
            seconds[k] = drawn[k]
        ones_kernel(keys, sizes, below, drawn, words, places)
        for t in range(below):
            seconds[lower[t]] = drawn[t]
        for k in range(left):
            i, number, bucket = waiting[k], 1, np.int32(seconds[k])
            chosen[0], chosen[1] = min(out[i], bucket), max(out[i], bucket)
            while not live[bucket]:
                number += 1
                bucket = np.int32(next_candidate(hashes[i], size, number, chosen))
            out[i] = bucket


@kernel
def choose_replicas_kernel(hashes: Hashes, n: int, live: Flags, out: Buckets, chosen: Buckets) -> None:
    """Write the first live candidates of each hash, (k, count); ``chosen`` is room for n buckets."""
    count = out.shape[1]
    for i in range(len(hashes)):
        taken, k = 0, 0
        while taken < count:
            bucket = next_candidate(hashes[i], n, k, chosen)
            k += 1
            if len(live) == 0 or live[bucket]:
                out[i, taken] = bucket
                taken += 1


count_candidates = counted(choose_bucket)


@kernel
def choose_one(h: np.uint64, n: int, live: Flags) -> int:
    """Return what `choose_bucket` does, with room of its own."""
    return choose_bucket(h, n, live, np.empty(n if len(live) else 1, dtype=np.int32), None)


one_candidate = entry(choose_one)


@register(
    Spec(
        name="choose",
        title="Choose",
        summary="the first live bucket in the order in which buckets enter the key's consistent k-subsets",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.UNIFORM,
                Capability.MINIMAL_MOVEMENT,
                Capability.REPLICAS,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.WEIGHTED: "a node is only its number, so a weight other than 1 is refused",
            Capability.INTERVALS: "hashes are drawn one by one, so the arcs would be single hashes",
        },
        reference="GitHub rust-gems, crate consistent-choose-k",
        year=2025,
        publications=(
            Publication(
                "choose",
                "misc",
                "GitHub",
                "consistent-choose-k",
                2025,
                {"howpublished": "github.com/github/rust-gems, commit a7aecfb"},
            ),
        ),
        lookup_cost=Cost("O(1)", "O((a/n)^2) where a counts the free buckets too"),
        resize_cost=Cost("O(a)"),
        memory_cost=Cost("O(a)", "none while no bucket is free"),
        by_default=False,
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "words": Step("first candidate"),
            "probes": Step("candidates", published="draws", source="the crate's README"),
        },
    )
)
class Choose(Partitioner[Live]):
    """ConsistentChooseK with its node map (GitHub rust-gems 2025).

    Of k independent consistent hashes the greatest is taken, then the greatest of k - 1 below it, and so
    on: a uniform k-subset of the buckets, which changes by one element at most when a bucket is added. In
    the order in which they enter as k grows, the buckets are a random permutation into which a new bucket
    is inserted. So any of them may be missing: the first live one has the key, the next ones are its
    replicas. It needs no history and no capacity.

    Parameters
    ----------
    nodes, hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Notes
    -----
    **Sources.** github/rust-gems, crate ``consistent-choose-k``: README, with proofs, ``choose_k.rs``,
    ``consistent_hash.rs`` and ``node_map.rs``; there is no paper. The words are those of one family
    (``mixing.derive``, ``mixing.stream``), which the crate takes by its own traits.

    **Done otherwise.** The first candidate of the crate's iterator is found without the subset. New nodes
    take the lowest free bucket; any other would do.

    **Costs.** assign 2 to 5 words for the first candidate; with a buckets live or free (a + 1)/(n + 1)
    candidates, since the order is a uniform permutation (the README says 1 + H_a - H_n, which is too few),
    the k-th of which costs O(k) samples; an event O(a), the copy; memory a byte a bucket up to the last live
    one, none while no bucket is free.

    **Adverse case.** Most buckets free: with 4 of 200 left 40 candidates are looked at, of 800 samples. Put
    new nodes in the place of those that left, or take jumpback_anchor.

    Examples
    --------
    >>> p = Choose(["a", "b", "c"])
    >>> p.assign_replicas(np.array([7, 8], dtype=np.uint64), 3)
    array([[1, 2, 0],
           [2, 0, 1]], dtype=int32)
    >>> p.remove_node("b")
    >>> p.assign_replicas(np.array([7, 8], dtype=np.uint64), 2)
    array([[2, 0],
           [2, 0]], dtype=int32)
    """

    def _build(self, nodes: Nodes) -> Live:
        return live_flags(nodes)

    def _one(self, structure: Live) -> One:
        return one_candidate.of(*structure)

    def _place(self, structure: Live, hashes: Hashes, out: Buckets) -> None:
        size, live = structure
        chosen = np.empty(max(2, size), dtype=np.int32) if len(live) else np.empty(1, dtype=np.int32)
        words, places = np.empty((8, BLOCK), dtype=np.uint64), np.empty((3, BLOCK), dtype=np.int64)
        choose_kernel(hashes, size, live, out, chosen, words, places)

    def _place_counting(self, structure: Live, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        size, live = structure
        chosen = np.empty(size if len(live) else 1, dtype=np.int32)
        count_candidates(hashes, (size, live, chosen), out, steps)

    def _place_replicas(self, structure: Live, hashes: Hashes, out: Buckets) -> None:
        chosen = np.empty(structure.size, dtype=np.int32)
        choose_replicas_kernel(hashes, structure.size, structure.flags, out, chosen)


def live_flags(nodes: Nodes) -> Live:
    """Return which buckets up to the last live one are live."""
    if nodes.dense:
        return Live(nodes.top, np.empty(0, dtype=np.uint8))
    flags = np.zeros(nodes.top, dtype=np.uint8)
    flags[nodes.buckets()] = 1
    return Live(nodes.top, flags)
