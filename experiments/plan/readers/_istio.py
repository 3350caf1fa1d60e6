"""Istio's DestinationRule: the consistent hash that it asks of Envoy, for hosts that ``--set`` says."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from experiments.plan.marked import Marked
from experiments.plan.pool import Pool, PoolNode
from experiments.plan.readers._envoy import NOT_MODELLED, options_of
from experiments.plan.source import Refused, Source, names

__all__ = ["rules"]

_POLICY = names("connection_pool load_balancer outlier_detection proxy_protocol retry_budget tls tunnel")
_BALANCER = names("consistent_hash")
_KEYS = names("http_cookie http_header_name http_query_parameter_name use_source_ip")
_HASH = _KEYS | names("maglev minimum_ring_size ring_hash")


def rules(source: Source, document: Marked) -> Iterator[Pool | Refused]:
    """Yield the pools of a rule, or of a list of them, subsets that have a policy of their own too."""
    listed = document.get("items")
    every = listed.items() if listed is not None else [document]
    count: dict[str, int] = {}
    for rule in every:
        kind = rule.get("kind")
        if kind is None or kind.value != "DestinationRule":
            continue
        named, space = rule.get("metadata", "name"), rule.get("metadata", "namespace")
        name = str(named.value) if named is not None else "DestinationRule"
        count[name] = count.get(name, 0) + 1
        if count[name] > 1 and space is not None:
            name = f"{name}.{space.value}"
        yield _rule(source, rule, name)
        subsets = rule.get("spec", "subsets")
        for subset in subsets.items() if subsets is not None else []:
            own = subset.get("traffic_policy")
            if own is not None:
                label = subset.get("name")
                where = f"{name}/{label.value if label else own.line}"
                hashes = own.get("load_balancer", "simple") is None
                why = "has a trafficPolicy of its own: not modelled" if hashes else "does not hash"
                yield Refused(where, source.path, own.line, f"subset {where} {why}", unmodelled=hashes)


def _rule(source: Source, rule: Marked, name: str) -> Pool | Refused:
    policy = rule.get("spec", "traffic_policy")
    balancer = policy.get("load_balancer") if policy is not None else None
    hashed = balancer.get("consistent_hash") if balancer is not None else None
    ports = policy.get("port_level_settings") if policy is not None else None
    if ports is not None:
        text = f"DestinationRule {name}: portLevelSettings are not modelled"
        return Refused(name, source.path, ports.line, text, unmodelled=True)
    if hashed is None:
        text = f"DestinationRule {name} has no consistentHash: nothing to place"
        return Refused(name, source.path, rule.line, text)
    for mapping, known in ((policy, _POLICY), (balancer, _BALANCER), (hashed, _HASH)):
        for field, value in mapping.fields() if mapping is not None else ():
            if field not in known:
                text = f'DestinationRule {name} uses "{field}", {NOT_MODELLED}'
                return Refused(name, source.path, value.line, text, unmodelled=True)
    maglev, ring = hashed.get("maglev"), hashed.get("ring_hash")
    kind = "MAGLEV" if maglev is not None else "RING_HASH"
    options, _ = options_of(source, kind, maglev or ring or hashed)
    hosts = [host.strip() for host in source.settings.get("hosts", "").split(",") if host.strip()]
    if not hosts:
        text = "endpoints are not in a DestinationRule: give --set hosts=10.0.0.1:80,10.0.0.2:80"
        return Refused(name, source.path, hashed.line, text)
    for host in hosts:
        if not _is_address(host) or hosts.count(host) > 1:
            raise source.refuse(hashed.line, f"--set hosts: {host!r} is no ip:port, or stands twice")
    keys = [key for key, _ in hashed.fields() if key in _KEYS]
    return Pool(
        "envoy",
        tuple(PoolNode(host) for host in hosts),
        options,
        kind,
        str(options.get("hash_function", "")),
        name=name,
        directive=f"{kind}, hashed: {', '.join(keys) or 'nothing'}",
        file=source.path,
        line=hashed.line,
    )


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return port.isascii() and port.isdigit() and int(port) < 1 << 16 and host.startswith("[") == (":" in host)
