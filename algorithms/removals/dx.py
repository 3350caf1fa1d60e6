"""Dx: the first live slot of a key's own sequence of slots; nothing but who is live is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import UnsupportedEvent
from algorithms.interface import (
    MOST_NODES,
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    NodesLike,
    Partitioner,
    Publication,
    Spec,
    State,
    Step,
    Whole,
    whole_number,
)
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import GOLDEN_GAMMA, WORD, multiply_high, stream, through
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally
from algorithms.registry import register

BLOCK = 512
"""Keys that are drawn side by side; those whose slot is free are drawn again together."""

DRAWS = 4
"""Slots that such a key draws at a time."""

_ONE = np.uint64(1)
_GAMMA, _GAMMAS = np.uint64(GOLDEN_GAMMA), np.uint64(DRAWS * GOLDEN_GAMMA & WORD)
LEAST = 256

Flags = NDArray[np.uint8]


class Slots(NamedTuple):
    """Which slots are live, and the bucket of each; ``owners`` is empty where a slot is its bucket."""

    live: Flags
    owners: NDArray[np.int32]


@kernel
def drawn(h: np.uint64, live: Flags, steps: Steps | None = None) -> np.uint64:
    """Return the slot of one hash: the paper's lookup."""
    a, t = np.uint64(len(live)), _ONE
    tally(steps, PROBES)
    slot = multiply_high(stream(h, t), a)
    while not live[slot]:
        t += _ONE
        tally(steps, PROBES)
        slot = multiply_high(stream(h, t), a)
    return slot


@kernel
def dx_kernel(
    hashes: Hashes,
    live: Flags,
    out: Buckets,
    waiting: NDArray[np.int64],
    states: Hashes,
    slots: NDArray[np.int32],
) -> None:
    """Write what `drawn` returns for each hash; the last three are its `waiting_room`.

    All keys draw once. Those whose slot is free draw `DRAWS` slots at a time, side by side, of which the
    first live one counts: where few slots are live, what a pass costs besides the draws is shared by them.
    """
    a = np.uint64(np.uint32(len(live)))  # of 32 bits for all to see, so that halves are multiplied
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        for i in range(size):
            out[first + i] = np.int32(multiply_high(stream(hashes[first + i], _ONE), a))
        left = 0
        for i in range(size):
            # written always and kept only where the slot is free, which costs less than a wrong guess
            waiting[left], states[left] = i, hashes[first + i] + _GAMMA
            left += 0 if live[out[first + i]] else 1
        while left:
            for k in range(left):
                for d in range(DRAWS):
                    slots[d, k] = np.int32(multiply_high(stream(states[k], np.uint64(d + 1)), a))
            still = 0
            for k in range(left):
                slot = slots[DRAWS - 1, k]
                found = live[slot]
                for d in range(DRAWS - 2, -1, -1):
                    earlier = slots[d, k]
                    slot = earlier if live[earlier] else slot
                    found |= live[earlier]
                i = waiting[k]
                out[first + i] = slot
                waiting[still], states[still] = i, states[k] + _GAMMAS
                still += 0 if found else 1
            left = still


@kernel
def dx_replicas_kernel(
    hashes: Hashes, live: Flags, owners: NDArray[np.int32], marked: Flags, out: Buckets
) -> None:
    """Write the first distinct buckets of each hash, (k, count); ``marked`` has a zero for each bucket."""
    a, count = np.uint64(len(live)), out.shape[1]
    for i in range(len(hashes)):
        taken, t = 0, _ONE
        while taken < count:
            slot = np.int32(multiply_high(stream(hashes[i], t), a))
            t += _ONE
            if live[slot]:
                bucket = owners[slot] if len(owners) else slot
                if not marked[bucket]:
                    marked[bucket] = 1
                    out[i, taken] = bucket
                    taken += 1
        for r in range(count):
            marked[out[i, r]] = 0


def waiting_room() -> tuple[NDArray[np.int64], Hashes, NDArray[np.int32]]:
    """Return room for the keys of a block that wait: which they are, their states, and their slots."""
    return (
        np.empty(BLOCK, dtype=np.int64),
        np.empty(BLOCK, dtype=np.uint64),
        np.empty((DRAWS, BLOCK), dtype=np.int32),
    )


PUBLICATION = Publication(
    "dx",
    "misc",
    "Dong, Chao and Wang, Fang and Feng, Dan",
    "DxHash: A scalable consistent hash based on the pseudo-random sequence",
    2021,
    {"eprint": "2107.07930", "archiveprefix": "arXiv", "note": "arXiv:2107.07930"},
)
REFERENCE = "Dong, Wang & Feng, DxHash: A scalable consistent hash, arXiv:2107.07930"
NO_INTERVALS = "hashes are drawn one by one, so the arcs would be single hashes"


count_draws = counted(drawn)
one_draw = entry(drawn)


@register(
    Spec(
        name="dx",
        title="Dx",
        summary="the first live slot of the key's random sequence of slots, out of a fixed capacity",
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
            Capability.WEIGHTED: "a node has one slot; weighted_dx gives it more",
            Capability.INTERVALS: NO_INTERVALS,
        },
        reference=REFERENCE,
        year=2021,
        publications=(PUBLICATION,),
        lookup_cost=Cost("O(a/n)", "for a capacity of a"),
        resize_cost=Cost("O(a)"),
        memory_cost=Cost("O(a)"),
        by_default=False,
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "probes": Step("slots", published="slots", source="arXiv:2107.07930"),
        },
    )
)
class Dx(Partitioner[Slots]):
    """DxHash (Dong, Wang & Feng 2021).

    The capacity is fixed, and each key has a random sequence of slots without end. The first live slot of
    it has the key. A node that leaves gives each of its keys to the next live slot in that key's sequence;
    one that joins takes the keys in whose sequence it stands before the slot that had them. No order of
    events matters, and the further live slots of the sequence are replicas.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    capacity
        How many slots there are; None for twice the nodes, 256 at least. It is shown as None while the nodes
        imply it.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For a capacity below the nodes.
    UnsupportedEvent
        When more nodes join than the capacity has room for.

    Notes
    -----
    **Sources.** arXiv:2107.07930; the authors' code, ChaosD/DxHash. Here the sequence is the SplitMix64
    that the hash seeds, and a word becomes a slot by multiplication.

    **Done otherwise.** A full table is not doubled as in the paper: keys whose draw then falls into the new
    half move, which are 49 % of all from 64 nodes to 65, where 1.5 % suffice. New nodes take the lowest
    free slot, so no stack of free ones is kept. And a draw never gives up, as the authors' code does after
    4a, since one live slot is always left.

    **Costs.** assign a/n draws on average of a capacity a, geometric; replica k + 1 costs a/(n - k) draws
    more; an event O(a), the copy; memory a byte a slot, where a bit would do.

    **Adverse case.** Few live of many: 10 nodes in a capacity of a million cost 100,000 draws a key.

    Examples
    --------
    >>> p = Dx(["a", "b", "c"], capacity=4)
    >>> p.remove_node("b")
    >>> p.assign_replicas(np.array([7, 8], dtype=np.uint64), 2)
    array([[0, 2],
           [2, 0]], dtype=int32)
    >>> p.room
    2
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        capacity: Annotated[int | None, Whole(1, MOST_NODES)] = None,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self._first_capacity = capacity
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    @property
    def capacity(self) -> int | None:
        """How many slots there are; None while the nodes imply it."""
        size = len(self._state.structure.live)
        return None if size == _roomy(self.nodes.top) else size

    @property
    def numbered(self) -> int:
        """How many slots there are, live or free."""
        return len(self._state.structure.live)

    @property
    def room(self) -> int:
        """How many nodes can still join."""
        return len(self._state.structure.live) - len(self.nodes)

    def _build(self, nodes: Nodes) -> Slots:
        given = self._first_capacity
        top = nodes.top
        size = _roomy(top) if given is None else whole_number("capacity", given, top, MOST_NODES)
        return _live(nodes, size)

    def _rebuild(self, before: State[Slots], nodes: Nodes, layout: Any) -> Slots:
        return _live(nodes, len(before.structure.live))

    def _free_buckets(self, left: Nodes, count: int) -> Sequence[int]:
        size = len(self._state.structure.live)
        if len(left) + count > size:
            raise UnsupportedEvent(
                f"dx has room for {size - len(left)} more nodes, not {count}, in a capacity of {size}: build "
                "it anew with a larger one, which moves half of the keys and more"
            )
        return left.lowest_free(count)

    def _one(self, structure: Slots) -> One:
        return one_draw.of(structure.live)

    def _place(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        dx_kernel(hashes, structure.live, out, *waiting_room())

    def _place_counting(self, structure: Slots, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_draws(hashes, (structure.live,), out, steps)
        if len(structure.owners):
            through(structure.owners, out)

    def _place_replicas(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        marked = np.zeros(len(structure.live), dtype=np.uint8)
        dx_replicas_kernel(hashes, structure.live, structure.owners, marked, out)


def _roomy(top: int) -> int:
    return min(max(LEAST, 2 * top), MOST_NODES)


def _live(nodes: Nodes, size: int) -> Slots:
    buckets = nodes.buckets()  # refused where they do not fit, before there are slots
    live = np.zeros(size, dtype=np.uint8)
    live[buckets] = 1
    return Slots(live, np.empty(0, dtype=np.int32))
