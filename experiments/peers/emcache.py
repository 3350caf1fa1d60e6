"""emcache: rendezvous hashing in Cython, from a memcached client; a key is hashed once for all nodes."""

from __future__ import annotations

import importlib

from experiments.peers.peer import CallOf, Task, one_by_one, peer


@peer(
    "emcache",
    beside="rendezvous", mode="single", written_in="Cython", library="emcache", module="emcache",
)  # fmt: skip
def emcache(task: Task) -> CallOf:
    """Get what its cluster calls for each key ready; it takes bytes."""
    module = importlib.import_module("emcache._cython").cyemcache
    nodes = [module.RendezvousNode(name, name) for name in task.names]

    def node_of(key: bytes) -> object:
        return module.node_selection(key, nodes)

    return one_by_one(node_of, str.encode)
