"""pymemcache: the HashClient's rendezvous over servers by host:port."""

from __future__ import annotations

from experiments.plan.placement import Placement
from experiments.plan.pool import Pool, PoolNode
from experiments.plan.systems.hashed import Blocks, HashedPlacement, as_it_is, hashed_by


def placement(pool: Pool) -> Placement:
    """Return the placement of a HashClient."""
    from algorithms import class_of

    partitioner = hashed_by(class_of("pymemcache"), pool, server)
    blocks: Blocks = {server(node): (node.name, 1) for node in pool.usable}
    return HashedPlacement(partitioner, as_it_is, blocks=blocks)


def server(node: PoolNode) -> str:
    """Return a server as the client writes it before a key."""
    if node.host and node.port:
        return f"{node.host}:{node.port}"
    return node.address or node.name
