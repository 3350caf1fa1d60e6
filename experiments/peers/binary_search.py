"""numpy's binary search over the points of the same ring: what a ring costs without an index."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from experiments.peers.peer import CallOf, Task, peer


@peer("np.searchsorted", beside="ring", mode="batch", written_in="C", same=True)
def binary_search(task: Task) -> CallOf:
    """Search the arcs of our own ring, which cover all hashes, and take the owners."""
    arcs = task.ours.arcs()
    # an arc begins at its start, so the number of later starts at or below a hash is the arc's row
    later, owners = arcs.start[1:].copy(), arcs.bucket.astype(np.int32)

    def call_of(hashes: NDArray[np.uint64]) -> Callable[[], object]:
        def call() -> NDArray[np.int32]:
            return owners.take(np.searchsorted(later, hashes, side="right"))

        return call

    return call_of
