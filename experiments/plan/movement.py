"""What moves between two placements: measures of flows between nodes, told apart by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import zip_longest

from experiments.plan.placement import Placed

__all__ = ["Movement", "Side", "of_nodes"]

NOBODY = "-"
"""Stands for the node of a copy that is only there before, or only after."""


def of_nodes(counts: Mapping[tuple[Placed, Placed], int]) -> dict[tuple[str, str], int]:
    """Return how many copies go from node to node: a node that keeps one sends none to another.

    Examples
    --------
    >>> of_nodes({(("a", "b"), ("b", "c")): 2, ("a", "b"): 1})
    {('b', 'b'): 2, ('a', 'c'): 2, ('a', 'b'): 1}
    """
    named: dict[tuple[str, str], int] = {}
    for (source, target), count in counts.items():
        if isinstance(source, str) and isinstance(target, str):
            pairs = [(source, target)]
        else:
            before = (source,) if isinstance(source, str) else source
            after = (target,) if isinstance(target, str) else target
            pairs = [(name, name) for name in before if name in after]
            gone = [name for name in before if name not in after]
            come = [name for name in after if name not in before]
            pairs += zip_longest(gone, come, fillvalue=NOBODY)
        for pair in pairs:
            named[pair] = named.get(pair, 0) + count
    return named


@dataclass(frozen=True)
class Side:
    """Before or after: what each node is to have, 0 where it is to have nothing."""

    wanted: Mapping[str, Fraction]

    @classmethod
    def of_weights(cls, weights: Mapping[str, int]) -> Side:
        """Return the shares that weights ask for."""
        total = sum(weights.values())
        return cls(
            {name: Fraction(weight, total) if total else Fraction(0) for name, weight in weights.items()}
        )


@dataclass(frozen=True)
class Movement:
    """How many hashes or keys go from whom to whom.

    Parameters
    ----------
    counts
        Of each pair of nodes that occurs, those that stay too.
    before, after
        What each node is to have.
    method
        ``exact``, ``sampled`` (random hashes or keys) or ``counted`` (the user's keys).
    copies
        Of each hash or key, so many.
    """

    counts: Mapping[tuple[str, str], int]
    before: Side
    after: Side
    method: str
    copies: int = 1

    @cached_property
    def total(self) -> int:
        """All hashes or keys, or all copies of them."""
        return sum(self.counts.values())

    @cached_property
    def moved_count(self) -> int:
        """Those whose node differs."""
        return sum(count for (source, target), count in self.counts.items() if source != target)

    @property
    def moved(self) -> Fraction:
        """The fraction whose node differs."""
        return self._fraction(self.moved_count)

    @cached_property
    def minimum(self) -> Fraction:
        """The least movement between the loads before and after: what no placement could spare."""
        loads: dict[str, int] = {}
        for (source, target), count in self.counts.items():
            loads[source] = loads.get(source, 0) - count
            loads[target] = loads.get(target, 0) + count
        return self._fraction(sum(gain for gain in loads.values() if gain > 0))

    @property
    def excess(self) -> Fraction:
        """What moves above the minimum."""
        return self.moved - self.minimum

    @cached_property
    def stray(self) -> Fraction:
        """Moves onto a node whose wanted share did not grow, or off one whose share did not shrink."""
        growth = {
            name: self.after.wanted.get(name, 0) - self.before.wanted.get(name, 0) for name in self._names
        }
        return self._fraction(
            sum(
                count
                for (source, target), count in self.counts.items()
                if source != target and (growth[target] <= 0 or growth[source] >= 0)
            )
        )

    @property
    def flows(self) -> dict[tuple[str, str], Fraction]:
        """The fraction of each pair, those that stay too."""
        return {pair: self._fraction(count) for pair, count in self.counts.items()}

    @cached_property
    def shares_before(self) -> dict[str, Fraction]:
        """The share of each node before."""
        return self._shares(self.before.wanted, ((pair[0], count) for pair, count in self.counts.items()))

    @cached_property
    def shares_after(self) -> dict[str, Fraction]:
        """The share of each node after."""
        return self._shares(self.after.wanted, ((pair[1], count) for pair, count in self.counts.items()))

    @property
    def _names(self) -> set[str]:
        names = {name for pair in self.counts for name in pair}
        return names | set(self.before.wanted) | set(self.after.wanted)

    @property
    def half_width(self) -> float:
        """Of an interval of 95 % around what was sampled that moves."""
        moved = float(self.moved)
        return 1.96 * (moved * (1 - moved) / max(self.total, 1)) ** 0.5 if self.method == "sampled" else 0.0

    def _shares(self, nodes: Iterable[str], counts: Iterable[tuple[str, int]]) -> dict[str, Fraction]:
        sums = dict.fromkeys(nodes, 0)
        for name, count in counts:
            sums[name] = sums.get(name, 0) + count
        return {name: self._fraction(count * self.copies) for name, count in sums.items()}

    def _fraction(self, count: int) -> Fraction:
        return Fraction(count, self.total) if self.total else Fraction(0)
