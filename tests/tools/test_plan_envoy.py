"""The reader of Envoy's clusters and Istio's rules: what is read, with its line, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.options.errors import BadUse
from experiments.plan import marked
from experiments.plan.reading import contents
from experiments.plan.source import Contents

HOST = "{endpoint: {address: {socket_address: {address: 10.0.0.%d, port_value: 80}}}%s}"


def cluster(lines: str = "", first: str = "", group: str = "", policy: str = "MAGLEV") -> str:
    hosts = f"{HOST % (1, first)}, {HOST % (2, '')}, {HOST % (3, '')}"
    return (
        f"name: c\nlb_policy: {policy}\n{lines}\n"
        f"load_assignment:\n  cluster_name: c\n  endpoints:\n  - {{lb_endpoints: [{hosts}]{group}}}\n"
    )


def read(text: str, folder: Path, **settings: str) -> Contents:
    path = folder / "envoy.yaml"
    path.write_text(text, encoding="utf-8")
    return contents(str(path), None, settings)


def test_a_bootstrap_with_routes(tmp_path: Path) -> None:
    text = """\
static_resources:
  listeners:
  - filter_chains:
    - filters:
      - typed_config:
          route_config:
            virtual_hosts:
            - routes:
              - match: {prefix: /}
                route:
                  weighted_clusters: {clusters: [{name: c, weight: 1}]}
                  hashPolicy:
                  - header: {headerName: x-user}
                  - connection_properties: {source_ip: true}
  clusters:
  - name: c
    connect_timeout: 1s
    load_balancing_policy:
      policies:
      - typed_extension_config:
          name: envoy.load_balancing_policies.ring_hash
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash
            minimum_ring_size: {value: 2048}
            consistent_hashing_lb_config: {hash_balance_factor: 150}
    hosts: [{socket_address: {address: 10.0.0.1, port_value: 80}}]
"""
    (pool,) = read(text, tmp_path).pools
    assert (pool.name, pool.line, pool.method, pool.options["minimum_ring_size"]) == (
        "c",
        16,
        "RING_HASH",
        2048,
    )
    assert pool.directive == "lb_policy RING_HASH, hashed: header x-user, connection_properties"
    assert [node.name for node in pool.nodes] == ["10.0.0.1:80"]
    assert [(remark.code, remark.line) for remark in pool.warnings] == [("load", 25), ("hash-policies", 13)]


def test_a_dump_of_clusters_and_endpoints(tmp_path: Path) -> None:
    """Clusters that are warming stand twice; endpoints of EDS stand elsewhere."""
    made = {
        "name": "out|80||a",
        "type": "EDS",
        "lb_policy": "RING_HASH",
        "eds_cluster_config": {"service_name": "a"},
    }
    address = {"socket_address": {"address": "2001:DB8::0001", "port_value": 80}}
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address}, "load_balancing_weight": 3}]}]
    dump = {
        "configs": [
            {
                "@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump",
                "dynamic_active_clusters": [{"version_info": "1", "cluster": made}],
                "dynamic_warming_clusters": [{"version_info": "2", "cluster": made}],
            },
            {
                "@type": "type.googleapis.com/envoy.admin.v3.EndpointsConfigDump",
                "dynamic_endpoint_configs": [
                    {"endpoint_config": {"cluster_name": "a", "endpoints": endpoints}}
                ],
            },
        ]
    }
    (pool,) = read(json.dumps(dump, indent=1), tmp_path).pools
    assert [(node.name, node.weight) for node in pool.nodes] == [("[2001:db8::1]:80", 3)]


def test_a_cluster_with_a_system_among_its_metadata_is_of_envoy(tmp_path: Path) -> None:
    text = (
        '{"clusters": [{"name": "c", "lb_policy": "RING_HASH", "metadata": {"system": "payments"}, "hosts": '
    )
    address = '{"socket_address": {"address": "10.0.0.1", "port_value": 80}}'
    (pool,) = read(f"{text}[{address}]}}]}}", tmp_path).pools
    assert (pool.system, len(pool.nodes)) == ("envoy", 1)


def test_hosts_that_are_not_healthy_leave_unless_they_are_most(tmp_path: Path) -> None:
    one = read(cluster(first=", health_status: UNHEALTHY"), tmp_path).pools[0]
    assert [node.down for node in one.nodes] == [True, False, False]
    threshold = "common_lb_config: {healthy_panic_threshold: {value: 70}}"
    panic = read(cluster(threshold, ", health_status: UNHEALTHY"), tmp_path).pools[0]
    assert [node.down for node in panic.nodes] == [False, False, False]
    assert "2 of 3 hosts are healthy, less than 70 %" in panic.warnings[0].text


@pytest.mark.parametrize(
    ("text", "word", "line"),
    [
        (cluster("lb_subset_config: {fallback_policy: ANY_ENDPOINT}"), "lb_subset_config", 3),
        (cluster("common_lb_config: {locality_weighted_lb_config: {}}"), "locality_weighted_lb_config", 3),
        (cluster("common_lb_config: {override_host_status: {}}"), "override_host_status", 3),
        (cluster("slow_start_config: {}"), "slow_start_config", 3),
        (cluster("cluster_type: {name: envoy.clusters.aggregate}"), "cluster_type", 3),
        (cluster("lb_policy_config: {}"), '"lb_policy_config", which plan does not know', 3),
        (cluster("maglev_lb_config: {tablesize: 3}"), '"tablesize", which plan does not know', 3),
        (cluster("type: ORIGINAL_DST"), "type ORIGINAL_DST", 3),
        (cluster(group=", priority: 1"), "priority", 7),
        (cluster(group=", load_balancer_endpoints: {}"), "load_balancer_endpoints", 7),
        (cluster(first=", health_status: DEGRADED"), "health_status DEGRADED", 7),
        (cluster(first=", endpoint_name: x"), "endpoint_name", 7),
        (
            cluster().replace("10.0.0.1", "example.org"),
            '"example.org:80", a name, whose addresses are hashed',
            7,
        ),
        (
            cluster("common_lb_config: {consistent_hashing_lb_config: {use_hostname_for_hashing: true}}"),
            '"use_hostname_for_hashing", and 10.0.0.1:80 has no hostname',
            7,
        ),
        ("configPatches:\n- patch:\n    value:\n      lb_policy: RING_HASH\n", "a cluster without a name", 4),
    ],
)
def test_what_is_not_modelled_is_refused_by_name_and_line(
    text: str, word: str, line: int, tmp_path: Path
) -> None:
    found = read(text, tmp_path)
    assert not found.pools
    (refused,) = found.refused
    assert refused.unmodelled
    assert word in refused.text
    assert refused.line == line


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (cluster("maglev_lb_config: {table_size: 65536}"), ":3: maglev table_size 65536 is not prime"),
        (cluster("lb_policy: MAGLEV"), ':3: "lb_policy" stands twice, in line 2 too'),
        (
            cluster("ring_hash_lb_config: {hash_function: MURMER}", policy="RING_HASH"),
            ':3: hash_function "MURMER"',
        ),
        (cluster(first=", load_balancing_weight: 0"), ":7: load_balancing_weight 0 is not possible"),
        ("name: c\nlb_policy: " + "[" * 100_000, ":2: nested more than 200 deep"),
        ("clusters: &a\n- *a\n", ":1: too deep: an anchor in itself"),
        ("clusters: [", ":1: no YAML"),
        ("clusters:\r a: 1\u2028\n lb_policy: [", ":2: no YAML"),
    ],
)
def test_errors_name_the_line(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadUse) as refused:
        read(text, tmp_path)
    assert str(refused.value).startswith(str(tmp_path / "envoy.yaml") + sentence)


def test_anchors_that_multiply_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked, "MOST_VALUES", 5_000)
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else '1'] * 10)}]" for n in range(9)]
    with pytest.raises(BadUse, match="more than 5,000 values, with its anchors followed"):
        read("\n".join(["clusters:", *lines]), tmp_path)


RULE = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ratings, namespace: default}
spec:
  host: ratings
  trafficPolicy:
    loadBalancer:
      consistentHash:
        httpHeaderName: x-user
"""


def test_a_rule_of_istio(tmp_path: Path) -> None:
    (pool,) = read(RULE, tmp_path, hosts="10.0.0.1:80,[::1]:80").pools
    assert (pool.name, pool.method, pool.options["minimum_ring_size"]) == ("ratings", "RING_HASH", 1024)
    assert [node.name for node in pool.nodes] == ["10.0.0.1:80", "[::1]:80"]
    (pool,) = read(RULE + "        maglev: {tableSize: 1009}\n", tmp_path, hosts="10.0.0.1:80").pools
    assert (pool.method, pool.options["table_size"]) == ("MAGLEV", 1009)
    (refused,) = read(RULE, tmp_path).refused
    assert (refused.line, "give --set hosts=" in refused.text) == (9, True)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ("      warmup: {duration: 30s}\n", "warmup"),
        ("      localityLbSetting: {enabled: true}\n", "locality_lb_setting"),
        ("    portLevelSettings: []\n", "portLevelSettings"),
        (
            "  subsets:\n  - {name: v1, trafficPolicy: {}}\n",
            "subset ratings/v1 has a trafficPolicy of its own",
        ),
    ],
)
def test_what_a_rule_asks_beside_is_refused(more: str, word: str, tmp_path: Path) -> None:
    (refused,) = read(RULE + more, tmp_path, hosts="10.0.0.1:80").refused
    assert refused.unmodelled
    assert word in refused.text
    assert refused.line == (11 if "subsets" in more else 10)
