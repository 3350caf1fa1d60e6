"""Cassandra and Scylla: the replicas of a partition key, by tokens and the keyspace's strategy."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.plan.pool import Pool, refuse
from experiments.plan.structure import Structure

_WIDTHS = {"tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "counter": 8}
_TEXTS = ("text", "varchar", "ascii", "blob")
TYPES = (*_TEXTS, *_WIDTHS, "uuid", "timeuuid", "boolean", "timestamp", "date")
RANDOM_EXTRA_BITS = 63


def encoded(key: bytes, kind: str) -> bytes:
    """Return a column's value in Cassandra's own encoding; a blob is written in hexadecimal, 0x before it."""
    text = key.decode("utf-8", "replace")
    if kind in ("text", "varchar", "ascii"):
        return key
    try:
        if kind == "blob":
            return bytes.fromhex(text.removeprefix("0x"))
        if kind in _WIDTHS:
            return int(text).to_bytes(_WIDTHS[kind], "big", signed=True)
        if kind in ("uuid", "timeuuid"):
            return uuid.UUID(text).bytes
        if kind == "date":
            days = (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days
            return (days + (1 << 31)).to_bytes(4, "big")
        if kind == "timestamp" and re.fullmatch(r"-?\d+", text):
            return int(text).to_bytes(8, "big", signed=True)
        if kind == "boolean" and text in ("true", "false"):
            return bytes([text == "true"])
    except (ValueError, OverflowError):
        pass
    raise refuse("", 0, f"the key {text!r} is no {kind}")


def partition_key(key: bytes, kinds: Sequence[str]) -> bytes:
    """Return the bytes that are hashed: of several columns, a tab between them, all behind their lengths."""
    from algorithms.deployed.cassandra import composite

    parts = key.split(b"\t") if len(kinds) > 1 else [key]
    if len(parts) != len(kinds):
        text = key.decode("utf-8", "replace")
        raise refuse("", 0, f"the key {text!r} has {len(parts)} columns, but the types are {len(kinds)}")
    return composite([encoded(part, kind) for part, kind in zip(parts, kinds, strict=True)])


@dataclass(frozen=True)
class Ring:
    """The nodes of a cluster, with their tokens.

    ``ranked`` has the tokens of the RandomPartitioner, whose 127 bits a hash has not; the partitioner then
    has the high 64 of them, and places a token by one between its own neighbours.
    """

    partitioner: Any
    kinds: tuple[str, ...]
    copies: int
    sets: bool
    points: Mapping[str, int]
    ranked: tuple[tuple[int, ...], tuple[int, ...]] | None

    def tokens(self, keys: Sequence[bytes]) -> list[int]:
        """Return the token of each key."""
        from algorithms.deployed.cassandra import random_token

        given = [partition_key(key, self.kinds) for key in keys]
        if self.ranked is not None:
            return [random_token(key) for key in given]
        return [value - (1 << 63) for value in self.partitioner.hashes_of(given).tolist()]

    def which(self, keys: Sequence[bytes]) -> list[str | tuple[str, ...]]:
        """Return the replicas of each key, the first one first; one alone by its name."""
        import numpy as np

        tokens = self.tokens(keys)
        if self.ranked is None:
            values = [token + (1 << 63) for token in tokens]
        else:
            own, there = self.ranked
            values = [there[bisect_left(own, token) % len(own)] for token in tokens]
        hashes = np.array(values, dtype=np.uint64)
        names = self.partitioner.nodes.names_of(
            self.partitioner.assign_replicas(hashes, self.copies).ravel()
        ).reshape(-1, self.copies)
        return [row[0] if self.copies == 1 else tuple(row) for row in names.tolist()]

    @property
    def structure(self) -> Structure:
        """The arcs of tokens, each with all its replicas, of which effective ownership is the sum."""
        import numpy as np

        starts = self.partitioner.arcs().start
        replicas, owners = np.unique(
            self.partitioner.assign_replicas(starts, self.copies), axis=0, return_inverse=True
        )
        nodes = self.partitioner.nodes
        names = [tuple(nodes[bucket].name for bucket in row) for row in replicas.tolist()]
        space = 1 << 64
        if self.ranked is not None:
            own, there = self.ranked
            behind = {short + 1: token + 1 for token, short in zip(own, there, strict=True)}
            starts = np.array([behind.get(start, 0) for start in starts.tolist()], dtype=object)
            space = 1 << 127
        return Structure(
            space,
            ("cassandra", space, self.kinds),
            tuple(row[0] if self.copies == 1 else row for row in names),
            starts,
            0,
            owners.reshape(-1),
        )

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the token of each key."""
        return [{"hash": token} for token in self.tokens(keys)]


def placement(pool: Pool) -> Ring:
    """Return the placement of a cluster's keyspace; of a replication factor of 1 where nothing is said."""
    from algorithms import ShardlabError, create

    options = pool.options
    hash_name = str(pool.hash or options.get("partitioner") or "Murmur3Partitioner").rpartition(".")[2]
    if hash_name not in ("Murmur3Partitioner", "RandomPartitioner"):
        raise refuse(
            pool.file,
            pool.line,
            f"partitioner {hash_name} is not covered: plan covers Murmur3Partitioner and RandomPartitioner",
        )
    types = options.get("types") or ["text"]
    kinds = tuple(kind.strip().lower() for kind in (types.split(",") if isinstance(types, str) else types))
    for kind in kinds:
        if kind not in TYPES:
            raise refuse(
                pool.file, pool.line, f"type {kind!r} is not covered: plan covers {', '.join(TYPES)}"
            )
    tokens: dict[str, tuple[int, ...]] = {node.name: node.tokens for node in pool.nodes}
    for node in pool.nodes:
        if not node.tokens:
            raise refuse(pool.file, node.line or pool.line, f"node {node.name!r} has no tokens")
    ranked = None
    if hash_name == "RandomPartitioner":
        tokens, ranked = _halved(pool, tokens)
    factor, by_datacenter = _factors(pool)
    names = [node.name for node in pool.nodes]
    topology = None
    if by_datacenter is not None:
        topology = {node.name: (node.dc or "datacenter1", node.rack or "rack1") for node in pool.nodes}
    try:
        partitioner: Any = create(
            "cassandra", names, tokens=tokens, topology=topology, replication=by_datacenter
        )
    except ShardlabError as error:
        raise refuse(pool.file, pool.line, str(error)) from None
    count = min(factor, len(names)) if by_datacenter is None else partitioner.replicas_in_all()
    points = {name: len(own) for name, own in tokens.items()}
    return Ring(partitioner, kinds, count, bool(options.get("sets")), points, ranked)


def _halved(
    pool: Pool, tokens: Mapping[str, tuple[int, ...]]
) -> tuple[dict[str, tuple[int, ...]], tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return tokens of 127 bits as signed ones of 64, and both in ascending order, the short plus 2^63."""
    short = {
        name: tuple((token >> RANDOM_EXTRA_BITS) - (1 << 63) for token in own) for name, own in tokens.items()
    }
    pairs = sorted(
        (token, there + (1 << 63))
        for name, own in tokens.items()
        for token, there in zip(own, short[name], strict=True)
    )
    if pairs[0][0] < 0 or pairs[-1][0] >> 127:
        raise refuse(pool.file, pool.line, "a token of the RandomPartitioner is from 0 to 2^127 - 1")
    if len({there for _, there in pairs}) != len(pairs):
        raise refuse(pool.file, pool.line, "two tokens agree in their high 64 bits: plan cannot part them")
    own, there = zip(*pairs, strict=True)
    return short, (own, there)


def _factors(pool: Pool) -> tuple[int, dict[str, int] | None]:
    """Return the factor of SimpleStrategy, or those by datacenter."""
    options = pool.options
    strategy = str(pool.method or options.get("strategy") or "SimpleStrategy").rpartition(".")[2]
    given = options.get("rf", 1)
    if isinstance(given, str):
        given = _read(pool, given)
    if strategy == "SimpleStrategy" and type(given) is int and given >= 1:
        return given, None
    if strategy == "NetworkTopologyStrategy" and isinstance(given, Mapping) and given:
        return 0, {str(name): factor for name, factor in given.items()}
    allowed: Mapping[str, Callable[[], str]] = {
        "SimpleStrategy": lambda: "a whole number from 1 on",
        "NetworkTopologyStrategy": lambda: "a table such as { dc1 = 3 }",
    }
    if strategy in allowed:
        raise refuse(pool.file, pool.line, f"rf is {given!r}; for {strategy} write {allowed[strategy]()}")
    raise refuse(
        pool.file, pool.line, f"strategy {strategy!r} is not covered: plan covers {', '.join(allowed)}"
    )


def _read(pool: Pool, text: str) -> Any:
    """Return a factor that was given as a text: a number, JSON, or dc1:3,dc2:2."""
    if text.strip().isdecimal():
        return int(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        pairs = [part.partition(":") for part in text.split(",")]
    if all(colon and factor.strip().isdecimal() for _, colon, factor in pairs):
        return {name.strip(): int(factor) for name, _, factor in pairs}
    raise refuse(pool.file, pool.line, f"rf is {text!r}; write a number, or dc1:3,dc2:2")
