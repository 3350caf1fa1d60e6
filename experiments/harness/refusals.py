"""What is refused before anything is measured: bad parameters, and nodes that no candidate can have.

What only some of the candidates refuse is measured with the others: their rows say why not, see
:mod:`experiments.harness.trial`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING

from algorithms.errors import ShardlabError
from algorithms.interface import Capability
from experiments.harness.candidate import Candidate, attempt
from experiments.harness.class_files import sources_of
from experiments.options.errors import BadUse

if TYPE_CHECKING:
    from experiments.clusters import Cluster

__all__ = ["cluster_of", "refusal", "refuse_bad_parameters", "refuse_hopeless"]


def cluster_of(candidate: Candidate, cluster: Cluster | None) -> Cluster | None:
    """Return a cluster as a candidate takes it: equal weights are 1 for who follows none."""
    return cluster if cluster is None or candidate.spec.can(Capability.WEIGHTED) else cluster.unweighted


def refusal(candidate: Candidate, n: int, cluster: Cluster | None) -> str | None:
    """Return why a candidate cannot have the nodes of a run, as far as it is known without building them."""
    nodes = cluster_of(candidate, cluster)
    if nodes is not None and not (nodes.equal_weights or candidate.spec.can(Capability.WEIGHTED)):
        return candidate.lacks(Capability.WEIGHTED) or "takes equal weights alone"
    return candidate.refusal(n)


def refuse_bad_parameters(candidates: Sequence[Candidate], counts: Sequence[int]) -> None:
    """Raise what a candidate says of its parameters, if they are why it cannot be built."""
    for candidate in candidates:
        if not candidate.parameters:
            continue
        errors = []
        for n in sorted({1, min(counts)}):
            try:
                candidate.build(n)
                break
            except ShardlabError as error:
                errors.append(error)
        else:
            if not all(_refused_by_default(candidate, n) for n in {1, min(counts)}):
                raise errors[0]


def refuse_hopeless(
    candidates: Sequence[Candidate], counts: Sequence[int], cluster: Cluster | None = None
) -> None:
    """Refuse nodes of which every candidate says that it cannot have them; raises as `of_run` does."""
    for n in counts:
        reasons = list(takewhile(bool, (_refusal(candidate, n) for candidate in candidates)))
        if len(reasons) == len(candidates):
            raise BadUse(f"--nodes: {n:,} nodes of {candidates[0].label}: {reasons[0]}")
    if cluster is None:
        return
    refused = {}
    for candidate in candidates:
        reason = refusal(candidate, len(cluster), cluster)
        if reason is None:
            nodes = cluster_of(candidate, cluster)
            assert nodes is not None
            built = attempt(partial(candidate.build, nodes.nodes))
            reason = built if isinstance(built, str) else None
        if reason is None:
            return
        refused[candidate.label] = reason
    label, reason = next(iter(refused.items()))
    raise BadUse(f"--cluster: no algorithm of this run takes these nodes; {label}: {reason}")


def _refusal(candidate: Candidate, n: int) -> str | None:
    """Return why a candidate cannot have n nodes; one from outside the suite is built to know."""
    reason = candidate.refusal(n)
    if reason is None and sources_of(candidate.cls):
        built = attempt(partial(candidate.build, n))
        reason = built if isinstance(built, str) else None
    return reason


def _refused_by_default(candidate: Candidate, n: int) -> bool:
    """Return whether the algorithm cannot have n nodes with its default parameters either."""
    try:
        candidate.cls(n)
    except ShardlabError:
        return True
    except TypeError:  # a parameter has no default
        return False
    return False
