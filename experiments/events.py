"""Scale events, as a user writes them: ``add:1``, ``double``, ``remove:middle``, ``weight:2`` ..."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from algorithms import Nodes
from experiments.event import Change, Event
from experiments.named_events import RemoveNamed, WeightNamed, change_of, refuse_unknown
from experiments.options.errors import BadUse, did_you_mean
from experiments.options.parsers import integer, number, shortest
from experiments.stepwise_events import Adverse, FailAndReturn, RemoveShare, adverse, drawn, share_or

__all__ = [
    "KINDS",
    "SEQUENCES",
    "SEQUENCE_SUMMARIES",
    "Change",
    "Event",
    "canonical",
    "canonical_sequence",
    "change_of",
    "parse",
    "refuse_unknown",
    "sequence",
]


@dataclass(frozen=True)
class _Counted(Event):
    count: int = 1

    kind: ClassVar[str]

    @property
    def text(self) -> str:
        return f"{self.kind}:{self.count}"


@dataclass(frozen=True)
class Add(_Counted):
    """Nodes join."""

    kind = "add"
    syntax = "add:K"
    example = "add:5"
    summary = "K nodes join in one step"

    @property
    def title(self) -> str:
        return "add one" if self.count == 1 else f"add {self.count}"

    def nodes_after(self, nodes: int) -> int:
        return nodes + self.count

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        return Change(add=tuple(newcomer(len(nodes) + i) for i in range(self.count)))


@dataclass(frozen=True)
class Double(Event):
    """As many nodes join as there are."""

    syntax = "double"
    example = "double"
    summary = "as many nodes join as there are"
    text = "double"
    title = "double"

    def nodes_after(self, nodes: int) -> int:
        return 2 * nodes

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        return Change(add=tuple(newcomer(len(nodes) + i) for i in range(len(nodes))))


@dataclass(frozen=True)
class Remove(Event):
    """The node in the last or in the middle bucket leaves."""

    where: str = "last"

    syntax = "remove:last|middle|NAME"
    example = "remove:middle"
    summary = "the node in the last bucket, in the middle one or of this name leaves"
    least_nodes = 2

    @property
    def text(self) -> str:
        return f"remove:{self.where}"

    @property
    def title(self) -> str:
        return f"remove the {self.where}" + (" one" if self.where == "middle" else "")

    def nodes_after(self, nodes: int) -> int:
        return nodes - 1

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        return Change(remove=(_middle(nodes) if self.where == "middle" else nodes[nodes.top - 1].name,))


@dataclass(frozen=True)
class RemoveRandom(_Counted):
    """Nodes drawn at random leave."""

    kind = "remove-random"
    syntax = "remove-random:K|P%"
    example = "remove-random:3"
    draws = True
    summary = "K nodes or P percent of them, drawn anew in each repetition, leave in one step"

    @property
    def title(self) -> str:
        return f"remove {self.count} at random"

    @property
    def least_nodes(self) -> int:
        return self.count + 1

    def nodes_after(self, nodes: int) -> int:
        return nodes - self.count

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        leaving = sorted(drawn(nodes, self.count, seed))
        return Change(remove=tuple(nodes[bucket].name for bucket in leaving))


@dataclass(frozen=True)
class Replace(Event):
    """The node in the middle bucket leaves, and another one joins, in one step."""

    syntax = "replace"
    example = "replace"
    summary = "the node in the middle bucket leaves and a new one joins, in one step"
    text = "replace"
    title = "replace one"

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        return Change(add=(newcomer(len(nodes)),), remove=(_middle(nodes),))


@dataclass(frozen=True)
class ReplaceRandom(_Counted):
    """Nodes drawn at random leave, and as many others join."""

    kind = "replace-random"
    syntax = "replace-random:K"
    example = "replace-random:2"
    draws = True
    summary = "K nodes, drawn anew in each repetition, leave and K new ones join, in one step"

    @property
    def title(self) -> str:
        return f"replace {self.count} at random"

    @property
    def least_nodes(self) -> int:
        return self.count

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        leavers = RemoveRandom(self.count).change(nodes, newcomer, seed).remove
        return Change(add=tuple(newcomer(len(nodes) + i) for i in range(self.count)), remove=leavers)


@dataclass(frozen=True)
class Weight(Event):
    """The weight of the node in the middle bucket is multiplied."""

    factor: float = 2.0

    syntax = "weight:FACTOR|NAME=WEIGHT"
    example = "weight:0.5"
    summary = (
        "the weight of the node in the middle bucket is multiplied by FACTOR, or one that is named is set"
    )

    @property
    def text(self) -> str:
        return f"weight:{shortest(self.factor)}"

    @property
    def title(self) -> str:
        return f"one weight × {shortest(self.factor)}"

    def change(self, nodes: Nodes, newcomer: Callable[[int], str], seed: int) -> Change:
        bucket = int(nodes.buckets()[len(nodes) // 2])
        return Change(weights={nodes[bucket].name: nodes[bucket].weight * self.factor})


def _middle(nodes: Nodes) -> str:
    return nodes[int(nodes.buckets()[len(nodes) // 2])].name


def _counted(event: type[_Counted]) -> Callable[[str], Event]:
    return lambda option: event(integer(1, 10**6)(option or "1"))


def _remove(option: str) -> Event:
    if not option.strip():
        raise BadUse(
            f"remove:{option} says not which node; write remove:last or remove:middle, or remove:NAME"
        )
    return Remove(option) if option in ("last", "middle") else RemoveNamed(option)


def _weight(option: str) -> Event:
    name, equals, weight = option.rpartition("=")
    if not equals:
        return Weight(number(above=0.0, most=1e6)(option or "2"))
    if not name.strip():
        raise BadUse(f"weight:{option} says not which node; write weight:NAME=WEIGHT")
    return WeightNamed(name, number(1e-100, 1e100)(weight))


def _plain(event: Callable[[], Event]) -> Callable[[str], Event]:
    def read(option: str) -> Event:
        if option:
            raise BadUse(f"{event().text} takes no {option!r}; write {event().text} alone")
        return event()

    return read


KINDS: dict[str, tuple[type[Event], Callable[[str], Event]]] = {
    "add": (Add, _counted(Add)),
    "double": (Double, _plain(Double)),
    "remove": (Remove, _remove),
    "remove-random": (RemoveRandom, share_or(_counted(RemoveRandom), RemoveShare)),
    "replace": (Replace, _plain(Replace)),
    "replace-random": (ReplaceRandom, _counted(ReplaceRandom)),
    "weight": (Weight, _weight),
    "fail-and-return": (FailAndReturn, lambda option: FailAndReturn(integer(1, 10**6)(option or "1"))),
    "adverse": (Adverse, adverse),
}
"""The kinds of events: what stands before the colon, with their class and who reads what stands behind it."""


def parse(text: object) -> Event:
    """Return the event that a text stands for.

    Examples
    --------
    >>> parse("add").text, parse("weight:0.5").title
    ('add:1', 'one weight × 0.5')
    """
    if isinstance(text, Event):
        return text
    kind, _, option = str(text).partition(":")
    if kind not in KINDS:
        allowed = ", ".join(event.syntax for event, _ in KINDS.values())
        raise BadUse(f"{text!r} is no scale event; give one of {allowed}{did_you_mean(kind, KINDS)}")
    return KINDS[kind][1](option)


def canonical(text: object) -> str:
    """Return the shortest text of an event: the parser of a parameter.

    Examples
    --------
    >>> canonical("weight:2.0")
    'weight:2'
    """
    return parse(text).text


SEQUENCES: dict[str, tuple[str, ...]] = {
    "life": (
        "add:1", "add:1", "remove-random:1", "replace", "double",
        "weight:2", "remove-random:3", "remove:last", "weight:0.5", "remove:middle",
    ),
    "grow": ("add:1",) * 10,
    "shrink": ("remove:last",) * 10,
    "tide": ("add:1",) * 5 + ("remove:last",) * 5,
    "repair": ("replace-random:1",) * 10,
    "churn": ("add:1", "remove-random:1") * 5,
}  # fmt: skip
"""Sequences of events that have a name, ten events each: see `SEQUENCE_SUMMARIES`."""

SEQUENCE_SUMMARIES: dict[str, str] = {
    "life": "a cluster grows, loses nodes, doubles, is given weights and shrinks",
    "grow": "one node after the other joins",
    "shrink": "the last node leaves, ten times",
    "tide": "five nodes join, one after the other, and leave again in reverse: the end is the start",
    "repair": "ten times, a random node is replaced by a new one",
    "churn": "a node joins and a random one leaves, five times",
}
"""What happens in each of `SEQUENCES`, in a few words for help and tables."""


def sequence(text: object) -> tuple[Event, ...]:
    """Return the events that the text of a sequence stands for.

    Examples
    --------
    >>> [event.text for event in sequence("add:1, add:2,double")], len(sequence("churn"))
    (['add:1', 'add:2', 'double'], 10)
    """
    written = str(text).strip()
    if written in SEQUENCES:
        return tuple(map(parse, SEQUENCES[written]))
    parts = [part.strip() for part in written.split(",")]
    if len(parts) == 1 and parts[0].partition(":")[0] not in KINDS:
        hint = did_you_mean(written, SEQUENCES)
        raise BadUse(
            f"{text!r} is no sequence of scale events; give one of {', '.join(SEQUENCES)}, "
            f"or events with commas between them, such as add:1,replace{hint}"
        )
    return tuple(map(parse, parts))


def canonical_sequence(text: object) -> str:
    """Return the shortest text of a sequence: its name, or its events.

    Examples
    --------
    >>> canonical_sequence("add, weight:2.0"), canonical_sequence("life")
    ('add:1,weight:2', 'life')
    """
    written = str(text).strip()
    return written if written in SEQUENCES else ",".join(event.text for event in sequence(written))
