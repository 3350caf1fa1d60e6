"""An algorithm that can do nothing but grow: its nodes neither leave nor have weights, shares or arcs."""

from __future__ import annotations

from typing import Any

import numpy as np

from algorithms import Capability, Nodes, Partitioner, Spec
from algorithms.interface import Buckets, Cost, Hashes


class Idle(Partitioner[Any]):
    """All keys are on the first bucket, for ever."""

    spec = Spec(
        name="idle",
        title="Idle",
        summary="bucket = 0",
        capabilities=frozenset(),
        lacks=dict.fromkeys(Capability, "it does nothing"),
        reference="nobody",
        year=2030,
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(1)"),
        memory_cost=Cost("O(1)"),
    )

    def _build(self, nodes: Nodes) -> int:
        return 0

    def _place(self, structure: int, hashes: Hashes, out: Buckets) -> None:
        out[:] = np.int32(0)
