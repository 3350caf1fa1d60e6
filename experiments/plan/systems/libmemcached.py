"""libmemcached: the ring or table that calls of memcached_behavior_set come to, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from experiments.plan.placement import Placement
from experiments.plan.pool import Pool, PoolNode, refuse
from experiments.plan.settings import calls_of
from experiments.plan.systems.hashed import HashedPlacement, as_it_is, hashed_by, points_of

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

PYLIBMC = {"consistent ketama": "ketama", "consistent ketama spy": "spy", "consistent weighted": "weighted"}
"""Some of them by pylibmc's names."""

DEFAULT_CALLS = (("KETAMA_WEIGHTED", 1),)


@dataclass(frozen=True)
class Ring:
    """The points of the servers, as they were last made: by a hash of keys, or weighted, which is by MD5."""

    hash: str
    weighted: bool
    spy: bool


@dataclass(frozen=True)
class Client:
    """What a client is set to; a ring is made anew by some calls only, and by ``servers``."""

    hash: str = "one_at_a_time"
    distribution: str = "modula"
    weighted: bool = False
    ring: Ring | None = None

    def after(self, name: str, value: Any, heaviest: int) -> Client | None:
        """Return the client after a call; None for one that is not modelled.

        Servers weigh ``heaviest`` at most: a ring to which one of weight 2 comes weighs them all.
        """
        if name == "HASH" and str(value) in HASHES:
            return replace(self, hash=HASHES[str(value)])
        if name == "KETAMA_HASH" and str(value) in HASHES:
            return self  # which the library keeps, and asks nowhere
        if name == "KETAMA":
            return self._distributed("ketama" if value else "modula")
        if name == "KETAMA_WEIGHTED":
            md5 = replace(self, hash=HASHES["md5"])
            return md5._distributed("weighted") if value else self._distributed("ketama")
        if name == "DISTRIBUTION":
            kind = _distribution(value)
            return self._distributed(kind) if kind else None
        if name == "servers":
            rings = self.distribution != "modula"
            return replace(self, weighted=self.weighted or (rings and heaviest > 1))._made()
        return None

    def _distributed(self, kind: str) -> Client:
        weighted = {"consistent": False, "ketama": False, "weighted": True}.get(kind, self.weighted)
        return replace(self, distribution=kind, weighted=weighted)._made()

    def _made(self) -> Client:
        if self.distribution == "modula":
            return self
        return replace(self, ring=Ring(self.hash, self.weighted, self.distribution == "spy"))


def _distribution(value: Any) -> str:
    """Return the distribution of a number or a name; empty for one that does not hash."""
    if isinstance(value, int) and 0 <= value < len(DISTRIBUTIONS):
        value = DISTRIBUTIONS[value]
    value = PYLIBMC.get(value, value)
    return value if value in DISTRIBUTIONS and value != "random" else ""


def placement(pool: Pool) -> Placement:
    """Return the placement of a client whose calls stand in the option ``calls``."""
    from algorithms import class_of

    client = Client()
    heaviest = max((node.weight for node in pool.usable), default=1)
    for name, value in _calls(pool):
        changed = client.after(name, value, heaviest)
        if changed is None:
            raise refuse(
                pool.file,
                pool.line,
                f"the call {name} {value!r} is not covered: HASH, KETAMA, KETAMA_WEIGHTED, KETAMA_HASH and "
                f"DISTRIBUTION are, with {', '.join(HASHES)}",
            )
        client = changed
    if client.distribution == "modula" or client.ring is None:
        table = hashed_by(class_of("modula"), pool, address, hash=client.hash)
        return HashedPlacement(table, as_it_is, len(table.nodes), points=dict.fromkeys(_names(table), 1))
    ring_of: dict[str, Any] = {"hash": client.hash, "spy": client.ring.spy}
    if client.ring.weighted:
        ring = hashed_by(class_of("ketama_weighted"), pool, address, **ring_of)
    else:
        ring = hashed_by(class_of("ketama"), pool, address, points_hash=client.ring.hash, **ring_of)
    points, blocks = points_of(ring)
    return HashedPlacement(ring, as_it_is, points=points, blocks=blocks)


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
        given = calls_of(given)
    if isinstance(given, dict):
        # pylibmc sets them in this order, whatever that of the mapping, and then lists the servers
        order = ("hash", "ketama_hash", "ketama", "ketama_weighted", "distribution")
        names = sorted(given, key=lambda name: (order.index(name) if name in order else len(order), name))
        given = [(name.upper(), given[name]) for name in names]
    calls = [(call, None) if isinstance(call, str) else (str(call[0]), call[1]) for call in given]
    yield from calls
    if all(name != "servers" for name, _ in calls):
        yield "servers", None
