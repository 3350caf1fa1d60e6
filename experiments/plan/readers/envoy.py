"""Envoy: clusters of a bootstrap, of a list of clusters or a dump of CDS; and Istio's DestinationRule."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Any

from experiments.plan.marked import Marked, documents
from experiments.plan.pool import Pool, PoolNode, Remark
from experiments.plan.source import Contents, Refused, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "envoy"
_KEYS = re.compile(
    r"(\blb_?policy|\bload_?assignment|\bstatic_?resources|\bclusters|\bload_?balancing_?policy)\"?\s*:", re.I
)
_RULE = re.compile(r"""kind["']?\s*:\s*["']?DestinationRule""")
HASHING = ("RING_HASH", "MAGLEV")
LARGEST_RING, LARGEST_TABLE = 8388608, 5000011
UNMODELLED = ("lb_subset_config", "slow_start_config")


def recognises(source: Source) -> bool:
    """Return whether a text has clusters of Envoy, or a rule of Istio."""
    return bool(_RULE.search(source.text) or _KEYS.search(source.text))


def read(source: Source) -> Contents:
    """Return the clusters that hash, and those that do not."""
    pools: list[Pool] = []
    refused: list[Refused] = []
    lines: dict[str, int] = {}
    for document in documents(source, snake=True):
        kind = document.get("kind")
        if kind is not None and kind.value == "DestinationRule":
            found = [_rule(source, document)]
        else:
            policies = _policies(document)
            found = [_cluster(source, each, policies) for each in document.walk() if _is_cluster(each)]
        for made in found:
            if made.name in lines:
                raise source.refuse(
                    made.line, f"cluster {made.name} stands twice, in line {lines[made.name]} too"
                )
            lines[made.name] = made.line
            if isinstance(made, Pool):
                pools.append(made)
            else:
                refused.append(made)
    return Contents(tuple(pools), tuple(refused))


def _is_cluster(mapping: Marked) -> bool:
    named = mapping.get("name") is not None
    policy = mapping.get("lb_policy") is not None or mapping.get("load_balancing_policy") is not None
    return named and (policy or mapping.get("load_assignment") is not None)


class _Unmodelled(Exception):
    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def _policies(document: Marked) -> dict[str, list[Marked]]:
    """Return the hash policies of routes by cluster."""
    policies: dict[str, list[Marked]] = {}
    for mapping in document.walk():
        cluster, hashed = mapping.get("cluster"), mapping.get("hash_policy")
        if cluster is not None and hashed is not None and hashed.items():
            policies.setdefault(str(cluster.value), hashed.items())
    return policies


def _cluster(source: Source, cluster: Marked, policies: dict[str, list[Marked]]) -> Pool | Refused:
    name = str(cluster.value["name"].value)
    line = cluster.line
    try:
        policy, config, common = _policy(source, cluster)
        if policy not in HASHING:
            at = cluster.get("lb_policy") or cluster.get("load_balancing_policy") or cluster
            text = f"cluster {name}: {policy} does not hash; `plan` covers RING_HASH and MAGLEV"
            return Refused(name, source.path, at.line, text)
        for word in UNMODELLED:
            for mapping in (cluster, common, config):
                found = mapping.get(word) if mapping else None
                if found is not None:
                    raise _Unmodelled(found.line, word)
        hashing = policies.get(name, [])
        for each in hashing:
            if len(hashing) > 1 and each.get("cookie", "ttl") is not None:
                raise _Unmodelled(each.line, "several hash policies with a cookie that has a ttl")
        options, remarks = _options(source, policy, config, common)
        consistent = common.get("consistent_hashing_lb_config") if common else None
        use = (consistent or cluster).get("use_hostname_for_hashing") or (
            config.get("consistent_hashing_lb_config", "use_hostname_for_hashing") if config else None
        )
        nodes = _endpoints(source, cluster, hostname=use is not None and use.value is True)
    except _Unmodelled as error:
        text = f'cluster {name} uses "{error}", which changes placements and is not modelled'
        return Refused(name, source.path, error.line, text, unmodelled=True)
    if not nodes:
        text = f"cluster {name} has no endpoints here: give a file with its load_assignment"
        return Refused(name, source.path, line, text)
    return Pool(
        "envoy",
        tuple(nodes),
        options,
        policy,
        str(options.get("hash_function", "")),
        name=name,
        directive=f"lb_policy {policy}" + _described(hashing),
        file=source.path,
        line=line,
        warnings=tuple(remarks),
    )


def _described(policies: Sequence[Marked]) -> str:
    words = []
    for policy in policies:
        for kind, value in policy.value.items() if isinstance(policy.value, dict) else ():
            named = value.get("header_name") or value.get("name")
            if kind != "terminal":
                words.append(f"{kind} {named.value}" if named else kind)
    return f", hashed: {', '.join(words) or 'whatever the route says'}"


def _policy(source: Source, cluster: Marked) -> tuple[str, Marked | None, Marked | None]:
    """Return the policy, its own configuration and the one that all policies have."""
    new = cluster.get("load_balancing_policy", "policies")
    if new is not None and new.items():
        typed = new.items()[0].get("typed_extension_config", "typed_config")
        if typed is None:
            raise _Unmodelled(new.line, "load_balancing_policy without a typed_config")
        kind = str(typed.plain().get("@type", "")).rpartition(".")[2]
        named = {"RingHash": "RING_HASH", "Maglev": "MAGLEV"}.get(kind, kind or "load_balancing_policy")
        if typed.get("locality_weighted_lb_config") is not None:
            raise _Unmodelled(typed.line, "locality_weighted_lb_config")
        return named, typed, typed
    policy = cluster.get("lb_policy")
    word = str(policy.value) if policy is not None else "ROUND_ROBIN"
    config = cluster.get("ring_hash_lb_config" if word == "RING_HASH" else "maglev_lb_config")
    common = cluster.get("common_lb_config")
    local = common.get("locality_weighted_lb_config") if common else None
    if local is not None and word in HASHING:
        raise _Unmodelled(local.line, "locality_weighted_lb_config")
    return word, config, common


def _number(source: Source, mapping: Marked | None, key: str, default: int, most: int) -> tuple[int, int]:
    found = mapping.get(key) if mapping is not None else None
    if found is None:
        return default, mapping.line if mapping is not None else 0
    value = found.value
    if isinstance(value, dict) and "value" in value:
        value = value["value"].value
    text = str(value)
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise source.refuse(found.line, f"{key} {text} is not possible: 1 to {most}")
    return int(text), found.line


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % factor for factor in range(2, int(number**0.5) + 1))


def _options(
    source: Source, policy: str, config: Marked | None, common: Marked | None
) -> tuple[dict[str, Any], list[Remark]]:
    options: dict[str, Any] = {"lb_policy": policy}
    if policy == "RING_HASH":
        least, line = _number(source, config, "minimum_ring_size", 1024, LARGEST_RING)
        most, _ = _number(source, config, "maximum_ring_size", LARGEST_RING, LARGEST_RING)
        if least > most:
            raise source.refuse(line, f"minimum_ring_size {least} is above maximum_ring_size {most}")
        written = config.get("hash_function") if config is not None else None
        function = str(written.value) if written is not None else "XX_HASH"
        function = "XX_HASH" if function == "DEFAULT_HASH" else function
        if written is not None and function not in ("XX_HASH", "MURMUR_HASH_2"):
            raise source.refuse(
                written.line, f'hash_function "{function}" is unknown: XX_HASH, MURMUR_HASH_2'
            )
        options |= {"hash_function": function, "minimum_ring_size": least, "maximum_ring_size": most}
    else:
        size, line = _number(source, config, "table_size", 65537, LARGEST_TABLE)
        if not _is_prime(size):
            raise source.refuse(line, f"maglev table_size {size} is not prime")
        options["table_size"] = size
    consistent = None
    for mapping in (common, config):
        consistent = consistent or (mapping.get("consistent_hashing_lb_config") if mapping else None)
    remarks = []
    if consistent is not None and consistent.get("hash_balance_factor") is not None:
        factor, line = _number(source, consistent, "hash_balance_factor", 0, 1 << 31)
        if factor < 100:
            raise source.refuse(line, f"hash_balance_factor {factor} is not possible: 100 and more")
        options["hash_balance_factor"] = factor
        text = f"hash_balance_factor {factor}: placement without load; under load keys spill"
        remarks.append(Remark("load", text, source.path, line))
    return options, remarks


def _endpoints(source: Source, cluster: Marked, *, hostname: bool) -> list[PoolNode]:
    groups = cluster.get("load_assignment", "endpoints")
    kind = cluster.get("type")
    nodes: list[PoolNode] = []
    for group in groups.items() if groups is not None else []:
        priority = group.get("priority")
        if priority is not None and priority.value:
            raise _Unmodelled(priority.line, "priority")
        listed = group.get("lb_endpoints")
        for endpoint in listed.items() if listed is not None else []:
            node = _endpoint(source, endpoint, hostname=hostname)
            dns = kind is not None and str(kind.value) in ("STRICT_DNS", "LOGICAL_DNS")
            if node.hash_key is None and (dns or not hostname) and not _is_ip(node.name):
                raise _Unmodelled(endpoint.line, f"{node.name}: a name, whose addresses are hashed")
            for other in nodes:
                if other.name == node.name:
                    raise source.refuse(endpoint.line, f"{node.name} stands twice, in line {other.line} too")
            nodes.append(node)
    return nodes


def _endpoint(source: Source, endpoint: Marked, *, hostname: bool) -> PoolNode:
    address = endpoint.get("endpoint", "address", "socket_address")
    if address is None:
        raise _Unmodelled(endpoint.line, "an endpoint without a socket_address")
    host, port = address.get("address"), address.get("port_value")
    if host is None or port is None:
        raise source.refuse(address.line, "a socket_address needs address and port_value")
    text = str(host.value)
    name = f"[{text}]:{port.value}" if ":" in text else f"{text}:{port.value}"
    weight, _ = _number(source, endpoint, "load_balancing_weight", 1, (1 << 32) - 1)
    key = endpoint.get("metadata", "filter_metadata", "envoy.lb", "hash_key")
    own = endpoint.get("endpoint", "hostname")
    hashed = str(key.value) if key is not None else str(own.value) if hostname and own is not None else None
    health = endpoint.get("health_status")
    down = health is not None and str(health.value) in ("UNHEALTHY", "DRAINING", "TIMEOUT")
    return PoolNode(name, weight=weight, hash_key=hashed, down=down, line=endpoint.line)


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name.rpartition(":")[0].strip("[]"))
    except ValueError:
        return False
    return True


def _rule(source: Source, rule: Marked) -> Pool | Refused:
    """Return the pool of a DestinationRule, whose endpoints ``--set hosts=`` says."""
    named = rule.get("metadata", "name")
    name = str(named.value) if named is not None else "DestinationRule"
    policy = rule.get("spec", "traffic_policy")
    ports = policy.get("port_level_settings") if policy is not None else None
    if ports is not None:
        return Refused(name, source.path, ports.line, "portLevelSettings are not modelled", unmodelled=True)
    hashed = policy.get("load_balancer", "consistent_hash") if policy is not None else None
    if hashed is None:
        text = f"DestinationRule {name} has no consistentHash: nothing to place"
        return Refused(name, source.path, rule.line, text)
    maglev, ring = hashed.get("maglev"), hashed.get("ring_hash")
    if maglev is not None:
        options, _ = _options(source, "MAGLEV", maglev, None)
    else:
        options, _ = _options(source, "RING_HASH", ring or hashed, None)
    hosts = [host.strip() for host in source.settings.get("hosts", "").split(",") if host.strip()]
    if not hosts:
        text = "endpoints are not in a DestinationRule: give --set hosts=10.0.0.1:80,10.0.0.2:80"
        return Refused(name, source.path, hashed.line, text)
    for host in hosts:
        if not _is_ip(host) or hosts.count(host) > 1:
            raise source.refuse(hashed.line, f"--set hosts: {host!r} is no ip:port, or stands twice")
    keys = [key for key in hashed.value if key not in ("ring_hash", "maglev", "minimum_ring_size")]
    return Pool(
        "envoy",
        tuple(PoolNode(host) for host in hosts),
        options,
        options["lb_policy"],
        str(options.get("hash_function", "")),
        name=name,
        directive=f"{options['lb_policy']}, hashed: {', '.join(keys) or 'nothing'}",
        file=source.path,
        line=hashed.line,
    )
