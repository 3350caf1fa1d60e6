"""The parameters of `advise`: what is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from algorithms import Capability, Node, Spec
from experiments import events
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import choice, integer, number, parameter, switch

if TYPE_CHECKING:
    from experiments.clusters import Cluster
    from experiments.events import Event

REMOVALS = {"any": ("add:1", "remove:middle"), "last": ("add:1", "remove:last"), "none": ("add:1",)}
"""What happens to a cluster of which some nodes may leave, where no events are named."""

ABLE = "able"
"""Nobody is refused for what it cannot remove: each algorithm has the events that it can."""

WEIGHTS = (1.0, 2.0, 4.0)
"""Weights by turns, where nodes have weights and no file says which."""


@dataclass(frozen=True, kw_only=True)
class AdviseParameters(Parameters):
    """The parameters of `advise`.

    Parameters
    ----------
    remove
        Which nodes may leave: any, the last one, none, or those that the algorithm is able to let go.
    weights
        Whether nodes have weights; those of a `cluster` that differ are reason enough.
    replicas
        How many distinct nodes a key needs.
    event
        Scale events to judge by; those that `remove` implies where none is given.
    keys_per_second
        Lookups that have to be done, for the number of cores that they take; 0 where nobody says.
    rounds
        How often lookups and events are timed.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "workload": "advice is on uniform hashes; for your own keys run balance",
        "repetitions": "laws are exact, and what is sampled is marked",
        "engine": "it times this machine, and other machines are no part of that",
    }

    remove: str = parameter(
        "which nodes may leave: any, last, none, or able: whichever each algorithm can let go",
        choice(*REMOVALS, ABLE), "any", metavar="WHICH",
    )  # fmt: skip
    weights: bool = parameter("whether nodes have weights: yes or no", switch, False, metavar="yes|no")
    replicas: int = parameter("distinct nodes for a key", integer(1, 1000), 1, metavar="K")
    event: tuple[str, ...] = parameter(
        "scale events to judge by: " + ", ".join(kind.syntax for kind, _ in events.KINDS.values()),
        events.canonical, (), many=True, metavar="EVENT,...", least=0,
    )  # fmt: skip
    keys_per_second: float = parameter(
        "lookups a second, to say how many cores they take", number(0.0), 0.0, metavar="X"
    )
    rounds: int = parameter("rounds of timing", integer(1, 10**6), 7, metavar="R")

    def check(self) -> None:
        """Refuse weights by turns of several numbers of nodes, and events that the nodes cannot have."""
        if len(self.nodes) > 1 and self.weights:
            raise BadUse(
                "--weights: nodes have weights by turns where there is one number of nodes; give one"
            )
        least = min(self.nodes)
        for event in map(events.parse, self.event):
            if least < event.least_nodes:
                raise BadUse(
                    f"--event: {event.text} leaves no node of {least}; "
                    f"give at least {event.least_nodes} nodes"
                )
        if self.replicas > least:
            raise BadUse(f"--replicas: {self.replicas} of {least} nodes; give at most as many as there are")

    def events_of(self, n: int, spec: Spec) -> Sequence[Event]:
        """Return the events to judge an algorithm by that has so many nodes."""
        remove = removes(spec) if self.remove == ABLE else self.remove
        asked = map(events.parse, self.event or REMOVALS[remove])
        return [event for event in asked if self.event or n >= event.least_nodes]

    @property
    def weighted(self) -> bool:
        """Whether weights differ."""
        cluster = super().members
        return self.weights or (cluster is not None and not cluster.equal_weights)

    @property
    def members(self) -> Cluster | None:
        """The nodes of the file; where weights are wanted and no file has them, nodes with some."""
        from experiments.clusters import Cluster

        if self.cluster or not self.weights:
            return super().members
        names = (f"node-{i}" for i in range(self.nodes[0]))
        return Cluster(tuple(Node(name, WEIGHTS[i % len(WEIGHTS)]) for i, name in enumerate(names)))

    @property
    def needs(self) -> Sequence[frozenset[Capability]]:
        """What all this takes: one of each of these."""
        any_node, last_node = Capability.REMOVES_ANY, Capability.REMOVES_LAST
        wanted = {
            frozenset({any_node}): self.remove == "any",
            frozenset({last_node, any_node}): self.remove == "last",
            frozenset({Capability.WEIGHTED}): self.weighted,
            frozenset({Capability.REPLICAS}): self.replicas > 1,
        }
        return [capabilities for capabilities, needed in wanted.items() if needed]


def removes(spec: Spec) -> str:
    """Return which nodes an algorithm can let go: any, the last one, or none."""
    if spec.can(Capability.REMOVES_ANY):
        return "any"
    return "last" if spec.can(Capability.REMOVES_LAST) else "none"
