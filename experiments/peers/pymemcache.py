"""pymemcache: rendezvous hashing in Python, from a memcached client, with mmh3 instead of its own hash."""

from __future__ import annotations

import functools
import importlib

import mmh3

from experiments.peers.peer import CallOf, Task, one_by_one, peer


@peer(
    "pymemcache",
    beside="rendezvous", mode="single", written_in="Python", library="pymemcache", module="pymemcache",
)  # fmt: skip
def pymemcache(task: Task) -> CallOf:
    """Get its rendezvous ready; its scores must not be negative, so the hash is unsigned."""
    module = importlib.import_module("pymemcache.client.rendezvous")
    hashed = functools.partial(mmh3.hash, signed=False)
    rendezvous = module.RendezvousHash(nodes=list(task.names), hash_function=hashed)
    return one_by_one(rendezvous.get_node)
