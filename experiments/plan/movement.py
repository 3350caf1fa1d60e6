"""What moves between two placements: measures of flows between nodes, told apart by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

__all__ = ["Movement", "Side"]


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
        ``exact``, ``sampled`` (random keys) or ``counted`` (the user's keys).
    """

    counts: Mapping[tuple[str, str], int]
    before: Side
    after: Side
    method: str

    @cached_property
    def total(self) -> int:
        """All hashes or keys."""
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

    def _shares(self, nodes: Iterable[str], counts: Iterable[tuple[str, int]]) -> dict[str, Fraction]:
        sums = dict.fromkeys(nodes, 0)
        for name, count in counts:
            sums[name] = sums.get(name, 0) + count
        return {name: self._fraction(count) for name, count in sums.items()}

    def _fraction(self, count: int) -> Fraction:
        return Fraction(count, self.total) if self.total else Fraction(0)
