"""PostgreSQL: the partition of a row, by hash or by range of typed columns."""

from __future__ import annotations

import datetime
import re
import uuid
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from experiments.plan.pool import Pool, refuse

NOWHERE = "-"
"""Stands for the partition of rows that none takes: the program refuses them."""

_WIDTHS = {"smallint": 16, "int": 32, "bigint": 64}
_ALIASES = {
    "int2": "smallint",
    "int4": "int",
    "integer": "int",
    "int8": "bigint",
    "varchar": "text",
    "character varying": "text",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "bpchar": "char",
    "character": "char",
}
TYPES = ("text", "varchar", "char(n)", *_WIDTHS, "uuid", "date", "timestamp", "timestamptz")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}")
_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
_MOMENT = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([ T]{_TIME})?")
"""Microseconds at most: PostgreSQL rounds what is finer."""

_MICROSECOND = datetime.timedelta(microseconds=1)

Value: TypeAlias = int | bytes


def _bad(text: str, kind: str) -> Exception:
    return refuse("", 0, f"the key {text!r} is no {kind}")


def type_of(pool: Pool, text: str) -> str:
    """Return the name that a type has here, without length; refuse one that is not covered."""
    bare = re.sub(r"\s*\([\d, ]*\)", "", str(text).strip().lower())
    name = _ALIASES.get(bare, bare)
    if name not in ("text", "char", "uuid", "date", "timestamp", "timestamptz", *_WIDTHS):
        raise refuse(pool.file, pool.line, f"type {text!r} is not covered: plan covers {', '.join(TYPES)}")
    return name


def value_of(key: bytes, kind: str) -> Value:
    """Return a column's value: a number, or the bytes that are hashed and compared."""
    text = key.decode("utf-8", "replace")
    if kind in ("text", "char"):
        return key.rstrip(b" ") if kind == "char" else key
    if kind == "uuid":
        try:
            return uuid.UUID(text).bytes
        except ValueError:
            raise _bad(text, kind) from None
    if kind in _WIDTHS:
        half = 1 << _WIDTHS[kind] - 1
        if not re.fullmatch(r"[+-]?[0-9]{1,19}", text.strip()) or not -half <= int(text) < half:
            raise _bad(text, kind)
        return int(text)
    if not (_DATE if kind == "date" else _MOMENT).fullmatch(text):
        raise _bad(text, kind)
    try:
        if kind == "date":
            return (datetime.date.fromisoformat(text) - datetime.date(2000, 1, 1)).days
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise _bad(text, kind) from None
    if kind == "timestamp":  # which passes over a zone
        return (moment.replace(tzinfo=None) - datetime.datetime(2000, 1, 1)) // _MICROSECOND
    if moment.tzinfo is None:
        raise refuse("", 0, f"the key {text!r} has no zone: write that of the session, such as {text}+00")
    return (moment - datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)) // _MICROSECOND


def columns_of(key: bytes, kinds: Sequence[str]) -> list[Value]:
    """Return the values of a key, a tab between columns."""
    parts = key.split(b"\t") if len(kinds) > 1 else [key]
    if len(parts) != len(kinds):
        text = key.decode("utf-8", "replace")
        raise refuse("", 0, f"the key {text!r} has {len(parts)} columns, but the types are {len(kinds)}")
    return [value_of(part, kind) for part, kind in zip(parts, kinds, strict=True)]


def row_hashes(rows: Sequence[Sequence[Value]]) -> NDArray[np.uint64]:
    """Return the hash of each row."""
    from algorithms.deployed.postgresql_hash import combined
    from algorithms.hashing import hash_column

    columns = []
    for values in zip(*rows, strict=True):
        numbers = isinstance(values[0], int)
        given = np.array(values, dtype=np.int64).view(np.uint64) if numbers else list(values)
        columns.append(hash_column("pg_row", given))
    return combined(columns)


@dataclass(frozen=True)
class ByHash:
    """The partitions of ``PARTITION BY HASH``."""

    partitioner: Any
    modulus: int
    kinds: tuple[str, ...]
    points: Mapping[str, int]

    def hashes(self, keys: Sequence[bytes]) -> Any:
        """Return the hash of each row."""
        if self.kinds == ("text",):
            return self.partitioner.hashes_of(list(keys))
        if not keys:
            return np.empty(0, dtype=np.uint64)
        return row_hashes([columns_of(key, self.kinds) for key in keys])

    def which(self, keys: Sequence[bytes]) -> list[str | tuple[str, ...]]:
        """Return the partition of each row."""
        buckets = self.partitioner.assign(self.hashes(keys))
        return list(self.partitioner.nodes.names_of(buckets).tolist())

    def details(self, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
        """Return the hash of each row, and its remainder."""
        return [{"hash": value, "slot": value % self.modulus} for value in self.hashes(keys).tolist()]


@dataclass(frozen=True)
class ByRange:
    """The partitions of ``PARTITION BY RANGE``: the first value of each, and who has what is below all."""

    partitioner: Any
    starts: tuple[Value, ...]
    names: tuple[str, ...]
    kind: str

    @property
    def values(self) -> bool:
        """Whether nothing can be said of all values, of which there are endlessly many."""
        return self.partitioner is None

    def which(self, keys: Sequence[bytes]) -> list[str | tuple[str, ...]]:
        """Return the partition of each row: the last whose lower bound is not above its value."""
        values = [value_of(key, self.kind) for key in keys]
        return [self.names[bisect_right(self.starts, value)] for value in values]


def placement(pool: Pool) -> ByHash | ByRange:
    """Return the placement of a partitioned table; ``types`` are those of the columns of the key."""
    types = pool.options.get("types")
    listed = types.split(",") if isinstance(types, str) else types
    if not isinstance(listed, Sequence) or not listed:
        raise refuse(pool.file, pool.line, "the types of the key's columns are missing: write types")
    kinds = tuple(type_of(pool, text) for text in listed)
    method = (pool.method or str(pool.options.get("method") or "HASH")).upper()
    by_method: Mapping[str, Callable[[Pool, tuple[str, ...]], ByHash | ByRange]] = {
        "HASH": _by_hash,
        "RANGE": _by_range,
    }
    if method not in by_method:
        raise refuse(
            pool.file, pool.line, f"PARTITION BY {method} is not covered: plan covers HASH and RANGE"
        )
    return by_method[method](pool, kinds)


def _by_hash(pool: Pool, kinds: tuple[str, ...]) -> ByHash:
    from algorithms import ShardlabError, create
    from algorithms.deployed.postgresql_hash import owners_of

    names = [node.name for node in pool.nodes]
    count = len(names)
    given = pool.options.get("parts", [[count, remainder] for remainder in range(count)])
    try:
        parts = [tuple(part) if isinstance(part, Sequence) else part for part in given]
        if len(parts) != count:
            raise refuse(pool.file, pool.line, f"{len(parts)} parts cannot be those of {count} partitions")
        owners = owners_of(parts)
        free = np.flatnonzero(owners < 0).tolist()
        if free:  # the program refuses rows that no partition takes
            names += [NOWHERE if len(free) == 1 else f"{NOWHERE}{row}" for row in range(len(free))]
            parts += [(len(owners), remainder) for remainder in free]
        partitioner = create("postgresql_hash", names, parts=parts)
    except ShardlabError as error:
        raise refuse(pool.file, pool.line, str(error)) from None
    points = {node.name: int(np.sum(owners == number)) for number, node in enumerate(pool.nodes)}
    return ByHash(partitioner, len(owners), kinds, points)


def _by_range(pool: Pool, kinds: tuple[str, ...]) -> ByRange:
    if len(kinds) != 1:
        raise refuse(pool.file, pool.line, "ranges of several columns are not covered: give one column")
    kind, bounds = kinds[0], pool.options.get("bounds")
    if not isinstance(bounds, Sequence) or len(bounds) != len(pool.nodes) + 1:
        raise refuse(
            pool.file, pool.line, f"bounds must be {len(pool.nodes) + 1} values, null for MINVALUE, MAXVALUE"
        )
    if any(bound is None for bound in bounds[1:-1]):
        raise refuse(pool.file, pool.line, "a bound between two partitions is null: write its value")
    values: list[Any] = [None if bound is None else value_of(str(bound).encode(), kind) for bound in bounds]
    inner = values[1:-1]
    names = [node.name for node in pool.nodes]
    if values[0] is not None:
        inner, names = [values[0], *inner], [NOWHERE, *names]
    if values[-1] is not None:
        inner, names = [*inner, values[-1]], [*names, NOWHERE]
    for lower, upper in pairwise(inner):
        if not lower < upper:
            raise refuse(pool.file, pool.line, "the bounds do not ascend")
    return ByRange(_over_values(kind, inner, names), tuple(inner), tuple(names), kind)


def _over_values(kind: str, starts: Sequence[Any], names: Sequence[str]) -> Any:
    """Return ranges over all values of an integer type, plus half of them; None for other types."""
    from algorithms import create

    if kind not in _WIDTHS or len(set(names)) != len(names):
        return None
    bits = _WIDTHS[kind]
    half = 1 << bits - 1
    boundaries = [0, *(start + half for start in starts)]
    if len(set(boundaries)) != len(boundaries):
        return None
    return create("key_range", list(names), boundaries=boundaries, hash="identity", hash_bits=bits)
