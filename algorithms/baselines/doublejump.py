"""Double jump: jump among slots with holes, and where it lands in a hole, jump among those that are left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidParameter
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Partitioner,
    Publication,
    Spec,
    State,
    Step,
)
from algorithms.interface.nodes import NodesLike
from algorithms.jumps.jump import jump_bucket, jump_kernel, jump_room
from algorithms.machinery.kernel import kernel
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import Steps, counted
from algorithms.registry import register

_SECOND = np.uint64(0xC6A4A7935BD1E995)


class Slots(NamedTuple):
    """Whether each slot has a node, the free ones as a stack, and the dense list."""

    live: NDArray[np.bool_]
    removed: NDArray[np.int32]
    compact: NDArray[np.int32]


@kernel
def second_jump_kernel(
    hashes: Hashes, live: NDArray[np.bool_], compact: NDArray[np.int32], out: Buckets
) -> None:
    """Replace slots without a node by what another jump finds in the dense list."""
    n = len(compact)
    for i in range(len(hashes)):
        if not live[out[i]]:
            out[i] = compact[jump_bucket(hashes[i] * _SECOND, n)]


@kernel
def double_jumped(
    h: np.uint64, live: NDArray[np.bool_], compact: NDArray[np.int32], steps: Steps | None = None
) -> np.int32:
    """Return the bucket of one hash."""
    slot = jump_bucket(h, len(live), steps)
    if live[slot]:
        return np.int32(slot)
    return np.int32(compact[jump_bucket(h * _SECOND, len(compact), steps)])


count_jumps = counted(double_jumped)
one_bucket = entry(double_jumped)


@register(
    Spec(
        name="doublejump",
        title="Double jump",
        summary="jump among slots with holes; from a hole, another jump among the nodes that are left",
        capabilities=frozenset({Capability.REMOVES_ANY, Capability.UNIFORM}),
        lacks={
            Capability.WEIGHTED: "a node is only its number, so a weight other than 1 is refused",
            Capability.INTERVALS: "the state is scrambled at each jump, so the arcs would be single hashes",
            Capability.REPLICAS: "a key has one answer; a second hash may lead to the same node",
        },
        reference="Geng, doublejump, a Go library, 2018",
        year=2018,
        publications=(
            Publication(
                "doublejump",
                "misc",
                "Geng, Edwin",
                "doublejump: A revamped Google's jump consistent hash",
                2018,
                {"howpublished": "github.com/edwingeng/doublejump"},
            ),
        ),
        lookup_cost=Cost("O(log n)"),
        resize_cost=Cost("O(n)"),
        memory_cost=Cost("O(n)"),
        by_default=False,
        balance_law="multinomial",
        kind="baseline",
        steps={
            "words": Step("two jumps"),
        },
    )
)
class DoubleJump(Partitioner[Slots]):
    """The baseline that makes jump hash remove any node, at the price of stray moves.

    Nodes stand in slots, and a removed one leaves a hole, which the next new node fills. A key jumps among
    all slots; if it lands in a hole, its hash times a constant jumps in a dense list of the nodes, in which
    a removed entry is overwritten by the last. So a new node takes keys from all and moves no other. But a
    removal moves the last entry of the dense list to another place, and the keys that came to it there are
    dealt anew, though nobody touched their node.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    removed
        Free slots, the one freed last at the end. Those that it does not name count as freed before all of
        them, the highest first.
    compact
        The dense list: every live bucket once, ascending when not given.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For slots that are no numbers, are named twice or have a node, and for another dense list.

    Notes
    -----
    **Sources.** edwingeng/doublejump, a Go library.

    **Left out.** ``Shrink()``, which closes all holes: with 16 of 64 nodes left it moves 94 % of the keys. So
    slots never become fewer.

    **Done otherwise.** Nodes that leave in one event do so from the highest bucket down, before others join.

    **Costs.** assign two jump hashes at most; an event O(n), to copy the lists; memory 5 bytes a node.

    **Adverse case.** Many removals: of a slots and w live nodes, removing one moves (a - w) / (a w) of the
    keys between nodes that stay: 4 % at the 48th of 64, where 6 % must move. Add a node and remove it again,
    and its slot stays behind as a hole.

    Examples
    --------
    >>> p = DoubleJump(["a", "b", "c", "d", "e"])
    >>> p.change(remove=["b"])
    >>> before = p.lookup_many(range(1000))
    >>> p.change(remove=["c"])
    >>> sorted(set(before[p.lookup_many(range(1000)) != before]))
    ['c', 'd']
    >>> p
    DoubleJump({0: 'a', 3: 'd', 4: 'e'}, removed=(1, 2), compact=(0, 4, 3))
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        removed: Sequence[int] = (),
        compact: Sequence[int] = (),
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self._first_removed = _checked("removed", removed)
        self._first_compact = _checked("compact", compact)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    @property
    def removed(self) -> tuple[int, ...]:
        """The free slots in the order in which they were freed; empty where the gaps alone tell it."""
        removed = self._state.structure.removed
        implied = _unnamed(self.nodes, self.nodes.top, removed[:0])
        return () if np.array_equal(removed, implied) else tuple(removed.tolist())

    @property
    def compact(self) -> tuple[int, ...]:
        """The dense list; empty while it ascends."""
        compact = self._state.structure.compact
        return () if np.array_equal(compact, self.nodes.buckets()) else tuple(compact.tolist())

    @property
    def numbered(self) -> int:
        """How many slots there are, with a node or without."""
        return len(self._state.structure.live)

    def _build(self, nodes: Nodes) -> Slots:
        live = nodes.buckets()  # refused where they do not fit, before there are slots
        removed = np.array(self._first_removed, dtype=np.int32)
        for bucket in self._first_removed:
            if bucket in nodes:
                raise InvalidParameter(
                    f"removed names bucket {bucket}, which {nodes[bucket].name!r} has: name free buckets only"
                )
        compact = np.array(self._first_compact, dtype=np.int32)
        if len(compact) and not np.array_equal(np.sort(compact), live):
            raise InvalidParameter(f"compact must name every live bucket once, not {compact.tolist()!r:.60}")
        slots = max(nodes.top, max(self._first_removed, default=-1) + 1)
        stack = np.concatenate([_unnamed(nodes, slots, removed), removed])
        return _slots(slots, stack, compact if len(compact) else live)

    def _rebuild(self, before: State[Slots], nodes: Nodes, layout: Any) -> Slots:
        staying = set(nodes.shared_with(before.nodes).tolist())
        leaving = [bucket for bucket in before.nodes if bucket not in staying]
        joining = [bucket for bucket in nodes if bucket not in staying]
        removed = _freed(before.structure.removed, leaving)
        compact = before.structure.compact.tolist()
        place = {bucket: at for at, bucket in enumerate(compact)}
        for bucket in reversed(leaving):
            last = compact.pop()
            if last != bucket:
                compact[place[bucket]] = last
                place[last] = place[bucket]
        # nodes that join pop the stack; their order in the event is that of the slots they are given
        taken = _taken(removed, len(before.structure.live), len(joining))
        compact += taken
        slots = max(len(before.structure.live), max(taken, default=-1) + 1)
        stack = removed[: max(0, len(removed) - len(joining))]
        return _slots(slots, np.array(stack, dtype=np.int32), np.array(compact, dtype=np.int32))

    def _free_buckets(self, left: Nodes, count: int) -> Sequence[int]:
        before = self._state
        leaving = [bucket for bucket in before.nodes if bucket not in left]
        return _taken(_freed(before.structure.removed, leaving), len(before.structure.live), count)

    def _one(self, structure: Slots) -> One:
        return one_bucket.of(structure.live, structure.compact)

    def _place(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        slots = len(structure.live)
        jump_kernel(hashes, slots, out, *jump_room())
        if len(structure.removed):
            second_jump_kernel(hashes, structure.live, structure.compact, out)

    def _place_counting(self, structure: Slots, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_jumps(hashes, (structure.live, structure.compact), out, steps)


def _slots(count: int, removed: NDArray[np.int32], compact: NDArray[np.int32]) -> Slots:
    live = np.ones(count, dtype=np.bool_)
    live[removed] = False
    return Slots(live, removed, compact)


def _unnamed(nodes: Nodes, slots: int, removed: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the slots without a node that are not named as removed, the highest first."""
    free = np.ones(slots, dtype=np.bool_)
    free[nodes.buckets()] = False
    free[removed] = False
    return np.flatnonzero(free)[::-1].astype(np.int32)


def _freed(removed: NDArray[np.int32], leaving: list[int]) -> list[int]:
    """Return the stack of free slots after nodes have left, from the highest bucket down."""
    return [*removed.tolist(), *reversed(leaving)]


def _taken(removed: list[int], slots: int, count: int) -> list[int]:
    """Return the slots that new nodes take: from the top of the stack, then new ones."""
    popped = removed[::-1][:count]
    return popped + list(range(slots, slots + count - len(popped)))


def _checked(name: str, buckets: object) -> tuple[int, ...]:
    if isinstance(buckets, str | bytes) or not isinstance(buckets, Iterable):
        raise InvalidParameter(f"{name} takes buckets, as [2, 5], not {buckets!r:.60}")
    found = tuple(buckets)
    for bucket in found:
        if isinstance(bucket, bool) or not isinstance(bucket, int | np.integer) or not 0 <= bucket < 1 << 31:
            raise InvalidParameter(f"{name} takes buckets from 0 on, not {bucket!r:.60}")
    if len(set(found)) < len(found):
        raise InvalidParameter(f"{name} names a bucket twice: {found!r:.60}")
    return tuple(int(bucket) for bucket in found)
