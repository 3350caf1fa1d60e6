"""``--set name=value``: what a configuration cannot say itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from experiments.options.errors import BadUse, did_you_mean
from experiments.plan.pool import Pool, PoolNode, method_and_hash
from experiments.plan.source import Contents

__all__ = ["applied", "calls_of", "parse_settings", "strategy_of"]


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("a whole number")
    return int(text)


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def calls_of(text: str) -> list[object]:
    """Return libmemcached's calls: ``HASH md5,KETAMA`` sets a hash, then a behaviour, then the servers."""
    calls: list[object] = []
    for call in _listed(text):
        name, _, value = call.partition(" ")
        if name == "servers":
            calls.append("servers")
        else:
            value = value.strip() or "1"
            calls.append([name, int(value) if value.isdigit() else value])
    return calls if "servers" in calls else [*calls, "servers"]


def rf_of(text: str) -> object:
    """Return replication factors: ``3``, or ``dc1:3,dc2:2``."""
    if ":" not in text:
        return _whole(text)
    return {dc: _whole(count) for dc, _, count in (each.partition(":") for each in _listed(text))}


def strategy_of(text: str) -> tuple[str, object]:
    """Return a keyspace's strategy and its replication factor, or one for each datacenter.

    Examples
    --------
    >>> strategy_of("SimpleStrategy:3"), strategy_of("NetworkTopologyStrategy:dc1:3")
    (('SimpleStrategy', 3), ('NetworkTopologyStrategy', {'dc1': 3}))
    """
    strategy, sign, factor = text.partition(":")
    try:
        return strategy, rf_of(factor) if sign else 1
    except ValueError:
        raise BadUse(
            f"--set: strategy={text!r}: write SimpleStrategy:3 or NetworkTopologyStrategy:dc1:3"
        ) from None


ANY: Mapping[str, Callable[[str], object]] = {"version": str}
OWN: Mapping[str, Mapping[str, Callable[[str], object]]] = {
    "kafka": {"partitions": _whole, "partitioner": str, "serializer": str},
    "elasticsearch": {
        "number_of_shards": _whole,
        "number_of_routing_shards": _whole,
        "routing_partition_size": _whole,
    },
    "libmemcached": {"calls": calls_of, "client": str},
    "cassandra": {"strategy": str, "rf": rf_of, "partitioner": str, "types": _listed},
    "postgresql": {"types": _listed},
    "guava": {"buckets": _whole, "input": str},
    "envoy": {"hosts": _listed},
    "mongodb": {"type": str},
}
"""What can be set, by system."""


def parse_settings(typed: list[str]) -> dict[str, str]:
    """Return names and values of ``--set name=value``."""
    settings: dict[str, str] = {}
    for each in typed:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise BadUse(f"--set: {each!r} is no name=value, such as partitions=12")
        if name in settings:
            raise BadUse(f"--set: {name} is given twice; give it once")
        settings[name] = value
    return settings


def applied(contents: Contents, settings: Mapping[str, str]) -> Contents:
    """Return the pools with what is set; a name that none of them has is refused."""
    if not settings or not contents.pools:
        return contents
    return replace(contents, pools=tuple(_applied(pool, settings) for pool in contents.pools))


def _applied(pool: Pool, settings: Mapping[str, str]) -> Pool:
    allowed = {**ANY, **OWN.get(pool.system, {})}
    options: dict[str, Any] = dict(pool.options)
    for name, text in settings.items():
        if name not in allowed:
            raise BadUse(
                f"--set: {pool.system} has no {name!r}{did_you_mean(name, allowed)}; set {', '.join(allowed)}"
            )
        try:
            value = allowed[name](text)
        except ValueError as error:
            raise BadUse(f"--set: {name}={text!r} is not possible; give {error}") from None
        if name == "version":
            pool = replace(pool, version=text)
        elif name == "strategy":
            options["strategy"], options["rf"] = strategy_of(text)
        else:
            options[name] = value
    method, function = method_and_hash(pool.system, options)
    nodes = pool.nodes
    counted = {"kafka": "partitions", "elasticsearch": "number_of_shards"}.get(pool.system)
    if counted is not None and counted in settings:
        nodes = tuple(PoolNode(str(number)) for number in range(options[counted]))
    return replace(
        pool, options=options, nodes=nodes, method=method or pool.method, hash=function or pool.hash
    )
