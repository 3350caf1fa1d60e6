"""Weighted dx: a node has slots by its weight, and which are whose is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidParameter, InvalidWeight, UnsupportedEvent
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
from algorithms.interface.memory import must_fit
from algorithms.machinery.mixing import through
from algorithms.machinery.single import One
from algorithms.machinery.steps import Steps
from algorithms.registry import register
from algorithms.removals.dx import (
    LEAST,
    NO_INTERVALS,
    PUBLICATION,
    Flags,
    Slots,
    count_draws,
    dx_kernel,
    dx_replicas_kernel,
    one_draw,
    waiting_room,
)

_RUN_BYTES = 160  # about what the run of a node takes in lists and arrays, at the peak
Holding = Sequence[tuple[int, int, str]]


@register(
    Spec(
        name="weighted_dx",
        title="Weighted Dx",
        summary="the node of the first live slot of the key's random sequence, with slots by weight",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.UNIFORM,
                Capability.MINIMAL_MOVEMENT,
                Capability.REPLICAS,
                Capability.REVERSIBLE,
            }
        ),
        lacks={Capability.INTERVALS: NO_INTERVALS},
        reference="Chawla et al., Semantics of caching with SPOCA, USENIX ATC 2011; announced for DxHash in "
        "arXiv:2107.07930",
        year=2011,
        publications=(
            Publication(
                "weighted-dx",
                "inproceedings",
                "Chawla, Ashish and Reed, Benjamin and Juhnke, Karl and Syed, Ghousuddin",
                "Semantics of caching with SPOCA: A stateless, proportional, optimally-consistent addressing "
                "algorithm",
                2011,
                {"booktitle": "USENIX Annual Technical Conference"},
            ),
            PUBLICATION,
        ),
        lookup_cost=Cost("O(a/v)", "for v slots of a"),
        resize_cost=Cost("O(a)"),
        memory_cost=Cost("O(a)", "at least twice the v slots"),
        by_default=False,
        balance_law="multinomial",
        steps={
            "probes": Step("slots"),
        },
    )
)
class WeightedDx(Partitioner[Slots]):
    """DxHash with weights (Dong, Wang & Feng 2021), which is SPOCA (Chawla et al. 2011).

    As :class:`Dx`, but a node has as many slots as its weight asks for: max(1, floor(slots * w + 1/2)). A
    node that gets heavier takes the lowest free slots, one that gets lighter gives its highest ones back,
    and no other key moves.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`; shares follow the weights to within half a slot.
    slots
        Of a node of weight 1, up to 2^16.
    capacity
        For how many nodes of weight 1 there is room; None for twice what the nodes take, 256 at least. It is
        shown as None while the nodes imply it.
    held
        Who holds which slots: (first slot, how many, node name) rows; None for slots in the order of the
        buckets, a free bucket keeping ``slots`` of them.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For a capacity below what the nodes take, and for ``held`` rows that overlap, leave the capacity, or
        give a node more or fewer slots than its weight.
    UnknownNode
        For a row whose node is not among the nodes.
    UnsupportedEvent
        When an event asks for more slots than are free.

    Notes
    -----
    **Sources.** The abstract of arXiv:2107.07930 announces weights, and SPOCA has them by unequal segments
    of a larger hash space. How weights become slots, and which ones a change takes, is our own definition.

    **Costs.** assign a/v draws on average, v of a slots being live; an event O(a), the copy; memory 5 bytes
    a slot of the capacity.

    **Adverse case.** As for Dx. And weights below 1/(2 slots), which count as one slot: take more slots.

    Examples
    --------
    >>> p = WeightedDx(["a", "b", "c"], slots=2, capacity=6)
    >>> p.set_weight("a", 2.0)
    >>> p.held
    ((0, 2, 'a'), (2, 2, 'b'), (4, 2, 'c'), (6, 2, 'a'))
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        slots: Annotated[int, Whole(1, 1 << 16)] = 16,
        capacity: Annotated[int | None, Whole(1, MOST_NODES)] = None,
        held: Holding | None = None,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.slots = slots
        self._first_capacity = capacity
        self._first_held = held
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    @property
    def capacity(self) -> int | None:
        """For how many nodes of weight 1 there is room in all; None while the nodes imply it."""
        live = self._state.structure.live
        units = len(live) // self.slots
        return None if units == self._units(_end(live)) else units

    @property
    def held(self) -> tuple[tuple[int, int, str], ...] | None:
        """Who holds which slots, as rows; None while they are in the order of the buckets."""
        state = self._state
        owners = state.structure.owners
        if np.array_equal(self._in_order(state.nodes, len(owners)), owners):
            return None
        return tuple((first, count, state.nodes[owner].name) for first, count, owner in _runs(owners))

    @property
    def numbered(self) -> int:
        """For how many nodes of weight 1 there are slots, live or free."""
        return len(self._state.structure.live) // self.slots

    @property
    def room(self) -> int:
        """How many nodes of weight 1 can still join."""
        live = self._state.structure.live
        return int(len(live) - np.count_nonzero(live)) // self.slots

    def _wanted(self, weight: float) -> int:
        return max(1, int(self.slots * weight + 0.5))

    def _units(self, end: int) -> int:
        """Return the default capacity where ``end`` slots are taken."""
        return min(max(LEAST, 2 * -(-end // self.slots)), MOST_NODES // self.slots)

    def _order(self, nodes: Nodes) -> Iterator[tuple[int, int]]:
        """Yield (how many slots, bucket or -1) in the order of the buckets."""
        after = 0
        for bucket, node in nodes.items():
            if bucket > after:
                yield (bucket - after) * self.slots, -1
            yield self._wanted(node.weight), bucket
            after = bucket + 1

    def _in_order(self, nodes: Nodes, size: int | None) -> NDArray[np.int32]:
        """Return the owners of slots in the order of the buckets; empty where ``size`` is too small."""
        must_fit(len(nodes), _RUN_BYTES, "runs of slots")
        order = list(self._order(nodes))
        end = sum(count for count, _ in order)
        if end > MOST_NODES:
            raise InvalidWeight(
                f"the weights ask for {end:.3g} slots, and there can be {MOST_NODES}: take smaller weights"
            )
        counts, buckets = np.array(order, dtype=np.int64).T
        size = self._checked_size(end) if size is None else size
        if end > size:
            return np.empty(0, dtype=np.int32)
        owners = np.full(size, -1, dtype=np.int32)
        owners[:end] = np.repeat(buckets, counts)
        return owners

    def _checked_size(self, end: int) -> int:
        given = self._first_capacity
        least, most = -(-end // self.slots), MOST_NODES // self.slots
        units = self._units(end) if given is None else given
        return self.slots * whole_number("capacity", units, least, most)

    def _build(self, nodes: Nodes) -> Slots:
        if self._first_held is None:
            return _owned(self._in_order(nodes, None))
        rows = _checked_rows(self._first_held)
        owners = np.full(
            self._checked_size(max(first + count for first, count, _ in rows)), -1, dtype=np.int32
        )
        for first, count, name in rows:
            part = owners[first : first + count]
            if (part >= 0).any():
                raise InvalidParameter(f"two rows of held have slot {first + int(np.argmax(part >= 0))}")
            part[:] = nodes.bucket_of(name)
        counts = np.bincount(owners[owners >= 0], minlength=nodes.top)
        for bucket, node in nodes.items():
            if counts[bucket] != self._wanted(node.weight):
                raise InvalidParameter(
                    f"held gives {node.name!r} {counts[bucket]} slots, but its weight {node.weight:g} asks "
                    f"for {self._wanted(node.weight)}"
                )
        return _owned(owners)

    def _rebuild(self, before: State[Slots], nodes: Nodes, layout: Any) -> Slots:
        owners = before.structure.owners.copy()
        same = nodes.shared_with(before.nodes)
        wanting: list[tuple[int, int]] = []
        gone = np.setdiff1d(before.nodes.buckets(), nodes.buckets()).tolist()
        for bucket in [*gone, *np.setdiff1d(nodes.buckets(), same).tolist()]:
            held = np.flatnonzero(owners == bucket)
            node = nodes.get(bucket)
            stays = node is not None and len(held) and before.nodes[bucket].name == node.name
            kept = min(len(held), self._wanted(node.weight)) if node is not None and stays else 0
            owners[held[kept:]] = -1
            if node is not None and kept < self._wanted(node.weight):
                wanting.append((bucket, self._wanted(node.weight) - kept))
        free, wanted = np.flatnonzero(owners < 0), sum(count for _, count in wanting)
        if wanted > len(free):
            raise UnsupportedEvent(
                f"weighted_dx has {len(free)} free slots, and the event asks for {wanted}: build it anew "
                "with a larger capacity, which moves half of the keys and more"
            )
        for bucket, count in wanting:
            owners[free[:count]] = bucket
            free = free[count:]
        return _owned(owners)

    def _one(self, structure: Slots) -> One:
        return one_draw.of(structure.live, owners=structure.owners)

    def _place(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        dx_kernel(hashes, structure.live, out, *waiting_room())
        through(structure.owners, out)

    def _place_counting(self, structure: Slots, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_draws(hashes, (structure.live,), out, steps)
        if len(structure.owners):
            through(structure.owners, out)

    def _place_replicas(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        marked = np.zeros(int(structure.owners.max()) + 1, dtype=np.uint8)
        dx_replicas_kernel(hashes, structure.live, structure.owners, marked, out)


def _owned(owners: NDArray[np.int32]) -> Slots:
    return Slots((owners >= 0).astype(np.uint8), owners)


def _end(live: Flags) -> int:
    return len(live) - int(np.argmax(live[::-1]))


def _runs(owners: NDArray[np.int32]) -> Iterator[tuple[int, int, int]]:
    """Yield (first slot, how many, bucket) of the slots that are held."""
    ends = np.flatnonzero(np.diff(owners, append=-2)) + 1
    first = 0
    for end in ends.tolist():
        if owners[first] >= 0:
            yield first, end - first, int(owners[first])
        first = end


def _checked_rows(held: object) -> list[tuple[int, int, str]]:
    if isinstance(held, str | bytes) or not isinstance(held, Iterable):
        raise InvalidParameter(f"held has (first slot, how many, node name) rows, not {held!r:.60}")
    rows: list[tuple[int, int, str]] = []
    for row in held:
        if not (isinstance(row, tuple | list) and len(row) == 3):
            raise InvalidParameter(f"a row of held is (first slot, how many, node name), not {row!r:.60}")
        first, count, name = row
        rows.append(
            (
                whole_number("the first slot of a row", first, 0, MOST_NODES),
                whole_number("the slots of a row", count, 1, MOST_NODES),
                name,
            )
        )
    if not rows:
        raise InvalidParameter("held has no rows: each node holds a slot at least")
    return rows
