"""twemproxy: the pools of a nutcracker.yml."""

from __future__ import annotations

import re

from experiments.plan.marked import Marked, documents
from experiments.plan.pool import Pool, PoolNode, Remark
from experiments.plan.source import Contents, Refused, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "twemproxy"
HASHES = frozenset(
    [
        *("one_at_a_time", "md5", "crc16", "crc32", "crc32a", "fnv1_64", "fnv1a_64", "fnv1_32", "fnv1a_32"),
        *("hsieh", "murmur", "jenkins"),
    ]
)
_SERVER = re.compile(r"(?P<address>(?P<host>\S+?)(?::(?P<port>\d+))?):(?P<weight>\d+)(?:\s+(?P<label>\S+))?")


def recognises(source: Source) -> bool:
    """Return whether a text has pools with servers and a place to listen."""
    text = source.text
    return bool(
        re.search(r"^\s+servers\s*:", text, re.MULTILINE) and re.search(r"^\s+listen\s*:", text, re.M)
    )


def read(source: Source) -> Contents:
    """Return the pools that hash, and those that do not."""
    pools: list[Pool] = []
    refused: list[Refused] = []
    for document in documents(source):
        if not isinstance(document.value, dict):
            raise source.refuse(document.line, "no mapping of pools")
        for name, pool in document.value.items():
            made = _pool(source, name, pool)
            if isinstance(made, Pool):
                pools.append(made)
            else:
                refused.append(made)
    return Contents(tuple(pools), tuple(refused))


def _text(source: Source, pool: Marked, key: str, default: str) -> tuple[str, int]:
    found = pool.get(key)
    if found is None:
        return default, pool.line
    if isinstance(found.value, (dict, list)):
        raise source.refuse(found.line, f"{key} is no text")
    return str(found.value), found.line


def _pool(source: Source, name: str, pool: Marked) -> Pool | Refused:
    if not isinstance(pool.value, dict):
        raise source.refuse(pool.line, f"pool {name} is no mapping")
    distribution, line = _text(source, pool, "distribution", "ketama")
    if distribution == "random":
        return Refused(name, source.path, line, f"pool {name}: distribution random does not hash")
    if distribution not in ("ketama", "modula"):
        raise source.refuse(line, f'distribution "{distribution}" is unknown: ketama, modula, random')
    function, line = _text(source, pool, "hash", "fnv1a_64")
    if function not in HASHES:
        raise source.refuse(line, f'hash "{function}" is unknown: {", ".join(sorted(HASHES))}')
    tag, line = _text(source, pool, "hash_tag", "")
    if len(tag) not in (0, 2):
        raise source.refuse(line, f'hash_tag "{tag}" is no pair of characters')
    servers = pool.get("servers")
    if servers is None or not servers.items():
        raise source.refuse(pool.line, f"pool {name} has no servers")
    nodes: list[PoolNode] = []
    for server in servers.items():
        node = _server(source, server)
        for other in nodes:
            if other.name == node.name:
                raise source.refuse(
                    server.line, f'server "{node.name}" stands twice, in line {other.line} too'
                )
        nodes.append(node)
    remarks = []
    eject = pool.get("auto_eject_hosts")
    if eject is not None and eject.value is True:
        text = "auto_eject_hosts: a failing server leaves as if deleted; the plan is for all of them usable"
        remarks.append(Remark("health", text, source.path, eject.line))
    return Pool(
        "twemproxy",
        tuple(nodes),
        {"hash": function, "distribution": distribution, "hash_tag": tag or None},
        distribution,
        function,
        name=name,
        directive=f"hash {function}, distribution {distribution}",
        file=source.path,
        line=max(1, pool.line - 1),
        warnings=tuple(remarks),
    )


def _server(source: Source, server: Marked) -> PoolNode:
    text = str(server.value)
    match = _SERVER.fullmatch(text)
    if match is None or (match["port"] is None and not match["host"].startswith("/")):
        address = text.split(" ")[0]
        missing = re.fullmatch(r"[^\s:]+:\d+", address)
        why = f"has no weight: write {address}:1" if missing else "is no host:port:weight [name]"
        raise source.refuse(server.line, f'server "{text}" {why}')
    if int(match["weight"]) < 1:
        raise source.refuse(server.line, f'server "{text}" has weight 0: twemproxy wants 1 and more')
    port = int(match["port"] or 0)
    if port > 65535:
        raise source.refuse(server.line, f'server "{text}" has port {port}: at most 65535')
    return PoolNode(
        match["label"] or match["address"],
        match["address"],
        weight=int(match["weight"]),
        label=match["label"],
        host=match["host"],
        port=port,
        line=server.line,
    )
