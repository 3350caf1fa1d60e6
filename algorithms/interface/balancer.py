"""The second interface: a :class:`Balancer` opens and closes requests, and sees what is in flight."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int, whole_number
from algorithms.errors import InvalidHash, InvalidParameter
from algorithms.interface.algorithm import Buckets
from algorithms.interface.balancer_spec import BalancerSpec, Trait
from algorithms.interface.configured import NO_WEIGHTS, Configured
from algorithms.interface.guards import check_out, check_weights_alike, checked_events, checked_hashes
from algorithms.interface.node import NodeLike
from algorithms.interface.nodes import Nodes, NodesLike, leaving_names
from algorithms.interface.state import apart
from algorithms.machinery.single import One
from algorithms.machinery.single_requests import SingleRequests
from algorithms.machinery.traces import Calls

__all__ = ["Balancer"]

S = TypeVar("S")

CHUNK = 1 << 16
"""Of so many events at once is looked up what a rule sees of them."""

MOST_BUCKETS = 1 << 31

MOST_CELLS = 1 << 22
"""What is seen of the events of a chunk has no more words than this."""


@dataclass(frozen=True)
class _Flight(Generic[S]):
    """All that a scale event replaces, in one object."""

    nodes: Nodes
    buckets: Buckets
    places: Buckets
    in_flight: NDArray[np.int64]
    placing: Any
    state: S


class Balancer(Configured, Generic[S]):
    """An algorithm that sees the load too: it opens and closes requests, one after the other.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    seed
        Reaches all draws.

    Raises
    ------
    NoNodes, DuplicateNode, InvalidNode, InvalidWeight, InvalidParameter
        When something given is not possible.

    Notes
    -----
    A balancer is a sequence of calls and belongs to one thread. A scale event keeps what is in flight on the
    nodes that stay; requests on a node that leaves have ended with it, and are not closed.

    **Sub-classing.** Register the class with :func:`~algorithms.balancing.register_balancer`, and write
    ``_calls`` (the two steps, as kernels) and ``_start`` (nodes, what is in flight, and the state before an
    event or None -> a state of arrays, which the kernels change). Override ``_views`` if the rule sees more
    of a request than its hash. Parameters are declared as those of partitioners are.
    """

    spec: ClassVar[BalancerSpec]

    _single: tuple[_Flight[Any], int, SingleRequests] | None = None

    def __init__(self, nodes: NodesLike, *, seed: int = 0) -> None:
        self._keep_parameters()
        self.seed = whole_number("seed", seed, 0, (1 << 64) - 1)
        live, placing = self._placed(Nodes.of(nodes))
        self._flight: _Flight[S] = self._flown(live, placing, None)

    @abstractmethod
    def _calls(self) -> Calls:
        """Return the steps; the same object each time."""

    @abstractmethod
    def _start(self, nodes: Nodes, in_flight: NDArray[np.int64], before: S | None) -> S:
        """Return the state of these nodes, with what is in flight by place, after the state before."""

    def _views(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return what the rule sees of requests, a row each."""
        return hashes.reshape(-1, 1)

    def _width(self) -> int:
        """Return how many words the rule sees of a request."""
        return 1

    def _placed(self, nodes: Nodes) -> tuple[Nodes, Any]:
        """Return the nodes at the start, and whatever places hashes on them; None by default."""
        return nodes, None

    def _moved(
        self, placing: Any, add: Iterable[NodeLike], remove: Sequence[str], weights: Mapping[str, float]
    ) -> tuple[Nodes, Any]:
        """Return the nodes after an event, and what places hashes on them, as new objects."""
        return self.nodes.after(add=add, remove=remove, weights=weights), None

    @property
    def nodes(self) -> Nodes:
        """The live nodes by bucket, ascending; a read-only mapping that later events leave as it is."""
        return self._flight.nodes

    @property
    def hash_bits(self) -> int:
        """Bits of the hash space."""
        return 64

    @property
    def in_flight(self) -> Mapping[int, int]:
        """How many requests each bucket has in flight, at this moment."""
        flight = self._flight
        return dict(zip(flight.buckets.tolist(), flight.in_flight.tolist(), strict=True))

    def open(self, hash: int) -> int:
        """Open a request.

        Parameters
        ----------
        hash
            Of its key, 0 <= hash < 2^hash_bits.

        Returns
        -------
        int
            The bucket that it goes to; hand it to :meth:`close` when the request has ended.

        Raises
        ------
        InvalidHash
            For anything but such an int.

        Examples
        --------
        >>> from algorithms.balancing import create_balancer
        >>> balancer = create_balancer("least_outstanding", ["a", "b"])
        >>> balancer.open(7), balancer.open(7), balancer.in_flight
        (0, 1, {0: 1, 1: 1})
        """
        made = self._single
        if made is not None and made[0] is self._flight and type(hash) is int and 0 <= hash <= made[1]:
            return made[2].enter(hash, made[2].opening)
        if not is_int(hash) or not 0 <= int(hash) < 1 << self.hash_bits:
            raise InvalidHash(f"a hash is an int from 0 to 2^{self.hash_bits} - 1, not {hash!r:.60}")
        single = self._singly()
        if single is not None:
            return single.enter(int(hash), single.opening)
        flight = self._flight
        place = np.empty(1, dtype=np.int32)
        views = self._views(np.array([hash], dtype=np.uint64))
        self._calls().trace(flight.state, flight.in_flight, views, _OPENING, 0, place)
        return int(flight.buckets[place[0]])

    def close(self, bucket: int) -> None:
        """Close a request that is in flight on a bucket.

        Parameters
        ----------
        bucket
            Where :meth:`open` has sent it.

        Raises
        ------
        InvalidParameter
            When nothing is in flight there.

        Examples
        --------
        >>> from algorithms.balancing import create_balancer
        >>> create_balancer("round_robin", ["a", "b"]).close(1)
        Traceback (most recent call last):
            ...
        algorithms.errors.InvalidParameter: nothing is in flight on bucket 1, so nothing can be closed there
        """
        made, flight = self._single, self._flight
        if made is not None and made[0] is flight and type(bucket) is int and 0 <= bucket < MOST_BUCKETS:
            done = made[2].enter(bucket, made[2].closing) >= 0
            if done:
                return
        place = flight.places[bucket] if is_int(bucket) and 0 <= bucket < len(flight.places) else -1
        if place < 0 or not flight.in_flight[place]:
            raise InvalidParameter(
                f"nothing is in flight on bucket {bucket!r:.40}, so nothing can be closed there"
            )
        single = self._singly()
        if single is not None:
            single.enter(int(bucket), single.closing)
            return
        places = np.array([place, place], dtype=np.int32)
        self._calls().trace(flight.state, flight.in_flight, _NO_VIEW, _CLOSING, 1, places)

    def _sees_single(self) -> tuple[int, One | None] | None:
        """Return how many words the rule sees of a request, and how its home is found if that is the first.

        None where it sees what only `_views` can tell: then a single request is a trace of one.
        """
        return (1, None) if type(self)._views is Balancer._views else None

    def _singly(self) -> SingleRequests | None:
        """Return how single requests are opened and closed, and keep it until the next event; or None."""
        made, flight, seen = self._single, self._flight, self._sees_single()
        if made is not None and made[0] is flight:
            return made[2]
        if seen is None:
            return None
        single = self._calls().single.of(flight.state, flight.in_flight, flight.places, flight.buckets, *seen)
        if single is not None:
            self._single = flight, (1 << self.hash_bits) - 1, single
        return single

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: all but addresses."""
        return {**self.__dict__, "_single": None}

    def open_many(
        self,
        hashes: NDArray[np.unsignedinteger[Any]],
        *,
        closing: NDArray[np.int64] | None = None,
        out: Buckets | None = None,
    ) -> Buckets:
        """Run a whole trace of events, as single calls would, in compiled code.

        Parameters
        ----------
        hashes
            (k,) unsigned integers below 2^hash_bits, of the requests that are opened; where event i closes
            one, its entry counts for nothing.
        closing
            (k,) int64: the event whose request event i closes, an earlier one of this trace; -1 where event
            i opens a request. All open one when not given.
        out
            (k,) int32 to write into; a new array when not given.

        Returns
        -------
        ndarray
            (k,) int32, the bucket of each event.

        Raises
        ------
        InvalidHash, InvalidParameter
            For hashes, events or an ``out`` that cannot be. Whatever is raised, nothing has changed.

        Examples
        --------
        >>> from algorithms.balancing import create_balancer
        >>> balancer = create_balancer("least_outstanding", ["a", "b"])
        >>> hashes = np.zeros(4, dtype=np.uint64)
        >>> balancer.open_many(hashes, closing=np.array([-1, -1, 1, -1])).tolist()
        [0, 1, 1, 1]
        """
        checked = checked_hashes(hashes, self.hash_bits)
        order = checked_events(closing, len(checked))
        if out is None:
            out = np.empty(len(checked), dtype=np.int32)
        else:
            check_out(out, checked.shape)
        flight, trace = self._flight, self._calls().trace
        places = out if flight.nodes.dense else np.empty_like(out)
        step = max(1, min(CHUNK, MOST_CELLS // self._width()))
        for first in range(0, len(checked), step):
            rows = slice(first, first + step)
            views = self._views(checked[rows])
            trace(flight.state, flight.in_flight, views, order[rows], first, places)
        if places is not out:
            out[:] = flight.buckets[places]
        return out

    def change(
        self,
        *,
        add: Iterable[NodeLike] = (),
        remove: Iterable[str] = (),
        weights: Mapping[str, float] = NO_WEIGHTS,
    ) -> None:
        """Make one scale event, whole or not at all; arguments and errors are those of a partitioner.

        Parameters
        ----------
        add
            Nodes that join, with nothing in flight.
        remove
            Names of nodes that leave, with what they have in flight.
        weights
            New weights of nodes that stay.

        Raises
        ------
        UnsupportedEvent, UnknownNode, DuplicateNode, NoNodes, InvalidNode, InvalidWeight, InvalidParameter
            When it cannot be. Whatever is raised, nothing has changed.

        Examples
        --------
        >>> from algorithms.balancing import create_balancer
        >>> balancer = create_balancer("round_robin", ["a", "b"])
        >>> balancer.change(add=["c"], remove=["a"])
        >>> balancer.nodes
        ['c', 'b']
        """
        nodes, placing = self._moved(self._flight.placing, add, leaving_names(remove), weights)
        self._flight = self._flown(nodes, placing, self._flight)

    def copy(self) -> Self:
        """Return a balancer of its own with the same nodes and the same requests in flight."""
        twin = copy.copy(self)
        flight = self._flight
        twin._flight = replace(flight, in_flight=flight.in_flight.copy(), state=apart(flight.state))
        return twin

    def __repr__(self) -> str:
        """Return what builds it again, with nothing in flight."""
        return self._spelled(self.parameters)

    def _flown(self, nodes: Nodes, placing: Any, before: _Flight[S] | None) -> _Flight[S]:
        if not self.spec.can(Trait.WEIGHTED):
            check_weights_alike(self.spec.name, nodes)
        buckets = nodes.buckets()
        places = np.full(nodes.top, -1, dtype=np.int32)
        places[buckets] = np.arange(len(buckets), dtype=np.int32)
        in_flight = np.zeros(len(buckets), dtype=np.int64)
        if before is not None:
            for place, bucket in enumerate(before.buckets.tolist()):
                name = before.nodes[bucket].name
                if nodes.has(name):
                    in_flight[places[nodes.bucket_of(name)]] = before.in_flight[place]
        state = self._start(nodes, in_flight, None if before is None else before.state)
        return _Flight(nodes, buckets, places, in_flight, placing, state)


_OPENING = np.array([-1], dtype=np.int64)
_CLOSING = np.array([0], dtype=np.int64)
_NO_VIEW = np.zeros((1, 1), dtype=np.uint64)
