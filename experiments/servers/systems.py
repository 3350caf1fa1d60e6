"""The systems: how each is configured with so many servers, and what can be done to it.

A configuration is in the neutral form of `plan`, everything as it is by default: weights of 1, one server a
line. What is done to one is what an operator does to a file, or what the program's own tool does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["COLUMNS", "EDITS", "MOST_NODES", "SYSTEMS", "Content", "System", "edited"]

EDITS: Final[Mapping[str, str]] = {
    "add": "one server more, in the last line",
    "delete": "the line in the middle",
    "down": "the one in the middle is marked down, disabled or fails",
    "reweight": "the weight of the one in the middle 1 to 2",
}
"""What is done to a configuration."""

COLUMNS = (
    "method", "keys", "movement", "minimum", "ideal", "stray", "busiest", "busiest_after",
    "law", "law_movement", "law_stray",
)  # fmt: skip
"""What is measured of an edit; empty where it does not exist."""

MOST_NODES = 250
"""Servers at most: of one set, all addresses differ in their last number."""

Content = dict[str, Any]
"""The neutral form."""

RENUMBERED, ENVOY, KETAMA = "renumbered", "envoy", "ketama"
"""Laws beside those of families: of ids by position, and of rings that keep their points."""

NO_WEIGHTS = "it has no weights"
A_REPLICA = "another replica has the same keys and answers"


@dataclass(frozen=True)
class System:
    """A system.

    Parameters
    ----------
    title
        As the tables call it.
    content
        Its configuration with so many servers, by the number of the set of addresses.
    law
        The law of what moves, for each edit that has one.
    cannot
        Why an edit does not exist.
    addresses
        Whether placements depend on the addresses, so that repetitions differ.
    sampled
        Whether its hashes can be drawn and not counted.
    """

    title: str
    content: Callable[[int, int], Content]
    law: Mapping[str, str] = field(default_factory=dict)
    cannot: Mapping[str, str] = field(default_factory=dict)
    addresses: bool = False
    sampled: bool = False


def _lines(number: int, count: int, port: int) -> list[dict[str, Any]]:
    """Return so many servers of a set of addresses."""
    high, low = divmod(number, 256)
    hosts = [f"10.{high}.{low}.{i}" for i in range(1, count + 1)]
    return [{"name": f"{host}:{port}", "host": host, "port": port} for host in hosts]


def _addressed(system: str, port: int = 8080, **options: Any) -> Callable[[int, int], Content]:
    return lambda number, count: {
        "system": system,
        "options": options,
        "nodes": _lines(number, count, port),
    }


def _named(system: str, prefix: str, **options: Any) -> Callable[[int, int], Content]:
    """Return configurations of numbered servers or partitions, whose names decide nothing."""
    return lambda number, count: {
        "system": system,
        "options": options,
        "nodes": [{"name": f"{prefix}{i}"} for i in range(count)],
    }


def _haproxy_ids(number: int, count: int) -> Content:
    """Return HAProxy with its ids written; they are those of positions in the first set alone."""
    first = number * (MOST_NODES + 1) + 1
    nodes = [{"name": f"s{i}", "id": first + i} for i in range(count)]
    return {"system": "haproxy", "options": HAPROXY, "nodes": nodes}


def _cassandra(number: int, count: int) -> Content:
    """Return nodes with 16 tokens each, drawn at random as a new node draws them."""
    import numpy as np

    from experiments.seeds import derive

    nodes = [
        {
            "name": f"n{i}",
            "tokens": np.random.PCG64(derive(0, "servers", "tokens", number, i))
            .random_raw(16)
            .astype(np.int64)
            .tolist(),
        }
        for i in range(count)
    ]
    return {"system": "cassandra", "options": {"strategy": "SimpleStrategy", "rf": 1}, "nodes": nodes}


HAPROXY = {"balance": "uri", "hash_type": "consistent"}

_RING = dict.fromkeys(EDITS, "ring")
_MODULO = dict.fromkeys(("add", "delete", "down"), "modulo")
_KEEPS_DOWN = {"add": "modulo", "delete": "modulo", "down": "bound"}

SYSTEMS: Final[Mapping[str, System]] = {
    "nginx-consistent": System(
        "nginx hash consistent",
        _addressed("nginx", method="consistent", key="$request_uri"),
        _RING,
        addresses=True,
    ),
    "nginx-hash": System(
        "nginx hash", _addressed("nginx", method="modulo", key="$request_uri"), _KEEPS_DOWN
    ),
    "nginx-ip-hash": System("nginx ip_hash", _addressed("nginx", method="ip_hash"), _KEEPS_DOWN),
    "haproxy-consistent": System(
        "HAProxy consistent", _named("haproxy", "s", **HAPROXY), {**_RING, "delete": RENUMBERED}
    ),
    "haproxy-ids": System("HAProxy consistent, id", _haproxy_ids, _RING, addresses=True),
    "haproxy-map": System("HAProxy map-based", _named("haproxy", "s", balance="uri"), _MODULO),
    "envoy-ring": System(
        "Envoy RING_HASH", _addressed("envoy", lb_policy="RING_HASH"), dict.fromkeys(EDITS, ENVOY),
        addresses=True,
    ),
    "envoy-maglev": System("Envoy MAGLEV", _addressed("envoy", lb_policy="MAGLEV"), addresses=True),
    "libmemcached-ketama": System(
        "libmemcached ketama",
        _addressed("libmemcached", 11211, calls=[["KETAMA", 1]]),
        {name: law for name, law in _RING.items() if name != "reweight"},
        addresses=True,
    ),
    "libmemcached-weighted": System(
        "libmemcached weighted",
        _addressed("libmemcached", 11211, calls=[["KETAMA_WEIGHTED", 1]]),
        dict.fromkeys(EDITS, KETAMA),
        addresses=True,
    ),
    "libmemcached-modula": System(
        "libmemcached modula",
        _addressed("libmemcached", 11211, calls=[]),
        _MODULO,
        {"reweight": "it ignores weights"},
    ),
    "twemproxy-ketama": System(
        "twemproxy ketama",
        _addressed("twemproxy", 11211, distribution="ketama"),
        dict.fromkeys(EDITS, KETAMA),
        addresses=True,
    ),
    "twemproxy-modula": System(
        "twemproxy modula", _addressed("twemproxy", 11211, distribution="modula"), _MODULO
    ),
    "pymemcache": System(
        "pymemcache",
        _addressed("pymemcache", 11211),
        dict.fromkeys(("add", "delete", "down"), "bound"),
        {"reweight": NO_WEIGHTS},
        addresses=True,
        sampled=True,
    ),
    "guava": System(
        "Guava consistentHash",
        _named("guava", "s", input="murmur3_128"),
        {"add": "bound", "delete": RENUMBERED},
        {"down": "it has numbers of buckets, and no states", "reweight": NO_WEIGHTS},
        sampled=True,
    ),
    "redis": System(
        "Redis Cluster", _named("redis", "m"), dict.fromkeys(EDITS, "bound"),
        {"down": A_REPLICA},
    ),
    "cassandra": System(
        "Cassandra, 16 tokens", _cassandra, {"add": "ring", "delete": "ring"},
        {"down": A_REPLICA, "reweight": "a node keeps the tokens that it joined with"},
        addresses=True,
    ),
    "kafka": System(
        "Kafka partitions",
        _named("kafka", "", partitioner="murmur2"),
        {"add": "modulo"},
        {
            "delete": "partitions only grow in number",
            "down": A_REPLICA,
            "reweight": NO_WEIGHTS,
        },
    ),
    "elasticsearch": System(
        "Elasticsearch shards",
        _named("elasticsearch", ""),
        cannot={
            "add": "an index is split into a multiple of its shards alone",
            "delete": "an index is shrunk to a divisor of its shards alone",
            "down": A_REPLICA,
            "reweight": NO_WEIGHTS,
        },
    ),
    "mongodb": System(
        "MongoDB hashed",
        _named("mongodb", "shard", type="number"),
        cannot={
            "add": "its balancer chooses the chunks by their sizes",
            "delete": "its balancer chooses the chunks by their sizes",
            "down": A_REPLICA,
            "reweight": NO_WEIGHTS,
        },
    ),
    "postgresql": System(
        "PostgreSQL hash",
        _named("postgresql", "p", method="HASH", types=["bigint"]),
        {"add": "modulo", "delete": "modulo"},
        {
            "down": "a partition is a table of the same server",
            "reweight": "all have one modulus; another one is another partition",
        },
    ),
}  # fmt: skip
"""All systems, by the names of the command line."""


def edited(system: System, number: int, count: int, edit: str) -> Content:
    """Return the configuration after an edit; one in which no server is left has none."""
    if edit == "add":
        return system.content(number, count + 1)
    content = system.content(number, count)
    middle = content["nodes"][count // 2]
    if edit == "delete":
        return {**content, "nodes": [node for node in content["nodes"] if node is not middle]}
    middle |= {"down": True} if edit == "down" else {"weight": 2}
    return content
