"""Redis and Valkey: the lines of ``CLUSTER NODES``, or the JSON of ``CLUSTER SHARDS``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from experiments.plan.pool import Pool, PoolNode, Remark, json_of
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "redis"
SLOTS = 16384
WANTED = "no JSON of CLUSTER SHARDS: slots and nodes with a master each"
_LINE = re.compile(r"^[0-9a-f]{40} \S+ \S*(master|slave|handshake|noaddr)", re.MULTILINE)
_SHARDS = re.compile(r'^\s*\[\s*\{\s*"(slots|nodes)"\s*:')
_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)


def recognises(source: Source) -> bool:
    """Return whether a text is a dump of a cluster's nodes."""
    return bool(_LINE.search(source.text) or _SHARDS.match(source.text))


def read(source: Source) -> Contents:
    """Return the masters and their slots."""
    if _SHARDS.match(source.text):
        return _shards(source)
    nodes: list[PoolNode] = []
    slots: list[tuple[int, int, int, int]] = []
    remarks: list[Remark] = []
    for number, line in enumerate(source.lines, 1):
        words = line.split()
        if not words or words[0] == "vars":  # what the file of a node has beside
            continue
        if len(words) < 8 or not re.fullmatch(r"[0-9a-f]{40}", words[0]):
            raise source.refuse(
                number, "no line of CLUSTER NODES: id address flags master ping pong epoch link slots"
            )
        if "master" not in words[2].split(","):
            continue
        address = words[1].partition("@")[0].partition(",")[0] or words[0]
        nodes.append(PoolNode(address, address, label=words[0], line=number))
        for word in words[8:]:
            if word.startswith("["):
                remarks.append(Remark("health", f"slot {word} is on its way", source.path, number))
                continue
            match = _RANGE.fullmatch(word)
            first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
            if not first <= last < SLOTS:
                raise source.refuse(number, f'"{word}" is no range of slots 0-16383')
            slots.append((first, last, len(nodes) - 1, number))
    return Contents((_pool(source, nodes, slots, remarks),))


def _shards(source: Source) -> Contents:
    shards = json_of(source.text, source.path)
    nodes: list[PoolNode] = []
    slots: list[tuple[int, int, int, int]] = []
    if not isinstance(shards, list):
        raise source.refuse(1, WANTED)
    for shard in shards:
        try:
            masters = [node for node in shard["nodes"] if node["role"] == "master"]
            bounds = list(map(int, shard["slots"]))
            master = masters[0]
            host = master.get("ip") or master["endpoint"]
            label = str(master["id"])
            address = f"{host}:{master.get('port') or master['tls-port']}"
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError):
            raise source.refuse(1, WANTED) from None
        line = _line_with(source, label)
        if len(bounds) % 2:
            raise source.refuse(line, f"slots of {address} are no pairs of a first and a last one")
        nodes.append(PoolNode(address, address, label=label, line=line))
        for first, last in zip(bounds[::2], bounds[1::2], strict=True):
            if not 0 <= first <= last < SLOTS:
                raise source.refuse(line, f"{first}-{last} is no range of slots 0-16383")
            slots.append((first, last, len(nodes) - 1, line))
    return Contents((_pool(source, nodes, slots, []),))


def _line_with(source: Source, text: str) -> int:
    """Return the first line that has a text."""
    return next((number for number, line in enumerate(source.lines, 1) if text in line), 1)


def _pool(
    source: Source,
    nodes: Sequence[PoolNode],
    slots: list[tuple[int, int, int, int]],
    remarks: list[Remark],
) -> Pool:
    if not nodes:
        raise source.refuse(1, "no masters in it")
    first_of: dict[str, PoolNode] = {}
    for node in nodes:
        if (other := first_of.setdefault(node.name, node)) is not node:
            raise source.refuse(node.line, f"{node.name} stands twice, in line {other.line} too")
    slots.sort()
    for (_, last, _, _), (first, end, _, line) in pairwise(slots):
        if first <= last:
            raise source.refuse(line, f"slots {first}-{min(last, end)} are owned twice")
    covered = sum(last - first + 1 for first, last, _, _ in slots)
    if covered < SLOTS:
        text = f"{SLOTS - covered:,} slots have no master: their keys are refused"
        remarks = [*remarks, Remark("health", text, source.path, 1)]
    return Pool(
        "redis",
        tuple(nodes),
        {"slots": [[first, last, node] for first, last, node, _ in slots]},
        directive="slots of CRC-16",
        file=source.path,
        line=1,
        warnings=tuple(remarks),
    )
