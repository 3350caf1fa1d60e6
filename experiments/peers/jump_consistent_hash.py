"""jump-consistent-hash: the jump paper's loop as a C extension, one call a key."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from itertools import repeat

from experiments.peers.peer import CallOf, Task, peer


@peer(
    "jump-consistent-hash",
    beside="jump", mode="batch", written_in="C", library="jump-consistent-hash", module="jump", same=True,
)  # fmt: skip
def jump_consistent_hash(task: Task) -> CallOf:
    """Get its function ready; it takes one hash."""
    jump, n = importlib.import_module("jump").hash, len(task.names)
    hashes = task.hashes.tolist()

    def call_of(count: int) -> Callable[[], object]:
        part = hashes[:count]
        return lambda: list(map(jump, part, repeat(n)))

    return call_of
