"""Warnings: what of a configuration surprises people, where it stands, and what cures it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from experiments.plan.changes import remarks_of_change
from experiments.plan.instead import nodes_with, percents
from experiments.plan.kinds import (
    host_is_address,
    ids_of,
    is_modulo,
    is_sorted,
    is_weighted_ketama,
    major_version,
    place_of,
    special,
)
from experiments.plan.planned import PlacedPool
from experiments.plan.pool import Pool, PoolNode, Remark

__all__ = ["remarks", "remarks_of_change"]

FEW_POINTS = {"haproxy": 100, "envoy": 20, "cassandra": 8}
"""Below so many points a node, shares are far from what was wanted."""

FEW_KEYS = 20
"""Distinct keys a node."""

NGINX_TRIES = 21
"""So many servers or points nginx tries for a key, and goes round robin if all are down."""

RARE = 1e-5
"""The part of keys that is not worth a warning."""


def remarks(placed: PlacedPool, keys: list[bytes] | None = None) -> list[Remark]:
    """Return the warnings of one pool, what its reader had to say first."""
    pool = placed.pool
    found = [*pool.warnings, *_OF_SYSTEMS.get(pool.system, _nothing)(pool), *_few_points(pool)]
    if pool.system in ("libmemcached", "twemproxy") and not is_modulo(pool):
        found += _fifteen_bits(placed)
    if placed.copies > 1:
        found += _uneven_racks(placed)
    if keys is not None:
        distinct, nodes = len(set(keys)), len(pool.usable)
        if nodes and distinct < FEW_KEYS * nodes:
            spread = (nodes / distinct) ** 0.5 if distinct else 0.0
            text = f"{distinct} distinct keys on {nodes} nodes: chance alone makes loads vary by {spread:.0%}"
            found.append(Remark("few-keys", text, pool.file, pool.line))
    return found


def _nothing(pool: Pool) -> Iterator[Remark]:
    return iter(())


def _even(pool: Pool) -> str:
    """Return what shares equal weights would have if they were 100; nothing where weights differ."""
    placed = nodes_with(pool, [replace(node, weight=100) for node in pool.nodes])
    if placed is None or len({node.weight for node in pool.nodes}) > 1 or len(pool.usable) < 2:
        return ""
    shares = [placed.shares.shares[node.name] for node in pool.usable]
    return f"the same weight 100 on every line gives {percents(min(shares))} to {percents(max(shares))}"


def _fifteen_bits(placed: PlacedPool) -> Iterator[Remark]:
    if placed.partitioner.hash == "crc15":
        name, cure = ("crc32", "; `crc32a` is the real one") if placed.system == "twemproxy" else ("crc", "")
        text = f"{name} has 15 bits here and the ring 32: all keys are on one server, or nearly all{cure}"
        yield Remark("fifteen-bits", text, placed.pool.file, placed.pool.line)


def _few_points(pool: Pool) -> Iterator[Remark]:
    if not pool.usable:
        return
    if pool.system == "haproxy" and pool.method == "consistent":
        node = min(pool.usable, key=lambda node: node.weight)
        if 16 * node.weight < FEW_POINTS["haproxy"]:
            more = _even(pool)
            text = (
                f"weight {node.weight} means {16 * node.weight} points a server; "
                f"{more or 'weights of 100 and the like give even shares'}; to set them moves keys once"
            )
            yield Remark("few-points", text, *place_of(pool, node))
    elif pool.system == "envoy" and pool.method == "RING_HASH":
        size = int(pool.options.get("minimum_ring_size", 1024))
        points = -(-size // len(pool.usable))
        if points < FEW_POINTS["envoy"]:
            text = f"{points} points a host: raise minimum_ring_size (it is {size})"
            yield Remark("few-points", text, pool.file, pool.line)
    elif pool.system == "cassandra":
        node = min(pool.usable, key=lambda node: len(node.tokens))
        if len(node.tokens) < FEW_POINTS["cassandra"]:
            tokens = f"{len(node.tokens)} token{'' if len(node.tokens) == 1 else 's'}"
            yield Remark(
                "few-points",
                f"{node.name} has {tokens}: shares follow what lies between",
                *place_of(pool, node),
            )


def _deleting(pool: Pool) -> str:
    """Return what deleting the line in the middle moves, with ids by position and with ids that stay."""
    node = pool.nodes[(len(pool.nodes) - 1) // 2]
    others = [other for other in pool.nodes if other is not node]
    ids = ids_of(pool)
    pinned = [replace(other, id=ids[other.name]) for other in pool.nodes]
    kept = [other for other in pinned if other.name != node.name]
    sides = [nodes_with(pool, nodes) for nodes in (pool.nodes, others, pinned, kept)]
    if not any(other.usable for other in others) or not node.usable or len(others) == 0:
        return ""
    before, after, written, left = sides
    if before is None or after is None or written is None or left is None:
        return ""
    moved, least = before.to(after).moved, written.to(left).moved
    return (
        f" (deleting {node.name}: {percents(moved)} instead of {percents(least)})" if moved != least else ""
    )


def _haproxy(pool: Pool) -> Iterator[Remark]:
    if pool.method == "consistent":
        free = next((node for node in pool.nodes if node.id is None), None)
        if free is not None:
            text = (
                "servers have no id: deleting or inserting a line renumbers those below, which moves "
                "their keys" + _deleting(pool)
            )
            yield Remark("id-by-position", text, *place_of(pool, free))
        low: dict[int, PoolNode] = {}
        ids = ids_of(pool)
        for node in pool.nodes:
            other = low.setdefault(ids[node.name] % (1 << 20), node)
            if other is not node:
                text = (
                    f"ids {ids[other.name]} and {ids[node.name]} are equal modulo 2^20, so "
                    "have the same points"
                )
                yield Remark("id-collision", text, *place_of(pool, node))
    balance = str(pool.options.get("balance", ""))
    if balance.split()[:1] == ["uri"] and "path-only" not in balance:
        text = "HTTP/2 and HTTP/1.1 requests for one URL are hashed differently; `path-only` cures it"
        yield Remark("uri-by-protocol", text, pool.file, pool.line)
    if pool.method == "map-based":
        yield from _unsorted(pool)
        down = next((node for node in pool.nodes if node.down), None)
        if down is not None:
            yield Remark(
                "down-moves", f"the map is built without {down.name}: most keys move", *place_of(pool, down)
            )
    if pool.options.get("checks"):
        yield Remark(
            "health", "servers are checked; the plan is for all of them usable", pool.file, pool.line
        )
    if major_version(pool) >= 3:
        text = f"rules are recorded of 2.6; {pool.version} places alike unless hash-key is given"
        yield Remark("version", text, pool.file, pool.line)


def _unsorted(pool: Pool) -> Iterator[Remark]:
    if not is_sorted([node.name for node in pool.nodes]):
        text = "the lines are not sorted: if a generator writes them, another order moves most keys"
        yield Remark("order-matters", text, pool.file, pool.line)


def _elasticsearch(pool: Pool) -> Iterator[Remark]:
    if major_version(pool) >= 9:
        text = f"rules are those of 7 and 8: {pool.version} may place otherwise"
        yield Remark("version", text, pool.file, pool.line)


def _nginx(pool: Pool) -> Iterator[Remark]:
    total = sum(node.weight for node in pool.nodes)
    if pool.method == "modulo" and total > 327:
        error = "starves the last servers" if total > 32768 else "rounds shares by more than 1 %"
        yield Remark(
            "fifteen-bits",
            f"`hash` has 32,768 values: a total weight of {total} {error}",
            *place_of(pool, None),
        )
    if pool.method in ("modulo", "ip_hash"):
        down = next((node for node in pool.nodes if node.down), None)
        if down is not None:
            text = (
                f"{down.name} keeps its weight while it is down: only its own keys move; "
                "deleting it moves most"
            )
            yield Remark("down-kept", text, *place_of(pool, down))
        yield from _unsorted(pool)
    unlucky = (sum(node.weight for node in pool.nodes if not node.usable) / total) ** NGINX_TRIES
    if RARE < unlucky < 1:
        text = (
            f"about one key in {1 / unlucky:,.0f} meets only servers that are down in {NGINX_TRIES} tries, "
            "and goes round robin; here it has one of the others"
        )
        yield Remark("down-round-robin", text, *place_of(pool, None))
    named = next((node for node in pool.nodes if _is_name(node.name)), None)
    if named is not None:
        counts = (
            "counts once, however many addresses it has: its keys go round robin among them"
            if pool.method == "consistent"
            else "counts as many times as it has addresses, here taken for one: with more, keys are elsewhere"
        )
        text = f"{named.name} {counts}; how many cannot be known here"
        yield Remark("name-many-addresses", text, *place_of(pool, named))
    if pool.method == "consistent":
        if any(host_is_address(node.name) for node in pool.nodes):
            yield _address_in_name(pool)
        port = next((node for node in pool.nodes if _has_default_port(node.name)), None)
        if port is not None:
            host = port.name.removesuffix(":80")
            text = f"`{host}` and `{host}:80` are one server, and different nodes to the ring"
            yield Remark("default-port", text, *place_of(pool, port))
    if pool.options.get("checks"):
        text = "servers that fail max_fails times leave for a while; the plan is for all of them usable"
        yield Remark("health", text, pool.file, pool.line)


def _is_name(server: str) -> bool:
    return not host_is_address(server) and not server.lower().startswith("unix:")


def _has_default_port(server: str) -> bool:
    """Return whether a server is at port 80, whichever way that is written."""
    if server.lower().startswith("unix:"):
        return False
    _, colon, port = server.rpartition(":")
    return server.endswith(("]", ":80")) or not colon or not port.isdigit()


def _address_in_name(pool: Pool) -> Remark:
    text = (
        "addresses are hashed: a node that comes back with another one moves its keys, and "
        "those it then takes"
    )
    return Remark("address-in-name", text, pool.file, pool.line)


def _envoy(pool: Pool) -> Iterator[Remark]:
    if any(node.hash_key is None and host_is_address(node.name) for node in pool.nodes):
        yield _address_in_name(pool)
    yield Remark(
        "health", "unhealthy hosts leave the table; the plan is for all of them healthy", pool.file, pool.line
    )


def _memcached(pool: Pool) -> Iterator[Remark]:
    if any(node.port == 11211 and not node.label for node in pool.nodes) and not is_modulo(pool):
        yield Remark("default-port", "port 11211 is left out of the names of points", pool.file, pool.line)
    if any(not node.label and host_is_address(node.name) for node in pool.nodes) and not is_modulo(pool):
        yield _address_in_name(pool)
    if pool.system == "libmemcached" and is_modulo(pool):
        yield from _unsorted(pool)
    if is_weighted_ketama(pool) and len({node.weight for node in pool.usable}) == 1:
        count = len(pool.usable)
        if special(count):
            text = (
                f"{count} equal servers have 156 points each instead of 160: to and from {count} more moves"
            )
            yield Remark("special-count", text, pool.file, pool.line)


def _uneven_racks(placed: PlacedPool) -> Iterator[Remark]:
    pool, shares = placed.pool, placed.shares.shares
    mean = sum(shares.values()) / len(shares)
    name = max(shares, key=lambda name: shares[name])
    if len({node.rack for node in pool.nodes}) < 2 or shares[name] <= mean * 5 / 4:
        return
    sizes = Counter((node.dc, node.rack) for node in pool.nodes)
    code = "racks-in-blocks" if len(set(sizes.values())) == 1 else "uneven-racks"
    text = (
        f"{name} holds {float(shares[name]):.0%} of the keys, {float(shares[name] / mean):.2f} "
        "times the mean: "
        "alternate racks along the ring, with equally many nodes each"
    )
    yield Remark(code, text, *place_of(pool, next(node for node in pool.nodes if node.name == name)))


_OF_SYSTEMS: dict[str, Callable[[Pool], Iterator[Remark]]] = {
    "haproxy": _haproxy,
    "nginx": _nginx,
    "envoy": _envoy,
    "elasticsearch": _elasticsearch,
    "twemproxy": _memcached,
    "libmemcached": _memcached,
}
