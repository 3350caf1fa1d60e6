"""Warnings: what of a configuration surprises people, where it stands, and what cures it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator

from experiments.plan.planned import Change, PlacedPool
from experiments.plan.pool import Pool, PoolNode, Remark

__all__ = ["remarks", "remarks_of_change"]

FEW_POINTS = {"haproxy": 100, "envoy": 20, "cassandra": 8}
"""Below so many points a node, shares are far from what was wanted."""

CURES = {"nginx": "hash … consistent", "haproxy": "hash-type consistent", "libmemcached": "KETAMA_WEIGHTED"}
"""What moves few keys, where a modulo moves most."""

FEW_KEYS = 20
"""Distinct keys a node."""


def remarks(placed: PlacedPool, keys: list[bytes] | None = None) -> list[Remark]:
    """Return the warnings of one pool, what its reader had to say first."""
    pool = placed.pool
    found = [*pool.warnings, *_OF_SYSTEMS.get(pool.system, _nothing)(pool), *_few_points(pool)]
    if placed.copies > 1:
        found += _uneven_racks(placed)
    if keys is not None:
        distinct, nodes = len(set(keys)), len(pool.usable)
        if nodes and distinct < FEW_KEYS * nodes:
            spread = (nodes / distinct) ** 0.5 if distinct else 0.0
            text = f"{distinct} distinct keys on {nodes} nodes: chance alone makes loads vary by {spread:.0%}"
            found.append(Remark("few-keys", text, pool.file, pool.line))
    return found


def remarks_of_change(change: Change) -> list[Remark]:
    """Return the warnings that a change gives rise to."""
    before, after = change.before.pool, change.after.pool
    found: list[Remark] = []
    if before.system != after.system:
        return found
    names_before = [change.renamed(node.name) for node in before.nodes]
    names_after = [node.name for node in after.nodes]
    joined = set(names_before) ^ set(names_after)
    kept_before = [name for name in names_before if name in set(names_after)]
    kept_after = [name for name in names_after if name in set(names_before)]
    if _is_modulo(after) and joined:
        text = f"{_method(after)} places nearly all keys anew when a node comes or goes"
        cured = CURES.get(after.system)
        cure = f"; `{cured}` does not" if cured else ""
        found.append(Remark("not-consistent", text + cure, after.file, after.line))
    if _is_modulo(after) and kept_before != kept_after:
        text = "the lines are in another order than before: in this method a node is its place in the list"
        found.append(Remark("order-matters", text, after.file, after.line))
    if after.system == "haproxy" and after.method == "consistent":
        found += _renumbered(change)
    if after.system == "envoy" and after.method == "RING_HASH":
        weights = sorted(node.weight for node in before.nodes) != sorted(node.weight for node in after.nodes)
        if joined or weights:
            text = (
                f"the ring keeps its size, so {len(before.nodes)} -> {len(after.nodes)} hosts "
                "changes the points of "
                "all of them; MAGLEV moves close to the minimum"
            )
            found.append(Remark("ring-shrinks", text, after.file, after.line))
    unequal = len({node.weight for node in (*before.nodes, *after.nodes)}) > 1
    if _is_weighted_ketama(after) and unequal and joined | _reweighted(change):
        text = "points follow weight / mean weight: a change of one weight changes the points of all"
        found.append(Remark("relative-weights", text, after.file, after.line))
    if after.system == "haproxy" and after.method == "map-based" and before.method == "map-based":
        totals = _map_total(before), _map_total(after)
        if totals[0] != totals[1]:
            text = (
                f"the map has {totals[1]} slots instead of {totals[0]}: keys are placed modulo another number"
            )
            found.append(Remark("table-changed", text, after.file, after.line))
    return found


def _nothing(pool: Pool) -> Iterator[Remark]:
    return iter(())


def _method(pool: Pool) -> str:
    return pool.directive or pool.method or pool.system


def _is_modulo(pool: Pool) -> bool:
    return (
        (pool.system == "nginx" and pool.method in ("modulo", "ip_hash"))
        or (pool.system == "haproxy" and pool.method == "map-based")
        or (pool.system == "twemproxy" and pool.method == "modula")
        or pool.system in ("kafka", "elasticsearch")
        or (pool.system == "libmemcached" and "KETAMA" not in str(pool.options.get("calls", "")).upper())
    )


def _is_weighted_ketama(pool: Pool) -> bool:
    if pool.system == "twemproxy":
        return pool.method in ("", "ketama")
    return pool.system == "libmemcached" and "KETAMA_WEIGHTED" in str(pool.options.get("calls", "")).upper()


def _reweighted(change: Change) -> set[str]:
    weights = {change.renamed(node.name): node.weight for node in change.before.pool.nodes}
    return {
        node.name for node in change.after.pool.nodes if weights.get(node.name, node.weight) != node.weight
    }


def _map_total(pool: Pool) -> int:
    from math import gcd

    common = gcd(*(node.weight for node in pool.nodes if node.weight > 0)) or 1
    return sum(-(-node.weight // common) for node in pool.usable)


def _at(pool: Pool, node: PoolNode | None) -> tuple[str, int]:
    return pool.file, (node.line if node and node.line else pool.line)


def _few_points(pool: Pool) -> Iterator[Remark]:
    if not pool.usable:
        return
    if pool.system == "haproxy" and pool.method == "consistent":
        node = min(pool.usable, key=lambda node: node.weight)
        if 16 * node.weight < FEW_POINTS["haproxy"]:
            text = (
                f"weight {node.weight} means {16 * node.weight} points a server; weights of 100 "
                "and the like give "
                "shares that are even, and move keys once"
            )
            yield Remark("few-points", text, *_at(pool, node))
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
                "few-points", f"{node.name} has {tokens}: shares follow what lies between", *_at(pool, node)
            )


def ids_of(pool: Pool) -> dict[str, int]:
    """Return HAProxy's ids by name: written, or the first free number at or above a counter of lines."""
    taken = {node.id for node in pool.nodes if node.id is not None}
    ids: dict[str, int] = {}
    counter = 1
    for node in pool.nodes:
        if node.id is None:
            while counter in taken:
                counter += 1
            ids[node.name] = counter
            taken.add(counter)
        else:
            ids[node.name] = node.id
        counter += 1
    return ids


def _haproxy(pool: Pool) -> Iterator[Remark]:
    if pool.method == "consistent":
        free = next((node for node in pool.nodes if node.id is None), None)
        if free is not None:
            text = (
                "servers have no id: deleting or inserting a line renumbers those below, "
                "which moves their keys"
            )
            yield Remark("id-by-position", text, *_at(pool, free))
        low: dict[int, PoolNode] = {}
        ids = ids_of(pool)
        for node in pool.nodes:
            other = low.setdefault(ids[node.name] % (1 << 20), node)
            if other is not node:
                text = (
                    f"ids {ids[other.name]} and {ids[node.name]} are equal modulo 2^20, so "
                    "have the same points"
                )
                yield Remark("id-collision", text, *_at(pool, node))
    balance = str(pool.options.get("balance", ""))
    if balance.split()[:1] == ["uri"] and "path-only" not in balance:
        text = "HTTP/2 and HTTP/1.1 requests for one URL are hashed differently; `path-only` cures it"
        yield Remark("uri-by-protocol", text, pool.file, pool.line)
    if pool.method == "map-based":
        down = next((node for node in pool.nodes if node.down), None)
        if down is not None:
            yield Remark(
                "down-moves", f"the map is built without {down.name}: most keys move", *_at(pool, down)
            )
    if pool.options.get("checks"):
        yield Remark(
            "health", "servers are checked; the plan is for all of them usable", pool.file, pool.line
        )
    if pool.version and int(pool.version.partition(".")[0] or 0) >= 3:
        text = f"rules are recorded of 2.6; {pool.version} places alike unless hash-key is given"
        yield Remark("version", text, pool.file, pool.line)


def _nginx(pool: Pool) -> Iterator[Remark]:
    total = sum(node.weight for node in pool.nodes)
    if pool.method == "modulo" and total > 327:
        error = "starves the last servers" if total > 32768 else "rounds shares by more than 1 %"
        yield Remark(
            "fifteen-bits", f"`hash` has 32,768 values: a total weight of {total} {error}", *_at(pool, None)
        )
    if pool.method in ("modulo", "ip_hash"):
        down = next((node for node in pool.nodes if node.down), None)
        if down is not None:
            text = (
                f"{down.name} keeps its weight while it is down: only its own keys move; "
                "deleting it moves most"
            )
            yield Remark("down-kept", text, *_at(pool, down))
        names = [node.name for node in pool.nodes]
        if names != sorted(names):
            text = "the lines are not sorted: if a generator writes them, another order moves most keys"
            yield Remark("order-matters", text, pool.file, pool.line)
    else:
        named = next((node for node in pool.nodes if not _is_address(node.name)), None)
        if named is not None and not named.name.startswith("unix:"):
            text = (
                f"{named.name} counts once, however many addresses it has: its keys go round "
                "robin among them; "
                "how many cannot be known here"
            )
            yield Remark("name-many-addresses", text, *_at(pool, named))
        if any(_is_address(node.name) for node in pool.nodes):
            yield _address_in_name(pool)
        hosts = {node.name.removesuffix(":80") for node in pool.nodes}
        if len(hosts) < len(pool.nodes):
            yield Remark(
                "default-port", "`a` and `a:80` are different nodes to the ring", pool.file, pool.line
            )


def _is_address(text: str) -> bool:
    host = text.rpartition(":")[0] if text.rpartition(":")[2].isdigit() and ":" in text else text
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _address_in_name(pool: Pool) -> Remark:
    text = (
        "addresses are hashed: a node that comes back with another one moves its keys, and "
        "those it then takes"
    )
    return Remark("address-in-name", text, pool.file, pool.line)


def _envoy(pool: Pool) -> Iterator[Remark]:
    if any(node.hash_key is None and _is_address(node.name) for node in pool.nodes):
        yield _address_in_name(pool)
    yield Remark(
        "health", "unhealthy hosts leave the table; the plan is for all of them healthy", pool.file, pool.line
    )


def _memcached(pool: Pool) -> Iterator[Remark]:
    if any(node.port == 11211 for node in pool.nodes):
        yield Remark("default-port", "port 11211 is left out of the names of points", pool.file, pool.line)
    if any(not node.label and _is_address(node.name) for node in pool.nodes) and not _is_modulo(pool):
        yield _address_in_name(pool)
    if pool.hash == "crc32" and not _is_modulo(pool):
        text = "crc32 has 15 bits here and the ring 32: all keys are on one server; `crc32a` is the real one"
        yield Remark("fifteen-bits", text, pool.file, pool.line)
    if _is_weighted_ketama(pool) and len({node.weight for node in pool.usable}) == 1:
        count = len(pool.usable)
        if special(count):
            text = (
                f"{count} equal servers have 156 points each instead of 160: to and from {count} more moves"
            )
            yield Remark("special-count", text, pool.file, pool.line)


def special(count: int) -> bool:
    """Return whether so many equal servers lose four points each to float32.

    Examples
    --------
    >>> [count for count in range(1, 62) if special(count)]
    [25, 47, 50, 55, 61]
    """
    import numpy as np

    share = np.float32(1) / np.float32(count)
    per_server = np.float32(share * np.float32(40)) * np.float32(count)
    return bool(np.floor(float(np.float32(per_server)) + 1e-10) < 40)


def _uneven_racks(placed: PlacedPool) -> Iterator[Remark]:
    pool, shares = placed.pool, placed.shares.shares
    mean = sum(shares.values()) / len(shares)
    name = max(shares, key=lambda name: shares[name])
    if len({node.rack for node in pool.nodes}) < 2 or shares[name] <= mean * 5 / 4:
        return
    ring = sorted((token, node.rack) for node in pool.nodes for token in node.tokens)
    changes = sum(a[1] != b[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
    code = "racks-in-blocks" if changes < len(ring) else "uneven-racks"
    text = (
        f"{name} holds {float(shares[name]):.0%} of the keys, {float(shares[name] / mean):.2f} "
        "times the mean: "
        "alternate racks along the ring, with equally many nodes each"
    )
    yield Remark(code, text, *_at(pool, next(node for node in pool.nodes if node.name == name)))


def _renumbered(change: Change) -> Iterator[Remark]:
    before, after = change.before.pool, change.after.pool
    old = {change.renamed(name): number for name, number in ids_of(before).items()}
    new = ids_of(after)
    moved = [(name, old[name], new[name]) for name in new if name in old and old[name] != new[name]]
    if not moved:
        return
    listed = ", ".join(f"{name} {a} -> {b}" for name, a, b in moved[:4]) + (" …" if len(moved) > 4 else "")
    verb = "has another id" if len(moved) == 1 else "have other ids"
    text = (
        f"{len(moved)} {verb} than before ({listed}). Write the ids of now into the configuration "
        "first, which "
        "moves nothing; `disabled` instead of deleting keeps them too"
    )
    node = next(node for node in after.nodes if node.name == moved[0][0])
    yield Remark("id-by-position", text, *_at(after, node))


_OF_SYSTEMS: dict[str, Callable[[Pool], Iterator[Remark]]] = {
    "haproxy": _haproxy,
    "nginx": _nginx,
    "envoy": _envoy,
    "twemproxy": _memcached,
    "libmemcached": _memcached,
}
