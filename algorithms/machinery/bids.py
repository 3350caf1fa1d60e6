"""Highest words: what many seeds bid for each of a block of keys, at the least that a pair can cost.

The word of a key and a seed is ``mix(key ^ seed)``. The first step of `mix` is linear, so it is done once for
a key and once for a seed, and not for each pair. The rest is a bijection, so the highest word is kept alone:
it says which seed made it, and a small table says whose seed that is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import fold, mix_folded, unmix_folded

BLOCK = 64
"""Keys whose highest words are kept side by side, so that the loop over them vectorises."""

_ONE = np.uint64(1)


def room_for_seeds(count: int) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return room for the folded seeds of so many bidders, and for the table of their rows.

    Parameters
    ----------
    count
        Bidders, at least one.

    Returns
    -------
    (ndarray, ndarray)
        (count,) uint64, and (2^b,) int32, of which at most a quarter will be taken, so that few seeds have to
        look for a second place.

    Examples
    --------
    >>> [part.shape for part in room_for_seeds(5)]
    [(5,), (256,)]
    """
    return np.empty(count, dtype=np.uint64), np.empty(max(256, 4 << (count - 1).bit_length()), np.int32)


@kernel
def fold_seeds(seeds: NDArray[np.uint64], folded: NDArray[np.uint64], rows: NDArray[np.int32]) -> None:
    """Write the folded seeds, and the table by which `row_of_seed` finds them: of equal ones the first."""
    mask = np.uint64(len(rows) - 1)
    rows[:] = -1
    for j in range(len(seeds)):
        folded[j] = fold(seeds[j])
        at = folded[j] & mask
        while rows[at] >= 0 and folded[rows[at]] != folded[j]:
            at = (at + _ONE) & mask
        if rows[at] < 0:
            rows[at] = j


@kernel
def seeds_of_words(keys: NDArray[np.uint64], size: int, words: NDArray[np.uint64]) -> None:
    """Replace the word of each of ``size`` folded keys by the folded seed that made it."""
    for i in range(size):
        words[i] = unmix_folded(words[i]) ^ keys[i]


@kernel
def row_of_seed(seed: np.uint64, folded: NDArray[np.uint64], rows: NDArray[np.int32]) -> np.int32:
    """Return the row of a folded seed."""
    mask = np.uint64(len(rows) - 1)
    at = seed & mask
    while folded[rows[at]] != seed:
        at = (at + _ONE) & mask
    row: np.int32 = rows[at]
    return row


@kernel
def holds_seed(seed: np.uint64, folded: NDArray[np.uint64], rows: NDArray[np.int32]) -> bool:
    """Return whether a folded seed has a row."""
    mask = np.uint64(len(rows) - 1)
    at = seed & mask
    while rows[at] >= 0 and folded[rows[at]] != seed:
        at = (at + _ONE) & mask
    return bool(rows[at] >= 0)


@kernel
def raise_words(
    keys: NDArray[np.uint64], size: int, folded: NDArray[np.uint64], words: NDArray[np.uint64]
) -> None:
    """Raise the word of each of ``size`` folded keys to the highest that folded seeds make.

    Four seeds bid in each pass over the keys, so that words are fetched and stored a quarter as often.
    """
    fours = len(folded) & ~3
    for j in range(0, fours, 4):
        s0, s1, s2, s3 = folded[j], folded[j + 1], folded[j + 2], folded[j + 3]
        for i in range(size):
            key = keys[i]
            early = max(mix_folded(key ^ s0), mix_folded(key ^ s1))
            late = max(mix_folded(key ^ s2), mix_folded(key ^ s3))
            words[i] = max(words[i], max(early, late))
    for j in range(fours, len(folded)):
        seed = folded[j]
        for i in range(size):
            words[i] = max(words[i], mix_folded(keys[i] ^ seed))


@kernel
def last_of_run(values: NDArray[np.float64], begin: int) -> int:
    """Return where the run of equal values ends that begins at ``begin``."""
    last = begin
    while last + 1 < len(values) and values[last + 1] == values[begin]:
        last += 1
    return last
