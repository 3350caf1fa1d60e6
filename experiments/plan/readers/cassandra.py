"""Cassandra and Scylla: ``nodetool ring``, or ``system.local`` and ``peers`` as CSV."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

from experiments.plan.pool import Pool, PoolNode, Remark
from experiments.plan.settings import strategy_of
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "cassandra"
_RING = re.compile(r"^\s*Address\s+(?:DC\s+)?Rack\s+Status\s+State\s+Load\s+.*Token\s*$", re.MULTILINE)
_STATES = ("Normal", "Leaving", "Joining", "Moving")
_STATUS = frozenset(["Up", "Down"])
_TOKEN = re.compile(r"-?[0-9]{1,40}")


def recognises(source: Source) -> bool:
    """Return whether a text is a ring with tokens, or a table of peers."""
    return bool(_RING.search(source.text)) or "tokens" in source.lines[0].split(",")


def read(source: Source) -> Contents:
    """Return the ring, with the keyspace's strategy, which ``--set`` says."""
    is_ring = _RING.search(source.text) is not None
    nodes, remarks = _ring(source) if is_ring else _table(source)
    if not nodes:
        raise source.refuse(1, "no nodes with tokens in it")
    owners: dict[int, PoolNode] = {}
    for node in nodes.values():
        for token in node.tokens:
            if owners.setdefault(token, node) is not node:
                raise source.refuse(node.line, f"token {token} is owned twice, by {owners[token].name} too")
    said = source.settings.get("strategy")
    if said is None:
        what = "`nodetool ring`" if is_ring else "a table of peers"
        raise source.refuse(0, f"keyspace replication is not in {what}: give --set strategy=SimpleStrategy:3")
    strategy, factor = strategy_of(said)
    options: dict[str, object] = {"strategy": strategy, "rf": factor}
    options["partitioner"] = source.settings.get("partitioner", "Murmur3Partitioner")
    pool = Pool(
        "cassandra",
        tuple(nodes.values()),
        options,
        strategy,
        str(options["partitioner"]),
        directive=said,
        file=source.path,
        line=1,
        warnings=tuple(remarks),
    )
    return Contents((pool,))


def _ring(source: Source) -> tuple[dict[str, PoolNode], list[Remark]]:
    nodes: dict[str, PoolNode] = {}
    remarks: list[Remark] = []
    datacenter = None
    for number, line in enumerate(source.lines, 1):
        words = line.split()
        if words[:1] == ["Datacenter:"] and len(words) == 2:
            datacenter = words[1]
            continue
        if len(words) < 6 or _RING.match(line) or not (_STATUS & set(words) or _TOKEN.fullmatch(words[-1])):
            continue
        state = next((index for index, word in enumerate(words) if word in _STATES), 0)
        if state not in (3, 4) or words[state - 1] not in _STATUS or not _TOKEN.fullmatch(words[-1]):
            form = "address, rack, Up or Down, state, load, owns and token"
            raise source.refuse(number, f"no row of `nodetool ring`: {form}")
        if words[state] == "Joining":
            remarks.append(Remark("health", f"{words[0]} is joining: it is left out", source.path, number))
            continue
        dc, rack = words[1] if state == 4 else datacenter, words[state - 2]
        # a ring lists each datacenter on its own, and the address of a node stands once a token
        node = nodes.get(words[0]) or PoolNode(words[0], dc=dc, rack=rack, line=number)
        if (node.dc, node.rack) != (dc, rack):
            raise source.refuse(number, f"{words[0]} is in another rack or datacenter in line {node.line}")
        nodes[words[0]] = replace(node, tokens=(*node.tokens, int(words[-1])))
    return nodes, remarks


def _table(source: Source) -> tuple[dict[str, PoolNode], list[Remark]]:
    nodes: dict[str, PoolNode] = {}
    rows = csv.DictReader(io.StringIO(source.text))
    try:
        for row in rows:
            _row(source, nodes, row, min(rows.line_num, len(source.lines)))
    except csv.Error as error:
        raise source.refuse(min(rows.line_num, len(source.lines)), f"no CSV ({error})") from None
    return nodes, []


def _row(source: Source, nodes: dict[str, PoolNode], row: dict[str, str], line: int) -> None:
    name = row.get("peer") or row.get("rpc_address") or row.get("broadcast_address") or ""
    tokens = re.findall(r"[^\s,{}'\[\]\"]+", row.get("tokens") or "")
    if not name or not tokens:
        raise source.refuse(line, "a row without an address, or without tokens")
    wrong = next((token for token in tokens if not _TOKEN.fullmatch(token)), None)
    if wrong is not None or None in row:
        raise source.refuse(
            line, f"{wrong!r} is no token" if wrong else "more columns than the first line names"
        )
    if name in nodes:
        raise source.refuse(line, f"{name} stands twice")
    nodes[name] = PoolNode(
        name,
        dc=row.get("data_center") or None,
        rack=row.get("rack") or None,
        tokens=tuple(map(int, tokens)),
        line=line,
    )
