"""Permutation: a keyed permutation of the buckets, layer upon layer, whose first live bucket has the key."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    NodesLike,
    Partitioner,
    Publication,
    Spec,
    Step,
)
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import GOLDEN_GAMMA, derive, mix
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally
from algorithms.registry import register

BLOCK = 512
"""Keys whose first candidates are found side by side."""

LAYERS = 16
"""Layers of 2, 4, ... 32 bits, enough for 2^31 buckets."""

_ZERO, _ONE, _S32, _S40, _S64 = (np.uint64(shift) for shift in (0, 1, 32, 40, 64))
_GAMMA, _LOW = np.uint64(GOLDEN_GAMMA), np.uint64(0xFFFFFFFF)
# by layer; small layers have few bits to mix, so they take more rounds
_OWN = np.array([12, 12, 6, *[4] * (LAYERS - 3)], dtype=np.int64)
_CRATE = np.array([12, 10, 6, *[4] * (LAYERS - 3)], dtype=np.int64)

Flags = NDArray[np.uint8]
Rounds = NDArray[np.int64]


class Layers(NamedTuple):
    """How many buckets are numbered, which are live (no flags where all are), and the top layer."""

    size: int
    flags: Flags
    top: int


@kernel
def bijection(key: np.uint64, j: int, x: np.uint64, rounds: Rounds, crate: bool) -> np.uint64:
    """Return the image of x in layer j, a Feistel network of 2j + 2 bits."""
    half = np.uint64(j + 1)
    width, mask = half + half, (_ONE << half) - _ONE
    left, right, word = x >> half, x & mask, key
    if not crate:
        word += _GAMMA * width
    for _ in range(rounds[j]):
        if crate:
            product = (right ^ (word & _LOW)) * ((word >> _S32) | _ONE)
            f = (product & _LOW) + (product >> _S32)
            word = ((word >> width) | (word << (_S64 - width))) + _GAMMA
        else:
            word += _GAMMA
            f = mix(word ^ right) >> _S40
        left, right = right, left ^ (f & mask)
    return (left << half) | right


@kernel
def descended(key: np.uint64, j: int, counters: NDArray[np.uint64], rounds: Rounds, crate: bool) -> np.uint64:
    """Return the next value of layer j, or of those below it."""
    while j >= 0:
        x = bijection(key, j, counters[j], rounds, crate)
        counters[j] += _ONE
        if x >> np.uint64(2 * j):
            return x
        j -= 1
    return _ZERO


@kernel
def permutation_bucket(
    h: np.uint64,
    size: int,
    live: Flags,
    top: int,
    rounds: Rounds,
    crate: bool,
    counters: NDArray[np.uint64],
    steps: Steps | None = None,
) -> int:
    """Return the first live candidate of a hash."""
    key, n = derive(h, _ZERO), np.uint64(size)
    counters[:] = _ZERO
    while True:
        bucket = descended(key, top, counters, rounds, crate)
        if bucket < n:
            tally(steps, PROBES)
            if len(live) == 0 or live[bucket]:
                return int(bucket)


@kernel
def bijections(
    keys: Hashes, size: int, j: int, x: np.uint64, rounds: Rounds, crate: bool, words: NDArray[np.uint64]
) -> None:
    """Write `bijection` of x in layer j under each of the first keys into the first of the words.

    All keys make one round before any makes the next, so that the loop over them vectorises.
    """
    images, lefts, rights = words[0], words[1], words[2]
    half = np.uint64(j + 1)
    width, mask = half + half, (_ONE << half) - _ONE
    for k in range(size):
        lefts[k], rights[k] = x >> half, x & mask
        images[k] = keys[k] if crate else keys[k] + _GAMMA * width
    for _ in range(rounds[j]):
        if crate:
            for k in range(size):
                word, left, right = images[k], lefts[k], rights[k]
                product = (right ^ (word & _LOW)) * ((word >> _S32) | _ONE)
                f = (product & _LOW) + (product >> _S32)
                images[k] = ((word >> width) | (word << (_S64 - width))) + _GAMMA
                lefts[k], rights[k] = right, left ^ (f & mask)
        else:
            for k in range(size):
                word, left, right = images[k] + _GAMMA, lefts[k], rights[k]
                images[k], lefts[k], rights[k] = word, right, left ^ ((mix(word ^ right) >> _S40) & mask)
    for k in range(size):
        images[k] = (lefts[k] << half) | rights[k]


@kernel
def permutation_kernel(
    hashes: Hashes,
    size: int,
    live: Flags,
    top: int,
    rounds: Rounds,
    crate: bool,
    out: Buckets,
    counters: NDArray[np.uint64],
    words: NDArray[np.uint64],
    places: NDArray[np.int64],
) -> None:
    """Write what `permutation_bucket` returns for each hash; the last two are room for `BLOCK` keys.

    The top layer is tried side by side, again for those whose value is none of the buckets; then the layers
    below, whose values are buckets all, for those whose value is low. Who finds a free bucket goes on alone,
    from the counters that have led to it.
    """
    n = np.uint64(size)
    images, keys, held, tries = words[0], words[3], words[4], words[5]
    waiting, low = places[0], places[1]
    for start in range(0, len(hashes), BLOCK):
        block = min(BLOCK, len(hashes) - start)
        for i in range(block):
            keys[i] = derive(hashes[start + i], _ZERO)
            held[i], waiting[i] = keys[i], i
        left, lower, count = block, 0, _ZERO
        while left:
            bijections(held, left, top, count, rounds, crate, words)
            count += _ONE
            still = 0
            for k in range(left):
                i, value = waiting[k], images[k]
                is_low = (value >> np.uint64(2 * top)) == _ZERO
                out[start + i], tries[i] = np.int32(min(value, n)), count
                # written always and kept only where there is more to do, which costs less than a wrong guess
                low[lower] = i
                lower += 1 if is_low else 0
                waiting[still], held[still] = i, held[k]
                still += 1 if value >= n and not is_low else 0
            left = still
        for j in range(top - 1, -1, -1):
            for k in range(lower):
                held[k] = keys[low[k]]
            bijections(held, lower, j, _ZERO, rounds, crate, words)
            still = 0
            for k in range(lower):
                i, value = low[k], images[k]
                out[start + i] = np.int32(value)
                low[still] = i
                still += 1 if (value >> np.uint64(2 * j)) == _ZERO else 0
            lower = still
        for k in range(lower):
            out[start + low[k]] = 0
        if len(live) == 0:
            continue
        for i in range(block):
            bucket = np.uint64(out[start + i])
            if not live[bucket]:
                counters[:] = _ZERO
                counters[top] = tries[i]
                for j in range(top):
                    counters[j] = _ONE if bucket >> np.uint64(2 * j + 2) == _ZERO else _ZERO
                while bucket >= n or not live[bucket]:
                    bucket = descended(keys[i], top, counters, rounds, crate)
                out[start + i] = np.int32(bucket)


@kernel
def permutation_replicas_kernel(
    hashes: Hashes,
    size: int,
    live: Flags,
    top: int,
    rounds: Rounds,
    crate: bool,
    out: Buckets,
    counters: NDArray[np.uint64],
) -> None:
    """Write the first live candidates of each hash, (k, count)."""
    n, count = np.uint64(size), out.shape[1]
    for i in range(len(hashes)):
        key, taken = derive(hashes[i], _ZERO), 0
        counters[:] = _ZERO
        while taken < count:
            bucket = descended(key, top, counters, rounds, crate)
            if bucket < n and (len(live) == 0 or live[bucket]):
                out[i, taken] = np.int32(bucket)
                taken += 1


count_candidates = counted(permutation_bucket)


@kernel
def permuted_one(h: np.uint64, size: int, live: Flags, top: int, rounds: Rounds, crate: bool) -> int:
    """Return what `permutation_bucket` does, with room of its own."""
    return permutation_bucket(h, size, live, top, rounds, crate, np.empty(LAYERS, dtype=np.uint64), None)


one_candidate = entry(permuted_one)


@register(
    Spec(
        name="permutation",
        title="Permutation",
        summary="the first live bucket of a keyed permutation made of layers of Feistel networks",
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
        loses={
            "rounds": {
                "crate": {Capability.UNIFORM: "too few rounds: the last of 129 nodes has 10 % too many keys"}
            }
        },
        reference="GitHub rust-gems, crate consistent-choose-k, ConsistentPermutation",
        year=2026,
        publications=(
            Publication(
                "permutation",
                "misc",
                "GitHub",
                "consistent-choose-k: ConsistentPermutation",
                2026,
                {"howpublished": "github.com/github/rust-gems, commit a7aecfb"},
            ),
        ),
        lookup_cost=Cost("O(a/n)", "where a counts the free buckets too"),
        resize_cost=Cost("O(a)"),
        memory_cost=Cost("O(a)", "none while no bucket is free"),
        by_default=False,
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "probes": Step("candidates"),
        },
    )
)
class Permutation(Partitioner[Layers]):
    """ConsistentPermutation (GitHub rust-gems 2026).

    A permutation of 0 to 4^(J + 1) - 1 for each key, made of layers: layer j is a keyed bijection of 2j + 2
    bits, of which the values in its lowest quarter stand for the next value of layer j - 1. Values that are
    no bucket are skipped. A new bucket is thus inserted into the order of the others, any bucket may be
    missing, and the live ones in order are the replicas.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    rounds
        Of the Feistel networks: "own" mixes a word in each, "crate" multiplies and folds as the crate does.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For other rounds.

    Notes
    -----
    **Sources.** github/rust-gems, crate ``consistent-choose-k``: ``consistent_permutation.rs`` and
    ``docs/permutation-design.md``; there is no paper. The key of the layers is ``mixing.derive(hash, 0)``.

    **Done otherwise.** The crate's rounds are too few for its multiply-and-fold on narrow halves: the last of
    129 buckets gets 10 % too many keys, of 65 7 %, and 1 % at 9. So UNIFORM is a promise of ``rounds="own"``,
    which spends a full avalanche on each round. ``rounds="crate"`` is there for its placements.

    **Costs.** assign at most 4 tries of the top layer, of 4 rounds each from 17 buckets on, and 4/3 layers;
    with a buckets live or free (a + 1)/(n + 1) candidates, each O(1) words; an event O(a), the copy; memory a
    byte a bucket up to the last live one, none while no bucket is free.

    **Adverse case.** One bucket more than a power of four: 3 of 4 tries are skipped, as with 17 or 1025.

    Examples
    --------
    >>> p = Permutation(["a", "b", "c"])
    >>> p.assign_replicas(np.array([7, 8], dtype=np.uint64), 3)
    array([[1, 2, 0],
           [0, 1, 2]], dtype=int32)
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        rounds: Literal["own", "crate"] = "own",
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.rounds = rounds
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _build(self, nodes: Nodes) -> Layers:
        flags = np.zeros(0 if nodes.dense else nodes.top, dtype=np.uint8)
        if len(flags):
            flags[nodes.buckets()] = 1
        return Layers(nodes.top, flags, max(0, ((nodes.top - 1).bit_length() - 1) // 2))

    @property
    def _feistel(self) -> tuple[Rounds, bool]:
        return (_CRATE, True) if self.rounds == "crate" else (_OWN, False)

    def _one(self, structure: Layers) -> One:
        return one_candidate.of(*structure, *self._feistel)

    def _place(self, structure: Layers, hashes: Hashes, out: Buckets) -> None:
        counters = np.empty(LAYERS, dtype=np.uint64)
        words, places = np.empty((6, BLOCK), dtype=np.uint64), np.empty((2, BLOCK), dtype=np.int64)
        permutation_kernel(hashes, *structure, *self._feistel, out, counters, words, places)

    def _place_counting(self, structure: Layers, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        counters = np.empty(LAYERS, dtype=np.uint64)
        count_candidates(hashes, (*structure, *self._feistel, counters), out, steps)

    def _place_replicas(self, structure: Layers, hashes: Hashes, out: Buckets) -> None:
        counters = np.empty(LAYERS, dtype=np.uint64)
        permutation_replicas_kernel(hashes, *structure, *self._feistel, out, counters)
