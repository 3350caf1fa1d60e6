"""What another process or thread sees differently."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from algorithms.interface import State
from algorithms.interface.node import NodeLike
from algorithms.interface.nodes import Nodes
from broken import caught_by
from broken.remainder import Live, Remainder


@caught_by("same_in_another_process")
class BuiltinHash(Remainder):
    """Orders nodes by Python's own hash of their names, which is another one in each process."""

    def _build(self, nodes: Nodes) -> Live:
        return np.array(sorted(nodes, key=lambda bucket: hash(nodes[bucket].name)), dtype=np.int32)


@caught_by("events_are_atomic")
class InTwoSteps(Remainder):
    """Changes the nodes first, and what was built for them a moment later."""

    def _change(
        self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
    ) -> None:
        before = self._state
        super()._change(add, remove, weights, layout)
        after = self._state
        self._state = State(after.nodes, before.structure)
        time.sleep(0.01)
        self._state = after
