"""Draws of nodes by their weights, from a stream of words that is part of a state."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import GOLDEN_GAMMA, mix, mix_int

__all__ = ["Urn", "drawn", "urn"]

_GAMMA = np.uint64(GOLDEN_GAMMA)


class Urn(NamedTuple):
    """Where the shares of the nodes end, of 2^64 words, and (1,) the state of SplitMix64."""

    ends: NDArray[np.uint64]
    word: NDArray[np.uint64]


def urn(weights: Sequence[float], seed: int, before: Urn | None) -> Urn:
    """Return draws by these weights, which go on where those before have stopped.

    Parameters
    ----------
    weights
        By place.
    seed
        Of the stream, where it begins.
    before
        Draws of other nodes that this balancer has made, or None.

    Returns
    -------
    Urn

    Examples
    --------
    >>> urn([1, 3], 0, None).ends.tolist() == [2**62]
    True
    """
    exact = [Fraction(weight) for weight in weights]
    total, below, ends = sum(exact), Fraction(0), []
    for weight in exact[:-1]:
        below += weight
        ends.append(int(below * (1 << 64) / total))
    word = np.array([mix_int(seed)], dtype=np.uint64) if before is None else before.word.copy()
    return Urn(np.array(ends, dtype=np.uint64), word)


@kernel
def drawn(urn: Urn) -> Any:
    """Return a place, each with the probability of its share: how many shares end at or below a word."""
    urn.word[0] += _GAMMA
    word = mix(urn.word[0])
    low, high = 0, len(urn.ends)
    while low < high:
        middle = (low + high) >> 1
        if urn.ends[middle] <= word:
            low = middle + 1
        else:
            high = middle
    return low
