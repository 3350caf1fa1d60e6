"""Highest words by two sets of seeds at once, such as those before and after a scale event.

Nodes that are on both sides bid once; then those of one side alone bid for its own words. So an event of one
node among n costs n + 1 words a key, and not 2 n + 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.bids import (
    BLOCK,
    fold_seeds,
    holds_seed,
    raise_words,
    room_for_seeds,
    row_of_seed,
    seeds_of_words,
)
from algorithms.machinery.kernel import kernel
from algorithms.machinery.lanes import kept_scratch
from algorithms.machinery.mixing import fold
from algorithms.machinery.pairs import Pair

_ZERO = np.uint64(0)

Buckets = NDArray[np.int32]
Side = tuple[NDArray[np.uint64], Buckets, Buckets]
"""Seeds, (n,); the bucket of each; and the bucket of each hash, to be written."""


def place_by_two(hashes: NDArray[np.uint64], one: Side, other: Side) -> None:
    """Write the buckets whose seeds have the highest word for each hash, on either side.

    Parameters
    ----------
    hashes
        (k,) uint64.
    one, other
        Seeds (n,) uint64, their buckets (n,) int32, and room for the buckets of the hashes, (k,) int32. Of
        equal seeds the first wins.

    Examples
    --------
    >>> seeds, buckets = np.array([1, 2, 3], dtype=np.uint64), np.array([7, 8, 9], dtype=np.int32)
    >>> outs = np.empty((2, 2), dtype=np.int32)
    >>> hashes = np.array([3, 4], dtype=np.uint64)
    >>> place_by_two(hashes, (seeds[:2], buckets[:2], outs[0]), (seeds[1:], buckets[1:], outs[1]))
    >>> outs.tolist()
    [[7, 8], [8, 8]]
    """
    lists = np.empty((3, max(len(one[0]), len(other[0]))), dtype=np.uint64)
    seeds, other_seeds = room_for_seeds(len(one[0])), room_for_seeds(len(other[0]))
    _place_by_two(hashes, *one, *other, *seeds, *other_seeds, *lists, *_room_for_block())


@kernel
def seeds_missing(
    folded: NDArray[np.uint64],
    others: NDArray[np.uint64],
    other_rows: NDArray[np.int32],
    missing: NDArray[np.uint64],
    common: NDArray[np.uint64],
) -> int:
    """Part folded seeds into those that others lack and those that they have; return how many they lack."""
    lacked = 0
    for j in range(len(folded)):
        if holds_seed(folded[j], others, other_rows):
            common[j - lacked] = folded[j]
        else:
            missing[lacked] = folded[j]
            lacked += 1
    return lacked


@kernel
def _place_by_two(
    hashes: NDArray[np.uint64],
    seeds: NDArray[np.uint64],
    buckets: NDArray[np.int32],
    out: Buckets,
    other_seeds: NDArray[np.uint64],
    other_buckets: NDArray[np.int32],
    other_out: Buckets,
    folded: NDArray[np.uint64],
    rows: NDArray[np.int32],
    other_folded: NDArray[np.uint64],
    other_rows: NDArray[np.int32],
    before: NDArray[np.uint64],
    after: NDArray[np.uint64],
    common: NDArray[np.uint64],
    keys: NDArray[np.uint64],
    words: NDArray[np.uint64],
    other_words: NDArray[np.uint64],
) -> None:
    """Write the bucket with the highest word for each hash, by two sets of seeds, whose common ones bid once.

    There is room for the seeds of both, for three lists of them, and for `BLOCK` keys and words.
    """
    sizes = _part(seeds, other_seeds, folded, rows, other_folded, other_rows, before, after, common)
    lists = common[: sizes[0]], before[: sizes[1]], after[: sizes[2]]
    one, other = (folded, rows, buckets), (other_folded, other_rows, other_buckets)
    bids_of_two((*lists, *one, *other), (keys, words, other_words), hashes, out, other_out)


@kernel
def _part(
    seeds: NDArray[np.uint64],
    other_seeds: NDArray[np.uint64],
    folded: NDArray[np.uint64],
    rows: NDArray[np.int32],
    other_folded: NDArray[np.uint64],
    other_rows: NDArray[np.int32],
    before: NDArray[np.uint64],
    after: NDArray[np.uint64],
    common: NDArray[np.uint64],
) -> tuple[int, int, int]:
    """Fold the seeds of both sides and part them; return how many are common, before alone, after alone."""
    fold_seeds(seeds, folded, rows)
    fold_seeds(other_seeds, other_folded, other_rows)
    left = seeds_missing(folded, other_folded, other_rows, before, common)
    joined = seeds_missing(other_folded, folded, rows, after, common)
    # the second call has written those in common again, in the order of the others
    return len(other_folded) - joined, left, joined


@kernel
def bids_of_two(sides: Any, room: Any, hashes: NDArray[np.uint64], out: Buckets, other_out: Buckets) -> None:
    """Write the bucket with the highest word for each hash, before and after.

    ``sides`` are the folded seeds of both, of the one and of the other alone, and for each side its seeds,
    the table of their rows and their buckets; ``room`` is for `BLOCK` keys, and twice for their words.
    """
    common, before, after, folded, rows, buckets, other_folded, other_rows, other_buckets = sides
    keys, words, other_words = room
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        for i in range(size):
            keys[i], words[i] = fold(hashes[first + i]), _ZERO
        raise_words(keys, size, common, words)
        for i in range(size):
            other_words[i] = words[i]
        raise_words(keys, size, before, words)
        raise_words(keys, size, after, other_words)
        seeds_of_words(keys, size, words)
        seeds_of_words(keys, size, other_words)
        for i in range(size):
            out[first + i] = buckets[row_of_seed(words[i], folded, rows)]
            other_out[first + i] = other_buckets[row_of_seed(other_words[i], other_folded, other_rows)]


def _room_for_block() -> tuple[NDArray[Any], ...]:
    return kept_scratch(BLOCK, *3 * [np.uint64])


def pair_of_bids(one: tuple[NDArray[np.uint64], Buckets], other: tuple[NDArray[np.uint64], Buckets]) -> Pair:
    """Return how a compiled loop does what `place_by_two` does.

    Parameters
    ----------
    one, other
        Seeds (n,) uint64, and their buckets (n,) int32.

    Returns
    -------
    Pair

    Examples
    --------
    >>> seeds, buckets = np.array([1, 2, 3], dtype=np.uint64), np.array([7, 8, 9], dtype=np.int32)
    >>> pair = pair_of_bids((seeds[:2], buckets[:2]), (seeds[1:], buckets[1:]))
    >>> hashes, outs = np.array([3, 4], dtype=np.uint64), np.empty((2, 2), dtype=np.int32)
    >>> pair.places(pair.sides, pair.room(), hashes, *outs)
    >>> outs.tolist()
    [[7, 8], [8, 8]]
    """
    (seeds, buckets), (other_seeds, other_buckets) = one, other
    folded, rows = room_for_seeds(len(seeds))
    other_folded, other_rows = room_for_seeds(len(other_seeds))
    before, after, common = np.empty((3, max(len(seeds), len(other_seeds))), dtype=np.uint64)
    sizes = _part(seeds, other_seeds, folded, rows, other_folded, other_rows, before, after, common)
    lists = common[: sizes[0]], before[: sizes[1]], after[: sizes[2]]
    return Pair(
        bids_of_two,
        (*lists, folded, rows, buckets, other_folded, other_rows, other_buckets),
        _room_for_block,
    )
