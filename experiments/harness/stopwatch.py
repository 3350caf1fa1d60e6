"""The clocks of all that is timed: competitors in turn, each called untimed before, on keys that are new.

Two clocks run: that of the wall, and the processor's time of the thread that calls. The latter stands still
while others have the processor, so it says what a call costs also where the machine is not quiet; what
several threads do, only the wall can say.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel
from experiments.buffers import aligned
from experiments.storage.machine import Spent, load_average, page_faults

__all__ = [
    "COPY",
    "LEAST_KEYS",
    "Call",
    "Competitor",
    "Spent",
    "TimedElsewhere",
    "clocked",
    "copy_competitor",
    "copy_kernel",
    "gigahertz",
    "keys_a_call",
    "load_average",
    "no_garbage_collection",
    "rounds",
    "timed",
]

COPY = "copy"
"""The name of the baseline in the rows: :func:`copy_kernel`."""

LEAST_KEYS = 64
"""The fewest keys that a call of ours is given, however slow it is."""

STEPS = 1_000_000
"""Steps by which the frequency is measured: two milliseconds."""

CYCLES_A_STEP = 6
"""Three shifts and three exclusive ors, each of which waits for the one before."""

Call: TypeAlias = Callable[[], object]


@runtime_checkable
class TimedElsewhere(Protocol):
    """A call whose work is done in another process, which alone can time it."""

    def timed(self) -> Spent:
        """Make the call, and return what it took there."""


@kernel
def copy_kernel(hashes: NDArray[np.uint64], out: NDArray[np.int32]) -> None:
    """Read each hash and write its low half: what any placement has to do at least, in the same loop."""
    for i in range(len(hashes)):
        out[i] = np.int32(hashes[i])


@kernel
def dependent_steps(state: NDArray[np.uint64], steps: int) -> None:
    """Make steps of a xorshift generator, none of which can begin before the last one has ended."""
    x = state[0]
    for _ in range(steps):
        x ^= x << np.uint64(13)
        x ^= x >> np.uint64(7)
        x ^= x << np.uint64(17)
    state[0] = x


@dataclass(frozen=True)
class Competitor:
    """Something that is timed.

    Parameters
    ----------
    label, algorithm, settings, mode
        What the rows call it.
    keys
        Keys of one call.
    fresh
        Returns the call that handles keys which it was not given before, and returns their buckets, or the
        name of the last key's node. It fills the buffers, so they are in the caches; nobody times that.
    peer
        Whether it is not ours; `algorithm` is then what it stands beside.
    threads
        How many the call keeps busy.
    """

    label: str
    algorithm: str
    settings: str
    mode: str
    keys: int
    fresh: Callable[[], Call]
    peer: bool = False
    threads: int = 1


def copy_competitor(keys: int) -> Competitor:
    """Return the baseline: the copy loop over so many hashes, which are written anew each time.

    Examples
    --------
    >>> copy_competitor(3).fresh()()
    array([0, 1, 2], dtype=int32)
    """
    words, out = aligned(keys, np.uint64), aligned(keys, np.int32)
    copied = copy_kernel.compiled

    def call() -> NDArray[np.int32]:
        copied(words, out)
        return out

    def fresh() -> Call:
        words[:] = np.arange(keys, dtype=np.uint64)
        return call

    fresh()()
    return Competitor(COPY, COPY, "", COPY, keys, fresh)


def rounds(
    competitors: Sequence[Competitor], count: int, progress: Callable[[float], None] = lambda _: None
) -> Iterator[list[Spent]]:
    """Time competitors in turn, A B C A B C ..., each called once untimed just before it is timed.

    The untimed call brings back to the caches what the others have pushed out, so what is measured is a
    competitor that is at work, and not one that wakes up. Its keys are others than those of the timed call:
    caches and branch predictors would know these.
    """
    for done in range(1, count + 1):
        spent = []
        with no_garbage_collection():
            for one in competitors:
                one.fresh()()
                spent.append(timed(one.fresh()))
        progress(done / count)
        yield spent


def timed(call: Call) -> Spent:
    """Return what one call took, no clock less than 1.

    Examples
    --------
    >>> spent = timed(list)
    >>> spent.wall > 0 and spent.processor > 0
    True
    """
    if isinstance(call, TimedElsewhere):
        return call.timed()
    faults = page_faults()
    processor = time.thread_time_ns()
    wall = time.perf_counter_ns()
    call()
    wall = time.perf_counter_ns() - wall
    processor = time.thread_time_ns() - processor
    return Spent(max(1, wall), max(1, processor), page_faults() - faults)


def clocked(call: Call) -> int:
    """Return the nanoseconds of one call by the wall, at least 1.

    Examples
    --------
    >>> clocked(list) > 0
    True
    """
    began = time.perf_counter_ns()
    call()
    return max(1, time.perf_counter_ns() - began)


def gigahertz() -> float | None:
    """Return the frequency at which this processor works, by steps that take a known number of cycles.

    None where it is not known how many: on other processors than those of x86-64.
    """
    import platform

    if platform.machine().lower() not in ("x86_64", "amd64"):
        return None
    state, steps = np.array([88_172_645_463_325_252], dtype=np.uint64), dependent_steps.compiled
    steps(state, 1000)
    spent = min(timed(lambda: steps(state, STEPS)).processor for _ in range(3))
    return CYCLES_A_STEP * STEPS / spent


def keys_a_call(
    call_of: Callable[[int], Call],
    most: int,
    milliseconds: float,
    least: int = LEAST_KEYS,
    threads: int = 1,
) -> int:
    """Return how many keys a call may have to stay about as short as wanted."""
    keys = min(least, most)
    call_of(keys)()
    while keys < most:
        # whatever holds one of them up is not the call's own
        costs = (timed(call_of(keys)).cost(threads) for _ in range(3))
        if all(2 * cost > milliseconds * 1e6 for cost in costs):
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
