"""PostgreSQL: hash partitions, as pg_dump or psql's description of a table shows them."""

from __future__ import annotations

import re

from experiments.plan.pool import Pool, PoolNode
from experiments.plan.source import Contents, Refused, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "postgresql"
_NAME = r'(?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?'
_CLAUSES = r"(?:'[^']*'|[^;'])*?"  # to the end of a statement at most, which a text may hold too
_BOUND = r"FOR\s+VALUES\s+WITH\s*\(\s*modulus\s+([0-9]{1,10})\s*,\s*remainder\s+([0-9]{1,10})\s*\)"
_CREATE = re.compile(
    rf"CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?({_NAME})\s+PARTITION\s+OF\s+({_NAME})\s+{_BOUND}",
    re.I,
)
_ATTACH = re.compile(
    rf"ALTER\s+TABLE\s+(?:ONLY\s+)?({_NAME})\s+ATTACH\s+PARTITION\s+({_NAME})\s+{_BOUND}", re.I
)
_LISTED = re.compile(_BOUND, re.I)
_WITH = re.compile(r"FOR\s+VALUES\s+WITH\b", re.I)
_LAST = re.compile(rf"({_NAME})\s+$")
LONGEST_NAME = 200
_PARENT = re.compile(
    rf"CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?({_NAME})\s*"
    rf"\(({_CLAUSES})\)\s*PARTITION\s+BY\s+(\w+)\s*\(([^;]*?)\)\s*;",
    re.I,
)
_LOOSE = re.compile(rf"CREATE\s+COLLATION\s+({_NAME})\s*\([^;]*deterministic\s*=\s*false", re.I)
_TITLE = re.compile(r'Partitioned table "([^"]+)"')
_KEY = re.compile(r"Partition key:\s*(\w+)\s*\(([^)]*)\)", re.I)
_COLUMN = re.compile(r"^[ \t]*([^|\n]*[^|\s])[ \t]*\|[ \t]*([\w ]+(?:\([\d,]+\))?[\w ]*)", re.M)
_DECLARED = re.compile(r'\s*("[^"]+"|[\w$]+)\s+(.*)', re.S)


def recognises(source: Source) -> bool:
    """Return whether a text has hash partitions."""
    return re.search(_BOUND, source.text, re.IGNORECASE) is not None


def read(source: Source) -> Contents:
    """Return each partitioned table."""
    text = source.text
    tables: dict[str, list[tuple[str, int, int, int]]] = {}
    bounds = {match.end() for match in _LISTED.finditer(text)}
    for match in _WITH.finditer(text):
        if not _LISTED.match(text, match.start()):
            raise source.refuse(_line(text, match.start()), "no modulus and remainder behind FOR VALUES WITH")
    for match in _CREATE.finditer(text):
        tables.setdefault(match[2], []).append(
            (match[1], int(match[3]), int(match[4]), _line(text, match.start()))
        )
    for match in _ATTACH.finditer(text):
        tables.setdefault(match[1], []).append(
            (match[2], int(match[3]), int(match[4]), _line(text, match.start()))
        )
    ends = {match.end() for form in (_CREATE, _ATTACH) for match in form.finditer(text)}
    if tables and bounds - ends:
        line = _line(text, min(bounds - ends))
        raise source.refuse(
            line, "a hash partition of no table: write CREATE TABLE … PARTITION OF, or ATTACH"
        )
    if not tables:
        title = _TITLE.search(text)
        for match in _LISTED.finditer(text):
            before = _LAST.search(text[max(0, match.start() - LONGEST_NAME) : match.start()])
            line = _line(text, match.start())
            if before is None:
                raise source.refuse(line, "a partition without a name, or with a very long one")
            rows = tables.setdefault(title[1] if title else "", [])
            rows.append((before[1], int(match[1]), int(match[2]), line))
    kinds = _types(text)
    pools: list[Pool] = []
    refused: list[Refused] = []
    for name, parts in tables.items():
        line = parts[0][3]
        types = source.settings["types"].split(",") if "types" in source.settings else kinds.get(name)
        if not types:
            why = (
                f"the types of the key of {name or 'this table'} are not in it: give --set types=text,bigint"
            )
            refused.append(Refused(name, source.path, line, why, unmodelled=True))
            continue
        seen: dict[str, int] = {}
        for part, modulus, remainder, at in parts:
            if not remainder < modulus:
                raise source.refuse(at, f"remainder {remainder} is not below modulus {modulus}")
            if part in seen:
                raise source.refuse(at, f"partition {part} stands twice, in line {seen[part]} too")
            seen[part] = at
        pools.append(
            Pool(
                "postgresql",
                tuple(PoolNode(part, line=at) for part, _, _, at in parts),
                {"method": "HASH", "types": types, "parts": [[m, r] for _, m, r, _ in parts]},
                "HASH",
                name=name,
                directive=f"PARTITION BY HASH ({', '.join(types)})",
                file=source.path,
                line=line,
            )
        )
    for match in _PARENT.finditer(text):
        if match[3].upper() != "HASH" and match[1] not in tables:
            why = (
                f"table {match[1]} is partitioned by {match[3].upper()}, which is not read: plan covers HASH"
            )
            refused.append(Refused(match[1], source.path, _line(text, match.start()), why))
    return Contents(tuple(pools), tuple(refused))


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _types(text: str) -> dict[str, list[str]]:
    """Return the types of the columns of each partition key, where the text says them."""
    kinds: dict[str, list[str]] = {}
    loose = {match[1] for match in _LOOSE.finditer(text)}
    for match in _PARENT.finditer(text):
        columns = {}
        for each in re.split(r",(?![^(]*\))", match[2]):
            declared = _DECLARED.match(each)
            if declared is not None:
                clause = " ".join(declared[2].split())
                kind = re.split(r"\s+(?:NOT|NULL|DEFAULT|PRIMARY|COLLATE|GENERATED|CHECK)\b", clause)[0]
                collated = re.search(rf"\bCOLLATE\s+({_NAME})", clause)
                if collated and collated[1] in loose:
                    kind += f" COLLATE {collated[1]}"  # which is a type of its own: it hashes no bytes
                columns[declared[1].strip('"')] = kind
        _add(kinds, match[1], match[4], columns)
    title, key = _TITLE.search(text), _KEY.search(text)
    if title and key:
        columns = {match[1]: match[2].strip() for match in _COLUMN.finditer(text)}
        _add(kinds, title[1], key[2], columns)
    return kinds


def _add(kinds: dict[str, list[str]], table: str, key: str, columns: dict[str, str]) -> None:
    names = [word.strip().strip('"') for word in key.split(",")]
    if all(name in columns for name in names):
        short = {"character varying": "varchar", "integer": "int", "timestamp without time zone": "timestamp"}
        plain = [re.sub(r"\s*\([\d, ]+\)", "", columns[name]) for name in names]
        kinds[table] = [short.get(kind, kind) for kind in plain]
