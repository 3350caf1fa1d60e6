"""Wrong arcs, and wrong order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from algorithms import Arcs
from algorithms.interface.nodes import Nodes
from algorithms.ranges.key_range import KeyRange, Ranges
from broken import caught_by


@caught_by("arcs_tile_the_space", "shares_sum_to_the_space")
class OneShort(KeyRange):
    """Ends its last arc one hash early: the slip of taking 2^b - 1 for the size of the space."""

    def _arcs(self, structure: Ranges, nodes: Nodes) -> Arcs:
        arcs = super()._arcs(structure, nodes)
        return replace(arcs, last=np.append(arcs.last[:-1], arcs.last[-1:] - np.uint64(1)))


@caught_by("arcs_agree_with_assign")
class OffByOne(KeyRange):
    """Lists arcs that begin one hash late."""

    def _arcs(self, structure: Ranges, nodes: Nodes) -> Arcs:
        arcs = super()._arcs(structure, nodes)
        starts = np.minimum(np.append(arcs.start[:1], arcs.start[1:] + np.uint64(1)), arcs.last)
        return Arcs.from_starts(starts, arcs.bucket, self.hash_bits, nodes)


@caught_by("ordered")
class Descends(KeyRange):
    """Gives the lowest hashes to the last node."""

    def _place(self, structure: Ranges, hashes: Any, out: Any) -> None:
        super()._place(structure, hashes, out)
        live = self.nodes.buckets()
        out[:] = live[::-1][np.searchsorted(live, out)]
