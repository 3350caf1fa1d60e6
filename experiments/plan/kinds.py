"""What a pool is, where a warning is about that: modulo or ring, ids, sorted lines, special numbers."""

from __future__ import annotations

import ipaddress
import re
from math import gcd

from experiments.plan.pool import Pool, PoolNode

__all__ = [
    "described",
    "divisor",
    "host_is_address",
    "ids_of",
    "is_modulo",
    "is_sorted",
    "is_weighted_ketama",
    "major_version",
    "place_of",
    "special",
]


def described(pool: Pool) -> str:
    """Return how a pool hashes, as it says it."""
    return pool.directive or pool.method or pool.system


def place_of(pool: Pool, node: PoolNode | None = None) -> tuple[str, int]:
    """Return the file and the line of a node, or else of its pool."""
    return pool.file, (node.line if node is not None and node.line else pool.line)


def is_modulo(pool: Pool) -> bool:
    """Return whether a node is its place in a list, and a hash counts by its residue."""
    return (
        (pool.system == "nginx" and pool.method in ("modulo", "hash", "ip_hash"))
        or (pool.system == "haproxy" and pool.method == "map-based")
        or (pool.system == "twemproxy" and pool.method == "modula")
        or pool.system in ("kafka", "elasticsearch")
        or (pool.system == "libmemcached" and not _calls_ketama(pool))
    )


def is_weighted_ketama(pool: Pool) -> bool:
    """Return whether points are in proportion to the weight over the mean."""
    if pool.system == "twemproxy":
        return pool.method in ("", "ketama")
    if pool.system != "libmemcached" or not _calls_ketama(pool):
        return False
    return "KETAMA_WEIGHTED" in _calls(pool) or any(node.weight > 1 for node in pool.usable)


def _calls(pool: Pool) -> str:
    return str(pool.options.get("calls", "")).upper()


def _calls_ketama(pool: Pool) -> bool:
    return "KETAMA" in _calls(pool) or "CONSISTENT" in _calls(pool)


def divisor(pool: Pool) -> int:
    """Return what all weights of HAProxy's map are divided by."""
    return gcd(*(node.weight for node in pool.nodes if node.weight > 0)) or 1


def ids_of(pool: Pool) -> dict[str, int]:
    """Return HAProxy's ids by name, written or by position."""
    from algorithms.deployed.haproxy import numbered

    written = {node.name: node.id for node in pool.nodes if node.id is not None}
    names = [node.name for node in pool.nodes]
    return dict(zip(names, numbered(names, written), strict=True))


def is_sorted(names: list[str]) -> bool:
    """Return whether lines are in an order that a generator may have made: by text, or by the numbers in it.

    Examples
    --------
    >>> is_sorted(["s1", "s2", "s10"]), is_sorted(["s1", "s10", "s2"]), is_sorted(["s2", "s10", "s1"])
    (True, True, False)
    """
    natural = [
        [(len(part), part) if part.isdigit() else (0, part) for part in _PARTS.split(name)] for name in names
    ]
    return names == sorted(names) or natural == sorted(natural)


_PARTS = re.compile(r"([0-9]+)")


def host_is_address(text: str) -> bool:
    """Return whether a server is written by its IP address, with or without a port."""
    host, _, port = text.rpartition(":")
    for written in (text, host if port.isdigit() else text):
        try:
            ipaddress.ip_address(written.strip("[]"))
        except ValueError:
            continue
        return True
    return False


def major_version(pool: Pool) -> int:
    """Return the first number of a version; 0 where none is said."""
    match = re.match(r"[^0-9]{0,20}([0-9]{1,4})", pool.version)
    return int(match[1]) if match else 0


def special(count: int) -> bool:
    """Return whether so many equal servers lose four points each to float32.

    Examples
    --------
    >>> [count for count in range(1, 62) if special(count)]
    [25, 47, 50, 55, 61]
    """
    import numpy as np

    if count < 1:
        return False
    share = np.float32(1) / np.float32(count)
    per_server = np.float32(share * np.float32(40)) * np.float32(count)
    return bool(np.floor(float(np.float32(per_server)) + 1e-10) < 40)
