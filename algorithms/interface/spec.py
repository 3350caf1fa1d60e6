"""What is known about an algorithm: its spec, with the capabilities that it declares."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

from algorithms.machinery.steps import STEPS

Kind = Literal["algorithm", "baseline", "deployed"]


class Capability(enum.StrEnum):
    """What an algorithm promises or can do. What it declares is tested, and so is what it does not."""

    REMOVES_ANY = "removes any"
    REMOVES_LAST = "removes last"
    WEIGHTED = "weighted"
    MINIMAL_MOVEMENT = "minimal movement"
    UNIFORM = "uniform"
    INTERVALS = "intervals"
    ORDERED = "ordered"
    REPLICAS = "replicas"
    ORDER_INDEPENDENT = "order independent"
    REVERSIBLE = "reversible"

    @property
    def meaning(self) -> str:
        """What is promised, in a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    Capability.REMOVES_ANY: "any node can be removed",
    Capability.REMOVES_LAST: "the node in the last bucket can be removed",
    Capability.WEIGHTED: "shares follow the weights of the nodes",
    Capability.MINIMAL_MOVEMENT: "only adding, only removing, or changing one weight makes no stray moves",
    Capability.UNIFORM: "nodes of equal weight have equal shares of the hash space, but for rounding",
    Capability.INTERVALS: "each bucket serves intervals of hashes, which arcs() lists exactly",
    Capability.ORDERED: "buckets ascend with the hash, so a range of hashes touches neighbours only",
    Capability.REPLICAS: "further distinct nodes for each key, which lose only what they must in an event",
    Capability.ORDER_INDEPENDENT: "placement does not depend on the order in which nodes were named",
    Capability.REVERSIBLE: "adding a node and removing it again restores every placement",
}


@dataclass(frozen=True)
class Publication:
    """Where an algorithm was published, for the bibliography of whoever uses it.

    Parameters
    ----------
    key
        By which a paper cites it: lower-case letters, digits and hyphens; for its own publication the name
        of the algorithm.
    kind
        As BibTeX has it: "article", "inproceedings", "book", "techreport", "misc" ...
    author
        As BibTeX has it, in plain text: "Lamping, John and Veach, Eric".
    title
        In plain text.
    year
        When.
    fields
        What else BibTeX knows of it, such as booktitle, journal, pages, doi or eprint, in plain text.

    Examples
    --------
    >>> Publication("x", "misc", "Doe, Jane", "On X", 2030, {"eprint": "3001.00001"}).fields["eprint"]
    '3001.00001'
    """

    key: str
    kind: str
    author: str
    title: str
    year: int
    fields: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze the fields."""
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))


@dataclass(frozen=True)
class Cost:
    """An order of growth, and a sentence on when it is another.

    Parameters
    ----------
    order
        In n nodes and v points, such as "O(log n)".
    note
        What else there is to say: the worst case, what comes with it; "" where nothing.

    Raises
    ------
    ValueError
        If the order is not one.

    Examples
    --------
    >>> str(Cost("O(1)", "O(log n) in the worst case"))
    'O(1); O(log n) in the worst case'
    >>> Cost("fast")
    Traceback (most recent call last):
        ...
    ValueError: 'fast' is no order of growth: write one such as "O(log n)", and the rest in a note
    """

    order: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Check the order."""
        if self.order and not re.fullmatch(r"O\((?:[^()]|\([^()]*\))+\)", self.order):
            raise ValueError(
                f'{self.order!r} is no order of growth: write one such as "O(log n)", and the rest in a note'
            )

    def __str__(self) -> str:
        return f"{self.order}; {self.note}" if self.note else self.order

    @classmethod
    def of(cls, text: str) -> Cost:
        """Return the cost that a text says: its order first, and what else there is to say.

        Parameters
        ----------
        text
            Such as "O(1); O(log n) in the worst case".

        Returns
        -------
        Cost

        Raises
        ------
        ValueError
            If it begins with no order of growth.

        Examples
        --------
        >>> Cost.of("O(1), O(log n) at worst")
        Cost(order='O(1)', note='O(log n) at worst')
        """
        begin = re.match(r"O\((?:[^()]|\([^()]*\))+\)", text)
        return cls(text) if begin is None else cls(begin[0], text[begin.end() :].lstrip(" ,;"))


@dataclass(frozen=True)
class Step:
    """What is known of the steps of one kind that a lookup takes.

    Parameters
    ----------
    law
        The closed form of their mean, by its name in ``experiments.theory.lookups``; "" where none is known.
    published
        What a publication states of them, in the same names; "" where it states no number.
    source
        Where it does.

    Examples
    --------
    >>> Step("draws", published="logarithm", source="the paper's bound").law
    'draws'
    """

    law: str = ""
    published: str = ""
    source: str = ""


@dataclass(frozen=True)
class Spec:
    """What is known about an algorithm.

    Parameters
    ----------
    name
        By which it is registered.
    title
        As it stands in tables and plots.
    summary
        A line about how it places a key.
    capabilities
        What it declares.
    lacks
        Why it does not declare a capability, for those where no counterexample shows it.
    reference
        Where it was published, or that it was not.
    year
        When; of an unpublished one when it was written; 0 where it is folklore.
    publications
        The same for a bibliography, its own publication first; none where there is nothing to cite.
    lookup_cost, resize_cost, memory_cost
        What they grow with; a str such as "O(1), O(log n) at worst" becomes a `Cost`.
    movement_law
        The family of closed forms that its movement follows: "modulo", "range", "ring", "consistent" (scores
        for each pair), "numbered" (scores for each hash and bucket), "random", or "bound" (what the shares
        require and no more), "binomial", or one of ``experiments.theory.programs``; "" where none is known.
    balance_law
        The same for its loads: "multinomial", "ring", "range" or "exact", or the name of a program whose
        numbers of points the law of a ring takes; "" where none is known.
    lawless
        Why it names no law of "movement" or of "balance".
    points
        The parameter that says how many points a node of weight 1 has, which the laws of rings take; ""
        where nodes have none.
    rows
        The parameter that says how many equal rows of the hash space are placed whole, each as a key, which
        the law of spread takes; "" where every hash is placed on its own.
    kind
        "algorithm"; "baseline", which is in the suite to compare with and not to be used; or "deployed", the
        placement of a real program.
    family
        The idea that it rests on. :func:`~algorithms.register` takes it from the folder of an algorithm of
        the suite; "" where nobody says.
    by_default
        Whether an experiment compares it where nobody names any: a table of forty is not read.
    leads
        Why it stands for its family where some of the others are shown too; "" where it does not.
    most_nodes
        The largest number of nodes that it can have with its default parameters; None where there is none
        but that of all algorithms.
    whole_weights
        The least and the greatest weight of a node where weights are whole numbers; None where they are any.
    values
        How many values of a hash it tells apart, where they are so few that shares are counts of them; None
        where it takes all bits.
    vary
        By parameter, the values that a sweep over it takes where nobody names others.
    steps
        The kinds of steps that its kernel counts, of "words", "links" and "probes", with what is known of
        each; none where it counts none.
    loses
        By parameter and value, what it does not promise with that value, each with the reason: `given` leaves
        it out.

    Raises
    ------
    ValueError
        If the kind is unknown, or one of the steps; if a value loses what is not declared.

    Examples
    --------
    >>> Spec(name="x", title="X", summary="", capabilities=frozenset()).can(Capability.UNIFORM)
    False
    """

    name: str
    title: str
    summary: str
    capabilities: frozenset[Capability]
    lacks: Mapping[Capability, str] = field(default_factory=dict)
    reference: str = ""
    year: int = 0
    publications: tuple[Publication, ...] = ()
    lookup_cost: Cost = Cost()
    resize_cost: Cost = Cost()
    memory_cost: Cost = Cost()
    movement_law: str = ""
    balance_law: str = ""
    lawless: Mapping[Literal["movement", "balance"], str] = field(default_factory=dict)
    points: str = ""
    rows: str = ""
    kind: Kind = "algorithm"
    family: str = ""
    by_default: bool = True
    leads: str = ""
    most_nodes: int | None = None
    whole_weights: tuple[int, int] | None = None
    values: int | None = None
    vary: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    loses: Mapping[str, Mapping[str, Mapping[Capability, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze what was given as a set, a list or a dict."""
        if self.kind not in get_args(Kind):
            raise ValueError(f"{self.kind!r} is no kind: choose one of {', '.join(get_args(Kind))}")
        if unknown := sorted(set(self.steps) - set(STEPS)):
            raise ValueError(f"{unknown[0]!r} are no steps: choose of {', '.join(STEPS)}")
        object.__setattr__(self, "capabilities", frozenset(self.capabilities))
        lost = {one for by_value in self.loses.values() for without in by_value.values() for one in without}
        if undeclared := sorted(lost - self.capabilities):
            raise ValueError(f"{undeclared[0].name} cannot be lost by a parameter: it is not declared")
        object.__setattr__(self, "publications", tuple(self.publications))
        for name in ("lacks", "lawless", "vary", "steps", "loses"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        for name in ("lookup_cost", "resize_cost", "memory_cost"):
            cost = getattr(self, name)
            if isinstance(cost, str):
                object.__setattr__(self, name, Cost.of(cost))

    @property
    def baseline(self) -> bool:
        """Whether it is in the suite to compare with, and not to be used."""
        return self.kind == "baseline"

    @property
    def lifted(self) -> bool:
        """Whether it is among the few that stand for all: it is usual, or leads its family."""
        return self.by_default or bool(self.leads)

    def given(self, parameters: Mapping[str, Any]) -> Spec:
        """Return what is known with some parameters.

        Parameters
        ----------
        parameters
            By name; those that are missing have their defaults.

        Returns
        -------
        Spec
            Without the capabilities that these values lose, whose reasons are in ``lacks``. Laws of movement
            and balance rest on equal shares: without UNIFORM neither is named.

        Examples
        --------
        >>> from algorithms import spec_of
        >>> [spec_of("permutation").given({"rounds": rounds}).balance_law for rounds in ("own", "crate")]
        ['multinomial', '']
        """
        without: dict[Capability, str] = {}
        for name, by_value in self.loses.items():
            without.update(by_value.get(parameters.get(name, ""), {}))
        if not without:
            return self
        even = Capability.UNIFORM not in without
        return replace(
            self,
            capabilities=self.capabilities - without.keys(),
            lacks={**self.lacks, **without},
            loses={},
            movement_law=self.movement_law if even else "",
            balance_law=self.balance_law if even else "",
        )

    def can(self, capability: Capability) -> bool:
        """Return whether a capability is declared."""
        return capability in self.capabilities
