"""Memory: the most that a process takes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from algorithms import create, names

from .inputs import NODES, hashes_for, known


class Peak:
    """Resident memory at its peak, Python and its libraries included, of building and placing."""

    params = (names(), NODES)
    param_names: ClassVar = ["algorithm", "nodes"]
    version = "1"

    def setup_cache(self) -> None:
        """Compile all kernels in a process of its own, as a compiler takes more memory than any of them."""
        for algorithm in names():
            self.peakmem_create(algorithm, NODES[0])

    def setup(self, algorithm: str, nodes: int) -> None:
        """Leave combinations out that the build does not have."""
        known(algorithm)

    def peakmem_create(self, algorithm: str, nodes: int) -> None:
        """Build, and place hashes."""
        placing = create(algorithm, nodes)
        hashes = hashes_for(placing, 1024)
        placing._assign(hashes, np.empty(len(hashes), dtype=np.int32))
