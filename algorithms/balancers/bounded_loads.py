"""Bounded loads: the first node of a request's preference that has room; in all is a little too much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.balancers.hashed import BalancerOverPartitioner
from algorithms.balancers.round_robin import whole_weights
from algorithms.balancing import register_balancer
from algorithms.errors import InvalidParameter, MissingCapability
from algorithms.interface.balancer_spec import BalancerSpec, Sight, Trait
from algorithms.interface.nodes import Nodes, NodesLike
from algorithms.interface.spec import Capability, Cost, Publication
from algorithms.machinery.kernel import kernel
from algorithms.machinery.preferences import Admits, Search, Walk
from algorithms.machinery.single import One
from algorithms.machinery.traces import Calls, InFlight, Place, View
from algorithms.machinery.twister import begin, next_word, twister

LARGEST_WHOLE = 256
FINEST = 10**6
LARGEST_FACTOR = 10**6

_LOW = np.uint64(0xFFFFFFFF)


class Bound(NamedTuple):
    """The weight of each place, (1,) their sum, and (3,) requests in flight and the factor's two numbers.

    The first of ``numbers`` counts the request that is being opened, and so it does in `Slots` and `Hosts`.
    """

    weights: NDArray[np.float64]
    total: NDArray[np.float64]
    numbers: NDArray[np.int64]


@kernel
def has_room(state: Bound, in_flight: InFlight, place: Place) -> Any:
    """Return whether a place has fewer in flight than its share times c."""
    requests, above, below = state.numbers[0], state.numbers[1], state.numbers[2]
    # in flight < ceil(c * requests * w / W), in whole numbers where the weights are
    return float(in_flight[place] * below) * state.total[0] < float(above * requests) * state.weights[place]


class Slots(NamedTuple):
    """HAProxy's servers by place: parts, the sum of those before; (3,) requests in flight, percent, sum."""

    parts: NDArray[np.int64]
    before: NDArray[np.int64]
    numbers: NDArray[np.int64]


@kernel
def has_slot(state: Slots, in_flight: InFlight, place: Place) -> Any:
    """Return whether a place has a free slot by HAProxy's rule."""
    requests, percent, total = state.numbers[0], state.numbers[1], state.numbers[2]
    slots = (requests * percent + 99) // 100
    each, rest = slots // total, slots % total
    part, before = state.parts[place], state.before[place]
    own = part * each + (before + part) * rest // total - before * rest // total
    return in_flight[place] < max(own, 1)


class Hosts(NamedTuple):
    """Envoy's hosts by place: shares, scratch for a shuffle, the words of mt19937, (2,) requests, percent."""

    shares: NDArray[np.float64]
    order: NDArray[np.int64]
    words: NDArray[np.uint32]
    numbers: NDArray[np.int64]


@kernel
def overload(state: Hosts, in_flight: InFlight, slots: int, place: Place) -> Any:
    """Return how full a place is: above 1 it has more in flight than its slots."""
    slots_here = np.ceil(slots * state.shares[place])
    return float(in_flight[place]) / (slots_here if slots_here > 1 else 1.0)


@kernel
def home_or_shuffled(state: Hosts, in_flight: InFlight, view: View) -> Place:
    """Return the home of a request; where it is too full, the first that is not in a shuffle by its hash."""
    requests = state.numbers[0] + 1
    slots = (requests * state.numbers[1] + 99) // 100
    state.numbers[0] = requests
    home = np.int64(view[0])
    least, lowest = home, overload(state, in_flight, slots, home)
    if lowest <= 1:
        return home
    n, order = len(state.shares), state.order
    for place in range(n):
        order[place] = place
    begin(state.words, np.uint32(view[1] & _LOW))
    for i in range(n):
        left = np.int64(n - i)
        j = left
        while j >= left:
            j = np.int64(next_word(state.words)) // ((1 << 32) // left)
        order[i], order[i + j] = order[i + j], order[i]
        place = order[i]
        full = overload(state, in_flight, slots, place)
        if place != home and full <= 1:
            return place
        if full < lowest:
            least, lowest = place, full
    return least


@kernel
def one_less(state: Any, in_flight: InFlight, place: int) -> None:
    """Count a request that has ended."""
    state.numbers[0] -= 1


class Searched(NamedTuple):
    """The state of a bound, the order in which hashes prefer buckets, and the place of each bucket."""

    bound: Any
    order: Any
    places: NDArray[np.int32]


@kernel
def one_less_of_bound(state: Searched, in_flight: InFlight, place: int) -> None:
    """Count a request that has ended."""
    state.bound.numbers[0] -= 1


ROOM: Mapping[str, Admits] = {"paper": has_room, "haproxy": has_slot}


@lru_cache(maxsize=64)
def calls_of(bound: str, search: Callable[[Admits], Search] | None) -> Calls:
    """Return the steps by a bound's rule: over lists of preference, or by a search where a home is full."""
    if bound == "envoy":
        return Calls(home_or_shuffled, one_less)
    admits = ROOM[bound]

    @kernel
    def first_of_list(state: Any, in_flight: InFlight, view: View) -> Place:
        state.numbers[0] += 1
        for i in range(len(view)):
            place = np.int64(view[i])
            if admits(state, in_flight, place):
                return place
        return np.int64(view[0])

    if search is None:
        return Calls(first_of_list, one_less)
    beyond = search(admits)

    @kernel
    def home_or_next(state: Searched, in_flight: InFlight, view: View) -> Place:
        state.bound.numbers[0] += 1
        home = np.int64(view[0])
        if admits(state.bound, in_flight, home):
            return home
        return beyond(state.order, state.places, view[1], home, state.bound, in_flight)

    return Calls(home_or_next, one_less_of_bound)


@register_balancer(
    BalancerSpec(
        name="bounded_loads",
        title="Bounded loads",
        summary="the first node of the hash's preference with fewer in flight than c times its share",
        sees=Sight.BOTH,
        traits=frozenset({Trait.WEIGHTED, Trait.BOUNDED}),
        reference="Mirrokni, Thorup & Zadimoghaddam 2018, arXiv:1608.01350",
        year=2016,
        publications=(
            Publication(
                "bounded-loads",
                "inproceedings",
                "Mirrokni, Vahab and Thorup, Mikkel and Zadimoghaddam, Morteza",
                "Consistent Hashing with Bounded Loads",
                2018,
                {"booktitle": "SODA", "pages": "587--604", "eprint": "1608.01350"},
            ),
        ),
        open_cost=Cost("O(n)", "O(1) and a lookup of the partitioner, while homes have room"),
        close_cost=Cost("O(1)"),
    )
)
class BoundedLoads(BalancerOverPartitioner[Any]):
    """Consistent hashing with a bound: past a full node a request goes to the next of its preference.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.balancer.Balancer`; with ``bound="haproxy"`` weights are whole
        numbers from 1 to 256.
    partitioner
        The name of a partitioner that has an order of preference: a search of its own, as ``ring``,
        ``rendezvous`` and ``haproxy_consistent`` have, or else REPLICAS. ``bound="envoy"`` takes any.
    options
        Its parameters.
    factor
        c, from 1 on; ``inf`` is `hashed`. For ``haproxy`` and ``envoy`` whole percents.
    bound
        ``paper``: at most ceil(c m w / W) in flight, where m counts the new request. ``haproxy``: slots in
        whole numbers, dealt along the servers. ``envoy``: as many with one to spare, and past a full home a
        shuffle of all hosts that begins from the hash, by mt19937; where all are full the least full.
    seed
        Not used: a partitioner's seed is among its options.

    Raises
    ------
    InvalidParameter, MissingCapability
        For a factor that cannot be, nodes that have no point on the circle, and a partitioner that has no
        order of preference.

    Notes
    -----
    **Sources.** The paper, for ``ring`` and any other order of preference; HAProxy's and Envoy's
    ``hash_balance_factor``, whose recorded logs they give over the programs' own rings and tables.

    **Left out.** Requests that the paper moves when the bound falls: those in flight stay, so one that was
    within the bound may be above it when others have ended. What is opened is within it.

    **Costs.** A request looks up its home, and where it is full goes on from there: along the points of a
    circle, or through the bids of those that have room. Where there is no such search it looks up its whole
    preference, O(n) and more. An event costs that of the partitioner, and a copy of its points.

    **Adverse case.** c near 1: most requests find their home full, and walk.

    Examples
    --------
    >>> balancer = BoundedLoads(["a", "b"], factor=1.0)
    >>> sorted(balancer.open(7) for _ in range(4))
    [0, 0, 1, 1]
    """

    _search: Callable[[Admits], Search] | None = None

    def __init__(
        self,
        nodes: NodesLike,
        *,
        partitioner: str = "ring",
        options: Mapping[str, Any] = {},
        factor: float = 1.25,
        bound: Literal["paper", "haproxy", "envoy"] = "paper",
        seed: int = 0,
    ) -> None:
        self.partitioner = partitioner
        self.options = options
        self.factor = _checked_factor(factor, bound)
        self.bound = bound
        super().__init__(nodes, seed=seed)

    def _placed(self, nodes: Nodes) -> tuple[Nodes, Any]:
        live, placing = super()._placed(nodes)
        if self.bound == "envoy":
            return live, placing
        preference = placing.preference()
        if preference is None and not placing.spec.can(Capability.REPLICAS):
            raise MissingCapability(
                f"{self.spec.name} walks along the replicas of a hash, and {self.partitioner} keeps none"
            )
        self._search = None if preference is None else preference.search
        return live, placing

    def _flown(self, nodes: Nodes, placing: Any, before: Any) -> Any:
        flight = super()._flown(nodes, placing, before)
        if self._search is None:
            return flight
        order = placing.preference().order
        if isinstance(order, Walk) and len(np.unique(order.owners)) < len(nodes):
            raise InvalidParameter(f"{self.spec.name} needs all nodes to have points: let none be down")
        return replace(flight, state=Searched(flight.state, order, flight.places.copy()))

    def _calls(self) -> Calls:
        return calls_of(self.bound, self._search)

    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: Any) -> Any:
        requests = int(in_flight.sum())
        percent = 0 if self.factor == np.inf else round(self.factor * 100)
        if self.bound == "envoy":
            weights = np.array(nodes.weights())
            words = twister()
            order = np.zeros(len(nodes), dtype=np.int64)
            return Hosts(weights / weights.sum(), order, words, np.array([requests, percent]))
        if self.bound == "haproxy":
            parts = 16 * whole_weights(self.spec.name, nodes, LARGEST_WHOLE)
            sums = np.cumsum(parts)
            return Slots(parts, sums - parts, np.array([requests, percent, sums[-1]]))
        exact = Fraction(0) if self.factor == np.inf else Fraction(repr(self.factor))
        above, below = (1, 0) if self.factor == np.inf else (exact.numerator, exact.denominator)
        weights = np.array(nodes.weights())
        return Bound(weights, np.array([weights.sum()]), np.array([requests, above, below]))

    def _sees_home(self) -> bool:
        """Return whether the rule sees a request's home and its hash, and no list of nodes."""
        return self.bound == "envoy" or self._search is not None

    def _width(self) -> int:
        return 2 if self._sees_home() else len(self.nodes)

    def _sees_single(self) -> tuple[int, One | None] | None:
        one = self._flight.placing.one()
        return (2, one) if one is not None and self._sees_home() else None

    def _views(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        flight = self._flight
        if self._sees_home():
            views = np.empty((len(hashes), 2), dtype=np.uint64)
            views[:, 0] = flight.places[flight.placing.assign(hashes)]
            views[:, 1] = hashes
            return views
        preference: NDArray[np.int32] = flight.places[
            flight.placing.assign_replicas(hashes, len(flight.nodes))
        ]
        return preference.astype(np.uint64)


def _checked_factor(factor: object, bound: str) -> float:
    """Return c as a float, or raise InvalidParameter."""
    if isinstance(factor, int | float | np.integer | np.floating) and not isinstance(factor, bool):
        value = float(factor)
        if value == np.inf and bound == "paper":
            return value
        if 1 <= value <= LARGEST_FACTOR:
            finest = FINEST if bound == "paper" else 100
            if Fraction(repr(value)) * finest % 1 == 0:
                return value
            raise InvalidParameter(
                f"factor has at most {len(str(finest)) - 1} decimals with bound={bound!r}, not {value!r}"
            )
    more = ", or inf" if bound == "paper" else ""
    raise InvalidParameter(f"factor is a number from 1 to {LARGEST_FACTOR}{more}, not {factor!r:.60}")
