"""Scale events of nodes that are named, and names of nodes in a repetition."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from algorithms import Nodes
from experiments.event import Change, Event
from experiments.options.errors import BadUse, did_you_mean
from experiments.options.parsers import shortest

if TYPE_CHECKING:
    from experiments.seeds import Repetition

__all__ = ["change_of", "refuse_unknown"]


@dataclass(frozen=True)
class RemoveNamed(Event):
    """One node leaves that is named."""

    node: str
    name: str = ""

    syntax = "remove:NAME"
    example = "remove:node-3"
    summary = "the node of this name leaves"
    least_nodes = 2

    @property
    def text(self) -> str:
        return f"remove:{self.node}"

    @property
    def title(self) -> str:
        return f"remove {self.node}"

    @property
    def named(self) -> str | None:
        return self.node

    def prefixed(self, prefix: str) -> Event:
        return replace(self, name=prefix + self.node)

    def nodes_after(self, nodes: int) -> int:
        return nodes - 1

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        return Change(remove=(self.name or self.node,))


@dataclass(frozen=True)
class WeightNamed(Event):
    """The weight of a node that is named is set."""

    node: str
    weight: float
    name: str = ""

    syntax = "weight:NAME=WEIGHT"
    example = "weight:node-3=2"
    summary = "the weight of the node of this name is set"

    @property
    def text(self) -> str:
        return f"weight:{self.node}={shortest(self.weight)}"

    @property
    def title(self) -> str:
        return f"weight of {self.node} = {shortest(self.weight)}"

    @property
    def named(self) -> str | None:
        return self.node

    def prefixed(self, prefix: str) -> Event:
        return replace(self, name=prefix + self.node)

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        return Change(weights={self.name or self.node: self.weight})


def change_of(
    event: Event,
    nodes: Nodes,
    repetition: Repetition,
    seed: int,
    newcomer: Callable[[int], str] | None = None,
) -> Change:
    """Return what an event changes in a repetition: names have its prefix, newcomers of a cluster weights."""
    change = event.prefixed(repetition.prefix).change(nodes, newcomer or repetition.node, seed)
    cluster = repetition.cluster
    return change if cluster is None else change.weighted(nodes, cluster.usual)


def refuse_unknown(events: Iterable[Event], nodes: Nodes, *, newcomer: str = "") -> None:
    """Refuse events that name a node that is not there.

    Examples
    --------
    >>> refuse_unknown([RemoveNamed("node-3")], Nodes.of(3))
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: remove:node-3 names 'node-3', which is none of the 3 nodes; ...
    """
    for event in events:
        name = event.named
        if name is None or nodes.has(name):
            continue
        stem, _, number = name.rpartition("-")
        if newcomer and stem == newcomer and number.isdecimal():
            continue
        some = [nodes[bucket].name for bucket in islice(nodes, 1000)]
        listed = ", ".join(some[:5]) + (", ..." if len(nodes) > 5 else "")
        drawn = name == "random" and isinstance(event, RemoveNamed)
        raise BadUse(
            f"{event.text} names {name!r}, which is none of the {len(nodes):,} nodes; there are {listed}, "
            f"and the places last and middle{did_you_mean(name, [*some, 'last', 'middle'])}"
            f"{'; remove-random:K draws K nodes' if drawn else ''}"
        )
