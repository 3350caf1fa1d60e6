"""Wrong shares: uniform they are not, or not by weight."""

from __future__ import annotations

from typing import Any

import numpy as np

from algorithms import Capability, Node
from algorithms.interface import State
from algorithms.interface.nodes import Nodes
from algorithms.ranges.key_range import KeyRange, Ranges
from algorithms.rings.ring import Ring
from algorithms.scores.rendezvous import Bidders, Rendezvous
from broken import caught_by
from broken.remainder import Live, Remainder


@caught_by("uniform")
class Biased(Remainder):
    """Gives bucket 0 one part in 64 more than its share."""

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        super()._place(structure, hashes, out)
        out[hashes >> np.uint64(max(0, self.hash_bits - 6)) == 0] = structure[0]


@caught_by("uniform")
class LosesABucket(Remainder):
    """Never gives a key to the last of its nodes."""

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        super()._place(structure[: max(1, len(structure) - 1)], hashes, out)


@caught_by("uniform", "equal_shares_exactly", declares=(Capability.UNIFORM,))
class RingCalledUniform(Ring):
    """Declares equal shares, and is a ring, whose shares spread by 1/sqrt(points)."""


def _all_alike(nodes: Nodes) -> Nodes:
    return Nodes.of({bucket: Node(node.name) for bucket, node in nodes.items()})


@caught_by("shares_follow_weights")
class IgnoresWeights(Rendezvous):
    """Takes weights and does nothing with them."""

    def _build(self, nodes: Nodes) -> Bidders:
        return super()._build(_all_alike(nodes))


@caught_by("shares_follow_weights")
class RingIgnoresWeights(Ring):
    """Takes weights and gives every node the same number of points."""

    def point_count(self, weight: float) -> int:
        return self.points


@caught_by("changed_weights_count")
class IgnoresNewWeights(Rendezvous):
    """Follows the weights of the start, and none that come later."""

    def _rebuild(self, before: State[Bidders], nodes: Nodes, layout: Any) -> Bidders:
        return self._build(_all_alike(nodes))


@caught_by("shares_follow_weights_exactly")
class SquaresWeights(KeyRange):
    """Takes the square of a weight for the weight."""

    def _ranges(self, nodes: Nodes, boundaries: Any) -> Ranges:
        squared = {bucket: Node(node.name, node.weight**2) for bucket, node in nodes.items()}
        return super()._ranges(Nodes.of(squared), boundaries)
