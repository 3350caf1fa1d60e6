"""What another configuration would do instead, in numbers that stand in warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from experiments.options.errors import BadUse
from experiments.plan.planned import Change, PlacedPool
from experiments.plan.pool import Pool, PoolNode

__all__ = ["CURES", "cured", "moves_with", "nodes_with", "percents"]

MOST_NODES = 100
MOST_WEIGHT = 10_000
"""Of larger pools nothing is computed for the sake of a warning."""

CURES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "nginx": ("hash … consistent", {"method": "consistent"}, {"method": "consistent"}),
    "haproxy": (
        "hash-type consistent",
        {"method": "consistent", "hash": "sdbm+avalanche"},
        {"hash_type": "consistent"},
    ),
    "libmemcached": ("KETAMA_WEIGHTED", {}, {"calls": [["KETAMA_WEIGHTED", 1], "servers"]}),
    "twemproxy": ("distribution: ketama", {"method": "ketama"}, {"distribution": "ketama"}),
    "envoy": ("MAGLEV", {"method": "MAGLEV", "hash": ""}, {"lb_policy": "MAGLEV"}),
}
"""What moves few keys, by system: its name, and what of a pool and of its options is then other."""


def cured(pool: Pool) -> Pool:
    """Return a pool by the method of its system that moves few keys."""
    _, fields, options = CURES[pool.system]
    return replace(pool, **fields, options={**pool.options, **options})


def moves_with(change: Change, before: Pool, after: Pool) -> Fraction | None:
    """Return what moves where the pools are these; None where that is too much to compute, or impossible."""
    if any(len(pool.nodes) > MOST_NODES or _weight(pool) > MOST_WEIGHT for pool in (before, after)):
        return None
    try:
        movement = PlacedPool(before).to(PlacedPool(after), same=change.same).movement
    except BadUse:
        return None
    return movement.moved if movement.method == "exact" else None


def nodes_with(pool: Pool, nodes: Sequence[PoolNode]) -> PlacedPool | None:
    """Return the pool with other nodes; None where that is too much to compute."""
    made = pool.with_nodes(nodes)
    return PlacedPool(made) if len(nodes) <= MOST_NODES and _weight(made) <= MOST_WEIGHT else None


def _weight(pool: Pool) -> int:
    return sum(node.weight for node in pool.nodes)


def percents(share: Fraction) -> str:
    """Return a share in percent, as tables have it."""
    return f"{100 * float(share):.2f} %"
