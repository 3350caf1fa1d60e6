"""Random: each request draws a node by its weight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.balancing import register_balancer
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import BalancerSpec, Sight, Trait
from algorithms.interface.nodes import Nodes
from algorithms.interface.spec import Cost
from algorithms.machinery.draws import Urn, drawn, urn
from algorithms.machinery.kernel import kernel
from algorithms.machinery.traces import Calls, InFlight, Place, View, nothing_closed


@kernel
def any_place(state: Urn, in_flight: InFlight, view: View) -> Place:
    """Return a place that is drawn by its weight."""
    return drawn(state)


CALLS = Calls(any_place, nothing_closed)


@register_balancer(
    BalancerSpec(
        name="random",
        title="Random",
        summary="each request draws a node by its weight",
        sees=Sight.NOTHING,
        traits=frozenset({Trait.WEIGHTED}),
        reference="folklore; nginx 1.15.1, random",
        open_cost=Cost("O(log n)"),
        close_cost=Cost("O(1)"),
    )
)
class Random(Balancer[Urn]):
    """A node for each request, drawn by its weight and by nothing else.

    Draws are words of SplitMix64 from the seed: the same requests give the same draws.

    **Sources.** What the other balancers are compared with: Poisson arrivals split by chance are Poisson at
    each node, which is the M/M/1 queue of textbooks.

    **Costs.** A request O(log n); an event O(n); draws go on where they were.

    **Adverse case.** None that depends on the keys: of n requests at once on n nodes one has about
    ln n / ln ln n.

    Examples
    --------
    >>> balancer = Random(["a", "b", "c"], seed=1)
    >>> sorted({balancer.open(0) for _ in range(50)})
    [0, 1, 2]
    """

    def _calls(self) -> Calls:
        return CALLS

    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: Urn | None) -> Urn:
        return urn(nodes.weights(), self.seed, before)
