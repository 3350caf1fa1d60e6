"""What happens to the nodes, step by step: when, and which partitioner they have from then on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from algorithms import Capability, Partitioner
from experiments import events
from experiments.events import Change
from experiments.harness.candidate import attempt
from experiments.harness.trial import Trial

from .parameters import LOSS, RESTART

__all__ = ["Phase", "phases"]


@dataclass(frozen=True, eq=False)
class Phase:
    """From a request on, the nodes are these.

    Parameters
    ----------
    first
        The number of that request.
    partitioner
        Where keys are.
    """

    first: int
    partitioner: Partitioner[Any]


def phases(
    trial: Trial, before: Partitioner[Any], text: str, first: int, away: int, count: int
) -> list[Phase] | str:
    """Return the phases of an event from request `first` on, or why the candidate cannot have it.

    Who comes back is away for so many requests; where all nodes do in turn, for so many that the last one is
    back when two thirds of the requests after the event are through.
    """
    if text not in (LOSS, RESTART):
        step = trial.step(before, events.parse(text), "cache")
        return step if isinstance(step, str) else [Phase(first, step.after)]
    nodes = before.nodes
    buckets = nodes.buckets().tolist()
    reason = trial.candidate.refusal(len(buckets) - 1) or trial.candidate.lacks(Capability.REMOVES_ANY)
    if reason is not None:
        return reason
    if text == LOSS:
        buckets = [buckets[len(buckets) // 2]]
    else:
        away = min(away, 2 * (count - first) // (3 * len(buckets)))
    return attempt(lambda: list(_in_turn(before, buckets, first, away)))


def _in_turn(before: Partitioner[Any], buckets: list[int], first: int, away: int) -> Iterator[Phase]:
    """Yield two phases for each node: without it, and with all of them."""
    partitioner = before
    for bucket in buckets:
        node = before.nodes[bucket]
        for change in (Change(remove=(node.name,)), Change(add=(node,))):
            partitioner = partitioner.copy()
            change.apply(partitioner)
            yield Phase(first, partitioner)
            if change.remove:
                first += away
