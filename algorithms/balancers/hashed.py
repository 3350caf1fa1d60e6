"""Hashed: any partitioner, as a balancer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms.balancing import register_balancer
from algorithms.errors import InvalidParameter
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import BalancerSpec, Sight, Trait
from algorithms.interface.node import NodeLike
from algorithms.interface.nodes import Nodes, NodesLike
from algorithms.interface.spec import Cost
from algorithms.machinery.kernel import kernel
from algorithms.machinery.single import One
from algorithms.machinery.traces import Calls, InFlight, Place, View, nothing_closed
from algorithms.registry import create

S = TypeVar("S")


class BalancerOverPartitioner(Balancer[S]):
    """What balancers have in common that ask a partitioner for a request's home.

    A sub-class sets ``partitioner`` and ``options`` before ``super().__init__`` is called. Events are those
    of the partitioner, and so are the buckets that new nodes take.
    """

    partitioner: str
    options: Mapping[str, Any]

    def _placed(self, nodes: Nodes) -> tuple[Nodes, Any]:
        if not isinstance(self.options, Mapping):
            raise InvalidParameter(
                f"options is a mapping of a partitioner's parameters, such as {{'points': 40}}, "
                f"not {self.options!r:.60}"
            )
        placing = create(self.partitioner, nodes, **self.options)
        return placing.nodes, placing

    def _moved(
        self, placing: Any, add: Iterable[NodeLike], remove: Sequence[str], weights: Mapping[str, float]
    ) -> tuple[Nodes, Any]:
        moved = placing.copy()
        moved.change(add=add, remove=remove, weights=weights)
        return moved.nodes, moved

    @property
    def hash_bits(self) -> int:
        """Bits of the partitioner's hash space."""
        return int(self._flight.placing.hash_bits)


class Nothing(NamedTuple):
    """No state: what is seen of a request says all."""

    unused: NDArray[np.int8]


@kernel
def home(state: Nothing, in_flight: InFlight, view: View) -> Place:
    """Return the place that is seen of a request."""
    return np.int64(view[0])


CALLS = Calls(home, nothing_closed)


@register_balancer(
    BalancerSpec(
        name="hashed",
        title="Hashed",
        summary="the node to which a partitioner assigns the hash",
        sees=Sight.HASH,
        traits=frozenset({Trait.WEIGHTED, Trait.AFFINE}),
        reference="the partitioner's",
        open_cost=Cost("O(1)", "and a lookup of the partitioner"),
        close_cost=Cost("O(1)"),
    )
)
class Hashed(BalancerOverPartitioner[Nothing]):
    """A partitioner's placement, which takes no notice of what is in flight.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.balancer.Balancer`.
    partitioner
        The name of a partitioner.
    options
        Its parameters.
    seed
        Not used: a partitioner's seed is among its options.

    Raises
    ------
    UnknownAlgorithm, InvalidParameter, InvalidWeight, UnsupportedEvent
        As the partitioner does.

    Notes
    -----
    **Costs.** A request costs a lookup; an event that of the partitioner.

    **Adverse case.** A popular key: its node has all its requests, however busy it is.

    Examples
    --------
    >>> balancer = Hashed(4, partitioner="modulo")
    >>> [balancer.open(hash) for hash in (6, 6, 7)]
    [2, 2, 3]
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        partitioner: str = "ring",
        options: Mapping[str, Any] = {},
        seed: int = 0,
    ) -> None:
        self.partitioner = partitioner
        self.options = options
        super().__init__(nodes, seed=seed)

    def _calls(self) -> Calls:
        return CALLS

    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: Nothing | None) -> Nothing:
        return Nothing(np.zeros(1, dtype=np.int8))

    def _sees_single(self) -> tuple[int, One | None] | None:
        one = self._flight.placing.one()
        return None if one is None or type(self)._views is not Hashed._views else (1, one)

    def _views(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        flight = self._flight
        homes: NDArray[np.int32] = flight.places[flight.placing.assign(hashes)]
        return homes.astype(np.uint64).reshape(-1, 1)
