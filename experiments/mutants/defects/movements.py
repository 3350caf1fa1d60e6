"""Wrong movement: events move what they should leave, do not happen, or leave something of before."""

# ruff: noqa: D401 - a defect's first line is what a class that has it does

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from algorithms import Capability
from algorithms.hashing import Hashes
from algorithms.interface import Buckets, Nodes, State
from algorithms.interface.node import NodeLike
from experiments.mutants.defects.defect import Base, altered, chosen, defect, rare, scrambled


@defect(Capability.MINIMAL_MOVEMENT)
def survivors_move(base: Base) -> Base:
    """Is hash mod n for one hash in 128, so that it moves between nodes that stay."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        some = rare(hashes)
        out[some] = chosen(state.nodes.buckets(), scrambled(hashes[some]))

    return altered(base, alter)


@defect(Capability.MINIMAL_MOVEMENT)
def modulo_when_large(base: Base) -> Base:
    """Becomes hash mod n above 300 nodes."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        live = state.nodes.buckets()
        if len(live) > 300:
            out[:] = chosen(live, hashes)

    return altered(base, alter)


@defect(Capability.MINIMAL_MOVEMENT)
def few_move_when_large(base: Base) -> Base:
    """Is hash mod n for one hash in 128 above 300 nodes."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        live, some = state.nodes.buckets(), rare(hashes)
        if len(live) > 300:
            out[some] = chosen(live, scrambled(hashes[some]))

    return altered(base, alter)


@defect(Capability.REVERSIBLE)
def events_are_salt(base: Base) -> Base:
    """Lets the number of events decide for one hash in 128."""

    class EventsAreSalt(altered(base, _by_events)):  # type: ignore[misc]
        def _change(self, *given: Any) -> None:
            super()._change(*given)
            self._events = getattr(self, "_events", 0) + 1

    return EventsAreSalt


def _by_events(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
    some, events = rare(hashes), getattr(p, "_events", 0)
    if events:
        out[some] = chosen(state.nodes.buckets(), scrambled(hashes[some]) + np.uint64(events))


@defect(Capability.WEIGHTED, Capability.MINIMAL_MOVEMENT)
def weights_are_salt(base: Base) -> Base:
    """Draws one hash in 128 anew when weights change."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        some, salt = rare(hashes), np.uint64(int(sum(state.nodes.weights()) * 8))
        out[some] = chosen(state.nodes.buckets(), scrambled(hashes[some] + salt))

    return altered(base, alter)


@defect(Capability.WEIGHTED, Capability.MINIMAL_MOVEMENT)
def weights_are_salt_when_large(base: Base) -> Base:
    """Draws one hash in 128 anew when weights change, above 300 nodes."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        if len(state.nodes) > 300:
            some, salt = rare(hashes), np.uint64(int(sum(state.nodes.weights()) * 8))
            out[some] = chosen(state.nodes.buckets(), scrambled(hashes[some] + salt))

    return altered(base, alter)


@defect(Capability.ORDER_INDEPENDENT)
def order_decides_few(base: Base) -> Base:
    """Gives one hash of two thousand to whoever was named first, as a table of slots may do."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        out[scrambled(hashes) % np.uint64(2003) == 5] = state.nodes.buckets()[0]

    return altered(base, alter)


@defect(Capability.ORDER_INDEPENDENT)
def order_decides(base: Base) -> Base:
    """Gives one hash in 128 to whoever was named first."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        out[rare(hashes)] = state.nodes.buckets()[0]

    return altered(base, alter)


@defect(Capability.REMOVES_ANY)
def renumbers(base: Base) -> Base:
    """Numbers the nodes anew, by name, at every event."""

    class Renumbers(base):  # type: ignore[valid-type, misc]
        def _change(self, *given: Any) -> None:
            super()._change(*given)
            names = sorted(node.name for node in self.nodes.values())
            nodes = Nodes.of([self.nodes[self.nodes.bucket_of(name)] for name in names])
            self._state = State(nodes, self._build(nodes))

    return Renumbers


@defect(Capability.REMOVES_ANY)
def keeps_who_leaves(base: Base) -> Base:
    """Ignores that nodes leave."""

    class KeepsWhoLeaves(base):  # type: ignore[valid-type, misc]
        def _change(
            self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
        ) -> None:
            super()._change(add, [], weights, layout)

    return KeepsWhoLeaves


@defect()
def keeps_one_who_leaves(base: Base) -> Base:
    """Of several nodes that leave, keeps the last one."""

    class KeepsOneWhoLeaves(base):  # type: ignore[valid-type, misc]
        def _change(
            self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
        ) -> None:
            several = isinstance(remove, list) and len(remove) > 1
            super()._change(add, remove[:-1] if several else remove, weights, layout)  # type: ignore[index]

    return KeepsOneWhoLeaves


@defect()
def stale_structure(base: Base) -> Base:
    """Keeps the structure of before where an event leaves as many nodes in the same buckets."""

    class StaleStructure(base):  # type: ignore[valid-type, misc]
        _state: State[Any]

        def _change(self, *given: Any) -> None:
            before = self._state
            super()._change(*given)
            after = self._state
            if np.array_equal(before.nodes.buckets(), after.nodes.buckets()):
                self._state = State(after.nodes, before.structure)

    return StaleStructure


@defect()
def stale_lookups(base: Base) -> Base:
    """Keeps for single keys what was made for them before an event that only adds nodes."""

    class StaleLookups(base):  # type: ignore[valid-type, misc]
        def _change(
            self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
        ) -> None:
            before = self._state
            super()._change(add, remove, weights, layout)
            if before.kept is not None and set(before.nodes) < set(self._state.nodes):
                self._state.find = before.find
                self._state.quick, self._state.kept = before.quick, before.kept

    return StaleLookups


@defect()
def joins_by_halves(base: Base) -> Base:
    """Of several nodes that join, places keys on the first only."""

    class JoinsByHalves(base):  # type: ignore[valid-type, misc]
        def _change(
            self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
        ) -> None:
            several = isinstance(add, list) and len(add) > 1
            super()._change(add[:1] if several else add, remove, weights, layout)  # type: ignore[index]

    return JoinsByHalves


@defect(Capability.REMOVES_ANY)
def highest_bucket_joins(base: Base) -> Base:
    """Gives a node that joins a bucket beyond the last one, where lower ones are free."""

    class HighestBucketJoins(base):  # type: ignore[valid-type, misc]
        def _free_buckets(self, left: Nodes, count: int) -> Sequence[int]:
            return range(left.top, left.top + count)

    return HighestBucketJoins


@defect()
def one_event_behind(base: Base) -> Base:
    """Places single keys by the nodes before the last event, where these are all still there."""

    class OneEventBehind(base):  # type: ignore[valid-type, misc]
        _earlier: State[Any] | None = None

        def _change(self, *given: Any) -> None:
            before = self._state
            super()._change(*given)
            self._earlier = before if set(before.nodes) <= set(self._state.nodes) else None

        def _finder(self, state: State[Any]) -> Callable[[Any], str]:
            find: Callable[[Any], str] = super()._finder(self._earlier or state)
            return find

    return OneEventBehind
