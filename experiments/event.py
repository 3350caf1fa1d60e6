"""What a scale event is: who joins, who leaves and whose weight changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from algorithms import Node, Nodes, Partitioner

__all__ = ["Change", "Event"]


@dataclass(frozen=True)
class Change:
    """One scale event with its nodes named: the arguments of `Partitioner.change`.

    Parameters
    ----------
    add
        Nodes, or names of nodes of weight 1.
    remove
        Names of nodes.
    weights
        New weights by name.

    Examples
    --------
    >>> from algorithms import create
    >>> partitioner = create("jump", 2)
    >>> Change(add=("node-2",)).apply(partitioner)
    >>> partitioner.nodes
    ['node-0', 'node-1', 'node-2']
    """

    add: tuple[str | Node, ...] = ()
    remove: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)

    def apply(self, partitioner: Partitioner[Any]) -> None:
        """Make the event, in one step; raises as `Partitioner.change` does."""
        partitioner.change(add=self.add, remove=self.remove, weights=self.weights)

    def weighted(self, nodes: Nodes, usual: float) -> Change:
        """Return the same with weights for those who join: of whom they replace, or the usual one."""
        weights = [usual] * len(self.add)
        if len(self.remove) == len(self.add):
            weights = [nodes[nodes.bucket_of(name)].weight for name in self.remove]
        joining = zip(self.add, weights, strict=True)
        return replace(self, add=tuple(Node(str(name), weight) for name, weight in joining))


@dataclass(frozen=True)
class Event(ABC):
    """A kind of scale event with its number.

    Sub-classes set ``syntax`` and ``summary``, and say how many nodes are needed and what changes.
    """

    syntax: ClassVar[str]
    """How it is written, the number in capitals."""

    summary: ClassVar[str]
    """A few words for help and tables."""

    example: ClassVar[str]
    """One that is often wanted."""

    draws: ClassVar[bool] = False
    """Whether it draws its nodes, others in each repetition."""

    @property
    @abstractmethod
    def text(self) -> str:
        """How a user writes it, in its shortest form."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What happens, in words for a table."""

    @property
    def least_nodes(self) -> int:
        """How many nodes there must be before it."""
        return 1

    def nodes_after(self, nodes: int) -> int:
        """Return how many nodes there are after it, if there were so many before."""
        return nodes

    @property
    def named(self) -> str | None:
        """The node that it names, if it names one and not a place."""
        return None

    def prefixed(self, prefix: str) -> Event:
        """Return the same event where names of nodes begin with a prefix."""
        return self

    @abstractmethod
    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        """Name the nodes."""
