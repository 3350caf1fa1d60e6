"""Elasticsearch and OpenSearch: the JSON of ``GET INDEX/_settings``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from experiments.plan.pool import Pool, PoolNode, Remark, json_of
from experiments.plan.source import Contents, Refused, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "elasticsearch"
MOST_SHARDS = 65536
FIRST_SPLIT = 7_000_000
"""``version.created`` from which on an index has room to be split."""

FIRST_OTHER = 9_000_000
"""From which on the rules are not recorded."""

_VERSION = re.compile("[0-9]{6,7}")
MOVING = ("mode", "routing_path", "routing.hash.function", "legacy.routing.hash.type")
STANDARD = (None, "standard", "")


def recognises(source: Source) -> bool:
    """Return whether a text has settings of an index."""
    return re.search(r'"(index\.)?number_of_shards"\s*:', source.text) is not None


def read(source: Source) -> Contents:
    """Return each index."""
    said = source.settings.get("number_of_shards", "")
    if said.isdigit() and not source.text.lstrip().startswith("{"):
        return Contents((_index(source, source.path, {"number_of_shards": said}, 0),))
    content = json_of(source.text, source.path)
    pools: list[Pool] = []
    refused: list[Refused] = []
    for name, index in content.items() if isinstance(content, dict) else ():
        settings = index.get("settings", index) if isinstance(index, dict) else {}
        if not isinstance(settings, dict):
            continue
        flat = {key.removeprefix("index."): value for key, value in settings.items()}
        inner = settings.get("index")
        if isinstance(inner, dict):
            flat |= inner
        if "number_of_shards" not in flat:
            continue
        line = next((n for n, text in enumerate(source.lines, 1) if f'"{name}"' in text), 1)
        moving = next((key for key in MOVING if key in flat and flat[key] not in STANDARD), None)
        if moving is None:
            pools.append(_index(source, name, flat, line))
        else:
            why = f'index {name} uses "{moving}", which changes placements and is not modelled'
            refused.append(Refused(name, source.path, line, why, unmodelled=True))
    if not pools and not refused:
        raise source.refuse(1, "no index with number_of_shards in it")
    return Contents(tuple(pools), tuple(refused))


def _index(source: Source, name: str, settings: Mapping[str, Any], line: int) -> Pool:
    options: dict[str, int | None] = {}
    for key, most in (
        ("number_of_shards", MOST_SHARDS),
        ("number_of_routing_shards", 1 << 30),
        ("routing_partition_size", MOST_SHARDS),
    ):
        text = settings.get(key)
        if text is None:
            continue
        if not re.fullmatch("[0-9]{1,10}", str(text)) or not 1 <= int(text) <= most:
            raise source.refuse(line, f"{key} {str(text)[:30]!r} is not possible: 1 to {most}")
        options[key] = int(text)
    shards = options["number_of_shards"] or 1
    made = settings.get("version")
    created = str(made.get("created") if isinstance(made, dict) else settings.get("version.created") or "")
    # indices of 6 and before have as many routing shards as shards; OpenSearch sets a bit above these numbers
    old = _VERSION.fullmatch(created) is not None and int(created) < FIRST_SPLIT
    options.setdefault("number_of_routing_shards", shards if old else None)
    return Pool(
        "elasticsearch",
        tuple(PoolNode(str(number)) for number in range(shards)),
        options,
        name=name,
        directive=", ".join(f"{key} {value}" for key, value in options.items() if value is not None),
        file=source.path if line else "",
        line=line,
        warnings=tuple(_remarks(source, created, line)),
    )


def _remarks(source: Source, created: str, line: int) -> Iterator[Remark]:
    if _VERSION.fullmatch(created) and int(created) >= FIRST_OTHER:
        text = f"made by version {created[0]}: rules are those of 7 and 8, later ones may place otherwise"
        yield Remark("version", text, source.path, line)
