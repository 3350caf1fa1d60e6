"""The honest partitioner that most of the broken ones spoil: hash mod n, in numpy."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, Partitioner, Spec
from algorithms.interface.nodes import Nodes

Live: TypeAlias = NDArray[np.int32]


class Remainder(Partitioner[Live]):
    """The live bucket number hash mod n; its structure is the live buckets."""

    spec = Spec(
        name="Remainder",
        title="Remainder",
        summary="hash mod n",
        capabilities=frozenset({Capability.REMOVES_ANY, Capability.UNIFORM, Capability.REVERSIBLE}),
        lacks={
            Capability.WEIGHTED: "all remainders are alike",
            Capability.INTERVALS: "neighbouring hashes go to different nodes",
            Capability.REPLICAS: "they would all move",
        },
    )

    def _build(self, nodes: Nodes) -> Live:
        return nodes.buckets()

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        out[:] = structure[(hashes % np.uint64(len(structure))).astype(np.intp)]
