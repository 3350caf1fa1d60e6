"""The names of the 1990 census of the United States, drawn as often as people bore them.

The PyPI package ``names`` carries the Census Bureau's three files (1995): last names and the first names of
women and of men, each with its frequency and the cumulative frequency in percent, to three decimals, and its
rank. They come from about 6.29 million persons around the blocks of the post-enumeration survey, and cover
90.483 % of the bearers of last names, 90.024 % of the women and 90.040 % of the men: rarer names are not in
them, nor in any draw.

**Weights of the rare.** Three decimals are too few: 69,960 of the 88,799 last names are printed as 0.000,
although together they stand for 13.003 % of the people, and another 11,339 as 0.001. The cumulative column,
which was rounded after it was summed, has what is missing. Names are sorted by how many bear them, and those
of as many bearers stand in reverse alphabetical order, so wherever frequency or order changes, a new run of
equals begins. A run has what the cumulative column rises over it, shared equally; where rounding lets a later
run have more than an earlier one, the two are pooled. In persons, the last runs of last names then have
6.001, 7.001, 7.992, 9.005, 10.000 ... a name: they are the bureau's own counts again, and the weights here
are these numbers, rounded. No weight is farther than 63 persons, one unit of the last decimal, from
the printed frequency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Self

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Offsets, Strings
from algorithms.machinery.kernel import kernel
from experiments.options.errors import BadUse
from experiments.workloads.base import Workload
from experiments.workloads.draws import Law, law_of_weights

__all__ = ["Names", "first_names", "last_names"]

PERSONS = 6_290_000
"""About how many persons the bureau counted: what makes the rises of the last runs whole numbers."""

_FULL_UNITS = 100_000  # the columns count thousandths of a percent


@dataclass(frozen=True)
class Names(Workload):
    """Last names, or "FIRST LAST", in capitals, as often as people bore them in 1990.

    A full name is a woman's or a man's with the same chance, its first name is drawn by the frequencies of
    that sex, its last name independently.

    Parameters
    ----------
    full
        Whether a first name stands before the last name.

    Examples
    --------
    >>> Names().chunk(0, seed=1, limit=3).tolist()
    [b'GOWER', b'ESSKEW', b'LEON']
    """

    full: bool = False

    name = "names"
    syntax = "names[:full]"
    summary = "last names of the 1990 US census by their frequencies, or FIRST LAST"
    skewed = True

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Return the workload of last names, or of full names."""
        if options not in (None, "full"):
            raise BadUse(f"names has no option {options!r}; give names or names:full")
        return cls(options == "full")

    @property
    def integers(self) -> bool:
        """See `Workload`."""
        return False

    @property
    def text(self) -> str:
        """See `Workload`."""
        return "names:full" if self.full else "names"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        count, percent = len(_last().names), _last().covered / 1000
        share = f"{count:,} last names of the 1990 US census ({percent:.1f} % of the people)"
        if not self.full:
            return f"{share}, drawn by frequency"
        return f"a first name, a woman's or a man's, and one of {share}, both drawn by frequency"

    def _draw(self, first: int, count: int, seed: int) -> Strings:
        last = _last().column.take(_last().law.draw(seed, first, count))
        if not self.full:
            return last
        return _joined(_first().column.take(_first().law.draw(seed, first, count, lane=1)), last)

    def _identify(self, first: int, count: int, seed: int) -> NDArray[np.uint64]:
        ids = _last().law.draw(seed, first, count)
        if self.full:
            # one number for a first name that women and men share
            ids += len(_last().names) * _first().same[_first().law.draw(seed, first, count, lane=1)]
        return ids.view(np.uint64)


def last_names() -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the last names and how many of the people counted bore each.

    Examples
    --------
    >>> names, weights = last_names()
    >>> names[0], int(weights[0]), names[-1], int(weights[-1])
    ('SMITH', 63277, 'AALDERINK', 6)
    """
    return _last().names, _last().weights.copy()


def first_names(sex: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the first names of women or of men and how frequent each is.

    Examples
    --------
    >>> first_names("female")[0][:3]
    ('MARY', 'PATRICIA', 'LINDA')
    """
    if sex not in ("female", "male"):
        raise ValueError(f"{sex!r} has no list of first names: give female or male")
    table = _read(f"dist.{sex}.first")
    return table[0], np.array(table[1], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class _Table:
    names: tuple[str, ...]
    weights: NDArray[np.int64]
    covered: int
    column: Strings
    law: Law
    same: NDArray[np.int64]


@lru_cache(maxsize=1)
def _last() -> _Table:
    names, weights, covered = _read("dist.all.last")
    return _table(names, weights, weights, covered)


@lru_cache(maxsize=1)
def _first() -> _Table:
    (women, of_women, _), (men, of_men, _) = _read("dist.female.first"), _read("dist.male.first")
    # each sex has half of the draws: its weights are scaled by the sum of the other's
    shares = [weight * sum(of_men) for weight in of_women] + [weight * sum(of_women) for weight in of_men]
    return _table(women + men, of_women + of_men, shares, 0)


def _table(names: tuple[str, ...], weights: list[int], shares: Sequence[int], covered: int) -> _Table:
    earliest: dict[str, int] = {}
    same = [earliest.setdefault(name, row) for row, name in enumerate(names)]
    column = Strings.of([name.encode() for name in names])
    return _Table(
        names,
        np.array(weights, dtype=np.int64),
        covered,
        column,
        law_of_weights(shares),
        np.array(same, dtype=np.int64),
    )


def _read(file: str) -> tuple[tuple[str, ...], list[int], int]:
    """Return names, weights, and the last of the cumulative frequencies in thousandths of a percent."""
    rows = [line.split() for line in resources.files("names").joinpath(file).read_text("ascii").splitlines()]
    names = tuple(row[0] for row in rows)
    frequencies, cumulative = ([int(row[column].replace(".", "")) for row in rows] for column in (1, 2))
    return names, _weights(names, frequencies, cumulative), cumulative[-1]


def _weights(names: Sequence[str], frequencies: Sequence[int], cumulative: Sequence[int]) -> list[int]:
    starts = [
        row
        for row in range(len(names))
        if row == 0 or frequencies[row] != frequencies[row - 1] or names[row] > names[row - 1]
    ]
    before = [0, *cumulative]
    pools: list[tuple[int, int]] = []  # (names, rise), the rise of a name descending
    for start, end in zip(starts, [*starts[1:], len(names)], strict=True):
        size, rise = end - start, before[end] - before[start]
        while pools and pools[-1][1] * size < rise * pools[-1][0]:
            size, rise = size + pools[-1][0], rise + pools.pop()[1]
        pools.append((size, rise))
    shares = [
        (size, (2 * rise * PERSONS + size * _FULL_UNITS) // (2 * size * _FULL_UNITS)) for size, rise in pools
    ]
    return [persons for size, persons in shares for _ in range(size)]


def _joined(left: Strings, right: Strings) -> Strings:
    """Return each left key, a space, and the right key of the same row; both columns start at offset 0."""
    count = len(left)
    offsets = left.offsets + right.offsets + np.arange(count + 1, dtype=np.int64)
    data = np.empty(int(offsets[-1]), dtype=np.uint8)
    _join(left.data, left.offsets, right.data, right.offsets, offsets, data)
    return Strings(data, offsets)


@kernel
def _join(
    left: NDArray[np.uint8],
    left_offsets: Offsets,
    right: NDArray[np.uint8],
    right_offsets: Offsets,
    offsets: NDArray[np.int64],
    data: NDArray[np.uint8],
) -> None:
    for i in range(len(offsets) - 1):
        at = offsets[i]
        for j in range(left_offsets[i], left_offsets[i + 1]):
            data[at] = left[j]
            at += 1
        data[at] = 32
        at += 1
        for j in range(right_offsets[i], right_offsets[i + 1]):
            data[at] = right[j]
            at += 1
