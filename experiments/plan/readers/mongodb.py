"""MongoDB: the chunks of a collection with a hashed key, extended JSON a line each."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

from experiments.plan.pool import Pool, PoolNode
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "mongodb"
LOWEST = -(1 << 63)
_CHUNK = re.compile(r'"min"\s*:\s*\{.*"shard"\s*:')


def recognises(source: Source) -> bool:
    """Return whether a text lists chunks."""
    return _CHUNK.search(source.text) is not None


def read(source: Source) -> Contents:
    """Return each collection."""
    chunks: dict[str, list[tuple[int, str, int]]] = {}
    for number, line in enumerate(source.lines, 1):
        if not line.strip():
            continue
        try:
            chunk = json.loads(line)
            shard, bound = chunk["shard"], chunk["min"]
        except (json.JSONDecodeError, KeyError, TypeError):
            raise source.refuse(
                number, "no chunk: extended JSON with min, max and shard, one a line"
            ) from None
        name = str(chunk.get("ns") or _plain(chunk.get("uuid")) or "")
        chunks.setdefault(name, []).append((_bound(source, bound, number), str(shard), number))
    pools = []
    for name, rows in chunks.items():
        rows.sort()
        for one, two in pairwise(rows):
            if one[0] == two[0]:
                raise source.refuse(two[2], f"two chunks begin at {one[0]}")
        if rows[0][0] != LOWEST:
            raise source.refuse(
                rows[0][2], f"no chunk begins at MinKey; the first one begins at {rows[0][0]}"
            )
        shards = sorted({shard for _, shard, _ in rows})
        pools.append(
            Pool(
                "mongodb",
                tuple(PoolNode(shard) for shard in shards),
                {"chunks": [[first, shard] for first, shard, _ in rows]},
                name=name,
                directive=f"{len(rows)} chunks, hashed key",
                file=source.path,
                line=min(line for _, _, line in rows),
            )
        )
    if not pools:
        raise source.refuse(1, "no chunks in it")
    return Contents(tuple(pools))


def _plain(value: Any) -> str:
    return str(next(iter(value.values()))) if isinstance(value, dict) and value else str(value or "")


def _bound(source: Source, bound: Any, line: int) -> int:
    if not isinstance(bound, dict) or len(bound) != 1:
        raise source.refuse(line, "min has several fields: only a key that is hashed alone is covered")
    value = next(iter(bound.values()))
    if isinstance(value, dict) and "$minKey" in value:
        return LOWEST
    text = str(value.get("$numberLong")) if isinstance(value, dict) else str(value)
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,19}", text):
        raise source.refuse(line, f"min is {value!r}: no hash of 64 bits, so no hashed key")
    return int(text)
