"""Earliest deadline first: a node's next turn is due one over its weight after its last."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.balancers.round_robin import whole_weights
from algorithms.balancing import register_balancer
from algorithms.errors import InvalidParameter
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import BalancerSpec, Sight, Trait
from algorithms.interface.nodes import Nodes, NodesLike
from algorithms.interface.signature import Whole
from algorithms.interface.spec import Cost
from algorithms.machinery.heaps import Heap, empty_heap, first_out, put
from algorithms.machinery.kernel import kernel
from algorithms.machinery.traces import Calls, InFlight, Place, View, nothing_closed

TINY = 1e-13
"""What Envoy adds to weights when it makes up for turns that have been."""

LARGEST_WHOLE = 256
SCALE = 16
CURRENT, FIRST, LATER = 0, 1, 2


class Deadlines(NamedTuple):
    """The weight of each place, and a heap of the places by their deadlines."""

    weights: NDArray[np.float64]
    heap: Heap


@kernel
def next_due(state: Deadlines) -> Place:
    """Return the place whose deadline is the earliest, after it has been given its next one."""
    now = state.heap.keys[0]
    place = first_out(state.heap)
    put(state.heap, now + 1 / state.weights[place], place)
    return place


@kernel
def take_turns(state: Deadlines, count: int) -> None:
    """Take turns that nobody has asked for."""
    for _ in range(count):
        next_due(state)


@kernel
def earliest(state: Deadlines, in_flight: InFlight, view: View) -> Place:
    """Return the place that is due."""
    return next_due(state)


class Positions(NamedTuple):
    """HAProxy's servers by place: parts, next position, its remainder, tree, key and order in that tree.

    ``clock`` is (3,): the position of the group, the next order, and the sum of the parts.
    """

    parts: NDArray[np.int64]
    next: NDArray[np.int64]
    remainder: NDArray[np.int64]
    tree: NDArray[np.int64]
    key: NDArray[np.int64]
    order: NDArray[np.int64]
    clock: NDArray[np.int64]


@kernel
def head_of(state: Positions, tree: int) -> int:
    """Return the place with the least key in a tree, the first put in of equal ones; -1 where it is empty."""
    best = -1
    for place in range(len(state.parts)):
        if state.tree[place] == tree and (
            best < 0
            or state.key[place] < state.key[best]
            or (state.key[place] == state.key[best] and state.order[place] < state.order[best])
        ):
            best = place
    return best


@kernel
def earliest_position(state: Positions, in_flight: InFlight, view: View) -> Place:
    """Return the place that is due by HAProxy's rule, after it has been queued again."""
    total = state.clock[2]
    due, waiting = head_of(state, CURRENT), head_of(state, FIRST)
    if due < 0 and waiting < 0:
        for place in range(len(state.parts)):
            state.tree[place] = FIRST
        state.clock[0] = total
        waiting = head_of(state, FIRST)
    place = due
    if waiting >= 0 and (due < 0 or state.next[due] > state.clock[0]):
        place = waiting
        state.next[place], state.remainder[place] = 0, 0
    part = state.parts[place]
    if state.next[place] == 0:
        state.next[place] = state.clock[0]
    state.next[place] += total // part
    state.remainder[place] += total % part
    if state.remainder[place] >= part:
        state.remainder[place] -= part
        state.next[place] += 1
    state.clock[0] += 1
    if state.next[place] >= 2 * total:
        state.next[place] -= total
        state.tree[place], state.key[place] = LATER, 4096 - part
    else:
        state.tree[place] = CURRENT
        state.key[place] = 256 * state.next[place] + (4096 + state.remainder[place] - part) // 16
    state.order[place] = state.clock[1]
    state.clock[1] += 1
    return np.int64(place)


ENVOY = Calls(earliest, nothing_closed)
HAPROXY = Calls(earliest_position, nothing_closed)


@register_balancer(
    BalancerSpec(
        name="earliest_deadline",
        title="Earliest deadline first",
        summary="a node's next turn is due 1/weight after its last; the one that is due first is taken",
        sees=Sight.NOTHING,
        traits=frozenset({Trait.WEIGHTED, Trait.PERIODIC}),
        reference="Envoy's ROUND_ROBIN with weights; HAProxy's roundrobin",
        year=2016,
        open_cost=Cost("O(log n)"),
        close_cost=Cost("O(1)"),
    )
)
class EarliestDeadline(Balancer[Any]):
    """Virtual time: each node's turns are 1/weight apart, and the turn that is due first comes next.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.balancer.Balancer`; with ``variant="haproxy"`` weights are whole
        numbers from 1 to 256.
    variant
        ``envoy``: deadlines in doubles, of equal ones the one that was set first. ``haproxy``: positions in
        whole numbers with a remainder, in three trees.
    picks
        How many turns are taken to have been before the first request, which Envoy draws when it starts;
        0 for ``haproxy``.
    seed
        Not used.

    Raises
    ------
    InvalidWeight, InvalidParameter
        For weights that HAProxy does not take, and for picks with it.

    Notes
    -----
    **Sources.** Envoy, and HAProxy, whose recorded sequences they give; a recorded sequence of Envoy's
    names the picks.

    **Periods.** Without picks all weights come out even at whole times, so each period is exact, whatever
    rounding does to the order of ties. Picks put the start within a period; so does Envoy, at random.

    **Costs.** A request O(log n), for ``haproxy`` O(n) here; an event O(n), which begins anew: heavy nodes
    come first again.

    **Adverse case.** Frequent events: after each the heaviest node is taken first.

    Examples
    --------
    >>> from algorithms import Node
    >>> balancer = EarliestDeadline([Node("a", 2), "b"])
    >>> [balancer.open(0) for _ in range(6)]
    [0, 1, 0, 0, 1, 0]
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        variant: Literal["envoy", "haproxy"] = "envoy",
        picks: Annotated[int, Whole(0, (1 << 32) - 1)] = 0,
        seed: int = 0,
    ) -> None:
        self.variant = variant
        self.picks = picks
        super().__init__(nodes, seed=seed)

    def _calls(self) -> Calls:
        return ENVOY if self.variant == "envoy" else HAPROXY

    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: Any) -> Any:
        if self.variant == "haproxy":
            if self.picks:
                raise InvalidParameter(f"picks are Envoy's: with variant='haproxy' give 0, not {self.picks}")
            return self._positions(nodes)
        return self._deadlines(nodes, self.picks if before is None else 0)

    def _positions(self, nodes: Nodes) -> Positions:
        parts = SCALE * whole_weights(self.spec.name, nodes, LARGEST_WHOLE)
        n, total = len(parts), int(parts.sum())
        return Positions(
            parts,
            next=np.zeros(n, dtype=np.int64),
            remainder=np.zeros(n, dtype=np.int64),
            tree=np.full(n, FIRST, dtype=np.int64),
            key=4096 - parts,
            order=np.arange(n),
            clock=np.array([total, n, total]),
        )

    def _deadlines(self, nodes: Nodes, picks: int) -> Deadlines:
        weights = nodes.weights()
        total, heap, done = sum(weights), empty_heap(len(weights)), 0
        for place, weight in enumerate(weights):
            turns = math.floor((weight + TINY) * picks / total)
            if turns and turns / weight >= picks / total:
                turns -= 1
            put(heap, (turns + 1) / (weight + TINY), place)
            done += turns
        state = Deadlines(np.array(weights), heap)
        take_turns(state, picks - done)
        return state
