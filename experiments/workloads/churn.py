"""Items of which few are asked for often, and which are replaced by new ones all the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Integers
from experiments.options.errors import BadUse
from experiments.options.parsers import integer
from experiments.workloads.base import Workload
from experiments.workloads.generated import Zipf

__all__ = ["Churn"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Churn(Workload):
    """Zipf's items, each of which lasts for so many requests; then a new one has its rank.

    Items are not replaced at once, but one after the other: in any time of LIFE requests each is replaced
    once. The key is the item's number; new ones have new numbers.

    Parameters
    ----------
    exponent, items
        As for `Zipf`.
    life
        After how many requests, of all items, an item is replaced.

    Examples
    --------
    >>> Churn(1.0, 4, 4).chunk(0, seed=1, limit=8).tolist()
    [1, 7, 0, 2, 4, 6, 6, 4]
    """

    exponent: float = 0.9
    items: int = 100_000
    life: int = 1_000_000

    name = "churn"
    syntax = "churn[:S[:ITEMS[:LIFE]]]"
    summary = "as zipf, S 0.9 and ITEMS 1e5, but each item is replaced by a new one after LIFE (1e6) requests"
    skewed = True

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Return the workload with the exponent, the items and the life that the options give."""
        if options is None:
            return cls()
        exponent, has_items, rest = options.partition(":")
        items, has_life, life = rest.partition(":")
        try:
            zipf = Zipf.read(f"{exponent}:{items if has_items else cls.items}")
            lasts = integer(1, 10**15)(life) if has_life else cls.life
        except BadUse as error:
            said = str(error)
            raise BadUse(
                said.replace("of zipf", "of churn") if "of zipf" in said else f"LIFE of churn: {said}"
            ) from None
        return cls(zipf.exponent, zipf.items, lasts)

    @property
    def text(self) -> str:
        """See `Workload`."""
        parts = [repr(self.exponent).removesuffix(".0"), str(self.items), str(self.life)]
        for value, usual in (
            (self.life, Churn.life),
            (self.items, Churn.items),
            (self.exponent, Churn.exponent),
        ):
            if value != usual:
                break
            parts.pop()
        return ":".join(["churn", *parts])

    @property
    def describe(self) -> str:
        """See `Workload`."""
        return (
            f"item i of {self.items:,} with probability proportional to (i + 1)^-{self.exponent!r}, each "
            f"replaced by a new one after {self.life:,} requests"
        )

    def _draw(self, first: int, count: int, seed: int) -> Integers:
        return Integers(self._identify(first, count, seed))

    def _identify(self, first: int, count: int, seed: int) -> NDArray[np.uint64]:
        ranks = Zipf(self.exponent, self.items)._identify(first, count, seed)
        phases = ((ranks * _GOLDEN) >> np.uint64(11)).astype(np.float64) * (self.life * 2.0**-53)
        moments = np.arange(first, first + count, dtype=np.uint64) + phases.astype(np.uint64)
        return ranks + np.uint64(self.items) * (moments // np.uint64(self.life))
