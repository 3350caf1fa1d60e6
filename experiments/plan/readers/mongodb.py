"""MongoDB: the chunks of a collection with a hashed key, extended JSON a line each."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, NamedTuple

from experiments.plan.pool import Pool, PoolNode, json_of
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "mongodb"
LOWEST, HIGHEST = -(1 << 63), 1 << 63
_CHUNK = re.compile(r'"min"\s*:\s*\{.*"shard"\s*:')


class _Chunk(NamedTuple):
    low: int
    high: int | None
    shard: str
    line: int


def recognises(source: Source) -> bool:
    """Return whether a text lists chunks."""
    return _CHUNK.search(source.text) is not None


def read(source: Source) -> Contents:
    """Return each collection."""
    chunks: dict[str, list[_Chunk]] = {}
    for number, line in enumerate(source.lines, 1):
        if not line.strip():
            continue
        chunk = json_of(line, source.path, number)
        if not isinstance(chunk, dict) or "min" not in chunk or not isinstance(chunk.get("shard"), str):
            raise source.refuse(number, "no chunk: extended JSON with min, max and shard, one a line")
        name = str(chunk.get("ns") or _plain(chunk.get("uuid")) or "")
        low = _bound(source, chunk["min"], number)
        high = _bound(source, chunk["max"], number) if "max" in chunk else None
        chunks.setdefault(name, []).append(_Chunk(low, high, chunk["shard"], number))
    pools = []
    for name, rows in chunks.items():
        rows.sort(key=lambda row: row.low)
        _check_whole(source, rows)
        shards = sorted({row.shard for row in rows})
        pools.append(
            Pool(
                "mongodb",
                tuple(PoolNode(shard) for shard in shards),
                {"chunks": [[row.low, row.shard] for row in rows]},
                name=name,
                directive=f"{len(rows)} chunks, hashed key",
                file=source.path,
                line=min(row.line for row in rows),
            )
        )
    if not pools:
        raise source.refuse(1, "no chunks in it")
    return Contents(tuple(pools))


def _check_whole(source: Source, rows: list[_Chunk]) -> None:
    """Refuse chunks that are not one after the other from the lowest hash to the highest."""
    if rows[0].low != LOWEST:
        raise source.refuse(rows[0].line, f"no chunk begins at MinKey; the first one begins at {rows[0].low}")
    for one, two in pairwise(rows):
        if one.low == two.low:
            raise source.refuse(two.line, f"two chunks begin at {one.low}, the other in line {one.line}")
        if one.high is not None and one.high != two.low:
            raise source.refuse(one.line, f"this chunk ends at {one.high}, and the next begins at {two.low}")
    if rows[-1].high not in (None, HIGHEST):
        raise source.refuse(rows[-1].line, f"no chunk ends at MaxKey; the last one ends at {rows[-1].high}")


def _plain(value: Any) -> str:
    if isinstance(value, dict) and value:
        return _plain(value.get("base64", next(iter(value.values()))))
    return str(value or "")


def _bound(source: Source, bound: Any, line: int) -> int:
    if not isinstance(bound, dict) or len(bound) != 1:
        raise source.refuse(line, "a bound has several fields: only a key that is hashed alone is covered")
    value = next(iter(bound.values()))
    if isinstance(value, dict) and len(value) == 1:
        if "$minKey" in value:
            return LOWEST
        if "$maxKey" in value:
            return HIGHEST
        value = value.get("$numberLong", value)
    text = str(value)
    if (
        isinstance(value, bool)
        or not re.fullmatch(r"-?[0-9]{1,19}", text)
        or not LOWEST <= int(text) < HIGHEST
    ):
        raise source.refuse(line, f"a bound is {value!r}: no hash of 64 bits, so no hashed key")
    return int(text)
