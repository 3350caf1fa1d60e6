"""redis-py: the slot of a key in a Redis Cluster, and the table from slots to nodes."""

from __future__ import annotations

import importlib

from experiments.peers.peer import CallOf, Task, one_by_one, peer


@peer(
    "redis-py key_slot",
    beside="table", mode="single", written_in="Python", library="redis", module="redis",
)  # fmt: skip
def redis_py(task: Task) -> CallOf:
    """Deal the 16,384 slots to the nodes in turn; its function takes bytes."""
    slot_of = importlib.import_module("redis.crc").key_slot
    owners = [task.names[slot % len(task.names)] for slot in range(16_384)]

    def node_of(key: bytes) -> object:
        return owners[slot_of(key)]

    return one_by_one(node_of, str.encode)
