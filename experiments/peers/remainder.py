"""The operator ``%`` in a compiled loop: what modulo placement costs without any trick."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import kernel
from experiments.buffers import aligned
from experiments.peers.peer import CallOf, Task, peer


@kernel
def remainder_kernel(hashes: NDArray[np.uint64], n: np.uint64, out: NDArray[np.int32]) -> None:
    """Write hash mod n, by the processor's division."""
    for i in range(len(hashes)):
        out[i] = np.int32(hashes[i] % n)


@peer("% loop", beside="modulo", mode="batch", written_in="numba", same=True)
def remainder(task: Task) -> CallOf:
    """Get the loop ready."""
    n, compiled = np.uint64(len(task.ours.nodes)), remainder_kernel.compiled

    def call_of(hashes: NDArray[np.uint64]) -> Callable[[], object]:
        out = aligned(len(hashes), np.int32)

        def call() -> NDArray[np.int32]:
            compiled(hashes, n, out)
            return out

        return call

    return call_of
