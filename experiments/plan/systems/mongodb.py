"""MongoDB: the shard of a hashed shard key's chunk."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.plan.pool import Pool, refuse

_TYPES = ("string", "number", "objectid", "bool", "date", "bindata")


def hashed(key: bytes, kind: str) -> int:
    """Return the hash of a value, plus 2^63.

    The kinds are number (truncated to 64 bits), string, objectid and bindataN (hexadecimal, N the subtype),
    bool (true or false) and date (milliseconds).
    """
    from algorithms.hashing.systems import mongo_hashed

    text = key.decode("utf-8", "replace")
    if kind == "string":
        return mongo_hashed(15, (len(key) + 1).to_bytes(4, "little") + key + b"\0")
    if kind == "number":
        return mongo_hashed(10, _truncated(text).to_bytes(8, "little", signed=True))
    if kind == "date":
        return mongo_hashed(45, _whole(text).to_bytes(8, "little", signed=True))
    if kind == "bool" and text in ("true", "false"):
        return mongo_hashed(40, bytes([text == "true"]))
    if kind == "objectid" and re.fullmatch("[0-9a-fA-F]{24}", text):
        return mongo_hashed(35, bytes.fromhex(text))
    subtype = kind.removeprefix("bindata")
    if kind.startswith("bindata") and (not subtype or subtype.isdecimal()) and _is_hexadecimal(text):
        data, number = bytes.fromhex(text), int(subtype or 0)
        if number < 256:
            return mongo_hashed(30, len(data).to_bytes(4, "little") + bytes([number]) + data)
    raise refuse("", 0, f"the key {text!r} is no {kind}: the types are {', '.join(_TYPES)}")


def _is_hexadecimal(text: str) -> bool:
    return re.fullmatch("(?:[0-9a-fA-F]{2})*", text) is not None


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,19}", text) or not -(1 << 63) <= int(text) < 1 << 63:
        raise refuse("", 0, f"the key {text!r} is no date: write its milliseconds since 1970")
    return int(text)


def _truncated(text: str) -> int:
    """Return a number as a long of 64 bits: cut at the point, at the ends of the range; not a number is 0."""
    low, high = -(1 << 63), (1 << 63) - 1
    if re.fullmatch(r"[+-]?\d+", text):
        return max(low, min(high, int(text)))
    try:
        value = float(text)
    except ValueError:
        raise refuse("", 0, f"the key {text!r} is no number") from None
    if math.isnan(value):
        return 0
    return high if value >= 2.0**63 else low if value <= -(2.0**63) else int(value)


@dataclass(frozen=True)
class Shards:
    """The shards of a collection, with their chunks."""

    partitioner: Any
    kind: str

    def hashes(self, keys: Sequence[bytes]) -> Any:
        """Return the hash of each key; its type may stand behind a tab."""
        values = []
        for key in keys:
            value, tab, kind = key.rpartition(b"\t")
            known = tab and re.fullmatch("|".join((*_TYPES, r"bindata\d+")), kind.decode("utf-8", "replace"))
            values.append(hashed(value, kind.decode()) if known else hashed(key, self.kind))
        return np.array(values, dtype=np.uint64)

    def which(self, keys: Sequence[bytes]) -> list[str | tuple[str, ...]]:
        """Return the shard of each key."""
        buckets = self.partitioner.assign(self.hashes(keys))
        return list(self.partitioner.nodes.names_of(buckets).tolist())

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the hash of each key, signed as the shell prints it."""
        return [{"hash": value - (1 << 63)} for value in self.hashes(keys).tolist()]


def placement(pool: Pool) -> Shards:
    """Return the placement of a collection; without ``chunks`` it is empty and newly sharded."""
    from algorithms import ShardlabError, create

    kind = str(pool.options.get("type") or "string")
    if kind not in _TYPES and not re.fullmatch(r"bindata\d+", kind):
        raise refuse(pool.file, pool.line, f"type {kind!r} is not known: plan covers {', '.join(_TYPES)}")
    names = [node.name for node in pool.nodes]
    chunks, given = None, pool.options.get("chunks")
    if given is not None:
        chunks = []
        for chunk in given if isinstance(given, Sequence) and not isinstance(given, str) else [given]:
            if not (isinstance(chunk, Sequence) and len(chunk) == 2 and not isinstance(chunk, str)):
                raise refuse(pool.file, pool.line, f"chunks has {chunk!r}; write [first hash, shard]")
            shard = chunk[1]
            if isinstance(shard, int) and 0 <= shard < len(names):
                shard = names[shard]
            chunks.append((chunk[0], shard))
    try:
        return Shards(create("mongodb_hashed", names, chunks=chunks), kind)
    except ShardlabError as error:
        raise refuse(pool.file, pool.line, str(error)) from None
