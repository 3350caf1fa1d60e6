"""Balancers that break a promise, each in one way: the named checks must catch them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from algorithms.balancers.bounded_loads import BoundedLoads, one_less_of_bound
from algorithms.balancers.hashed import Hashed
from algorithms.balancers.join_idle import JoinIdle, longest_idle
from algorithms.balancers.least_outstanding import LeastOutstanding
from algorithms.balancers.random_draw import Random
from algorithms.balancers.round_robin import RoundRobin, next_turn
from algorithms.balancers.smooth_weighted import SmoothWeighted, gains_of
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import Trait
from algorithms.machinery.kernel import kernel
from algorithms.machinery.traces import Calls, nothing_closed

CAUGHT: dict[type[Balancer[Any]], str] = {}


def caught_by(check: str, *declares: Trait) -> Any:
    """Say which check must catch a class, and what it declares beyond what it spoils."""

    def decorate(cls: Any) -> Any:
        cls.spec = replace(cls.spec, name=cls.__name__, traits=cls.spec.traits | set(declares))
        CAUGHT[cls] = check
        return cls

    return decorate


@caught_by("total")
class Misnumbered(RoundRobin):
    """Forgets a request that has ended."""

    def close(self, bucket: int) -> None:
        pass

    def open_many(self, hashes: Any, *, closing: Any = None, out: Any = None) -> Any:
        return super().open_many(hashes, out=out)


@caught_by("batch_equals_single")
class Impatient(RoundRobin):
    """Takes two turns for a single request."""

    def open(self, hash: int) -> int:
        super().close(super().open(hash))
        return super().open(hash)


@caught_by("batch_equals_single")
class Unheeding(LeastOutstanding):
    """Closes nothing in a trace."""

    def open_many(self, hashes: Any, *, closing: Any = None, out: Any = None) -> Any:
        whole = super().open_many(hashes, out=out)
        if closing is not None:
            rows = np.nonzero(closing >= 0)[0]
            whole[rows] = whole[closing[rows]]
        return whole


@kernel
def signed_turn(state: Any, in_flight: Any, view: Any) -> Any:
    """Return another place where integers are of Python."""
    return np.int64((view[0] + np.int64(0)) % len(in_flight))


@caught_by("compiled_equals_plain")
class Signed(Random):
    """Mixes signed and unsigned numbers."""

    def _calls(self) -> Calls:
        return SIGNED


SIGNED = Calls(signed_turn, nothing_closed)


@caught_by("rebuilt_by_copy_and_pickle")
class Forgetful(RoundRobin):
    """Begins anew when it is copied."""

    def copy(self) -> Any:
        return type(self)(self.nodes)


@caught_by("copies_are_apart")
class Entangled(SmoothWeighted):
    """Shares its state with its copies."""

    def copy(self) -> Any:
        twin = object.__new__(type(self))
        vars(twin).update(vars(self))
        return twin


@caught_by("events_keep_what_is_in_flight")
class Amnesiac(LeastOutstanding):
    """Forgets what is in flight when a node joins or leaves."""

    def _flown(self, nodes: Any, placing: Any, before: Any) -> Any:
        return super()._flown(nodes, placing, None)


@caught_by("refused_events_change_nothing")
class Hasty(SmoothWeighted):
    """Begins anew before it knows whether an event can be."""

    def change(self, *, add: Any = (), remove: Any = (), weights: Mapping[str, float] = {}) -> None:
        flight = self._flight
        flight.state.current[:] = 0
        super().change(add=add, remove=remove, weights=weights)


@caught_by("weights_are_followed")
class Equal(SmoothWeighted):
    """Takes weights, and follows none."""

    def _start(self, nodes: Any, in_flight: Any, before: Any) -> Any:
        return gains_of(nodes)._replace(weights=np.ones(len(nodes)))


@caught_by("periods_are_exact", Trait.PERIODIC)
class Unordered(Random):
    """Declares what only chance could keep."""


@kernel
def second_turn(state: Any, in_flight: Any, view: Any) -> Any:
    """Return the next place, and skip one after it now and then."""
    place = next_turn(state, in_flight, view)
    if view[0] % np.uint64(7) == np.uint64(0):
        next_turn(state, in_flight, view)
    return place


SKIPPING = Calls(second_turn, nothing_closed)


@caught_by("periods_are_exact")
class Skipping(RoundRobin):
    """Skips a turn for some hashes."""

    def _calls(self) -> Calls:
        return SKIPPING


@kernel
def nearly_fewest(state: Any, in_flight: Any, view: Any) -> Any:
    """Return a place with the fewest in flight, whatever its weight."""
    best = 0
    for place in range(len(in_flight)):
        if in_flight[place] < in_flight[best]:
            best = place
    return np.int64(best)


WEIGHTLESS = Calls(nearly_fewest, nothing_closed)


@caught_by("none_is_less_busy")
class Weightless(LeastOutstanding):
    """Compares requests in flight and forgets the weights."""

    def _calls(self) -> Calls:
        return WEIGHTLESS


NEVER_IDLE = Calls(longest_idle, nothing_closed)


@caught_by("idle_ones_come_first")
class NeverIdle(JoinIdle):
    """Does not see a node fall idle."""

    def _calls(self) -> Calls:
        return NEVER_IDLE


@kernel
def one_too_many(state: Any, in_flight: Any, view: Any) -> Any:
    """Return the first place from home on that is not above its bound, and may be at it."""
    bound = state.bound
    bound.numbers[0] += 1
    for i in range(len(in_flight)):
        place = (np.int64(view[0]) + i) % len(in_flight)
        most = bound.numbers[1] * bound.numbers[0] * bound.weights[place] / bound.total[0] / bound.numbers[2]
        if in_flight[place] <= np.ceil(most):
            return place
    return np.int64(view[0])


OFF_BY_ONE = Calls(one_too_many, one_less_of_bound)


@caught_by("none_is_above_its_bound")
class OffByOne(BoundedLoads):
    """Fills a node to one above its bound."""

    def _calls(self) -> Calls:
        return OFF_BY_ONE


@caught_by("one_hash_one_node")
class Restless(Hashed):
    """Sees a request's number instead of its hash."""

    def _views(self, hashes: Any) -> Any:
        ends = (sum(self.in_flight.values()) + np.arange(len(hashes))) % len(self.nodes)
        return ends.astype(np.uint64).reshape(-1, 1)
