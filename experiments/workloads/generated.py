"""Workloads that are computed: uniform, sequential, Zipf, numbered strings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Integers, Strings
from algorithms.hashing.labels import labels
from experiments.options.errors import BadUse
from experiments.options.parsers import Parser, integer, number
from experiments.workloads.base import CHUNK, Drawing, Workload
from experiments.workloads.draws import Law, stream, words
from experiments.workloads.powers import negative_powers

__all__ = ["Numbered", "Sequential", "Uniform", "Zipf"]

T = TypeVar("T")


@dataclass(frozen=True)
class Uniform(Workload):
    """Different 64-bit integers, each as likely as any other: what a good hash makes of any keys.

    Examples
    --------
    >>> Uniform().chunk(0, seed=1, limit=2).tolist()
    [12793040940332582595, 17925934194126948328]
    """

    name = "uniform"
    remembered = False
    syntax = "uniform"
    summary = "64-bit integers, all equally likely, no two equal"

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Return the workload; there are no options."""
        if options is not None:
            raise BadUse(f"uniform takes no option, and {options!r} is given; give uniform")
        return cls()

    @property
    def text(self) -> str:
        """See `Workload`."""
        return "uniform"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        return "64-bit integers, each as likely as any other, no two equal"

    def _draw(self, first: int, count: int, seed: int) -> Integers:
        return Integers(words(seed, first, count))

    def _draw_into(self, out: NDArray[np.uint64], first: int, seed: int) -> Integers:
        return Integers(words(seed, first, len(out), out))

    def stream(self, seed: int) -> Drawing:
        """See `Workload`."""
        return stream(seed)


@dataclass(frozen=True)
class Sequential(Workload):
    """Whole numbers in order, such as ids from a database; the seed does not change them.

    Parameters
    ----------
    start
        The first.

    Examples
    --------
    >>> Sequential(5).chunk(0, seed=0, limit=3).tolist()
    [5, 6, 7]
    """

    start: int = 0

    name = "sequential"
    drawn = False
    remembered = False
    syntax = "sequential[:START]"
    summary = "the integers 0, 1, 2, ..., or from START on"

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Return the workload that starts where the option says."""
        return cls() if options is None else cls(_read("START of sequential", integer(0), options))

    @property
    def text(self) -> str:
        """See `Workload`."""
        return f"sequential:{self.start}" if self.start else "sequential"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        return f"the integers {self.start}, {self.start + 1}, {self.start + 2}, ... in order"

    def _draw(self, first: int, count: int, seed: int) -> Integers:
        begin = self.start + first
        return Integers(np.arange(begin, begin + count, dtype=np.uint64))


@dataclass(frozen=True)
class Zipf(Workload):
    """Items of which few are asked for often: item i, from 0, with probability proportional to (i + 1)^-S.

    The key is the item's number. The defaults, S = 0.99 over a million items, are those of YCSB's Zipfian
    requests, so that results can be put beside published ones; web requests have been measured at 0.64 to
    0.83, and S above 1 concentrates half of the draws on a few items.

    Parameters
    ----------
    exponent
        S, from 0 (all equal) to 10.
    items
        How many items, up to 10^8; their table takes 8 bytes each, and is kept.

    Notes
    -----
    Probabilities are whole multiples of 2^-53: items less likely than that are never drawn.

    References
    ----------
    Gray et al., "Quickly generating billion-record synthetic databases", SIGMOD 1994; Cooper et al.,
    "Benchmarking cloud serving systems with YCSB", SoCC 2010; Breslau et al., "Web caching and Zipf-like
    distributions", INFOCOM 1999 (the measured exponents).

    Examples
    --------
    >>> Zipf(exponent=1.0, items=10).chunk(0, seed=1, limit=8).tolist()
    [3, 9, 1, 5, 1, 6, 5, 0]
    """

    exponent: float = 0.99
    items: int = 1_000_000

    name = "zipf"
    syntax = "zipf[:S[:ITEMS]]"
    summary = "item i of ITEMS (1e6) with probability proportional to (i + 1)^-S (0.99)"
    skewed = True

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Return the workload with the exponent and the number of items that the options give."""
        if options is None:
            return cls()
        exponent, colon, items = options.partition(":")
        s = _read("S of zipf", number(0, most=10), exponent) + 0.0  # -0.0 becomes 0.0
        return cls(s, _read("ITEMS of zipf", integer(1, 10**8), items)) if colon else cls(s)

    @property
    def text(self) -> str:
        """See `Workload`."""
        exponent = f":{self.exponent!r}".removesuffix(".0")
        if self.items != type(self).items:
            return f"zipf{exponent}:{self.items}"
        return f"zipf{exponent}" if self.exponent != type(self).exponent else "zipf"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        return f"item i of {self.items:,} with probability proportional to (i + 1)^-{self.exponent!r}"

    def _draw(self, first: int, count: int, seed: int) -> Integers:
        return Integers(self._identify(first, count, seed))

    def _identify(self, first: int, count: int, seed: int) -> NDArray[np.uint64]:
        return _zipf_law(self.exponent, self.items).draw(seed, first, count).view(np.uint64)


@lru_cache(maxsize=2)
def _zipf_law(exponent: float, items: int) -> Law:
    table = np.empty(items, dtype=np.float64)
    for begin in range(0, items, CHUNK):
        count = min(CHUNK, items - begin)
        table[begin : begin + count] = negative_powers(begin + 1, count, exponent)
    np.add.accumulate(table, out=table)  # one after the other, unlike a sum, which numpy takes in pairs
    whole = table[-1]
    last = table.view(np.uint64)
    for begin in range(0, items, CHUNK):
        part = slice(begin, begin + CHUNK)
        steps = np.floor(table[part] / whole * 2.0**53).astype(np.uint64)
        last[part] = (steps << np.uint64(11)) - np.uint64(1)  # 2^64 - 1 at the end: the product wraps to 0
    return Law(last)


@dataclass(frozen=True)
class Numbered(Workload):
    """Strings that end in a number: PREFIX:0, PREFIX:1, ...; the seed does not change them.

    Parameters
    ----------
    prefix
        What stands before the colon.

    Examples
    --------
    >>> Numbered().chunk(0, seed=0, limit=2).tolist()
    [b'user:0', b'user:1']
    """

    prefix: str = "user"

    name = "strings"
    drawn = False
    syntax = "strings[:PREFIX]"
    summary = "the strings user:0, user:1, ..., or with another PREFIX"

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Return the workload with the prefix that the option gives."""
        if options is None:
            return cls()
        if not options or not options.isprintable():
            raise BadUse(
                f"{options!r} is no PREFIX of strings; give a printable text, such as strings:session"
            )
        return cls(options)

    @property
    def integers(self) -> bool:
        """See `Workload`."""
        return False

    @property
    def text(self) -> str:
        """See `Workload`."""
        return "strings" if self.prefix == type(self).prefix else f"strings:{self.prefix}"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        return f"the strings {self.prefix}:0, {self.prefix}:1, {self.prefix}:2, ... in order"

    def _draw(self, first: int, count: int, seed: int) -> Strings:
        prefixes = Strings.of([self.prefix.encode()])
        return labels(prefixes, np.array([count]), starts=np.array([first]), separator=b":")


def _read(what: str, parse: Parser[T], text: str) -> T:
    try:
        return parse(text)
    except BadUse as error:
        raise BadUse(f"{what}: {error}") from None
