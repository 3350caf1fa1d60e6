"""nginx: hash, hash consistent, ip_hash."""

from __future__ import annotations

import ipaddress
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Node, create
from algorithms.deployed.nginx_ring import POINTS
from algorithms.hashing.systems import IP_HASHES
from experiments.plan.pool import Pool, refuse
from experiments.plan.systems.hashed import Blocks, HashedPlacement, check_names, check_usable, unless_empty

__all__ = ["placement"]

METHODS = {
    "consistent": "nginx_consistent",
    "modulo": "nginx_hash",
    "hash": "nginx_hash",
    "ip_hash": "nginx_ip_hash",
}
MOST_POINTS = 1 << 26


def placement(pool: Pool) -> HashedPlacement:
    """Return the placement of an upstream."""
    if pool.method not in METHODS:
        raise refuse(
            pool.file,
            pool.line,
            f'upstream "{pool.name}" uses "{pool.method or "round robin"}", which does not hash: plan has '
            "nothing to place; `plan` covers hash, hash ... consistent, ip_hash",
        )
    check_names(pool)
    for node in pool.nodes:
        if node.weight < 1:
            raise refuse(
                pool.file, node.line, f"weight={node.weight} is not possible: nginx allows 1 and more"
            )
    check_usable(pool)
    nodes = [Node(node.name, node.weight) for node in pool.nodes]
    down = [node.name for node in pool.nodes if not node.usable]
    total = sum(node.weight for node in pool.nodes)
    points = {node.name: node.weight if node.usable else 0 for node in pool.nodes}
    if pool.method == "consistent":
        if total * POINTS > MOST_POINTS:
            raise refuse(
                pool.file,
                pool.line,
                f"{total * POINTS:,} points are too many for plan, which makes {MOST_POINTS:,} at most: "
                "divide all weights by the same number",
            )
        points = {name: POINTS * weight for name, weight in points.items()}
        blocks: Blocks = {name: (name, count) for name, count in points.items()}
        ring = create("nginx_consistent", nodes, down=down)
        return HashedPlacement(ring, points=points, blocks=blocks)
    if pool.method == "ip_hash":
        places = create("nginx_ip_hash", nodes, down=down)
        return HashedPlacement(
            _Values(places),
            _address,
            None if down else total,
            IP_HASHES,
            points,
            places,
            lambda h: ((h >> 1) * IP_HASHES) >> 31,
            reason="no IP address",
        )
    if down:
        # where a server is down, the length of a key counts too: there is no table of 2^15 hashes
        places = create("nginx_hash", nodes, down=down)
        return HashedPlacement(places, space=1 << 64, points=points, value=lambda h: h >> 49)
    return HashedPlacement(create("nginx_hash", nodes, hash="crc15"), unless_empty, total, None, points)


def _address(key: bytes) -> bytes | None:
    """Return an IP address; nothing of what is none."""
    try:
        return str(ipaddress.ip_address(key.decode("ascii"))).encode()
    except ValueError:
        return None


class _Values:
    """A partitioner of the 6271 values of ip_hash themselves, for IPv4; all else is the partitioner's."""

    def __init__(self, places: Any) -> None:
        self._places = places

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._places, name)

    def assign(self, values: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Return the bucket of each value."""
        hashes = [math.ceil((value << 31) / IP_HASHES) << 1 for value in values.tolist()]
        buckets: NDArray[np.int32] = self._places.assign(np.array(hashes, dtype=np.uint64))
        return buckets
