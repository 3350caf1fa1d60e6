"""Jump consistent hash: a key's bucket as the last of a few random jumps."""

from __future__ import annotations

from typing import Any

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
from algorithms.machinery.lanes import kept_scratch
from algorithms.machinery.pairs import Pair
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import WORDS, Steps, counted, tally
from algorithms.registry import register

_MULTIPLIER, _ONE, _S33 = np.uint64(2862933555777941757), np.uint64(1), np.uint64(33)
_TWO_TO_31 = float(1 << 31)


_BLOCK = 1024
"""Keys that jump together: what they need stays in the first-level cache."""

_JUMPS = 2
"""Jumps between two looks at who is left."""

# the bits of the double 2^52 + 1: whatever is added to them below 2^52 is added to the number
_MAGIC, _TWO_TO_52 = np.uint64(0x4330000000000001), float(1 << 52)


@kernel
def jump_bucket(state: np.uint64, n: int, steps: Steps | None = None) -> Any:
    """Return the bucket of one hash among n: the paper's figure 1."""
    bucket, candidate = np.int64(0), np.int64(0)
    while candidate < n:
        bucket = candidate
        tally(steps, WORDS)
        state = state * _MULTIPLIER + _ONE
        candidate = np.int64((bucket + 1) * (_TWO_TO_31 / np.float64((state >> _S33) + _ONE)))
    return bucket


@kernel
def one_jump_on(state: np.uint64, candidate: float) -> tuple[np.uint64, float]:
    """Return where a key jumps to.

    All numbers are doubles, in which they are exact. A processor without AVX-512 cannot convert 64-bit
    integers in lanes, hence the bits of 2^52.
    """
    state = state * _MULTIPLIER + _ONE
    divisor = np.uint64((state >> _S33) + _MAGIC).view(np.float64) - _TWO_TO_52
    return state, np.floor((candidate + 1.0) * (_TWO_TO_31 / divisor))


@kernel
def some_jumps(
    state: np.uint64, bucket: float, candidate: float, limit: float
) -> tuple[np.uint64, float, float]:
    """Return where a key is after `_JUMPS` jumps; its bucket stays when it has left."""
    for _ in range(_JUMPS):
        bucket = candidate if candidate < limit else bucket
        state, candidate = one_jump_on(state, candidate)
    return state, bucket, candidate


@kernel
def some_jumps_of_two(
    state: np.uint64, low: float, high: float, candidate: float, fewer: float, more: float
) -> tuple[np.uint64, float, float, float]:
    """Return what `some_jumps` does with the buckets among fewer and among more, whose jumps are the same."""
    for _ in range(_JUMPS):
        low, high = (candidate if candidate < fewer else low), (candidate if candidate < more else high)
        state, candidate = one_jump_on(state, candidate)
    return state, low, high, candidate


@kernel
def who_goes_on(candidates: NDArray[np.float64], limit: float, who: NDArray[np.uint32]) -> int:
    """Write the places of those who have not left yet; return how many they are."""
    left = 0
    for i in range(len(candidates)):
        who[left] = i
        left += 1 if candidates[i] < limit else 0
    return left


@kernel
def jump_kernel(
    hashes: Hashes,
    n: int,
    out: Buckets,
    who: NDArray[np.uint32],
    states: NDArray[np.uint64],
    buckets: NDArray[np.float64],
    candidates: NDArray[np.float64],
) -> None:
    """Write the bucket of each hash among n; the last four are `jump_room`.

    The keys of a block jump together, so that the loop over them vectorises. When about half of them have
    left, and after every few jumps from then on, those who have not move up.
    """
    limit = np.float64(n)
    # a key makes ln n + 0.58 jumps on average; those made together have no look at who is left
    together = np.int64(np.log(limit) / _JUMPS + 0.5)
    for start in range(0, len(hashes), _BLOCK):
        block, places = hashes[start : start + _BLOCK], out[start : start + _BLOCK]
        for i in range(len(block)):
            states[i], buckets[i], candidates[i] = some_jumps(block[i], 0.0, 0.0, limit)
        for _ in range(together):
            for i in range(len(block)):
                states[i], buckets[i], candidates[i] = some_jumps(states[i], buckets[i], candidates[i], limit)
        for i in range(len(block)):
            places[i] = np.int32(buckets[i])
        left = who_goes_on(candidates[: len(block)], limit, who)
        for i in range(left):
            place = who[i]
            states[i], buckets[i], candidates[i] = states[place], buckets[place], candidates[place]
        while left > 0:
            for i in range(left):
                states[i], buckets[i], candidates[i] = some_jumps(states[i], buckets[i], candidates[i], limit)
            still = 0
            for i in range(left):
                place, candidate = who[i], candidates[i]
                places[place] = np.int32(buckets[i])
                who[still], states[still], candidates[still] = place, states[i], candidate
                still += 1 if candidate < limit else 0
            left = still


@kernel
def jump_kernel_of_two(
    hashes: Hashes,
    fewer: int,
    more: int,
    low_out: Buckets,
    high_out: Buckets,
    who: NDArray[np.uint32],
    states: NDArray[np.uint64],
    candidates: NDArray[np.float64],
    lows: NDArray[np.float64],
    highs: NDArray[np.float64],
) -> None:
    """Write the bucket of each hash among fewer and among more, as `jump_kernel` does, in one chain."""
    limit, lower = np.float64(more), np.float64(fewer)
    together = np.int64(np.log(limit) / _JUMPS + 0.5)
    for start in range(0, len(hashes), _BLOCK):
        block = hashes[start : start + _BLOCK]
        low_places, high_places = low_out[start : start + _BLOCK], high_out[start : start + _BLOCK]
        for i in range(len(block)):
            states[i], lows[i], highs[i], candidates[i] = some_jumps_of_two(
                block[i], 0.0, 0.0, 0.0, lower, limit
            )
        for _ in range(together):
            for i in range(len(block)):
                states[i], lows[i], highs[i], candidates[i] = some_jumps_of_two(
                    states[i], lows[i], highs[i], candidates[i], lower, limit
                )
        for i in range(len(block)):
            low_places[i], high_places[i] = np.int32(lows[i]), np.int32(highs[i])
        left = who_goes_on(candidates[: len(block)], limit, who)
        for i in range(left):
            place = who[i]
            states[i], candidates[i] = states[place], candidates[place]
            # whoever goes on among more may have left fewer long ago
            lows[i], highs[i] = lows[place], highs[place]
        while left > 0:
            for i in range(left):
                states[i], lows[i], highs[i], candidates[i] = some_jumps_of_two(
                    states[i], lows[i], highs[i], candidates[i], lower, limit
                )
            still = 0
            for i in range(left):
                place, candidate, low = who[i], candidates[i], lows[i]
                low_places[place], high_places[place] = np.int32(low), np.int32(highs[i])
                who[still], states[still], lows[still], candidates[still] = place, states[i], low, candidate
                still += 1 if candidate < limit else 0
            left = still


@kernel
def jumps_of_two(sides: tuple[int, int], room: Any, hashes: Hashes, out: Buckets, other_out: Buckets) -> None:
    """Write the bucket of each hash among two numbers of nodes; the room is `jump_room_of_two`."""
    n, other = sides
    who, states, candidates, lows, highs = room
    fewer, more = min(n, other), max(n, other)
    low_out, high_out = (out, other_out) if n <= other else (other_out, out)
    jump_kernel_of_two(hashes, fewer, more, low_out, high_out, who, states, candidates, lows, highs)


def jump_room_of_two() -> tuple[NDArray[Any], ...]:
    """Return the room that `jump_kernel_of_two` takes.

    Returns
    -------
    tuple of array
        Not initialised; of this thread.

    Examples
    --------
    >>> len(jump_room_of_two())
    5
    """
    return kept_scratch(_BLOCK, np.uint32, np.uint64, *3 * [np.float64])


def jump_room() -> tuple[NDArray[Any], ...]:
    """Return the room that `jump_kernel` takes.

    Returns
    -------
    tuple of array
        Not initialised; of this thread.

    Examples
    --------
    >>> jump_kernel(np.array([42], np.uint64), 57, out := np.empty(1, np.int32), *jump_room())
    >>> out
    array([43], dtype=int32)
    """
    return kept_scratch(_BLOCK, np.uint32, np.uint64, np.float64, np.float64)


count_jumps = counted(jump_bucket)
one_jump = entry(jump_bucket)


@register(
    Spec(
        name="jump",
        title="Jump",
        summary="the last of the random jumps b -> floor((b + 1) / u) that stays below n",
        capabilities=frozenset(
            {
                Capability.REMOVES_LAST,
                Capability.UNIFORM,
                Capability.MINIMAL_MOVEMENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.REMOVES_ANY: "buckets are a count, so only the last one can go",
            Capability.WEIGHTED: "a node is only its number, so a weight other than 1 is refused",
            Capability.INTERVALS: "the state is scrambled at each jump, so the arcs would be single hashes",
            Capability.REPLICAS: "a key has one answer; a second hash may lead to the same node",
        },
        reference="Lamping & Veach, A fast, minimal memory, consistent hash algorithm, arXiv:1406.2294",
        year=2014,
        publications=(
            Publication(
                "jump",
                "misc",
                "Lamping, John and Veach, Eric",
                "A fast, minimal memory, consistent hash algorithm",
                2014,
                {"eprint": "1406.2294", "archiveprefix": "arXiv", "note": "arXiv:1406.2294"},
            ),
        ),
        lookup_cost=Cost("O(log n)"),
        resize_cost=Cost("O(1)"),
        memory_cost=Cost("O(1)"),
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "words": Step("jumps", published="jumps", source="the paper, on iterations"),
        },
    )
)
class Jump(Partitioner[int]):
    """Jump consistent hash (Lamping & Veach 2014).

    Let the number of buckets grow from 1 to n. When bucket j is added, a key must jump there with
    probability 1/(j + 1) and else stay. The hash seeds a linear congruential generator that decides each
    jump; instead of asking at every j, the next j at which the key jumps is drawn at once, as
    floor((b + 1) / u) from the bucket b where it is. The last jump below n is its bucket.

    **Sources.** arXiv:1406.2294, the code of its figure 1, reproduced bit for bit, including its uniform,
    which has 31 bits: r / 2^31 for r = 1 ... 2^31. So the shares are uniform only up to 2.4e-7 of the mean
    at 1000 buckets.

    **Done otherwise.** Nodes have names, and the node in bucket b may be replaced in one event; the algorithm
    itself grows and shrinks at the end only.

    **Costs.** assign H_n = 1 + 1/2 + ... + 1/n jumps on average (7.5 at 1000); an event O(1); memory none.

    **Adverse case.** The hash is the generator's whole seed, so equal hashes are all that can collide, but a
    hash that begins with many low draws makes many jumps, at most n: unlikely beyond 3 ln n.

    Examples
    --------
    >>> p = Jump(57, hash="identity")
    >>> p.lookup(42)
    'node-43'
    """

    def _build(self, nodes: Nodes) -> int:
        return len(nodes)

    def _one(self, structure: int) -> One:
        return one_jump.of(structure)

    def _place(self, structure: int, hashes: Hashes, out: Buckets) -> None:
        jump_kernel(hashes, structure, out, *jump_room())

    def _place_two(
        self, structure: int, other: int, hashes: Hashes, out: Buckets, other_out: Buckets
    ) -> None:
        (fewer, low), (more, high) = sorted(((structure, out), (other, other_out)), key=lambda side: side[0])
        jump_kernel_of_two(hashes, fewer, more, low, high, *jump_room_of_two())

    def _pair(self, structure: int, other: int) -> Pair:
        return Pair(jumps_of_two, (structure, other), jump_room_of_two)

    def _place_counting(self, structure: int, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_jumps(hashes, (structure,), out, steps)
