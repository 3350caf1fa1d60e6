"""Envoy: RING_HASH and MAGLEV over hosts by their addresses, or by what stands for these."""

from __future__ import annotations

from experiments.plan.placement import Placement
from experiments.plan.pool import Pool, PoolNode, refuse
from experiments.plan.systems.hashed import HashedPlacement, as_it_is, hashed_by, points_of

RING, MAGLEV = "RING_HASH", "MAGLEV"
POINTS = {"XX_HASH": "xxh64", "DEFAULT_HASH": "xxh64", "": "xxh64", "MURMUR_HASH_2": "murmur2_64"}


def placement(pool: Pool) -> Placement:
    """Return the placement of a cluster by consistent hashing; all hosts are taken for healthy."""
    from algorithms import class_of

    method = pool.method or RING
    by_name = bool(pool.options.get("use_hostname_for_hashing"))

    def text(node: PoolNode) -> str:
        """Return what Envoy hashes of a host."""
        return node.hash_key or (node.host if by_name else None) or node.address or node.name

    if method == MAGLEV:
        size = int(pool.options.get("table_size", 65537))
        table = hashed_by(class_of("maglev"), pool, text, table_size=size)
        return HashedPlacement(table, as_it_is, size, points=_entries(table))
    if method != RING:
        raise refuse(pool.file, pool.line, f"lb_policy {method} does not hash: give {RING} or {MAGLEV}")
    function = pool.hash or ""
    if function not in POINTS:
        raise refuse(pool.file, pool.line, f"hash_function {function!r} is unknown: XX_HASH or MURMUR_HASH_2")
    ring = hashed_by(
        class_of("envoy_ring"),
        pool,
        text,
        minimum_ring_size=int(pool.options.get("minimum_ring_size", 1024)),
        maximum_ring_size=int(pool.options.get("maximum_ring_size", 8_388_608)),
        points_hash=POINTS[function],
    )
    points, blocks = points_of(ring)
    return HashedPlacement(ring, as_it_is, points=points, blocks=blocks)


def _entries(table: object) -> dict[str, int]:
    import numpy as np

    p: object = table
    counts = np.bincount(p._state.structure.buckets, minlength=p.nodes.top).tolist()  # type: ignore[attr-defined]
    return {node.name: counts[bucket] for bucket, node in p.nodes.items()}  # type: ignore[attr-defined]
