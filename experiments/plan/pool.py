"""What every reader makes of a configuration, and every system's placement is made of: the neutral form.

The JSON beside the recordings has the same fields as the TOML form, so each of them is a configuration.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.options.errors import BadUse, did_you_mean

__all__ = [
    "COUNTED",
    "SYSTEMS",
    "Pool",
    "PoolNode",
    "Remark",
    "counted",
    "json_of",
    "neutral_pool",
    "place",
    "refuse",
]

SYSTEMS = (
    "nginx",
    "haproxy",
    "envoy",
    "twemproxy",
    "libmemcached",
    "redis",
    "cassandra",
    "kafka",
    "elasticsearch",
    "mongodb",
    "postgresql",
    "guava",
    "pymemcache",
)
"""The systems whose placements can be computed."""


@dataclass(frozen=True)
class Remark:
    """A warning: its code, what is said, and where the configuration gives rise to it."""

    code: str
    text: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class PoolNode:
    """A node of a configuration; what it does not say is None.

    Parameters
    ----------
    name
        Identity between two configurations (section 8 of the manual of `plan`).
    address
        As written, where the name is another text.
    weight
        As written; 1 where nothing is.
    id
        HAProxy's, where written.
    down
        Marked down or disabled: it stays in the list and gets no keys.
    dead
        It refuses connections: to the placement the same as ``down``.
    tokens, dc, rack
        Cassandra's.
    hash_key
        Envoy's, from the metadata.
    label
        twemproxy's name behind the address.
    host, port
        Of memcached clients and twemproxy.
    line
        Of the file; 0 where there is none.
    """

    name: str
    address: str | None = None
    weight: int = 1
    id: int | None = None
    down: bool = False
    dead: bool = False
    tokens: tuple[int, ...] = ()
    dc: str | None = None
    rack: str | None = None
    hash_key: str | None = None
    label: str | None = None
    host: str | None = None
    port: int | None = None
    line: int = 0

    @property
    def usable(self) -> bool:
        """Whether it is to get keys."""
        return not (self.down or self.dead) and self.weight > 0


@dataclass(frozen=True)
class Pool:
    """One upstream, backend, cluster or table of one system.

    Parameters
    ----------
    system
        One of `SYSTEMS`.
    nodes
        In the order of the configuration.
    options
        All that is not a node, by the names that the recordings have: ``balance``, ``hash_type``,
        ``minimum_ring_size``, ``calls``, ``slots``, ``parts``, ``types``, ``rf``, ``partitions`` ...
    method, hash
        The options that name them, whatever the system calls them; see `METHODS`. HAProxy's are parted from
        ``hash_type``: method ``consistent`` or ``map-based``, hash ``sdbm+avalanche``.
    version
        Of the program; empty where unknown.
    name
        Of the pool, such as nginx's ``upstream NAME``.
    directive
        What the configuration says, for a reader.
    file, line
        Where the pool begins.
    warnings
        What the reader had to say.
    """

    system: str
    nodes: tuple[PoolNode, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    method: str = ""
    hash: str = ""
    version: str = ""
    name: str = ""
    directive: str = ""
    file: str = ""
    line: int = 0
    warnings: tuple[Remark, ...] = ()

    @property
    def usable(self) -> tuple[PoolNode, ...]:
        """The nodes that are to get keys."""
        return tuple(node for node in self.nodes if node.usable)

    def with_nodes(self, nodes: Sequence[PoolNode]) -> Pool:
        """Return the pool with other nodes."""
        return replace(self, nodes=tuple(nodes))


COUNTED = {"kafka": "partitions", "elasticsearch": "number_of_shards", "guava": "buckets"}
"""The option that says how many nodes a system has, which are numbers."""


def counted(pool: Pool) -> Pool:
    """Return the pool with the nodes that an option counts, where it names none."""
    count = pool.options.get(COUNTED.get(pool.system, ""))
    if pool.nodes or not isinstance(count, int) or isinstance(count, bool):
        return pool
    return replace(pool, nodes=tuple(PoolNode(str(number)) for number in range(count)))


METHODS: Mapping[str, tuple[str, str]] = {
    "nginx": ("method", ""),
    "envoy": ("lb_policy", "hash_function"),
    "twemproxy": ("distribution", "hash"),
    "cassandra": ("strategy", "partitioner"),
    "kafka": ("partitioner", ""),
    "postgresql": ("method", ""),
    "guava": ("", "input"),
}
"""The options that say a system's method and hash; HAProxy's stand in one."""

AVALANCHE = "+avalanche"
LONGEST = 400
"""Of a sentence: a file may have words of any length."""


def place(file: str, line: int) -> str:
    """Return ``file:line``, or what of it there is."""
    return f"{file}:{line}" if line else file


def refuse(file: str, line: int, sentence: str) -> BadUse:
    """Return the error of a configuration: where, and what is wrong, in one sentence."""
    sentence = " ".join(sentence.split())
    if len(sentence) > LONGEST:
        sentence = f"{sentence[: LONGEST * 3 // 4]} … {sentence[-LONGEST // 4 :]}"
    return BadUse(f"{place(file, line)}: {sentence}" if file else sentence)


def hash_type_of(text: str | None) -> tuple[str, str]:
    """Return method and hash of HAProxy's ``hash-type``; a function that is written has no avalanche."""
    words = (text or "map-based").split()
    method, function = words[0], words[1] if len(words) > 1 else ""
    if not function:
        return method, "sdbm" + (AVALANCHE if method == "consistent" else "")
    return method, function + (AVALANCHE if "avalanche" in words[2:] else "")


def method_and_hash(system: str, options: Mapping[str, Any]) -> tuple[str, str]:
    """Return the method and the hash that options name; empty where they name none."""
    if system == "haproxy":
        return hash_type_of(options.get("hash_type"))
    method, hash_option = METHODS.get(system, ("", ""))
    return str(options.get(method) or ""), str(options.get(hash_option) or "")


def neutral_pool(path: str | Path) -> Pool:
    """Read the neutral form, TOML or JSON."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise refuse(str(path), 0, "not UTF-8; write the neutral form in UTF-8") from None
    return parsed(text, str(path), file.stem)


def json_of(text: str, file: str, line: int = 0) -> Any:
    """Return what a JSON text says, of a file or of one line of it."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise refuse(file, line or error.lineno, f"no JSON ({error.msg})") from None
    except RecursionError:
        raise refuse(file, line, "JSON that is nested too deeply: no configuration") from None
    except ValueError as error:
        raise refuse(file, line, f"no JSON that can be read ({error})") from None


def parsed(text: str, file: str, name: str) -> Pool:
    """Return the pool of a neutral text, TOML or JSON."""
    if text.lstrip().startswith("{"):
        return pool_of(json_of(text, file), file, name)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise refuse(file, _line_of(str(error), text), f"no TOML ({error})") from None
    except RecursionError:
        raise refuse(file, 0, "TOML that is nested too deeply: no configuration") from None
    except ValueError as error:
        raise refuse(file, 0, f"no TOML that can be read ({error})") from None
    return pool_of(content, file, name)


def _line_of(message: str, text: str) -> int:
    _, _, behind = message.partition("(at line ")
    number = behind.partition(",")[0]
    return int(number) if number.isdigit() else text.rstrip("\n").count("\n") + 1


def pool_of(content: Any, file: str = "", name: str = "") -> Pool:
    """Return the pool that parsed TOML or JSON says."""
    if not isinstance(content, dict) or not isinstance(content.get("system"), str):
        raise refuse(file, 0, 'no neutral form: it begins with system = "NAME", then [options] and [[node]]')
    system = content["system"]
    if system not in SYSTEMS:
        hint = did_you_mean(system, SYSTEMS)
        raise refuse(file, 0, f"system {system!r} is unknown{hint}; give one of {', '.join(SYSTEMS)}")
    _check(content, POOL_KEYS, file, "the neutral form")
    options = content.get("options", {})
    if not isinstance(options, dict):
        raise refuse(file, 0, "options is no table of names and values")
    listed = content.get("nodes", content.get("node", []))
    if not isinstance(listed, list):
        raise refuse(file, 0, "the nodes are no list; write [[node]] before each")
    method, function = method_and_hash(system, options)
    return Pool(
        system=system,
        nodes=tuple(_node(node, file, number) for number, node in enumerate(listed, 1)),
        options=options,
        method=_text(content, "method", file) or method,
        hash=_text(content, "hash", file) or function,
        version=_text(content, "version", file),
        name=_text(content, "name", file) or name,
        directive=_text(content, "directive", file),
        file=file,
    )


POOL_KEYS = frozenset(
    ["system", "version", "method", "hash", "name", "directive", "options", "node", "nodes", "event", "kind"]
)  # event and kind: of the recordings
NODE_TYPES: Mapping[str, type] = {
    "name": str,
    "address": str,
    "weight": int,
    "id": int,
    "down": bool,
    "dead": bool,
    "tokens": list,
    "dc": str,
    "rack": str,
    "hash_key": str,
    "label": str,
    "host": str,
    "port": int,
}


def _check(content: Mapping[str, Any], allowed: frozenset[str], file: str, what: str) -> None:
    for key in content:
        if key not in allowed:
            hint = did_you_mean(key, allowed)
            raise refuse(file, 0, f"{what} has no {key!r}{hint}; it has {', '.join(sorted(allowed))}")


def _text(content: Mapping[str, Any], key: str, file: str) -> str:
    value = content.get(key)
    if value is not None and not isinstance(value, str):
        raise refuse(file, 0, f"{key} is {value!r}; write a text")
    return value or ""


def _node(content: Any, file: str, number: int) -> PoolNode:
    what = f"node {number}"
    if not isinstance(content, dict):
        raise refuse(file, 0, f'{what} is no table; write [[node]] and name = "..."')
    _check(content, frozenset(NODE_TYPES), file, what)
    for key, value in content.items():
        wanted = NODE_TYPES[key]
        if value is not None and (
            not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))
        ):
            kind = {str: "text", int: "whole number", bool: "true or false", list: "list"}[wanted]
            raise refuse(file, 0, f"{what}: {key} is {value!r}; write a {kind}")
    if not content.get("name"):
        raise refuse(file, 0, f"{what} has no name")
    values = {key: value for key, value in content.items() if value is not None}
    tokens = values.pop("tokens", [])
    if not all(isinstance(token, int) and not isinstance(token, bool) for token in tokens):
        raise refuse(file, 0, f"{what}: tokens are whole numbers")
    if values.get("weight", 1) < 0:
        raise refuse(file, 0, f"{what}: weight {values['weight']} is below 0")
    return PoolNode(**values, tokens=tuple(tokens))
