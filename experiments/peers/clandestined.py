"""clandestined: rendezvous hashing in Python, with MurmurHash3 as a C extension."""

from __future__ import annotations

import importlib

from experiments.peers.peer import CallOf, Task, one_by_one, peer


@peer(
    "clandestined",
    beside="rendezvous", mode="single", written_in="Python", library="clandestined", module="clandestined",
)  # fmt: skip
def clandestined(task: Task) -> CallOf:
    """Get its rendezvous ready; it hashes a text for each node and key."""
    rendezvous = importlib.import_module("clandestined").RendezvousHash(nodes=list(task.names))
    return one_by_one(rendezvous.find_node)
