"""Join the idle queue: the node that has been idle for longest; where none is, one that is drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.balancing import register_balancer
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import BalancerSpec, Sight, Trait
from algorithms.interface.nodes import Nodes
from algorithms.interface.spec import Cost, Publication
from algorithms.machinery.draws import Urn, drawn, urn
from algorithms.machinery.kernel import kernel
from algorithms.machinery.traces import Calls, InFlight, Place, View


class IdleQueue(NamedTuple):
    """A ring buffer of the idle places, (2,) its head and its length, and the draws."""

    idle: NDArray[np.int32]
    span: NDArray[np.int64]
    urn: Urn


@kernel
def longest_idle(state: IdleQueue, in_flight: InFlight, view: View) -> Place:
    """Return the place that has been idle for longest, or one that is drawn where none is."""
    head, length = state.span[0], state.span[1]
    if length == 0:
        return drawn(state.urn)
    state.span[0] = head + 1 if head + 1 < len(state.idle) else 0
    state.span[1] = length - 1
    return np.int64(state.idle[head])


@kernel
def queued_when_idle(state: IdleQueue, in_flight: InFlight, place: int) -> None:
    """Put a place at the end of the queue if nothing is left in flight there."""
    if in_flight[place] == 0:
        tail = state.span[0] + state.span[1]
        state.idle[tail if tail < len(state.idle) else tail - len(state.idle)] = place
        state.span[1] += 1


CALLS = Calls(longest_idle, queued_when_idle)


@register_balancer(
    BalancerSpec(
        name="join_idle",
        title="Join the idle queue",
        summary="the node that has been idle for longest; where none is, one that is drawn",
        sees=Sight.LOAD,
        traits=frozenset({Trait.IDLE}),
        lacks={Trait.WEIGHTED: "an idle node is taken whatever its weight, so one other than 1 is refused"},
        reference="Lu, Xie, Kliot, Geller, Larus & Greenberg 2011",
        year=2011,
        publications=(
            Publication(
                "join-idle",
                "article",
                "Lu, Yi and Xie, Qiaomin and Kliot, Gabriel and Geller, Alan and Larus, James R. and "
                "Greenberg, Albert",
                "Join-Idle-Queue: A Novel Load Balancing Algorithm for Dynamically Scalable Web Services",
                2011,
                {"journal": "Performance Evaluation", "volume": "68", "number": "11", "pages": "1056--1071"},
            ),
        ),
        open_cost=Cost("O(1)", "O(log n) where none is idle"),
        close_cost=Cost("O(1)"),
    )
)
class JoinIdle(Balancer[IdleQueue]):
    """Idle nodes queue for requests; a request that finds none of them draws a node.

    **Sources.** Lu et al. 2011.

    **Done otherwise.** Theirs has several dispatchers, each with a queue of its own, so that a node may stand
    in one queue and be sent a request by another. Here one dispatcher sees all requests.

    **Costs.** A request O(1), O(log n) where none is idle; an event O(n), after which the idle nodes queue in
    the order of their buckets.

    **Adverse case.** High load: with all nodes busy it is `random`.

    Examples
    --------
    >>> balancer = JoinIdle(["a", "b", "c"])
    >>> [balancer.open(0) for _ in range(3)], balancer.close(1), balancer.open(0)
    ([0, 1, 2], None, 1)
    """

    def _calls(self) -> Calls:
        return CALLS

    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: IdleQueue | None) -> IdleQueue:
        (free,) = np.nonzero(in_flight == 0)
        idle = np.zeros(len(nodes), dtype=np.int32)
        idle[: len(free)] = free
        draws = urn(nodes.weights(), self.seed, None if before is None else before.urn)
        return IdleQueue(idle, np.array([0, len(free)]), draws)
