"""libmemcached: the ring or table that calls of memcached_behavior_set come to, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from experiments.plan.placement import Placement
from experiments.plan.pool import Pool, PoolNode, refuse
from experiments.plan.texts import ByHash, hashed_by, shares_of_points

HASHES = {
    "default": "one_at_a_time",
    "md5": "md5_le32",
    "crc": "crc15",
    "fnv1_64": "fnv1_64_low32",
    "fnv1a_64": "fnv1a_64_32",
    "fnv1_32": "fnv1_32",
    "fnv1a_32": "fnv1a_32",
    "jenkins": "lookup3",
    "murmur": "murmur2_memcached",
    "murmur3": "murmur3_memcached",
}
"""The functions by libmemcached's names; hsieh is not compiled in."""

DISTRIBUTIONS = ("modula", "consistent", "ketama", "random", "spy", "weighted")
"""By the numbers that ``DISTRIBUTION`` takes."""

DEFAULT_CALLS = (("KETAMA_WEIGHTED", 1),)


@dataclass(frozen=True)
class Client:
    """What a client is set to: hash functions of keys and of points, and what distributes."""

    hash: str = "one_at_a_time"
    points_hash: str = "one_at_a_time"
    distribution: str = "modula"
    weighted: bool = False

    def after(self, name: str, value: Any) -> Client | None:
        """Return the client after a call; None for one that is not modelled."""
        if name == "HASH" and str(value) in HASHES:
            return replace(self, hash=HASHES[str(value)])
        if name == "KETAMA_HASH" and str(value) in HASHES:
            return replace(self, points_hash=HASHES[str(value)])
        if name == "KETAMA":
            kind = "consistent" if value else "modula"
            return replace(self, points_hash=self.hash, distribution=kind, weighted=False)
        if name == "KETAMA_WEIGHTED":
            md5 = replace(self, hash=HASHES["md5"], points_hash=HASHES["md5"])
            return replace(md5, distribution="ketama", weighted=bool(value))
        if name == "DISTRIBUTION":
            kind = _distribution(value)
            if kind in ("modula", ""):
                return replace(self, distribution=kind) if kind else None
            return replace(self, distribution=kind, points_hash=self.hash)
        return None


def _distribution(value: Any) -> str:
    """Return the distribution of a number or a name; empty for one that does not hash."""
    if isinstance(value, int) and 0 <= value < len(DISTRIBUTIONS):
        value = DISTRIBUTIONS[value]
    return value if value in DISTRIBUTIONS and value != "random" else ""


def placement(pool: Pool) -> Placement:
    """Return the placement of a client whose calls stand in the option ``calls``."""
    from algorithms import class_of

    client = Client()
    for name, value in _calls(pool):
        changed = client.after(name, value)
        if changed is None:
            raise refuse(
                pool.file,
                pool.line,
                f"the call {name} {value!r} is not covered: HASH, KETAMA, KETAMA_WEIGHTED, KETAMA_HASH and "
                f"DISTRIBUTION are, with {', '.join(HASHES)}",
            )
        client = changed
    if client.distribution == "modula":
        table = hashed_by(class_of("modula"), pool, address, hash=client.hash)
        return ByHash(table, modulus=len(table.nodes), points=dict.fromkeys(_names(table), 1))
    ring_of: dict[str, Any] = {"hash": client.hash, "spy": client.distribution == "spy"}
    if client.weighted or any(node.weight > 1 for node in pool.usable):
        ring = hashed_by(class_of("ketama_weighted"), pool, address, **ring_of)
    else:
        ring = hashed_by(class_of("ketama"), pool, address, points_hash=client.points_hash, **ring_of)
    return ByHash(ring, points=shares_of_points(ring))


def _names(table: Any) -> list[str]:
    return [node.name for node in table.nodes.values()]


def address(node: PoolNode) -> str:
    """Return ``host:port`` of a server."""
    if node.host:
        return f"{node.host}:{node.port or 11211}"
    return node.address or node.name


def _calls(pool: Pool) -> Iterator[tuple[str, Any]]:
    """Yield the calls one by one: a list of them, pylibmc's behaviors, or ``"HASH md5,KETAMA"``."""
    given = pool.options.get("calls", DEFAULT_CALLS)
    if isinstance(given, str):
        words = [call.split() for call in given.split(",") if call.strip()]
        given = [(name, rest[0] if rest else 1) for name, *rest in words]
    if isinstance(given, dict):
        # pylibmc sets them in this order, whatever that of the mapping
        order = ("hash", "ketama", "ketama_weighted", "ketama_hash", "distribution")
        names = sorted(given, key=lambda name: (order.index(name) if name in order else len(order), name))
        given = [(name.upper(), given[name]) for name in names]
    for call in given:
        if call != "servers":
            name, value = call
            yield str(name), value
