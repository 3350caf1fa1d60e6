"""The clock of all that is timed: competitors in turn, each called untimed before, no best of a few."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel

__all__ = [
    "COPY",
    "LEAST_KEYS",
    "Competitor",
    "clocked",
    "copy_competitor",
    "copy_kernel",
    "keys_a_call",
    "load_average",
    "no_garbage_collection",
    "rounds",
]

COPY = "copy"
"""The name of the baseline in the rows: :func:`copy_kernel`."""

LEAST_KEYS = 64
"""The fewest keys that a call of ours is given, however slow it is."""


@kernel
def copy_kernel(hashes: NDArray[np.uint64], out: NDArray[np.int32]) -> None:
    """Read each hash and write its low half: what any placement has to do at least, in the same loop."""
    for i in range(len(hashes)):
        out[i] = np.int32(hashes[i])


@dataclass(frozen=True)
class Competitor:
    """Something that is timed.

    Parameters
    ----------
    label, algorithm, settings, mode
        What the rows call it.
    keys
        Keys of one call.
    call
        Handles them, and returns their buckets, or the name of the last key's node.
    peer
        Whether it is not ours; `algorithm` is then what it stands beside.
    """

    label: str
    algorithm: str
    settings: str
    mode: str
    keys: int
    call: Callable[[], object]
    peer: bool = False


def copy_competitor(keys: int) -> Competitor:
    """Return the baseline: the copy loop over so many hashes, called once.

    Examples
    --------
    >>> copy_competitor(3).call()
    array([0, 1, 2], dtype=int32)
    """
    words, out = np.arange(keys, dtype=np.uint64), np.empty(keys, dtype=np.int32)
    copied = copy_kernel.compiled

    def call() -> NDArray[np.int32]:
        copied(words, out)
        return out

    call()
    return Competitor(COPY, COPY, "", COPY, keys, call)


def rounds(
    competitors: Sequence[Competitor], count: int, progress: Callable[[float], None] = lambda _: None
) -> Iterator[list[int]]:
    """Time competitors in turn, A B C A B C ..., each called once untimed just before it is timed.

    The untimed call brings back to the caches what the others have pushed out, so what is measured is a
    competitor that is at work, and not one that wakes up.
    """
    for done in range(1, count + 1):
        spent = []
        with no_garbage_collection():
            for one in competitors:
                one.call()
                spent.append(clocked(one.call))
        progress(done / count)
        yield spent


def clocked(call: Callable[[], object]) -> int:
    """Return the nanoseconds of one call, at least 1.

    Examples
    --------
    >>> clocked(list) > 0
    True
    """
    began = time.perf_counter_ns()
    call()
    return max(1, time.perf_counter_ns() - began)


def keys_a_call(
    call_of: Callable[[int], Callable[[], object]], most: int, milliseconds: float, least: int = LEAST_KEYS
) -> int:
    """Return how many keys a call may have to stay about as short as wanted."""
    keys = min(least, most)
    call_of(keys)()
    while keys < most:
        if 2 * clocked(call_of(keys)) > milliseconds * 1e6:
            return keys
        keys = min(2 * keys, most)
    return most


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Inside, Python's collector does not run."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def load_average() -> float | None:
    """Return how many processes wanted to run in the last minute; None where the system does not say."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return None
