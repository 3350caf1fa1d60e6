"""The nodes of a file, as the candidates of a run take them or refuse them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from algorithms.errors import ShardlabError
from algorithms.interface import Capability
from experiments.harness.selection import Candidate
from experiments.options.errors import BadUse

if TYPE_CHECKING:
    from experiments.clusters import Cluster

__all__ = ["cluster_of", "refusals"]


def cluster_of(candidate: Candidate, cluster: Cluster | None) -> Cluster | None:
    """Return a cluster as a candidate takes it: equal weights are 1 for who follows none."""
    return cluster if cluster is None or candidate.spec.can(Capability.WEIGHTED) else cluster.unweighted


def refusals(candidates: Sequence[Candidate], cluster: Cluster | None) -> dict[str, str]:
    """Return why candidates cannot take the nodes of a cluster, by label: each is built once to know."""
    reasons: dict[str, str] = {}
    for candidate in candidates if cluster is not None else ():
        nodes = cluster_of(candidate, cluster)
        assert nodes is not None
        if not (nodes.equal_weights or candidate.spec.can(Capability.WEIGHTED)):
            reasons[candidate.label] = candidate.lacks(Capability.WEIGHTED) or "takes equal weights alone"
            continue
        try:
            candidate.build(nodes.nodes)
        except ShardlabError as error:
            reasons[candidate.label] = str(error)
    if reasons and all(candidate.label in reasons for candidate in candidates):
        label, reason = next(iter(reasons.items()))
        raise BadUse(f"--cluster: no algorithm of this run takes these nodes; {label}: {reason}")
    return reasons
