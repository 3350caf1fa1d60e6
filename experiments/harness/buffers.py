"""Memory for pieces of keys that each thread keeps, since asking the system for it costs more than a key."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from experiments.buffers import aligned

__all__ = ["kept"]

MOST_KEYS = 1 << 14
"""Keys in a piece, at most."""

LEAST_KEYS = 1 << 10
"""Keys in a piece, at least: below, calls of kernels cost more than what they do."""

BYTES = 1 << 19
"""What a piece may take up otherwise: half of a processor's cache of the second level."""

_threads = threading.local()


def kept(outs: int) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return room for the keys and hashes of a piece, (2, k), and for its buckets, (outs, k).

    The next call on this thread returns the same memory.

    Examples
    --------
    >>> words, buckets = kept(2)
    >>> words.shape, buckets.shape, kept(100)[1].shape
    ((2, 16384), (2, 16384), (100, 1024))
    """
    known: dict[int, tuple[NDArray[np.uint64], NDArray[np.int32]]] = _threads.__dict__.setdefault("known", {})
    if outs not in known:
        fitting = BYTES // (16 + 4 * outs)
        keys = min(MOST_KEYS, max(LEAST_KEYS, 1 << (fitting.bit_length() - 1)))
        known.clear()
        words, buckets = aligned(2 * keys, np.uint64, 64), aligned(outs * keys, np.int32, 64)
        known[outs] = words.reshape(2, keys), buckets.reshape(outs, keys)
    return known[outs]
