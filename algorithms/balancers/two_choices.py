"""The power of two choices: the less loaded of two nodes that are drawn."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.balancing import register_balancer
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import BalancerSpec, Sight, Trait
from algorithms.interface.nodes import Nodes, NodesLike
from algorithms.interface.signature import Whole
from algorithms.interface.spec import Cost, Publication
from algorithms.machinery.draws import Urn, drawn, urn
from algorithms.machinery.kernel import kernel
from algorithms.machinery.traces import Calls, InFlight, Place, View, nothing_closed


class Choices(NamedTuple):
    """The weight of each place, the draws, (1,) how many are made, (1,) whether a tie goes to the last."""

    weights: NDArray[np.float64]
    urn: Urn
    choices: NDArray[np.int64]
    last: NDArray[np.bool_]


@kernel
def least_of_drawn(state: Choices, in_flight: InFlight, view: View) -> Place:
    """Return the place with the fewest in flight for its weight of those that are drawn."""
    best = drawn(state.urn)
    for _ in range(1, state.choices[0]):
        other = drawn(state.urn)
        ours, theirs = in_flight[other] * state.weights[best], in_flight[best] * state.weights[other]
        if ours < theirs or (state.last[0] and ours == theirs):
            best = other
    return best


CALLS = Calls(least_of_drawn, nothing_closed)


@register_balancer(
    BalancerSpec(
        name="two_choices",
        title="Power of two choices",
        summary="the node with the fewest requests in flight for its weight, of two that are drawn",
        sees=Sight.LOAD,
        traits=frozenset({Trait.WEIGHTED}),
        reference="Mitzenmacher 2001; Vvedenskaya, Dobrushin & Karpelevich 1996",
        year=1996,
        publications=(
            Publication(
                "two-choices",
                "article",
                "Mitzenmacher, Michael",
                "The Power of Two Choices in Randomized Load Balancing",
                2001,
                {
                    "journal": "IEEE Transactions on Parallel and Distributed Systems",
                    "volume": "12",
                    "number": "10",
                    "pages": "1094--1104",
                },
            ),
        ),
        open_cost=Cost("O(log n)", "for each choice"),
        close_cost=Cost("O(1)"),
    )
)
class TwoChoices(Balancer[Choices]):
    """The less loaded of a few nodes drawn at random, nearly as good as the least loaded of all.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.balancer.Balancer`.
    choices
        How many are drawn, each by its weight, with replacement; 1 is `random`.
    tie
        Who is taken of equal ones: the ``first`` drawn, as Envoy does, or the ``last``, as HAProxy does.
    seed
        Of the draws.

    Notes
    -----
    **Sources.** The supermarket model; Envoy's ``LEAST_REQUEST`` with equal weights, HAProxy's
    ``random(d)``, whose draws are of a ring there.

    **Done otherwise.** nginx's ``random two least_conn`` draws two that differ. With many nodes this is the
    same.

    **Costs.** A request O(log n) for each choice; an event O(n); draws go on where they were.

    **Adverse case.** Weights far apart, when both draws are mostly the same node.

    Examples
    --------
    >>> balancer = TwoChoices(16, choices=3, seed=1)
    >>> for _ in range(160):
    ...     _ = balancer.open(0)
    >>> max(balancer.in_flight.values())
    11
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        choices: Annotated[int, Whole(1, 64)] = 2,
        tie: Literal["first", "last"] = "first",
        seed: int = 0,
    ) -> None:
        self.choices = choices
        self.tie = tie
        super().__init__(nodes, seed=seed)

    def _calls(self) -> Calls:
        return CALLS

    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: Choices | None) -> Choices:
        weights = nodes.weights()
        return Choices(
            np.array(weights),
            urn(weights, self.seed, None if before is None else before.urn),
            np.array([self.choices]),
            np.array([self.tie == "last"]),
        )
