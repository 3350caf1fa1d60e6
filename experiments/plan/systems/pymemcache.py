"""pymemcache: the HashClient's rendezvous over servers by host:port."""

from __future__ import annotations

from experiments.plan.placement import Placement
from experiments.plan.pool import Pool, PoolNode
from experiments.plan.systems.hashed import HashedPlacement, as_it_is, hashed_by


def placement(pool: Pool) -> Placement:
    """Return the placement of a HashClient."""
    from algorithms import class_of

    return HashedPlacement(hashed_by(class_of("pymemcache"), pool, server), as_it_is)


def server(node: PoolNode) -> str:
    """Return a server as the client writes it before a key."""
    if node.host and node.port:
        return f"{node.host}:{node.port}"
    return node.address or node.name
