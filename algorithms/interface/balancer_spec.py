"""What a balancer says of itself: what it looks at, what it promises, its source and its costs."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from algorithms.interface.spec import Cost, Publication

__all__ = ["BalancerSpec", "Sight", "Trait"]


class Trait(enum.StrEnum):
    """What a balancer promises. What it declares is tested, and so is what it does not."""

    WEIGHTED = "weighted"
    PERIODIC = "periodic"
    LEAST = "least"
    IDLE = "idle"
    BOUNDED = "bounded"
    AFFINE = "affine"

    @property
    def meaning(self) -> str:
        """What is promised, in a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    Trait.WEIGHTED: "weights other than 1 are followed",
    Trait.PERIODIC: "of as many requests as whole weights come to, each node gets exactly its weight",
    Trait.LEAST: "no node is chosen while another has fewer requests in flight for its weight",
    Trait.IDLE: "while a node has nothing in flight, one that has nothing is chosen",
    Trait.BOUNDED: "no request is opened on a node beyond its share of all in flight times a factor",
    Trait.AFFINE: "requests of one hash go to one node, whatever is in flight",
}


class Sight(enum.StrEnum):
    """What a balancer looks at."""

    NOTHING = "nothing"
    HASH = "hash"
    LOAD = "load"
    BOTH = "hash and load"


_UNKNOWN = Cost()


@dataclass(frozen=True)
class BalancerSpec:
    """What is known about a balancer.

    Parameters
    ----------
    name
        By which it is registered.
    title
        As it stands in tables and plots.
    summary
        A line about how it chooses a node.
    sees
        What it looks at.
    traits
        What it declares.
    lacks
        Why it does not declare a trait, for those that no counterexample refutes.
    reference, year, publications
        As in :class:`~algorithms.Spec`.
    open_cost, close_cost
        What a request costs.
    by_default
        Whether it is compared where nobody names any.

    Examples
    --------
    >>> BalancerSpec("x", "X", "", Sight.NOTHING, frozenset()).can(Trait.WEIGHTED)
    False
    """

    name: str
    title: str
    summary: str
    sees: Sight
    traits: frozenset[Trait]
    lacks: Mapping[Trait, str] = field(default_factory=dict)
    reference: str = ""
    year: int = 0
    publications: tuple[Publication, ...] = ()
    open_cost: Cost = _UNKNOWN
    close_cost: Cost = _UNKNOWN
    by_default: bool = True

    def __post_init__(self) -> None:
        """Freeze what was given as a set or a dict."""
        object.__setattr__(self, "traits", frozenset(self.traits))
        object.__setattr__(self, "lacks", MappingProxyType(dict(self.lacks)))

    def can(self, trait: Trait) -> bool:
        """Return whether a trait is declared."""
        return trait in self.traits
