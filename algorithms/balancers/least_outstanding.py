"""Least outstanding requests: the node with the fewest in flight for its weight."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.balancers.round_robin import whole_weights
from algorithms.balancers.smooth_weighted import Gains, gains_of
from algorithms.balancing import register_balancer
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import BalancerSpec, Sight, Trait
from algorithms.interface.nodes import Nodes, NodesLike
from algorithms.interface.spec import Cost
from algorithms.machinery.kernel import kernel
from algorithms.machinery.traces import Calls, InFlight, Place, View, nothing_closed

LARGEST_WHOLE = 256


@kernel
def fewest(state: Gains, in_flight: InFlight, view: View) -> Place:
    """Return the place with the fewest in flight for its weight; of several, by the greatest gain."""
    weights, current = state
    best, several = 0, False
    for place in range(1, len(weights)):
        ours, theirs = in_flight[place] * weights[best], in_flight[best] * weights[place]
        if ours < theirs:
            best, several = place, False
        elif ours == theirs:
            several = True
    if not several:
        return np.int64(best)
    least, lightest = in_flight[best], weights[best]
    total = 0.0
    for place in range(best, len(weights)):
        if in_flight[place] * lightest == least * weights[place]:
            current[place] += weights[place]
            total += weights[place]
            if current[place] > current[best]:
                best = place
    current[best] -= total
    return np.int64(best)


class Queue(NamedTuple):
    """HAProxy's servers by place: parts, key, and the order in which they got it; (1,) the next order."""

    parts: NDArray[np.int64]
    key: NDArray[np.int64]
    order: NDArray[np.int64]
    next: NDArray[np.int64]


@kernel
def queue_again(state: Queue, place: Place, count: Any) -> None:
    """Give a place the key of so many in flight, behind all that have it already."""
    state.key[place] = (count + 1) * 4096 // state.parts[place] if count else 0
    state.order[place] = state.next[0]
    state.next[0] += 1


@kernel
def least_key(state: Queue, in_flight: InFlight, view: View) -> Place:
    """Return the place with the least key, the one that has had it for longest."""
    best = 0
    for place in range(1, len(state.parts)):
        if state.key[place] < state.key[best] or (
            state.key[place] == state.key[best] and state.order[place] < state.order[best]
        ):
            best = place
    queue_again(state, best, in_flight[best] + 1)
    return np.int64(best)


@kernel
def requeued(state: Queue, in_flight: InFlight, place: Place) -> None:
    """Queue a place again, after a request has ended there."""
    queue_again(state, place, in_flight[place])


NGINX = Calls(fewest, nothing_closed)
HAPROXY = Calls(least_key, requeued)


@register_balancer(
    BalancerSpec(
        name="least_outstanding",
        title="Least outstanding requests",
        summary="the node with the fewest requests in flight for its weight",
        sees=Sight.LOAD,
        traits=frozenset({Trait.WEIGHTED, Trait.LEAST, Trait.IDLE, Trait.BOUNDED}),
        reference="nginx 1.3.1, least_conn; HAProxy 1.3.15, leastconn",
        year=2012,
        open_cost=Cost("O(n)"),
        close_cost=Cost("O(1)"),
    )
)
class LeastOutstanding(Balancer[Any]):
    """The node with the fewest requests in flight for its weight: join the shortest queue.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.balancer.Balancer`; with ``variant="haproxy"`` weights are whole
        numbers from 1 to 256.
    variant
        Who is taken of equal ones. ``nginx``: one step of smooth weighted round robin among them.
        ``haproxy``: idle nodes come in the order in which they fell idle, others by requests for their
        weight with the new one, and of equal ones the one that has waited for longest.
    seed
        Not used.

    Notes
    -----
    **Sources.** nginx and HAProxy, whose recorded logs they give. Fractions are compared by products, as
    there.

    **Done otherwise.** HAProxy counts the new request in, so with weights its choice can have more in flight
    for its weight than another has: `LEAST` and `BOUNDED` are promised by ``nginx``, and by ``haproxy`` with
    equal weights.

    **Costs.** A request O(n), which keeps no order of the nodes; an event O(n).

    **Adverse case.** A node that answers quickly with errors has little in flight and draws all requests.

    Examples
    --------
    >>> balancer = LeastOutstanding(["a", "b", "c"])
    >>> [balancer.open(0) for _ in range(3)], balancer.close(1), balancer.open(0)
    ([0, 1, 2], None, 1)
    """

    def __init__(
        self, nodes: NodesLike, *, variant: Literal["nginx", "haproxy"] = "nginx", seed: int = 0
    ) -> None:
        self.variant = variant
        super().__init__(nodes, seed=seed)

    def _calls(self) -> Calls:
        return NGINX if self.variant == "nginx" else HAPROXY

    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: Any) -> Any:
        if self.variant == "nginx":
            return gains_of(nodes)
        parts = 16 * whole_weights(self.spec.name, nodes, LARGEST_WHOLE)
        key = np.where(in_flight > 0, (in_flight + 1) * 4096 // parts, 0)
        return Queue(parts, key, np.arange(len(parts)), np.array([len(parts)]))
