"""Draws by number: the i-th word of a seed's stream, and the i-th draw from a table of weights.

The stream is counter-based: word i is SplitMix64's i-th output, and needs none of those before it. A draw
from a table is the inverse of its cumulative distribution, in integers, so it is the same on every machine.

Sources: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (the stream);
Chen & Asau, "On generating random variates from an empirical distribution", AIIE Transactions 6, 1974 (the
guide table, which makes the search end after about one step).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import Kernel, kernel
from algorithms.machinery.mixing import GOLDEN_GAMMA, mix, splitmix64_int

__all__ = ["Law", "law_of_weights", "stream", "words"]

MOST_GUIDE_BITS = 22

_GAMMA, _ONE = np.uint64(GOLDEN_GAMMA), np.uint64(1)


def _state(seed: int, lane: int) -> np.uint64:
    # two rounds: neither neighbouring seeds nor neighbouring lanes give overlapping streams
    return np.uint64(splitmix64_int(splitmix64_int(seed) ^ lane))


def words(seed: int, first: int, count: int, out: NDArray[np.uint64] | None = None) -> NDArray[np.uint64]:
    """Return words `first` to `first + count - 1` of a seed's stream, in `out` if that is given.

    Examples
    --------
    >>> words(0, 0, 3)[1:] == words(0, 1, 2)
    array([ True,  True])
    """
    out = np.empty(count, dtype=np.uint64) if out is None else out
    _words(_state(seed, 0), np.uint64(first), out)
    return out


def stream(seed: int) -> tuple[Kernel[..., None], np.uint64]:
    """Return the kernel (state, first, out) that writes words of a seed's stream, and its state.

    Examples
    --------
    >>> draw, state = stream(0)
    >>> draw(state, np.uint64(1), out := np.empty(2, dtype=np.uint64))
    >>> out == words(0, 1, 2)
    array([ True,  True])
    """
    return _words, _state(seed, 0)


class Law:
    """A law over items 0, 1, 2, ..., ready to be drawn from.

    Parameters
    ----------
    last
        Item i is drawn by the words above ``last[i - 1]``, up to and with ``last[i]``; (n,) uint64,
        ascending, the last one 2^64 - 1. Where two are equal, the latter item is never drawn.

    Examples
    --------
    >>> law_of_weights([1, 3]).draw(0, 0, 8)
    array([0, 1, 1, 1, 1, 1, 1, 0])
    """

    def __init__(self, last: NDArray[np.uint64]) -> None:
        bits = min(MOST_GUIDE_BITS, max(1, (len(last) - 1).bit_length()))
        self.last = last
        self._shift = np.uint64(64 - bits)
        edges = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._guide = np.searchsorted(last, edges).astype(np.int32)

    def draw(self, seed: int, first: int, count: int, *, lane: int = 0) -> NDArray[np.int64]:
        """Return draws `first` to `first + count - 1` of a seed."""
        out = np.empty(count, dtype=np.int64)
        _draw(_state(seed, lane), np.uint64(first), self.last, self._guide, self._shift, out)
        return out


def law_of_weights(weights: Sequence[int]) -> Law:
    """Return the law that draws items in proportion to integer weights, exact to one word in 2^64.

    Examples
    --------
    >>> [hex(word) for word in law_of_weights([1, 1, 2]).last]
    ['0x3fffffffffffffff', '0x7fffffffffffffff', '0xffffffffffffffff']
    """
    ends = list(accumulate(weights))
    return Law(np.array([-((-end << 64) // ends[-1]) - 1 for end in ends], dtype=np.uint64))


@kernel
def _words(state: np.uint64, first: np.uint64, out: NDArray[np.uint64]) -> None:
    word = state + first * _GAMMA
    for i in range(len(out)):
        word += _GAMMA  # a sum costs less than the product by which `_draw` has it
        out[i] = mix(word)


@kernel
def _draw(
    state: np.uint64,
    first: np.uint64,
    last: NDArray[np.uint64],
    guide: NDArray[np.int32],
    shift: np.uint64,
    out: NDArray[np.int64],
) -> None:
    for i in range(len(out)):
        word = mix(state + (first + np.uint64(i) + _ONE) * _GAMMA)
        item = np.int64(guide[word >> shift])
        while last[item] < word:
            item += 1
        out[i] = item
