"""Twemproxy: ketama and modula over servers by their names."""

from __future__ import annotations

from collections.abc import Callable

from experiments.plan.placement import Placement
from experiments.plan.pool import Pool, PoolNode, refuse
from experiments.plan.systems.hashed import HashedPlacement, as_it_is, hashed_by, points_of

HASHES = {
    "one_at_a_time": "one_at_a_time",
    "md5": "md5_le32",
    "crc16": "crc16_wide",
    "crc32": "crc15",
    "crc32a": "crc32",
    "fnv1_64": "fnv1_64_low32",
    "fnv1a_64": "fnv1a_64_32",
    "fnv1_32": "fnv1_32",
    "fnv1a_32": "fnv1a_32",
    "murmur": "murmur2_memcached",
    "jenkins": "lookup3",
}
"""The functions by twemproxy's names; hsieh is not compiled in."""


def placement(pool: Pool) -> Placement:
    """Return the placement of a pool by ketama or modula."""
    from algorithms import class_of

    method, function = pool.method or "ketama", pool.hash or "fnv1a_64"
    if method not in ("ketama", "modula"):
        raise refuse(pool.file, pool.line, f"distribution {method} does not hash: ketama or modula")
    if function not in HASHES:
        raise refuse(pool.file, pool.line, f"hash {function!r} is unknown: {', '.join(HASHES)}")
    p = hashed_by(class_of(f"twemproxy_{method}"), pool, server_name, hash=HASHES[function])
    tagged = tag_of(pool)
    if method == "ketama":
        points, blocks = points_of(p)
        return HashedPlacement(p, tagged, points=points, blocks=blocks)
    entries = {node.name: int(node.weight) for node in p.nodes.values()}
    return HashedPlacement(p, tagged, sum(entries.values()), points=entries)


def server_name(node: PoolNode) -> str:
    """Return the name that twemproxy gives to a server: its label, or its address without port 11211."""
    if node.label:
        return node.label
    address = f"{node.host}:{node.port}" if node.host and node.port else node.address or node.name
    return address.removesuffix(":11211")


def tag_of(pool: Pool) -> Callable[[bytes], bytes | None]:
    """Return what of a key is hashed: what is between the two characters of ``hash_tag``, if anything."""
    tag = str(pool.options.get("hash_tag") or "").encode()
    if tag and len(tag) != 2:
        raise refuse(pool.file, pool.line, f"hash_tag {tag.decode()!r} is not two characters")

    if not tag:
        return as_it_is

    def tagged(key: bytes) -> bytes:
        _, opened, after = key.partition(tag[:1])
        inside, closed, _ = after.partition(tag[1:])
        return inside if opened and closed and inside else key

    return tagged
