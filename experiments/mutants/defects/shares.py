"""Wrong shares: not by weight, or not what the arcs say."""

# ruff: noqa: D401 - a defect's first line is what a class that has it does

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from algorithms import Arcs, Capability, Node
from algorithms.interface import Nodes, State
from experiments.mutants.defects.defect import Base, defect


def _with(nodes: Nodes, weights: list[float]) -> Nodes:
    pairs = zip(nodes.items(), weights, strict=True)
    return Nodes.of({bucket: Node(node.name, weight) for (bucket, node), weight in pairs})


@defect(Capability.WEIGHTED)
def ignores_weights(base: Base) -> Base:
    """Takes weights and does nothing with them."""

    class IgnoresWeights(base):  # type: ignore[valid-type, misc]
        def _build(self, nodes: Nodes) -> Any:
            return super()._build(_with(nodes, [1.0] * len(nodes)))

        def _rebuild(self, before: State[Any], nodes: Nodes, layout: Any) -> Any:
            return super()._rebuild(before, _with(nodes, [1.0] * len(nodes)), layout)

    return IgnoresWeights


@defect(Capability.WEIGHTED)
def ignores_new_weights(base: Base) -> Base:
    """Follows the weights of the start, and none that come later."""

    class IgnoresNewWeights(base):  # type: ignore[valid-type, misc]
        def _rebuild(self, before: State[Any], nodes: Nodes, layout: Any) -> Any:
            return super()._rebuild(before, _with(nodes, [1.0] * len(nodes)), layout)

    return IgnoresNewWeights


@defect(Capability.WEIGHTED)
def squares_weights(base: Base) -> Base:
    """Takes the square of a weight for the weight."""

    class SquaresWeights(base):  # type: ignore[valid-type, misc]
        def _build(self, nodes: Nodes) -> Any:
            return super()._build(_with(nodes, [weight**2 for weight in nodes.weights()]))

        def _rebuild(self, before: State[Any], nodes: Nodes, layout: Any) -> Any:
            return self._build(nodes)

    return SquaresWeights


@defect(Capability.WEIGHTED)
def weights_of_neighbours(base: Base) -> Base:
    """Gives each node the weight of the node in the bucket before."""

    class WeightsOfNeighbours(base):  # type: ignore[valid-type, misc]
        def _build(self, nodes: Nodes) -> Any:
            return super()._build(_with(nodes, np.roll(nodes.weights(), 1).tolist()))

        def _rebuild(self, before: State[Any], nodes: Nodes, layout: Any) -> Any:
            return self._build(nodes)

    return WeightsOfNeighbours


@defect(Capability.INTERVALS)
def arcs_one_short(base: Base) -> Base:
    """Ends its last arc one hash early: the slip of taking 2^b - 1 for the size of the space."""

    class ArcsOneShort(base):  # type: ignore[valid-type, misc]
        def _arcs(self, structure: Any, nodes: Nodes) -> Arcs:
            arcs: Arcs = super()._arcs(structure, nodes)
            return replace(arcs, last=np.append(arcs.last[:-1], arcs.last[-1:] - np.uint64(1)))

    return ArcsOneShort


@defect(Capability.INTERVALS)
def arcs_a_hash_late(base: Base) -> Base:
    """Lists arcs that begin one hash late."""

    class ArcsAHashLate(base):  # type: ignore[valid-type, misc]
        def _arcs(self, structure: Any, nodes: Nodes) -> Arcs:
            arcs = super()._arcs(structure, nodes)
            starts = np.minimum(np.append(arcs.start[:1], arcs.start[1:] + np.uint64(1)), arcs.last)
            late: Arcs = Arcs.from_starts(starts, arcs.bucket, self.hash_bits, nodes, arcs.point)
            return late

    return ArcsAHashLate


@defect(Capability.INTERVALS)
def arcs_without_the_last(base: Base) -> Base:
    """Leaves out the last arc, which the one before it takes."""

    class ArcsWithoutTheLast(base):  # type: ignore[valid-type, misc]
        def _arcs(self, structure: Any, nodes: Nodes) -> Arcs:
            arcs = super()._arcs(structure, nodes)
            some = slice(None, max(1, len(arcs) - 1))
            return Arcs.from_starts(
                arcs.start[some], arcs.bucket[some], self.hash_bits, nodes, arcs.point[some]
            )

    return ArcsWithoutTheLast
