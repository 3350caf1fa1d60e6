"""Keys of records that are asked for by ranges: salaries of employees, times of events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Integers
from experiments.options.errors import BadUse
from experiments.options.parsers import integer, number, shortest
from experiments.workloads.base import Workload
from experiments.workloads.draws import Law, law_of_weights, words

__all__ = ["Salaries", "Times"]

STEP = 100
"""Salaries are whole multiples of it."""

REACH = 5
"""Deviations from the median beyond which there is no salary: one of two million would be."""

UNIT = 1 << 32
"""Chances of salaries are whole multiples of one in so many: no rounding of a logarithm is seen."""

BEGIN = 1_767_225_600
"""The first second of 2026, in seconds since 1970."""

MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Salaries(Workload):
    """What employees earn: lognormal, in steps of 100, so that many earn the same.

    Parameters
    ----------
    median
        Half of them earn less.
    sigma
        The deviation of the logarithm: 0.5 is a Gini coefficient of 0.28.

    References
    ----------
    Aitchison & Brown, The lognormal distribution, 1957.

    Examples
    --------
    >>> Salaries().chunk(0, seed=1, limit=4).tolist()
    [61800, 124600, 43800, 73900]
    """

    median: int = 48_000
    sigma: float = 0.5

    name = "salaries"
    syntax = "salaries[:MEDIAN[:SIGMA]]"
    summary = "what employees earn: lognormal of MEDIAN (48,000) and SIGMA (0.5), in steps of 100"
    skewed = True

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Return the workload with the median and the deviation that the options give."""
        if options is None:
            return cls()
        median, colon, sigma = options.partition(":")
        try:
            middle = integer(STEP, 10**6)(median)
            return cls(middle, number(0.01, 1)(sigma)) if colon else cls(middle)
        except BadUse as error:
            raise BadUse(f"{options!r} is no MEDIAN[:SIGMA] of salaries: {error}") from None

    @property
    def text(self) -> str:
        """See `Workload`."""
        if self.sigma != type(self).sigma:
            return f"salaries:{self.median}:{shortest(self.sigma)}"
        return "salaries" if self.median == type(self).median else f"salaries:{self.median}"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        return f"lognormal salaries of median {self.median:,} and sigma {self.sigma!r}, in steps of {STEP}"

    def _draw(self, first: int, count: int, seed: int) -> Integers:
        return Integers(self._identify(first, count, seed))

    def _identify(self, first: int, count: int, seed: int) -> NDArray[np.uint64]:
        lowest, law = _salaries(self.median, self.sigma)
        steps = law.draw(seed, first, count).view(np.uint64)
        return (steps + np.uint64(lowest)) * np.uint64(STEP)


@lru_cache(maxsize=4)
def _salaries(median: int, sigma: float) -> tuple[int, Law]:
    """Return the lowest salary in steps, and the law of the steps above it."""
    spread = math.exp(REACH * sigma)
    lowest, highest = max(1, round(median / spread / STEP)), round(median * spread / STEP)
    scale = sigma * math.sqrt(2)
    below = [math.erf(math.log((step - 0.5) * STEP / median) / scale) for step in range(lowest, highest + 2)]
    chances = (round((b - a) / 2 * UNIT) for a, b in pairwise(below))
    return lowest, law_of_weights(list(chances))


@dataclass(frozen=True)
class Times(Workload):
    """When events happen, in order: microseconds since 1970, as many a second, from the start of 2026.

    Each event is somewhere in its own part of the second: so event i is known without those before it.

    Parameters
    ----------
    rate
        Events a second.

    Examples
    --------
    >>> Times().chunk(0, seed=1, limit=3).tolist()
    [1767225600002595, 1767225600018328, 1767225600027933]
    """

    rate: int = 100

    name = "times"
    syntax = "times[:RATE]"
    summary = "when events happen, in order: microseconds since 1970, RATE (100) a second, from 2026 on"

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Return the workload with the rate that the option gives."""
        if options is None:
            return cls()
        try:
            return cls(integer(1, MICROSECONDS)(options))
        except BadUse as error:
            raise BadUse(f"RATE of times: {error}") from None

    @property
    def text(self) -> str:
        """See `Workload`."""
        return "times" if self.rate == type(self).rate else f"times:{self.rate}"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        return f"times of {self.rate:,} events a second, in order, in microseconds since 1970"

    def _draw(self, first: int, count: int, seed: int) -> Integers:
        numbers = np.arange(first, first + count + 1, dtype=np.uint64)
        # microseconds before each part: whole, so parts differ by one where the rate does not divide a second
        starts = numbers * np.uint64(MICROSECONDS) // np.uint64(self.rate)
        within = words(seed, first, count) % np.diff(starts)
        return Integers(np.uint64(BEGIN * MICROSECONDS) + starts[:-1] + within)
