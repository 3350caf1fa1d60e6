"""Fields of Envoy's clusters: what places keys, what does not, and what is not modelled."""

from __future__ import annotations

from typing import Any

from experiments.plan.marked import Marked
from experiments.plan.pool import Remark
from experiments.plan.source import Source, names

__all__ = [
    "ASSIGNMENT",
    "COMMON",
    "CONSISTENT",
    "ENDPOINT",
    "FIELDS",
    "HASHING",
    "HOST",
    "IDLE",
    "LOCALITY",
    "POLICIES",
    "Unmodelled",
    "check_fields",
    "options_of",
    "whole",
]

HASHING = ("RING_HASH", "MAGLEV")
LARGEST_RING, LARGEST_TABLE = 8388608, 5000011

POLICIES = {
    "RingHash": "RING_HASH",
    "Maglev": "MAGLEV",
    "RoundRobin": "ROUND_ROBIN",
    "LeastRequest": "LEAST_REQUEST",
    "Random": "RANDOM",
    "ClusterProvided": "CLUSTER_PROVIDED",
    "ClientSideWeightedRoundRobin": "CLIENT_SIDE_WEIGHTED_ROUND_ROBIN",
    "0": "ROUND_ROBIN",
    "1": "LEAST_REQUEST",
    "2": "RING_HASH",
    "3": "RANDOM",
    "5": "MAGLEV",
}
"""The policies, by the last words of their types, and by the numbers that JSON may have."""

NOT_MODELLED = "which changes placements and is not modelled"
_REFUSED = names(
    "additional_endpoints cluster_type deprecated_v1 endpoint_name hash_policy lb_subset_config "
    "leds_cluster_locality_config load_balancer_endpoints locality_weighted_lb_config named_endpoints "
    "override_host_status slow_start_config"
)


IDLE = names(
    "@type alt_stat_name circuit_breakers cleanup_interval close_connections_on_host_health_failure "
    "common_http_protocol_options common_lb_config connect_timeout connection_pool_per_downstream_connection "
    "dns_failure_refresh_rate dns_jitter dns_lookup_family dns_refresh_rate dns_resolution_config "
    "dns_resolvers drain_connections_on_host_removal eds_cluster_config extension_protocol_options filters "
    "health_checks hosts http2_protocol_options http_protocol_options ignore_health_on_host_removal "
    "lb_policy least_request_lb_config load_assignment load_balancing_policy "
    "lrs_report_endpoint_metrics lrs_server "
    "maglev_lb_config max_requests_per_connection metadata name original_dst_lb_config outlier_detection "
    "per_connection_buffer_high_watermark_timeout per_connection_buffer_limit_bytes "
    "preconnect_policy protocol_selection respect_dns_ttl ring_hash_lb_config round_robin_lb_config "
    "tls_context track_cluster_stats track_timeout_budgets "
    "transport_socket transport_socket_matcher transport_socket_matches type typed_dns_resolver_config "
    "typed_extension_protocol_options upstream_bind_config upstream_config upstream_connection_options "
    "upstream_http_protocol_options use_tcp_for_dns_lookups wait_for_warm_on_init"
)
"""Fields of a cluster that are read, or place no key elsewhere."""

COMMON = names(
    "close_connections_on_host_set_change consistent_hashing_lb_config healthy_panic_threshold "
    "ignore_new_hosts_until_first_hc update_merge_window zone_aware_lb_config"
)
"""Of ``common_lb_config``: zones count for policies that do not hash."""

CONSISTENT = names("use_hostname_for_hashing hash_balance_factor")
_BOTH = "@type consistent_hashing_lb_config use_hostname_for_hashing hash_balance_factor"
FIELDS = {
    "RING_HASH": names(f"hash_function maximum_ring_size minimum_ring_size {_BOTH}"),
    "MAGLEV": names(f"table_size {_BOTH}"),
}
ASSIGNMENT = names("@type cluster_name endpoints policy")
LOCALITY = names("lb_endpoints load_balancing_weight locality metadata priority proximity")
ENDPOINT = names("endpoint health_status load_balancing_weight metadata")
HOST = names("additional_addresses address health_check_config hostname observability_name")


class Unmodelled(Exception):
    """A field that changes placements, or may: where it stands, and why."""

    def __init__(self, line: int, text: str, why: str = NOT_MODELLED) -> None:
        super().__init__(text)
        self.line, self.why = line, why


def check_fields(mapping: Marked, known: frozenset[str]) -> None:
    """Raise for a field that is not known to place no key elsewhere."""
    for name, value in mapping.fields():
        if name not in known and value.value is not None:
            why = NOT_MODELLED if name in _REFUSED else "which plan does not know: it may place keys"
            raise Unmodelled(value.line, name, why)


def whole(
    source: Source, mapping: Marked | None, key: str, default: int, most: int, *, least: int = 1
) -> tuple[int, int]:
    """Return a whole number and its line, plain or as a message with a value."""
    found = mapping.get(key) if mapping is not None else None
    if found is None:
        return default, mapping.line if mapping is not None else 0
    inner = found.get("value") if isinstance(found.value, dict) else found
    text = str(inner.value)[:30] if inner is not None else "{}"
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise source.refuse(found.line, f"{key} {text} is not possible: {least} to {most}")
    return int(text), found.line


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % factor for factor in range(2, int(number**0.5) + 1))


def options_of(source: Source, policy: str, config: Marked | None) -> tuple[dict[str, Any], list[Remark]]:
    """Return the options of a policy that hashes."""
    options: dict[str, Any] = {"lb_policy": policy}
    if policy == "MAGLEV":
        size, line = whole(source, config, "table_size", 65537, LARGEST_TABLE)
        if not _is_prime(size):
            raise source.refuse(line, f"maglev table_size {size} is not prime")
        return options | {"table_size": size}, []
    least, line = whole(source, config, "minimum_ring_size", 1024, LARGEST_RING)
    most, _ = whole(source, config, "maximum_ring_size", LARGEST_RING, LARGEST_RING)
    if least > most:
        raise source.refuse(line, f"minimum_ring_size {least} is above maximum_ring_size {most}")
    written = config.get("hash_function") if config is not None else None
    function = str(written.value) if written is not None else "XX_HASH"
    function = {"DEFAULT_HASH": "XX_HASH", "0": "XX_HASH", "1": "MURMUR_HASH_2"}.get(function, function)
    if written is not None and function not in ("XX_HASH", "MURMUR_HASH_2"):
        raise source.refuse(written.line, f'hash_function "{function}" is unknown: XX_HASH, MURMUR_HASH_2')
    return options | {"hash_function": function, "minimum_ring_size": least, "maximum_ring_size": most}, []
