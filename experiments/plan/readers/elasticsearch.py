"""Elasticsearch and OpenSearch: the JSON of ``GET INDEX/_settings``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from experiments.plan.pool import Pool, PoolNode
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "elasticsearch"
MOST_SHARDS = 65536


def recognises(source: Source) -> bool:
    """Return whether a text has settings of an index."""
    return re.search(r'"(index\.)?number_of_shards"\s*:', source.text) is not None


def read(source: Source) -> Contents:
    """Return each index."""
    said = source.settings.get("number_of_shards", "")
    if said.isdigit() and not source.text.lstrip().startswith("{"):
        return Contents((_index(source, source.path, {"number_of_shards": said}, 0),))
    try:
        content = json.loads(source.text)
    except json.JSONDecodeError as error:
        raise source.refuse(error.lineno, f"no JSON ({error.msg})") from None
    pools = []
    for name, index in content.items() if isinstance(content, dict) else ():
        settings = index.get("settings", index) if isinstance(index, dict) else {}
        if not isinstance(settings, dict):
            continue
        flat = {key.removeprefix("index."): value for key, value in settings.items()}
        inner = settings.get("index")
        if isinstance(inner, dict):
            flat |= inner
        if "number_of_shards" in flat:
            line = next((n for n, text in enumerate(source.lines, 1) if f'"{name}"' in text), 1)
            pools.append(_index(source, name, flat, line))
    if not pools:
        raise source.refuse(1, "no index with number_of_shards in it")
    return Contents(tuple(pools))


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
        if not str(text).isdigit() or not 1 <= int(text) <= most:
            raise source.refuse(line, f"{key} {text!r} is not possible: 1 to {most}")
        options[key] = int(text)
    shards = options["number_of_shards"] or 1
    options.setdefault("number_of_routing_shards", None)
    return Pool(
        "elasticsearch",
        tuple(PoolNode(str(number)) for number in range(shards)),
        options,
        name=name,
        directive=", ".join(f"{key} {value}" for key, value in options.items() if value is not None),
        file=source.path if line else "",
        line=line,
    )
