"""Wrong movement: events move what they should leave, or do not happen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from algorithms import Capability
from algorithms.interface import State
from algorithms.interface.node import NodeLike
from algorithms.interface.nodes import Nodes
from algorithms.scores.rendezvous import Bidders, Rendezvous
from broken import caught_by
from broken.remainder import Remainder


@caught_by("growth_onto_new_only", "removal_from_removed_only", declares=(Capability.MINIMAL_MOVEMENT,))
class MovesSurvivors(Remainder):
    """Declares that it moves nothing in vain, and is hash mod n."""


@caught_by("one_weight_moves_one_node")
class WeightsAreSalt(Rendezvous):
    """Draws all bids anew when the weights change."""

    def _build(self, nodes: Nodes) -> Bidders:
        honest = super()._build(nodes)
        return honest._replace(seeds=honest.seeds + np.uint64(sum(nodes.weights()) * 8))


@caught_by("add_then_remove_is_identity", declares=(Capability.REVERSIBLE,))
class EventsAreSalt(Rendezvous):
    """Draws all bids anew at each event."""

    def _rebuild(self, before: State[Bidders], nodes: Nodes, layout: Any) -> Bidders:
        honest = self._build(nodes)
        return honest._replace(seeds=honest.seeds + before.structure.seeds[0])


@caught_by("independent_of_naming_order", declares=(Capability.ORDER_INDEPENDENT,))
class OrderDecides(Remainder):
    """Declares that the order of naming is no matter, and is hash mod n."""


@caught_by("events_keep_buckets")
class Renumbers(Rendezvous):
    """Numbers the nodes anew, by name, at every event."""

    def _change(
        self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
    ) -> None:
        super()._change(add, remove, weights, layout)
        nodes = Nodes.of(sorted(self.nodes.values(), key=lambda node: node.name))
        self._state = State(nodes, self._build(nodes))


@caught_by("removes_last", "removes_any")
class KeepsWhoLeaves(Rendezvous):
    """Ignores that nodes leave."""

    def _change(
        self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
    ) -> None:
        super()._change(add, [], weights, layout)


@caught_by("growth_onto_new_only", "removal_from_removed_only")
class ModuloWhenLarge(Rendezvous):
    """Becomes hash mod n above 300 nodes, which no search for small counterexamples comes to."""

    def _place(self, structure: Bidders, hashes: Any, out: Any) -> None:
        if len(structure.buckets) <= 300:
            super()._place(structure, hashes, out)
        else:
            out[:] = np.sort(structure.buckets)[(hashes % np.uint64(len(structure.buckets))).astype(np.int64)]


@caught_by("one_weight_moves_one_node")
class ReweighsAllWhenLarge(WeightsAreSalt):
    """Draws all bids anew when the weights change, above 300 nodes."""

    def _build(self, nodes: Nodes) -> Bidders:
        return super()._build(nodes) if len(nodes) > 300 else Rendezvous._build(self, nodes)


@caught_by("independent_of_naming_order")
class OrderDecidesFew(Rendezvous):
    """Gives one hash of two thousand to whoever was named first, as a table of slots may do."""

    def _place(self, structure: Bidders, hashes: Any, out: Any) -> None:
        super()._place(structure, hashes, out)
        out[(hashes >> np.uint64(self.hash_bits // 2)) % np.uint64(2003) == 5] = structure.buckets.min()
