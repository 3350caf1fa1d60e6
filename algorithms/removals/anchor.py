"""Anchor: a key whose bucket is gone is drawn again among those who stayed when it went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidParameter, UnsupportedEvent
from algorithms.interface import (
    MOST_NODES,
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    NodesLike,
    PartitionerWithHistory,
    Publication,
    Spec,
    Step,
    Whole,
    whole_number,
)
from algorithms.machinery.histories import Anchors, History, Places, anchors_of, seen
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import absolute, derive, derive2
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import WORDS, Steps, counted, tally
from algorithms.registry import register

BLOCK = 256
"""Keys that are drawn side by side; those whose bucket is gone are drawn again together."""

_NAME = np.uint64(0xDEADBEEF)


@kernel
def anchored(
    h: np.uint64, capacity: int, stayed: Places, stand_ins: Places, steps: Steps | None = None
) -> np.int32:
    """Return the bucket of one hash: the paper's algorithm 3."""
    tally(steps, WORDS)
    word = absolute(derive(h, _NAME))
    bucket, above = np.int32(word % np.uint64(capacity)), np.int32(len(stayed) - 1)
    live = stayed[min(bucket, above)]
    while live:
        tally(steps, WORDS)
        word = absolute(derive2(word, np.uint64(bucket), _NAME))
        bucket = seen(stayed, stand_ins, np.int32(word % np.uint64(live)), live, steps)
        live = stayed[min(bucket, above)]
    return bucket


@kernel
def anchor_kernel(
    hashes: Hashes,
    capacity: int,
    stayed: Places,
    stand_ins: Places,
    out: Buckets,
    words: NDArray[np.uint64],
    waiting: NDArray[np.int64],
) -> None:
    """Write what `anchored` returns for each hash; the last two are room for `BLOCK` keys."""
    a, above = np.uint64(capacity), np.int32(len(stayed) - 1)
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        for i in range(size):
            words[i] = absolute(derive(hashes[first + i], _NAME))
        left = 0
        for i in range(size):
            bucket = np.int32(words[i] % a)
            out[first + i] = bucket
            # written always and kept only where the bucket is gone, which costs less than a wrong guess
            waiting[left] = i
            left += 1 if stayed[min(bucket, above)] else 0
        while left:
            still = 0
            for t in range(left):
                i = waiting[t]
                bucket = out[first + i]
                live = stayed[bucket]
                word = absolute(derive2(words[i], np.uint64(bucket), _NAME))
                words[i] = word
                bucket = seen(stayed, stand_ins, np.int32(word % np.uint64(live)), live)
                out[first + i] = bucket
                waiting[still] = i
                still += 1 if stayed[min(bucket, above)] else 0
            left = still


count_draws = counted(anchored)
one_draw = entry(anchored)


@register(
    Spec(
        name="anchor",
        title="Anchor",
        summary="a draw among all buckets of a fixed capacity; if it is gone, again among those who stayed",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.UNIFORM,
                Capability.MINIMAL_MOVEMENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.WEIGHTED: "a node is only its number, so a weight other than 1 is refused",
            Capability.INTERVALS: "hashes are drawn one by one, so the arcs would be single hashes",
            Capability.REPLICAS: "a key has one path of draws, which ends at the first live bucket",
        },
        reference="Mendelson et al., AnchorHash: A scalable consistent hash, IEEE/ACM ToN 2021",
        year=2021,
        publications=(
            Publication(
                "anchor",
                "article",
                "Mendelson, Gal and Vargaftik, Shay and Barabash, Katherine and Lorenz, Dean H. and "
                "Keslassy, Isaac and Orda, Ariel",
                "AnchorHash: A scalable consistent hash",
                2021,
                {
                    "journal": "IEEE/ACM Transactions on Networking",
                    "volume": "29",
                    "number": "2",
                    "doi": "10.1109/TNET.2020.3039547",
                },
            ),
        ),
        lookup_cost=Cost("O(1 + log^2(a/n))", "for a capacity of a"),
        resize_cost=Cost("O(a)"),
        memory_cost=Cost("O(a)"),
        by_default=False,
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "words": Step("draws", published="logarithm", source="the paper's bound"),
            "links": Step("links to stand-ins"),
        },
    )
)
class Anchor(PartitionerWithHistory[Anchors]):
    """AnchorHash (Mendelson, Vargaftik, Barabash, Lorenz, Keslassy & Orda 2021).

    The capacity is fixed, and the buckets beyond the nodes count as removed at the start. A key is drawn from
    all of them. If its bucket is gone, it is drawn again among those who stayed when that bucket went, and so
    on until a live one comes. Each bucket remembers only how many stayed and who then took its number, so a
    draw among those of long ago is found by following such links.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    capacity
        How many buckets there can ever be; None for twice the nodes, 256 at least. It is shown as None while
        the nodes imply it.
    removed
        Free buckets, the one freed last at the end; the others count as freed before, the highest first.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For a capacity below the nodes, and for ``removed`` buckets that cannot be.
    UnsupportedEvent
        When more nodes join than the capacity has room for.

    Notes
    -----
    **Sources.** arXiv:1812.09674; IEEE/ACM Transactions on Networking 29(2), 2021, algorithms 1 to 3; the
    authors' code, anchorhash/cpp-anchorhash, of which the form with two arrays (``mem``) is the one here.
    Both forms place every key alike. The words of the draws are two of one family (``mixing.derive``), made
    of the hash and, after the first, of the word before and the bucket that is gone.

    **Done otherwise.** An event copies the arrays instead of changing them. The authors' code takes 128 bits
    of a key, a key and a seed; here one hash decides. A full table is not grown, since that would move half
    of the keys.

    **Costs.** assign 1 + H_a - H_n draws of a capacity a, and about 1/2 ln^2(a/n) links after random
    removals; an event O(a), the copy; memory 8 bytes a bucket of the capacity and 4 a free one.

    **Adverse case.** Remove bucket 0, then from the top down: of 1000, when 10 are left, a key follows 106
    links instead of 10 after random removals. And a capacity far too large: 10 nodes of a million cost 12.5
    draws a key.

    Examples
    --------
    >>> p = Anchor(["a", "b", "c", "d"])
    >>> p.change(remove=["b"])
    >>> p.change(remove=["a"])
    >>> p
    Anchor({2: 'c', 3: 'd'})
    >>> p.add_node("e"), p.room
    (0, 253)
    """

    _shrinks = False

    def __init__(
        self,
        nodes: NodesLike,
        *,
        capacity: Annotated[int | None, Whole(1, MOST_NODES)] = None,
        removed: Sequence[int] = (),
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self._first_capacity = capacity
        super().__init__(nodes, removed=removed, hash=hash, hash_bits=hash_bits, seed=seed)

    @property
    def capacity(self) -> int | None:
        """How many buckets there can be; None while the nodes imply it."""
        size = self._state.structure.history.size
        return None if size == _roomy(self.nodes) else size

    @property
    def room(self) -> int:
        """How many nodes can still join."""
        return self._state.structure.history.size - len(self.nodes)

    def _size(self, nodes: Nodes, removed: Sequence[int]) -> int:
        given = self._first_capacity
        size = _roomy(nodes) if given is None else whole_number("capacity", given, nodes.top, MOST_NODES)
        if max(removed, default=-1) >= size:
            raise InvalidParameter(
                f"removed names bucket {max(removed)}, beyond the capacity of {size}: give a larger capacity"
            )
        return size

    def _remember(self, history: History, before: Anchors | None) -> Anchors:
        return anchors_of(history, before)

    def _free_buckets(self, left: Nodes, count: int) -> Sequence[int]:
        size = self._state.structure.history.size
        if len(left) + count > size:
            raise UnsupportedEvent(
                f"anchor has room for {size - len(left)} more nodes, not {count}, in a capacity of {size}: "
                "build it anew with a larger one, which moves keys, or use jumpback_anchor, which has none"
            )
        return super()._free_buckets(left, count)

    def _one(self, structure: Anchors) -> One:
        history, stayed, stand_ins = structure
        return one_draw.of(history.size, stayed, stand_ins)

    def _place(self, structure: Anchors, hashes: Hashes, out: Buckets) -> None:
        history, stayed, stand_ins = structure
        words, waiting = np.empty(BLOCK, dtype=np.uint64), np.empty(BLOCK, dtype=np.int64)
        anchor_kernel(hashes, history.size, stayed, stand_ins, out, words, waiting)

    def _place_counting(self, structure: Anchors, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        history, stayed, stand_ins = structure
        count_draws(hashes, (history.size, stayed, stand_ins), out, steps)


def _roomy(nodes: Nodes) -> int:
    return min(max(256, 2 * nodes.top), MOST_NODES)
