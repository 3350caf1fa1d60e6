"""Round robin: the nodes in turn, each as often in a cycle as its weight says."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.balancing import register_balancer
from algorithms.errors import InvalidWeight
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import BalancerSpec, Sight, Trait
from algorithms.interface.nodes import Nodes, NodesLike
from algorithms.interface.signature import Whole
from algorithms.interface.spec import Cost
from algorithms.machinery.kernel import kernel
from algorithms.machinery.traces import Calls, InFlight, Place, View, nothing_closed

MOST_TURNS = 1 << 16
"""A cycle is no longer than this."""


class Cycle(NamedTuple):
    """The place of each turn, and (1,) which turn is next."""

    turns: NDArray[np.int32]
    turn: NDArray[np.int64]


@kernel
def deal_kernel(parts: NDArray[np.int64], turns: NDArray[np.int32]) -> None:
    """Write a cycle in which each place stands as often as its part says, spread over it."""
    total = len(turns)
    scores = np.zeros(len(parts), dtype=np.int64)
    for turn in range(total):
        best, highest = 0, np.int64(-1)
        for place in range(len(parts)):
            scores[place] += parts[place]
            ahead = max(scores[place] + total, 0) // total  # C rounds towards 0
            if ahead > highest:
                best, highest = place, ahead
        scores[best] -= total
        turns[turn] = best


@kernel
def next_turn(state: Cycle, in_flight: InFlight, view: View) -> Place:
    """Return the place whose turn it is."""
    turn = state.turn[0]
    state.turn[0] = turn + 1 if turn + 1 < len(state.turns) else 0
    return np.int64(state.turns[turn])


CALLS = Calls(next_turn, nothing_closed)


def whole_weights(name: str, nodes: Nodes, most: int) -> NDArray[np.int64]:
    """Return the weights of nodes as whole numbers by place, or raise InvalidWeight.

    Parameters
    ----------
    name
        Of the balancer, for the message.
    nodes
        The nodes.
    most
        The greatest weight.

    Returns
    -------
    ndarray
        (n,) int64.
    """
    for node in nodes.spelled():
        if not node.weight.is_integer() or node.weight > most:
            raise InvalidWeight(
                f"{name} counts whole turns: the weight of {node.name!r} must be a whole number from 1 to "
                f"{most}, not {node.weight:g}"
            )
    return np.array(nodes.weights(), dtype=np.int64)


@register_balancer(
    BalancerSpec(
        name="round_robin",
        title="Round robin",
        summary="the nodes in turn, each as often in a cycle as its weight says",
        sees=Sight.NOTHING,
        traits=frozenset({Trait.WEIGHTED, Trait.PERIODIC}),
        reference="folklore; the cycle of weights is that of HAProxy's static-rr",
        open_cost=Cost("O(1)"),
        close_cost=Cost("O(1)"),
    )
)
class RoundRobin(Balancer[Cycle]):
    """The nodes in turn.

    With equal weights the cycle is the nodes in the order of their buckets. Otherwise a node of weight w has
    w turns, over the greatest common divisor of all weights, spread over the cycle by the rule with which
    HAProxy fills its map: at each turn all scores grow by their parts, and the first whose score is most
    whole cycles ahead is taken, and pays one.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.balancer.Balancer`; weights are whole numbers.
    start
        How many turns have been taken before the first request.
    seed
        Not used.

    Notes
    -----
    **Sources.** HAProxy's ``static-rr``, whose recorded sequences it gives; with equal weights Envoy's
    ``ROUND_ROBIN``, which begins at a random ``start``.

    **Costs.** A request O(1); an event O(n) for each turn of the cycle, which begins anew.

    **Adverse case.** Service times that vary: a node that is busy for long gets its next request all the
    same. `requests` shows by how much.

    Examples
    --------
    >>> balancer = RoundRobin(["a", "b", "c"])
    >>> [balancer.open(0) for _ in range(5)]
    [0, 1, 2, 0, 1]
    """

    def __init__(
        self, nodes: NodesLike, *, start: Annotated[int, Whole(0, (1 << 32) - 1)] = 0, seed: int = 0
    ) -> None:
        self.start = start
        super().__init__(nodes, seed=seed)

    def _calls(self) -> Calls:
        return CALLS

    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: Cycle | None) -> Cycle:
        if nodes.equal_weights:
            turns = np.arange(len(nodes), dtype=np.int32)
        else:
            parts = whole_weights(self.spec.name, nodes, MOST_TURNS)
            parts //= math.gcd(*parts.tolist())
            if parts.sum() > MOST_TURNS:
                raise InvalidWeight(
                    f"the weights of {self.spec.name} come to a cycle of {parts.sum()} turns, more than "
                    f"{MOST_TURNS}: give smaller ones, or such with a common divisor"
                )
            turns = np.empty(int(parts.sum()), dtype=np.int32)
            deal_kernel(parts, turns)
        first = self.start % len(turns) if before is None else 0
        return Cycle(turns, np.array([first], dtype=np.int64))
