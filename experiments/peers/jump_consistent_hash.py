"""jump-consistent-hash: the jump paper's loop as a C extension, one call a key, hashed by xxHash64."""

from __future__ import annotations

import importlib

import xxhash

from experiments.peers.peer import CallOf, Task, one_by_one, peer


@peer(
    "jump-consistent-hash",
    beside="jump", mode="single", written_in="C", library="jump-consistent-hash", module="jump",
)  # fmt: skip
def jump_consistent_hash(task: Task) -> CallOf:
    """Get its function ready, which takes a hash: of a str as in our default, from the package xxhash."""
    jump, names, seed = importlib.import_module("jump").hash, list(task.names), task.ours.seed
    n, hashed = len(names), xxhash.xxh64_intdigest

    def node_of(key: str) -> object:
        return names[jump(hashed(key.encode(), seed), n)]

    return one_by_one(node_of)
