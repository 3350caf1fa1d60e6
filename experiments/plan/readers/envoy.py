"""Envoy: clusters of a bootstrap, of a list of clusters or a dump of CDS; and Istio's DestinationRule."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from experiments.plan.marked import Marked, documents
from experiments.plan.pool import Pool, PoolNode, Remark
from experiments.plan.readers._envoy import (
    ASSIGNMENT,
    COMMON,
    CONSISTENT,
    ENDPOINT,
    FIELDS,
    HASHING,
    HOST,
    IDLE,
    LOCALITY,
    POLICIES,
    Unmodelled,
    check_fields,
    options_of,
    whole,
)
from experiments.plan.readers._istio import rules
from experiments.plan.source import Contents, Refused, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "envoy"
_KEYS = re.compile(
    r"(\blb_?policy|\bload_?assignment|\bstatic_?resources|\bclusters|\bload_?balancing_?policy)\"?\s*:", re.I
)
_RULE = re.compile(r"""kind["']?\s*:\s*["']?DestinationRule""")
PANIC = 50
"""Below so many percent of healthy hosts all of them count, unless `healthy_panic_threshold` says other."""

HEALTH = {"UNHEALTHY": True, "DRAINING": True, "TIMEOUT": True, "2": True, "3": True, "4": True}


def recognises(source: Source) -> bool:
    """Return whether a text has clusters of Envoy, or a rule of Istio."""
    return bool(_RULE.search(source.text) or _KEYS.search(source.text))


def read(source: Source) -> Contents:
    """Return the clusters that hash, and those that do not."""
    every: dict[str, Pool | Refused] = {}
    read_ = documents(source, snake=True)
    assignments = {
        str(each.value["cluster_name"].value): each
        for document in read_
        for each in document.walk()
        if "cluster_name" in each.value and "endpoints" in each.value
    }
    for made in (each for document in read_ for each in _document(source, document, assignments)):
        if made.name in every:
            line = every[made.name].line
            raise source.refuse(made.line, f"cluster {made.name} stands twice, in line {line} too")
        every[made.name] = made
    return Contents(
        tuple(made for made in every.values() if isinstance(made, Pool)),
        tuple(made for made in every.values() if isinstance(made, Refused)),
    )


def _document(
    source: Source, document: Marked, assignments: Mapping[str, Marked]
) -> Iterator[Pool | Refused]:
    kind = document.get("kind")
    if kind is not None and kind.value in ("DestinationRule", "List"):
        yield from rules(source, document)
        return
    policies = _policies(document)
    for each in document.walk(without=("dynamic_warming_clusters",)):
        policy = each.get("lb_policy")
        named = each.get("name") is not None
        if named and (policy is not None or each.get("load_balancing_policy") or each.get("load_assignment")):
            yield _cluster(source, each, policies, assignments)
        elif not named and policy is not None and str(policy.value) in HASHING:
            text = f"{policy.value} of a cluster without a name, such as a patch: what it changes is not here"
            yield Refused("", source.path, policy.line, text, unmodelled=True)


def _policies(document: Marked) -> dict[str, list[list[Marked]]]:
    """Return the hash policies of each route by cluster."""
    policies: dict[str, list[list[Marked]]] = {}
    for mapping in document.walk():
        hashed = mapping.get("hash_policy")
        if hashed is None or not hashed.items():
            continue
        weighted = mapping.get("weighted_clusters", "clusters")
        to = [mapping.get("cluster"), *(each.get("name") for each in (weighted.items() if weighted else []))]
        for cluster in to:
            if cluster is not None and isinstance(cluster.value, str):
                policies.setdefault(cluster.value, []).append(hashed.items())
    return policies


def _cluster(
    source: Source,
    cluster: Marked,
    policies: Mapping[str, list[list[Marked]]],
    assignments: Mapping[str, Marked],
) -> Pool | Refused:
    name, line = str(cluster.value["name"].value), cluster.line
    routes = policies.get(name, [])
    try:
        policy, config, common = _policy(cluster)
        if policy not in HASHING:
            at = cluster.get("lb_policy") or cluster.get("load_balancing_policy") or cluster
            text = f"cluster {name}: {policy} does not hash; `plan` covers RING_HASH and MAGLEV"
            return Refused(name, source.path, at.line, text)
        check_fields(cluster, IDLE)
        if common is not None and common is not config:
            check_fields(common, COMMON)
        if config is not None:
            check_fields(config, FIELDS[policy])
        for each in (each for hashing in routes if len(hashing) > 1 for each in hashing):
            if each.get("cookie", "ttl") is not None:
                raise Unmodelled(each.line, "several hash policies with a cookie that has a ttl")
        options, remarks = options_of(source, policy, config)
        consistent = _consistent(cluster, config, common)
        if consistent:
            remarks += _bounded(source, options, consistent)
        use = next((use for each in consistent if (use := each.get("use_hostname_for_hashing"))), None)
        nodes = _endpoints(source, cluster, assignments, hostname=use is not None and use.value is True)
        nodes = _in_panic(source, nodes, common, remarks)
    except Unmodelled as error:
        text = f'cluster {name} uses "{error}", {error.why}'
        return Refused(name, source.path, error.line, text, unmodelled=True)
    if not nodes:
        text = f"cluster {name} has no endpoints here: give a file with its load_assignment"
        return Refused(name, source.path, line, text)
    several = next((hashing for hashing in routes if len(hashing) > 1), None)
    if several is not None:
        text = "hashes of several policies are mixed: a key is that of a request that only one of them is for"
        remarks.append(Remark("hash-policies", text, source.path, several[0].line))
    return Pool(
        "envoy",
        tuple(nodes),
        options,
        policy,
        str(options.get("hash_function", "")),
        name=name,
        directive=f"lb_policy {policy}" + _described(routes),
        file=source.path,
        line=line,
        warnings=tuple(remarks),
    )


def _described(routes: Sequence[Sequence[Marked]]) -> str:
    words = []
    for policy in (policy for route in routes for policy in route):
        for kind, value in policy.fields():
            named = value.get("header_name") or value.get("name")
            if kind != "terminal":
                words.append(f"{kind} {named.value}" if named else kind)
    return f", hashed: {', '.join(dict.fromkeys(words)) or 'whatever the route says'}"


def _policy(cluster: Marked) -> tuple[str, Marked | None, Marked | None]:
    """Return the policy, its own configuration and the one that all policies have."""
    new = cluster.get("load_balancing_policy", "policies")
    if new is not None and new.items():
        typed = new.items()[0].get("typed_extension_config", "typed_config")
        if typed is None:
            raise Unmodelled(new.line, "load_balancing_policy without a typed_config")
        kind = str(typed.plain().get("@type", "")).rpartition(".")[2]
        if kind not in POLICIES:
            raise Unmodelled(typed.line, kind or "load_balancing_policy without a @type")
        return POLICIES[kind], typed, typed
    policy = cluster.get("lb_policy")
    word = str(policy.value) if policy is not None else "ROUND_ROBIN"
    word = POLICIES.get(word, word)
    config = cluster.get("ring_hash_lb_config" if word == "RING_HASH" else "maglev_lb_config")
    return word, config, cluster.get("common_lb_config")


def _consistent(cluster: Marked, config: Marked | None, common: Marked | None) -> list[Marked]:
    """Return where hashing by hostname, and a bound on loads, may be said."""
    places = []
    for mapping in (common, config):
        inner = mapping.get("consistent_hashing_lb_config") if mapping is not None else None
        if inner is not None:
            check_fields(inner, CONSISTENT)
            places.append(inner)
    return [*places, *([config] if config is not None else [])]


def _bounded(source: Source, options: dict[str, Any], consistent: Sequence[Marked]) -> list[Remark]:
    """Return what is said of a bound on loads, which is kept beside the other options."""
    for mapping in consistent:
        if mapping.get("hash_balance_factor") is None:
            continue
        factor, line = whole(source, mapping, "hash_balance_factor", 0, 1 << 31)
        if factor < 100:
            raise source.refuse(line, f"hash_balance_factor {factor} is not possible: 100 and more")
        options["hash_balance_factor"] = factor
        text = f"hash_balance_factor {factor}: placement without load; under load keys spill"
        return [Remark("load", text, source.path, line)]
    return []


def _in_panic(
    source: Source, nodes: list[PoolNode], common: Marked | None, remarks: list[Remark]
) -> list[PoolNode]:
    """Return the hosts, all of them usable where too few are healthy."""
    said = common.get("healthy_panic_threshold", "value") if common is not None else None
    threshold = float(said.value) if said is not None and isinstance(said.value, int | float) else PANIC
    healthy = sum(not node.down for node in nodes)
    if healthy == len(nodes) or 100 * healthy >= threshold * len(nodes):
        return nodes
    text = f"{healthy} of {len(nodes)} hosts are healthy, less than {threshold:g} %: all of them count"
    remarks.append(Remark("health", text, source.path, nodes[0].line))
    return [replace(node, down=False) for node in nodes]


def _endpoints(
    source: Source, cluster: Marked, assignments: Mapping[str, Marked], *, hostname: bool
) -> list[PoolNode]:
    kind = str(cluster.value["type"].value) if cluster.get("type") is not None else "STATIC"
    if kind in ("ORIGINAL_DST", "4"):
        raise Unmodelled(cluster.value["type"].line, f"type {kind}")
    dns = kind in ("STRICT_DNS", "LOGICAL_DNS", "1", "2")
    assignment = cluster.get("load_assignment")
    if assignment is None or kind in ("EDS", "3"):
        service = cluster.get("eds_cluster_config", "service_name")
        assignment = assignments.get(str((service or cluster.value["name"]).value))
    nodes: dict[str, PoolNode] = {}
    for endpoint in _listed(assignment, cluster.get("hosts")):
        node = _endpoint(source, endpoint, hostname=hostname)
        if node.hash_key is None and (dns or not hostname) and not _is_ip(node.name):
            why = "a name, whose addresses are hashed: write these, or a hash_key for each endpoint"
            raise Unmodelled(endpoint.line, node.name, why)
        if node.hash_key is None and hostname:
            raise Unmodelled(endpoint.line, "use_hostname_for_hashing", f"and {node.name} has no hostname")
        if (other := nodes.setdefault(node.name, node)) is not node:
            raise source.refuse(endpoint.line, f"{node.name} stands twice, in line {other.line} too")
    return list(nodes.values())


def _listed(assignment: Marked | None, hosts: Marked | None) -> Iterator[Marked]:
    """Yield the endpoints of an assignment, or the hosts of the older form."""
    for host in hosts.items() if hosts is not None else []:
        yield Marked({"endpoint": Marked({"address": host}, host.line)}, host.line)
    if assignment is None:
        return
    check_fields(assignment, ASSIGNMENT)
    for group in (assignment.get("endpoints") or Marked([], 0)).items():
        check_fields(group, LOCALITY)
        priority = group.get("priority")
        if priority is not None and priority.value:
            raise Unmodelled(priority.line, "priority")
        yield from (group.get("lb_endpoints") or Marked([], 0)).items()


def _endpoint(source: Source, endpoint: Marked, *, hostname: bool) -> PoolNode:
    check_fields(endpoint, ENDPOINT)
    inner = endpoint.get("endpoint")
    if inner is not None:
        check_fields(inner, HOST)
    address = endpoint.get("endpoint", "address", "socket_address")
    if address is None:
        raise Unmodelled(endpoint.line, "an endpoint without a socket_address")
    host, port = address.get("address"), address.get("port_value")
    if host is None or port is None:
        raise source.refuse(address.line, "a socket_address needs address and port_value")
    number, _ = whole(source, address, "port_value", 0, 65535, least=0)
    text = _written(str(host.value))
    name = f"[{text}]:{number}" if ":" in text else f"{text}:{number}"
    weight, _ = whole(source, endpoint, "load_balancing_weight", 1, (1 << 32) - 1)
    key = endpoint.get("metadata", "filter_metadata", "envoy.lb", "hash_key")
    own = endpoint.get("endpoint", "hostname")
    hashed = str(key.value) if key is not None else str(own.value) if hostname and own is not None else None
    health = endpoint.get("health_status")
    status = str(health.value) if health is not None else ""
    if status in ("DEGRADED", "5") and health is not None:
        raise Unmodelled(health.line, "health_status DEGRADED")
    return PoolNode(name, weight=weight, hash_key=hashed, down=HEALTH.get(status, False), line=endpoint.line)


def _written(host: str) -> str:
    """Return an address as Envoy writes it."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name.rpartition(":")[0].strip("[]"))
    except ValueError:
        return False
    return True
