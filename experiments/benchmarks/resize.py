"""Scale events: how long one takes, among 16 or 1000 nodes."""

from __future__ import annotations

from typing import ClassVar

from algorithms import names
from experiments import events

from .inputs import EVENTS, NODES, Timed, able, partitioner


class Resize(Timed):
    """One scale event, from the call to the swap of the structures."""

    params = (names(), EVENTS, NODES)
    param_names: ClassVar = ["algorithm", "event", "nodes"]
    version = "1"

    def setup(self, algorithm: str, event: str, nodes: int) -> None:
        """Build, name who joins and leaves, and make the event once, untimed."""
        able(algorithm, event)
        self.partitioner = partitioner(algorithm, nodes)
        self.change = events.parse(event).change(self.partitioner.nodes, "node-{}".format, 0)
        self.time_change(algorithm, event, nodes)

    def time_change(self, algorithm: str, event: str, nodes: int) -> None:
        """Make the event, on a copy, which shares the structure that an event replaces."""
        self.change.apply(self.partitioner.copy())
