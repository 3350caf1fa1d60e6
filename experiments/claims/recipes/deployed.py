"""What deployed programs do: pools in the neutral form of `plan`, placed by the programs' own rules.

A pool is ``{ system = "haproxy", options = {...}, names = "s{}", count = 5 }``, or with ``nodes``, as a
neutral file has them. Where ``names`` has ``{set}`` in it, there are many pools, of other addresses each.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, mean_over, recipe
from experiments.options.errors import BadUse
from experiments.plan.edits import Edits
from experiments.plan.planned import Change, PlacedPool
from experiments.plan.pool import pool_of

__all__: list[str] = []

EXACT = "all hashes"


def _pool(given: Mapping[str, Any], number: int = 0) -> PlacedPool:
    """Return the pool that a claim writes down; ``count`` nodes have names by a pattern, weights by turns."""
    content = {name: value for name, value in given.items() if name in ("system", "options")}
    return PlacedPool(pool_of({**content, "nodes": list(_nodes(given, number))}))


def _said(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the pool of a claim that runs over its ``count``, ``weight`` or ``hash``."""
    pool = dict(given["pool"])
    if "count" in given:
        pool["count"] = given["count"]
    if "weight" in given:
        pool["weights"] = [given["weight"]]
    if "hash" in given:
        pool["options"] = {**pool["options"], "hash": given["hash"]}
    return pool


def _nodes(given: Mapping[str, Any], number: int) -> Sequence[Mapping[str, Any]]:
    if "nodes" in given:
        nodes: Sequence[Mapping[str, Any]] = given["nodes"]
        return nodes
    first = given.get("first", 1)
    weights = given.get("weights", [1])
    return [
        _node(given, given["names"].format(i, set=number), weights[(i - first) % len(weights)])
        for i in range(first, first + given["count"])
    ]


def _node(given: Mapping[str, Any], name: str, weight: int) -> Mapping[str, Any]:
    node: dict[str, Any] = {"name": name, "weight": weight}
    if given["system"] in ("libmemcached", "twemproxy", "pymemcache"):
        host, _, port = name.rpartition(":")
        node |= {"host": host, "port": int(port)}
    return node


def _change(given: Mapping[str, Any], number: int = 0) -> Change:
    """Return what becomes of ``pool`` by an ``edit``, or where it becomes what ``after`` says."""
    before = _pool(given["pool"], number)
    if "after" in given:
        return before.to(_pool({**given["pool"], **given["after"]}, number))
    edit = given["edit"]
    edits = Edits(
        add=tuple(name.format(set=number) for name in edit.get("add", ())),
        remove=tuple(edit.get("remove", ())),
        down=tuple(edit.get("down", ())),
        weights=tuple(edit.get("weights", {}).items()),
    )
    return before.to(PlacedPool(edits.of(before.pool)))


def _keys(given: Mapping[str, Any] | Sequence[str]) -> list[str]:
    """Return keys that are listed, or ``count`` of a pattern from 0 on."""
    if isinstance(given, Mapping):
        return [given["pattern"].format(i) for i in range(given["count"])]
    return list(given)


def _mean_over_addresses(value: Callable[[int], float], given: Mapping[str, Any], run: Run) -> Ours:
    """Return the mean of a value over ``sets`` of addresses, or as many as a run has rings."""
    sets = min(given["sets"], run.rings)
    values = list(run.engine.map(value, sets))
    return mean_over(values, run, f"{sets} sets of addresses, each exact, t", "sets of addresses")


@recipe
def pool_moves(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what moves (``moved``, ``minimum``, ``stray``) of all hashes, exactly.

    ``line`` is which of the pool's nodes an edit is about.
    """
    if "line" in given:
        given = {**given, "edit": {given["edit"]: [given["pool"]["names"].format(given["line"])]}}
    if "joins" in given:
        given = {**given, "pool": {**given["pool"], "count": given["joins"]}}
        given = {**given, "after": {"count": given["joins"] + 1}}
    change = _change(given)
    if change.method != "exact":
        raise ValueError(f"{given} cannot be counted")
    return Ours(getattr(change, given.get("measure", "moved")), "exact", f"{EXACT}, by arcs or residues")


@recipe
def pool_moves_over_addresses(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what moves when one node joins ``joins``, a mean over ``sets`` of addresses, each exact."""
    pool = {**given["pool"], "count": given["joins"]}
    changed = {**given, "pool": pool, "after": {"count": given["joins"] + 1}}

    def one(number: int) -> float:
        return float(getattr(_change(changed, number), given.get("measure", "moved")))

    return _mean_over_addresses(one, given, run)


@recipe
def pool_share(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the share of a ``node``, or of the ``largest`` or ``smallest``, ``relative`` to its due."""
    pool = _pool(_said(given))
    shares, wanted = pool.shares, pool.wanted.wanted
    if shares.method != "exact":
        raise ValueError(f"{given} cannot be counted")
    relative = {name: share / wanted[name] if given.get("relative") else share
                for name, share in shares.shares.items()}  # fmt: skip
    choose = {"largest": max, "smallest": min}.get(given["node"])
    value = relative[given["node"]] if choose is None else choose(relative.values())
    return Ours(value, "exact", f"{EXACT}, by arcs or residues")


@recipe
def peak_over_addresses(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the share of the busiest of equal nodes over the mean, a mean over ``sets`` of addresses."""

    def one(number: int) -> float:
        shares = _pool(given["pool"], number).shares.shares
        return float(max(shares.values()) * len(shares))

    return _mean_over_addresses(one, given, run)


@recipe
def pool_points(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many points each of equal nodes has; an error where they differ."""
    counts = set(_pool(_said(given)).placement.points.values())  # type: ignore[attr-defined]
    (count,) = counts
    return Ours(count, "exact", "counted")


@recipe
def points_changed(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many nodes have another number of points after an edit."""
    change = _change(given)
    before, after = (side.placement.points for side in (change.before, change.after))  # type: ignore[attr-defined]
    changed = sum(before.get(name) != after.get(name) for name in {*before, *after})
    return Ours(changed, "exact", "counted")


@recipe
def points_shared(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many points of HAProxy's two servers of weight 1 with some ids are the same."""
    from algorithms import create

    ids = {"a": given["ids"], "b": given["other"]}
    ring: Any = create("haproxy_consistent", list(ids), ids=ids)
    points = ring._points(ring.nodes)
    mine, others = (set(points.hashes[points.owners == bucket].tolist()) for bucket in ring.nodes)
    return Ours(len(mine & others), "exact", "all points")


@recipe
def keys_on(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many of ``keys`` are on a ``node``."""
    answers = _pool(given["pool"]).which(_keys(given["keys"]))
    return Ours(answers.count(given["node"]), "exact", f"all {len(answers):,} keys")


@recipe
def nodes_without_keys(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many of ``count`` nodes have none of the ``keys``."""
    placed = _pool({**_said(given), "first": 0})
    answers = set(placed.which(_keys(given["keys"])))
    return Ours(len(placed.nodes) - len(answers), "exact", "each of the keys")


@recipe
def node_of_key(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the number of the node that a ``key`` is on: a partition."""
    (answer,) = _pool(given["pool"]).which([given["key"]])
    return Ours(int(str(answer)), "exact", f"our own reading of {given['pool']['system']}")


@recipe
def slot_of_key(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the slot of a ``key``."""
    (details,) = _pool(given["pool"]).details([given["key"]])
    return Ours(int(str(details["slot"])), "exact", f"our own reading of {given['pool']['system']}")


@recipe
def keys_parted(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many ``keys`` two pools, or two ways to write each key (``prefix``), put on other nodes."""
    keys = _keys(given["keys"])
    before = _pool(given["pool"])
    after = _pool({**given["pool"], **given.get("after", {})})
    written = [given.get("prefix", "") + key for key in keys]
    pairs = zip(before.which(keys), after.which(written), strict=True)
    return Ours(sum(a != b for a, b in pairs), "exact", f"all {len(keys):,} keys")


@recipe
def hashes_equal(given: Mapping[str, Any], run: Run) -> Ours:
    """Return for how many ``keys`` two ``hashes`` are equal; ``xor`` is what one is known to add."""
    from algorithms.hashing import hash_key

    first, second = given["hashes"]
    keys, apart = _keys(given["keys"]), 1 << given["flipped"]
    equal = sum(hash_key(first, key) == hash_key(second, key) ^ apart for key in keys)
    return Ours(equal, "exact", f"all {len(keys):,} keys")


@recipe
def effective_ownership(given: Mapping[str, Any], run: Run) -> Ours:
    """Return which part of all keys a ``node`` holds over all replicas: even tokens, racks by turns."""
    racks = given["racks"]
    nodes = [
        {"name": f"n{i}", "tokens": [(i << 64) // len(racks) - (1 << 63)], "dc": "dc1", "rack": rack}
        for i, rack in enumerate(racks)
    ]
    options = {"strategy": "NetworkTopologyStrategy", "rf": {"dc1": given["factor"]}}
    placed = _pool({"system": "cassandra", "options": options, "nodes": nodes})
    return Ours(placed.shares.shares[f"n{given['node']}"], "exact", f"{EXACT}, by arcs")


@recipe
def server_name_share(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the share of a name in nginx that has several ``addresses``, beside another server."""
    name, other = given["name"], given["other"]
    if given["method"] == "modulo":
        # each address is a peer, and their order is that of the answers of the resolver
        addresses = [f"{name}#{i}" for i in range(given["addresses"])]
        options = {"method": "modulo", "key": "$request_uri"}
        nodes = [{"name": text} for text in (*addresses, other)]
        shares = _pool({"system": "nginx", "options": options, "nodes": nodes}).shares.shares
        return Ours(sum((shares[text] for text in addresses), Fraction(0)), "exact", f"{EXACT}, by residues")
    return Ours(_share_on_ring([name] * given["addresses"] + [other], name), "exact", f"{EXACT}, by arcs")


def _share_on_ring(texts: Sequence[str], name: str) -> Fraction:
    """Return the share of all peers of one text on nginx' ring, each peer having the points of its text."""
    import numpy as np

    from algorithms import create
    from algorithms.deployed.circles import stretches

    points = {text: create("nginx_consistent", [text])._points for text in set(texts)}  # type: ignore[attr-defined]
    nodes = {text: create("nginx_consistent", [text]).nodes for text in set(texts)}
    hashes = np.concatenate([points[text](nodes[text]).hashes for text in texts])
    owners = np.repeat(np.arange(len(texts)), [len(points[text](nodes[text]).hashes) for text in texts])
    starts, rows = stretches(hashes, 32)
    ends = np.append(starts[1:], np.uint64(1 << 32))
    mine = np.array([texts[row] == name for row in owners[rows].tolist()])
    return Fraction(int((ends - starts)[mine].sum()), 1 << 32)


@recipe
def nginx_refuses(given: Mapping[str, Any], run: Run) -> Ours:
    """Return whether an upstream of a ``method`` is refused as nginx does if a server is a backup: 1 or 0."""
    from experiments.plan.planned import read

    text = f"upstream u {{\n  {given['method']};\n  server 10.0.0.1;\n  server 10.0.0.2 {{}};\n}}\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "nginx.conf")
        for parameter in ("", "backup"):
            path.write_text(text.replace("{}", parameter), encoding="utf-8")
            try:
                read(str(path))
            except BadUse:
                return Ours(int(parameter == "backup"), "exact", "the file is refused")
    return Ours(0, "exact", "the file is read")
