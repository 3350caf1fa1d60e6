"""twemproxy: the pools of a nutcracker.yml."""

from __future__ import annotations

import re

from experiments.plan.marked import Marked, documents
from experiments.plan.pool import Pool, PoolNode, Remark
from experiments.plan.source import Contents, Refused, Source, names

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "twemproxy"
HASHES = frozenset(
    [
        *("one_at_a_time", "md5", "crc16", "crc32", "crc32a", "fnv1_64", "fnv1a_64", "fnv1_32", "fnv1a_32"),
        *("hsieh", "murmur", "jenkins"),
    ]
)
IDLE = names(
    "auto_eject_hosts backlog client_connections distribution hash hash_tag listen preconnect redis "
    "redis_auth redis_db server_connections server_failure_limit server_retry_timeout servers tcpkeepalive "
    "timeout"
)
"""What a pool may have: all that is read, or places no key elsewhere."""

_SERVER = re.compile(
    r"(?P<address>(?P<host>\S+?)(?::(?P<port>[0-9]{1,9}))?):(?P<weight>[0-9]{1,10})(?:\s+(?P<label>\S+))?"
)


def recognises(source: Source) -> bool:
    """Return whether a text has pools with servers and a place to listen."""
    text = source.text
    return bool(
        re.search(r"^\s+servers\s*:", text, re.MULTILINE) and re.search(r"^\s+listen\s*:", text, re.M)
    )


def read(source: Source) -> Contents:
    """Return the pools that hash, and those that do not."""
    every: dict[str, Pool | Refused] = {}
    for document in documents(source):
        if not isinstance(document.value, dict):
            raise source.refuse(document.line, "no mapping of pools")
        for name, pool in document.fields():
            if name in every:
                line = every[name].line
                raise source.refuse(pool.line, f"pool {name} stands twice, in line {line} too")
            every[name] = _pool(source, name, pool)
    return Contents(
        tuple(made for made in every.values() if isinstance(made, Pool)),
        tuple(made for made in every.values() if isinstance(made, Refused)),
    )


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
    for key, value in pool.fields():
        if key not in IDLE:
            text = f'pool {name} uses "{key}", which plan does not know: it may place keys'
            return Refused(name, source.path, value.line, text, unmodelled=True)
    distribution, line = _text(source, pool, "distribution", "ketama")
    if distribution == "random":
        return Refused(name, source.path, line, f"pool {name}: distribution random does not hash")
    if distribution not in ("ketama", "modula"):
        raise source.refuse(line, f'distribution "{distribution}" is unknown: ketama, modula, random')
    function, line = _text(source, pool, "hash", "fnv1a_64")
    if function not in HASHES:
        raise source.refuse(line, f'hash "{function}" is unknown: {", ".join(sorted(HASHES))}')
    if function == "hsieh":
        text = f"pool {name} uses hash hsieh, which is not modelled"
        return Refused(name, source.path, line, text, unmodelled=True)
    tag, line = _text(source, pool, "hash_tag", "")
    if len(tag) not in (0, 2):
        raise source.refuse(line, f'hash_tag "{tag}" is no pair of characters')
    servers = pool.get("servers")
    if servers is None or not servers.items():
        raise source.refuse(pool.line, f"pool {name} has no servers")
    nodes: dict[str, PoolNode] = {}
    addresses: dict[str | None, int] = {}
    for server in servers.items():
        node = _server(source, server)
        taken = nodes[node.name].line if node.name in nodes else addresses.get(node.address)
        if taken is not None:
            raise source.refuse(server.line, f'server "{node.name}" stands twice, in line {taken} too')
        nodes[node.name], addresses[node.address] = node, server.line
    remarks = []
    eject = pool.get("auto_eject_hosts")
    if eject is not None and eject.value is True:
        text = "auto_eject_hosts: a failing server leaves as if deleted; the plan is for all of them usable"
        remarks.append(Remark("health", text, source.path, eject.line))
    return Pool(
        "twemproxy",
        tuple(nodes.values()),
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
    text = " ".join(str(server.value).split())
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
