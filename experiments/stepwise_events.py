"""Scale events of several steps: nodes that fail and return, and removals in the costliest order."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from algorithms import Node, Nodes, Partitioner, UnsupportedEvent
from experiments.event import Change, Event
from experiments.options.errors import BadUse
from experiments.options.parsers import integer, number, shortest

__all__ = ["adverse", "drawn", "share_or"]


def drawn(nodes: Nodes, count: int, seed: int) -> list[int]:
    """Return so many buckets, drawn at random."""
    return random.Random(seed).sample(nodes.buckets().tolist(), count)


@dataclass(frozen=True)
class Share:
    """A part of the nodes, in percent; rounded down to whole nodes."""

    percent: float

    @property
    def text(self) -> str:
        """How a user writes it."""
        return f"{shortest(self.percent)}%"

    @property
    def least_nodes(self) -> int:
        """The fewest nodes of which it is one, with one left."""
        return max(2, math.ceil(100 / Fraction(self.percent)))

    def of(self, nodes: int) -> int:
        """Return how many nodes it is."""
        return math.floor(nodes * Fraction(self.percent) / 100)


def share_or(count: Callable[[str], Event], share: Callable[[Share], Event]) -> Callable[[str], Event]:
    """Return the reader of an option that is a number of nodes, or a part of them in percent."""

    def read(option: str) -> Event:
        if not option.endswith("%"):
            return count(option)
        percent = number(above=0.0, most=100.0)(option[:-1])
        if percent == 100:
            raise BadUse(f"{option} are all nodes; give less than 100%")
        return share(Share(percent))

    return read


@dataclass(frozen=True)
class RemoveShare(Event):
    """A part of the nodes, drawn at random, leaves."""

    share: Share

    syntax = "remove-random:K|P%"
    example = "remove-random:50%"
    draws = True
    summary = "K nodes or P percent of them, drawn anew in each repetition, leave in one step"

    @property
    def text(self) -> str:
        return f"remove-random:{self.share.text}"

    @property
    def title(self) -> str:
        return f"remove {shortest(self.share.percent)} % at random"

    @property
    def least_nodes(self) -> int:
        return self.share.least_nodes

    def nodes_after(self, nodes: int) -> int:
        return nodes - self.share.of(nodes)

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        leaving = sorted(drawn(nodes, self.share.of(len(nodes)), seed))
        return Change(remove=tuple(nodes[bucket].name for bucket in leaving))


@dataclass(frozen=True)
class Returning(Change):
    """Nodes leave one after the other, and join again in the order of `add`."""

    def apply(self, partitioner: Partitioner[Any]) -> None:
        """Make the event, step by step."""
        for name in self.remove:
            partitioner.change(remove=(name,))
        for node in self.add:
            partitioner.change(add=(node,))

    def weighted(self, nodes: Nodes, usual: float) -> Change:
        """Return the same: who returns has the weight that it had."""
        return self


@dataclass(frozen=True)
class FailAndReturn(Event):
    """Nodes fail one after the other and return, the last one first."""

    count: int = 1

    syntax = "fail-and-return:K"
    example = "fail-and-return:3"
    summary = (
        "K nodes, drawn anew in each repetition, leave one after the other and return, the last one first"
    )

    @property
    def text(self) -> str:
        return f"fail-and-return:{self.count}"

    @property
    def title(self) -> str:
        return "one fails and returns" if self.count == 1 else f"{self.count} fail and return"

    @property
    def least_nodes(self) -> int:
        return self.count + 1

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        failing = [nodes[bucket] for bucket in drawn(nodes, self.count, seed)]
        returning: tuple[str | Node, ...] = tuple(failing[::-1])
        return Returning(add=returning, remove=tuple(node.name for node in failing))


@dataclass(frozen=True)
class Removals(Change):
    """So many removals, one after the other, in the order that the algorithm's adverse case names."""

    count: int = 1

    def apply(self, partitioner: Partitioner[Any]) -> None:
        """Make the event, step by step; raises UnsupportedEvent where an algorithm names no such order."""
        nodes = partitioner.nodes
        order = type(partitioner).adverse_removals(len(nodes))
        if not order:
            raise UnsupportedEvent("no order of removals costs its lookups more than another")
        if nodes.top != len(nodes):
            raise UnsupportedEvent("its adverse order is of buckets of which none is free")
        if len(order) < self.count:
            raise UnsupportedEvent(f"its adverse order is of {len(order)} removals, not {self.count}")
        for bucket in order[: self.count]:
            partitioner.change(remove=(nodes[bucket].name,))


@dataclass(frozen=True)
class Adverse(Event):
    """Nodes leave in the order that costs an algorithm's lookups the most."""

    amount: int | Share = Share(50.0)

    syntax = "adverse:K|P%"
    example = "adverse:50%"
    summary = (
        "K nodes or P percent of them leave one after the other, in the order that costs lookups the most"
    )

    @property
    def text(self) -> str:
        return f"adverse:{self.amount.text if isinstance(self.amount, Share) else self.amount}"

    @property
    def title(self) -> str:
        shown = f"{shortest(self.amount.percent)} %" if isinstance(self.amount, Share) else str(self.amount)
        return f"remove {shown} adversely"

    @property
    def least_nodes(self) -> int:
        return self.amount.least_nodes if isinstance(self.amount, Share) else self.amount + 1

    def _of(self, nodes: int) -> int:
        return self.amount.of(nodes) if isinstance(self.amount, Share) else self.amount

    def nodes_after(self, nodes: int) -> int:
        return nodes - self._of(nodes)

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        return Removals(count=self._of(len(nodes)))


def adverse(option: str) -> Event:
    """Read what stands behind ``adverse:``."""
    return share_or(lambda text: Adverse(integer(1, 10**6)(text)), Adverse)(option or "50%")
