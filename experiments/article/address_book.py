"""The article's address book: last names split by first letter, and the same names hashed.

The names are those of the 1990 US census, as frequent as their bearers, so the loads are exact; any other
workload of text is drawn. Names are filed in capitals: ASCII letters are raised before their first letter
decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner, create
from algorithms.hashing import hash_column
from algorithms.hashing.columns import Strings
from experiments.article.part import Answer, Part
from experiments.article.subjects import LETTERS, SPLITS, groups_of
from experiments.seeds import derive
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.article.published import Question
    from experiments.harness.experiment import Context

__all__ = [
    "AddressBook",
    "best_split",
    "by_letters",
    "capitals",
    "census_letters",
    "sums_of",
]

HASHED = "xxh64"
CENSUS = "names"
BOOKS = (100, 1_000, 10_000)


def by_letters(starts: Sequence[str]) -> Partitioner[Any]:
    """Return ranges by first letter, each node named by its letters.

    Examples
    --------
    >>> by_letters(["A", "N"]).lookup("NGUYEN")
    'N-Z'
    """
    return create("key_range", groups_of(starts), hash="ordered", boundaries=list(starts))


def capitals(names: Strings) -> Strings:
    """Return names with their ASCII letters raised.

    Examples
    --------
    >>> capitals(Strings.of([b"de Vries"])).tolist()
    [b'DE VRIES']
    """
    lower = (names.data >= ord("a")) & (names.data <= ord("z"))
    return Strings(np.where(lower, names.data - np.uint8(32), names.data), names.offsets)


@lru_cache(maxsize=1)
def census_letters() -> tuple[int, ...]:
    """Return how many of the people counted have a last name with each first letter, by exact ranges.

    Examples
    --------
    >>> len(census_letters()), min(census_letters()) > 0
    (26, True)
    """
    return tuple(_census_loads(by_letters(LETTERS)))


def best_split(weights: Sequence[int], parts: int) -> tuple[str, ...]:
    """Return where to split the letters so that the largest part is as small as can be.

    Examples
    --------
    >>> best_split([1] * 26, 2)
    ('A', 'N')
    """
    splits = (("A", *rest) for rest in combinations(LETTERS[1:], parts - 1))
    return min(splits, key=lambda starts: max(sums_of(weights, starts)))


def sums_of(weights: Sequence[int], starts: Sequence[str]) -> list[int]:
    """Return the sum of the letters of each range.

    Examples
    --------
    >>> sums_of([1] * 26, ["A", "N", "Z"])
    [13, 12, 1]
    """
    edges = [LETTERS.index(start) for start in starts] + [len(LETTERS)]
    return [sum(weights[low:high]) for low, high in pairwise(edges)]


def _census_loads(partitioner: Partitioner[Any]) -> list[int]:
    from experiments.workloads import last_names

    names, weights = last_names()
    buckets = partitioner.assign(hash_column(partitioner.hash, Strings.of([name.encode() for name in names])))
    loads = np.zeros(len(partitioner.nodes), dtype=np.int64)
    np.add.at(loads, buckets, weights)
    return [int(load) for load in loads]


def _splits(book: str) -> dict[str, Partitioner[Any]]:
    """Return the article's splits, for the census the most even one of three, and hashed ranges."""
    made = {name: by_letters(starts) for name, starts in SPLITS.items()}
    if book == CENSUS:
        made["most even"] = by_letters(best_split(census_letters(), 3))
    for count in sorted({len(starts) for starts in SPLITS.values()}):
        made[f"hashed, {count}"] = create("key_range", count, hash=HASHED)
    return made


class AddressBook(Part):
    """Splits by letter and their loads."""

    name = "address book"

    def units(self, parameters: ArticleParameters) -> Sequence[Mapping[str, Any]]:
        """Return the splits and the sizes of books; a workload that cannot be an address book is refused."""
        parameters.address_book()
        return [{"what": "splits"}, {"what": "empty"}]

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return loads, exact and drawn, by node, and how many letters stay empty."""
        if unit["what"] == "empty":
            yield from _empty_rows()
            return
        partitioners = _splits(parameters.address_book().text)
        drawn, book, keys = _drawn(partitioners, parameters, context)
        for name, partitioner in partitioners.items():
            exact = _census_loads(partitioner) if book == CENSUS else []
            for bucket, node in partitioner.nodes.items():
                row: Record = {
                    "kind": "split",
                    "table": name,
                    "workload": book,
                    "n": len(partitioner.nodes),
                    "node": node.name,
                    "keys": keys,
                    "drawn": int(drawn[name][bucket]),
                }
                row |= {"share": Fraction(exact[bucket], sum(exact))} if exact else {}
                yield row

    def answers(self) -> Mapping[Question, Answer]:
        """Answer for the three splits by letter."""
        table = "address book"
        halves, letters, adjusted = (_written(by_letters(starts)) for starts in SPLITS.values())
        shares = [
            100 * load / sum(census_letters()) for load in sums_of(census_letters(), SPLITS["adjusted"])
        ]
        (empty,) = (row["empty"] for row in _empty_rows() if row["keys"] == BOOKS[0])
        smaller = "smaller groups of letters" if len(letters) == len(LETTERS) else "another split"
        return {
            ("letters", table, "first split"): Answer(" | ".join(halves)),
            ("letters", table, "more partitions"): Answer(
                smaller,
                note=f"{empty:.1f} of 26 letters stay empty in a book of {BOOKS[0]} names, on average",
            ),
            ("letters", table, "adjusted"): Answer(
                " | ".join([*adjusted[:-1], "the rest"]),
                note=f'not "almost even" with real names: {" | ".join(f"{share:.1f} %" for share in shares)}',
            ),
        }


def _written(partitioner: Partitioner[Any]) -> list[str]:
    """Return the letters of each node, found by looking every letter up."""
    found: dict[str, list[str]] = {}
    for letter in LETTERS:
        found.setdefault(partitioner.lookup(letter), []).append(letter)
    return [held[0] if len(held) == 1 else f"{held[0]}-{held[-1]}" for held in found.values()]


def _empty_rows() -> Iterable[Record]:
    weights = census_letters()
    people = sum(weights)
    with localcontext() as context:
        context.prec = 40  # powers of floats differ in the last bit from one machine to the next
        for names in BOOKS:
            expected = sum((1 - Decimal(weight) / people) ** names for weight in weights)
            yield {"kind": "empty", "keys": names, "empty": float(expected)}


def _drawn(
    partitioners: Mapping[str, Partitioner[Any]], parameters: ArticleParameters, context: Context
) -> tuple[dict[str, NDArray[np.int64]], str, int]:
    """Return how many of the drawn names each node has, the book's name, and how many were drawn."""
    from experiments.workloads import chunks_of

    book = parameters.address_book()
    keys = book.available(parameters.keys)
    chunks = chunks_of(keys)
    seed = derive(parameters.seed, "keys", book.text, 0)

    def count(number: int) -> dict[str, NDArray[np.int64]]:
        column = book.chunk(number, seed, chunks.size(number))
        if not isinstance(column, Strings):
            raise TypeError(f"{book.text} is a workload of text, but chunk {number} has ints")
        names = capitals(column)
        hashes = {used: hash_column(used, names) for used in {p.hash for p in partitioners.values()}}
        return {
            label: np.bincount(p.assign(hashes[p.hash]), minlength=len(p.nodes)).astype(np.int64)
            for label, p in partitioners.items()
        }

    def add(
        total: dict[str, NDArray[np.int64]], part: dict[str, NDArray[np.int64]]
    ) -> dict[str, NDArray[np.int64]]:
        return {label: total[label] + part[label] for label in total}

    none = {label: np.zeros(len(p.nodes), dtype=np.int64) for label, p in partitioners.items()}
    return context.engine.fold(count, len(chunks), add, none, progress=context.chunks_done), book.text, keys
