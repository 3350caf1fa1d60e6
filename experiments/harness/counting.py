"""Keys of one scale event, drawn, hashed, placed before and after it, and counted, in one compiled loop.

A run of many keys goes back to Python once for a chunk, and keeps in the first caches what one step hands to
the next. The loop is compiled once for each algorithm, for as long as some 3e8 keys
save: fewer than `LEAST_KEYS` are placed piece by piece (`Trial.placed`), and so are those of workloads, hash
functions and members that have no kernel for it. Both count the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing import hash_function
from algorithms.interface.together import Together
from algorithms.machinery.kernel import Kernel, kernel
from algorithms.machinery.lanes import kept_scratch
from algorithms.machinery.pairs import Pair
from experiments.measures.tally import count_numbers, join_buckets
from experiments.workloads.base import CHUNK

if TYPE_CHECKING:
    from experiments.harness.trial import Trial
    from experiments.measures import Tally

__all__ = ["LEAST_KEYS", "EventLoop", "loop_of"]

LEAST_KEYS = 1 << 25
"""Fewer keys take less than half a second in pieces; the loop pays for itself from some 3e8 on."""

BLOCK = 1 << 11
"""Keys that go through all steps at once: the first cache holds them."""


@dataclass(frozen=True, eq=False)
class EventLoop:
    """The loop for a trial and the two sides of an event.

    Parameters
    ----------
    trial
        Whose keys are counted.
    together
        The two partitioners: where something is wrong they say what.
    pair
        How both place.
    draw, state
        What draws keys, and where their stream begins.
    digest
        What hashes them.
    """

    trial: Trial
    together: Together
    pair: Pair
    draw: Kernel[..., None]
    state: np.uint64
    digest: Kernel[..., None]

    def add(self, chunks: Iterable[int], tally: Tally) -> None:
        """Count the keys of some chunks; a bucket without a node is an error."""
        pair, before, numbers = self.pair, self.together.partitioners[0], tuple(chunks)
        cells = tally.table if pair.buckets is None else np.zeros((2, len(pair.buckets)), np.int64)
        loop = _loop(self.draw, self.digest, pair.places, pair.buckets is None)
        function = hash_function(before.hash)
        seed = np.uint64(before.seed if function.seeded else 0)
        shift = np.uint64(function.width - before.hash_bits)
        room, block = pair.room(), kept_scratch(BLOCK, np.uint64, np.uint64, np.int32, np.int32)
        ends = len(tally.before), len(tally.after)
        live = True
        for chunk in numbers:
            first, count = np.uint64(chunk * CHUNK), self.trial.chunks.size(chunk)
            live &= loop(self.state, first, count, seed, shift, pair.sides, room, block, *ends, cells)
        if live and pair.buckets is not None and cells is not None:
            live = tally.add_pairs(pair.buckets, cells.sum(axis=0))
        if not (live and tally.live):
            for chunk in numbers:
                for _ in self.trial.placed(self.together, chunk):
                    pass  # whoever has placed a key where no node is, is named here
            raise AssertionError("the compiled loop of an event finds other buckets than the partitioners")


def loop_of(trial: Trial, together: Together, tally: Tally) -> EventLoop | None:
    """Return the loop for two partitioners; None where keys are few, or one of the steps has no kernel."""
    if len(together) != 2 or trial.chunks.keys < LEAST_KEYS or tally.table is None:
        return None
    stream = trial.source.stream(trial.repetition.keys)
    digest = hash_function(together.partitioners[0].hash).integers_kernel
    pair = None if stream is None or digest is None else together.pair()
    if stream is None or digest is None or pair is None:
        return None
    return EventLoop(trial, together, pair, *stream, digest)


@cache
def _loop(
    draw: Kernel[..., None],
    digest: Kernel[..., None],
    places: Kernel[..., None],
    joins: bool,
) -> Kernel[..., bool]:
    """Return the loop over the keys of a chunk, compiled with these steps inside it."""

    @kernel
    def count_event(
        state: np.uint64,
        first: np.uint64,
        count: int,
        seed: np.uint64,
        shift: np.uint64,
        sides: Any,
        room: Any,
        block: Any,
        rows: int,
        width: int,
        cells: NDArray[np.int64],
    ) -> bool:
        for begin in range(0, count, BLOCK):
            size = min(BLOCK, count - begin)
            keys, hashes, before, after = block[0][:size], block[1][:size], block[2][:size], block[3][:size]
            draw(state, first + np.uint64(begin), keys)
            digest(keys, seed, hashes)
            if shift:
                for i in range(size):
                    hashes[i] >>= shift
            places(sides, room, hashes, before, after)
            if (joins and not join_buckets(before, after, rows, width)) or not count_numbers(before, cells):
                return False
        return True

    return count_event
