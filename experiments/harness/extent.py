"""What a run uses of its files, keys and nodes: facts of the run, since a file may be gone tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.harness.parameters import Parameters
from experiments.workloads.parse import parse

__all__ = ["extents"]


def extents(parameters: Parameters) -> Mapping[str, Any]:
    """Return how many keys each workload with an end has, and how many are used, and a cluster's nodes."""
    known = {}
    for text in parameters.ending:
        source = parse(text)
        known[text] = {
            "keys": source.total,
            "used": source.available(parameters.keys),
            **source.remarks,
        }
    facts: dict[str, Any] = {"extents": known} if known else {}
    if (cluster := parameters.members) is not None:
        weights = [node.weight for node in cluster.nodes]
        facts["cluster"] = {
            "nodes": len(cluster),
            "least": min(weights),
            "median": cluster.usual,
            "most": max(weights),
        }
    return facts
