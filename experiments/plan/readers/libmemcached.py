"""Lists of memcached servers, as clients take them: ``host[:port[:weight]]``, by commas or a line each."""

from __future__ import annotations

import re

from experiments.plan.pool import Pool, PoolNode, Remark
from experiments.plan.settings import calls_of
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises", "servers_of"]

SYSTEM = "libmemcached"
_SERVER = re.compile(
    r"(?P<host>\[[^\]\s]+\]|[^\s:,/]+)(?::(?P<port>[0-9]{1,9}))?(?::(?P<weight>[0-9]{1,10}))?"
)
DEFAULT = "KETAMA_WEIGHTED"


def recognises(source: Source) -> bool:
    """Return whether whose list this is can be told: it cannot."""
    return False


def servers_of(source: Source, *, weights: bool) -> tuple[PoolNode, ...]:
    """Return the servers of a list."""
    nodes: dict[str, PoolNode] = {}
    for number, line in enumerate(source.lines, 1):
        for text in filter(None, re.split(r"[,\s]+", line.partition("#")[0])):
            match = _SERVER.fullmatch(text.removeprefix("--SERVER="))
            if match is None or (match["weight"] is not None and not weights):
                form = "host[:port[:weight]]" if weights else "host[:port]"
                raise source.refuse(number, f'"{text}" is no {form}')
            port, weight = int(match["port"] or 11211), int(match["weight"] or 1)
            if port > 65535 or weight < 1:
                raise source.refuse(number, f'"{text}": ports go to 65535, weights begin at 1')
            name = f"{match['host']}:{port}"
            if name in nodes:
                raise source.refuse(number, f"server {name} stands twice, in line {nodes[name].line} too")
            nodes[name] = PoolNode(name, weight=weight, host=match["host"], port=port, line=number)
    if not nodes:
        raise source.refuse(0, "no servers; give host:port, …")
    return tuple(nodes.values())


def read(source: Source) -> Contents:
    """Return the one pool."""
    nodes = servers_of(source, weights=True)
    said = source.settings.get("calls")
    remarks: tuple[Remark, ...] = ()
    if said is None:
        text = (
            f"which behaviours the client sets is not in a list of servers: {DEFAULT} is a guess, "
            "and without any "
            "it is modula; give --set calls="
        )
        remarks = (Remark("client-differs", text, source.path, 1),)
    options = {"client": "c", "calls": calls_of(said or DEFAULT)}
    pool = Pool(
        "libmemcached",
        nodes,
        options,
        directive=said or DEFAULT,
        file=source.path,
        line=1,
        warnings=remarks,
    )
    return Contents((pool,))
