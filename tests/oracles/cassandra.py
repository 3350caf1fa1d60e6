"""Cassandra: a walk up the ring of tokens, by the strategies of the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from oracles import ring

Nodes = dict[int, tuple[str, float]]


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return the tokens of a node, few of them."""
    return st.fixed_dictionaries({"num_tokens": st.integers(1, 9)})


def replicas(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    count: int,
    num_tokens: int = 16,
    tokens: Mapping[str, Sequence[int]] | None = None,
    topology: Mapping[str, tuple[str, str]] | None = None,
    replication: Mapping[str, int] | None = None,
) -> list[int]:
    """Return the first replicas of a hash."""
    if tokens is None:
        circle = [(point, bucket) for point, _, _, bucket in ring.circle(nodes, bits, hash, seed, num_tokens)]
    else:
        circle = sorted(
            (token + 2 ** (bits - 1), bucket) for bucket, (name, _) in nodes.items() for token in tokens[name]
        )
    above = [bucket for point, bucket in circle if point >= value]
    walk = above + [bucket for point, bucket in circle if point < value]
    if replication is None or topology is None:
        return list(dict.fromkeys(walk))[:count]
    places = {bucket: topology[name] for bucket, (name, _) in nodes.items()}
    taken: dict[str, list[int]] = {name: [] for name, _ in places.values()}
    repeats, order = dict.fromkeys(taken, 0), []
    for bucket in walk:
        datacenter, rack = places[bucket]
        here, factor = taken[datacenter], replication.get(datacenter, 0)
        if bucket in here or len(here) >= factor:
            continue
        if rack in {places[other][1] for other in here}:
            racks = {place[1] for place in places.values() if place[0] == datacenter}
            if repeats[datacenter] >= factor - len(racks):
                continue
            repeats[datacenter] += 1
        here.append(bucket)
        order.append(bucket)
    return order[:count]


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int, **given: Any) -> int:
    """Return the bucket of a hash."""
    return replicas(nodes, value, bits, hash, seed, 1, **given)[0]
