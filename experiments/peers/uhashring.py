"""uhashring: a ring in pure Python, with MD5; by default, and as ketama has it."""

from __future__ import annotations

import importlib

from experiments.peers.peer import CallOf, Task, one_by_one, peer


@peer(
    "uhashring",
    beside="ring", mode="single", written_in="Python", library="uhashring", module="uhashring",
    most_nodes=10_000,
)  # fmt: skip
def uhashring(task: Task) -> CallOf:
    """Build its default ring, of 160 points a node."""
    ring = importlib.import_module("uhashring").HashRing(nodes=list(task.names))
    return one_by_one(ring.get_node)


@peer(
    "uhashring ketama",
    beside="ring", mode="single", written_in="Python", library="uhashring", module="uhashring",
    most_nodes=1000,
)  # fmt: skip
def uhashring_ketama(task: Task) -> CallOf:
    """Build its ketama ring: 40 x 4 points a node, each inserted into a sorted list."""
    ring = importlib.import_module("uhashring").HashRing(nodes=list(task.names), hash_fn="ketama")
    return one_by_one(ring.get_node)
