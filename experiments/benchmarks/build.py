"""Building a partitioner from the number of its nodes."""

from __future__ import annotations

from typing import ClassVar

from algorithms import create, names

from .inputs import NODES, Timed, known


class Build(Timed):
    """All that is between the number of nodes and the first lookup."""

    params = (names(), NODES)
    param_names: ClassVar = ["algorithm", "nodes"]
    version = "1"

    def setup(self, algorithm: str, nodes: int) -> None:
        """Build once, untimed."""
        known(algorithm)
        self.time_create(algorithm, nodes)

    def time_create(self, algorithm: str, nodes: int) -> None:
        """Build."""
        create(algorithm, nodes)
