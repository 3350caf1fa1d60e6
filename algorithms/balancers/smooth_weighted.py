"""Smooth weighted round robin: all gain their weight, the greatest is taken and pays for all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.balancing import register_balancer
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import BalancerSpec, Sight, Trait
from algorithms.interface.nodes import Nodes
from algorithms.interface.spec import Cost
from algorithms.machinery.kernel import kernel
from algorithms.machinery.traces import Calls, InFlight, Place, View, nothing_closed


class Gains(NamedTuple):
    """The weight of each place, and what it has gained and not yet paid."""

    weights: NDArray[np.float64]
    current: NDArray[np.float64]


@kernel
def greatest_gain(state: Gains, in_flight: InFlight, view: View) -> Place:
    """Return the first place that has gained most, after it has paid what all have gained now."""
    best, total = 0, 0.0
    for place in range(len(state.weights)):
        state.current[place] += state.weights[place]
        total += state.weights[place]
        if state.current[place] > state.current[best]:
            best = place
    state.current[best] -= total
    return np.int64(best)


CALLS = Calls(greatest_gain, nothing_closed)


def gains_of(nodes: Nodes) -> Gains:
    """Return the state before the first request.

    Parameters
    ----------
    nodes
        The nodes.

    Returns
    -------
    Gains
    """
    return Gains(np.array(nodes.weights()), np.zeros(len(nodes)))


@register_balancer(
    BalancerSpec(
        name="smooth_weighted",
        title="Smooth weighted round robin",
        summary="all nodes gain their weight; the greatest is taken and pays what all have gained",
        sees=Sight.NOTHING,
        traits=frozenset({Trait.WEIGHTED, Trait.PERIODIC}),
        reference="nginx 1.3.1, ngx_http_upstream_round_robin",
        year=2012,
        open_cost=Cost("O(n)"),
        close_cost=Cost("O(1)"),
    )
)
class SmoothWeighted(Balancer[Gains]):
    """nginx's weighted round robin, whose turns of a heavy node do not come in a row.

    Each node has a current value, 0 at first. At a request every one gains its weight, the first with the
    greatest value is taken, and its value loses the sum of all weights.

    **Sources.** nginx, whose recorded sequences it gives.

    **Done otherwise.** Failures, after which nginx lowers a weight for a while, are not modelled. An event
    begins anew, as a reload does.

    **Costs.** A request O(n); an event O(n).

    **Adverse case.** As for round robin, service times that vary.

    Examples
    --------
    >>> from algorithms import Node
    >>> balancer = SmoothWeighted([Node("a", 5), "b", "c"])
    >>> [balancer.open(0) for _ in range(7)]
    [0, 0, 1, 0, 2, 0, 0]
    """

    def _calls(self) -> Calls:
        return CALLS

    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: Gains | None) -> Gains:
        return gains_of(nodes)
