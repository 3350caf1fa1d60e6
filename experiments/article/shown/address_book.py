"""The tables of the address book: how uneven splits by letter are, and the same names hashed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.article.shown.published import Verdicts, numbers_of
from experiments.article.subjects import SPLITS
from experiments.report.summary import Summary
from experiments.report.tables.formats import Text
from experiments.report.tables.table import Table

__all__ = ["meaning", "tables"]

SPELT = 3
HASHED = "hashed, "


@dataclass(frozen=True)
class Held(Text):
    """The letters of each node, where they are few."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The name of the split."""
        return ("named",)

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write the nodes of a split as plain text."""
        if row["named"].startswith(HASHED):
            return "by hash"
        return " | ".join(value) if len(value) <= SPELT else "A | B | ... | Z"


def tables(numbers: Summary, verdicts: Verdicts) -> list[Table]:
    """Return the splits, their nodes, and how many letters stay empty in small books."""
    title = "The address book: the article's splits"
    return [
        numbers_of("address book", title, verdicts), _splits(numbers), _nodes(numbers), _empty(numbers)
    ]  # fmt: skip


def _splits(numbers: Summary) -> Table:
    sheet, first = numbers["splits"], numbers["nodes"].records()[0]
    drawn = f"{first['keys']:,} names drawn from {first['workload']!r}"
    shown = ["nodes", "largest", "smallest", "peak", "drawn_peak"]
    return Table(
        "address-book",
        "The address book: last names by first letter, and hashed",
        sheet.frame.assign(named=sheet.frame["split"]),
        caption=f"Exact by the census' frequencies; beside them {drawn}." if first["exact"] else f"{drawn}.",
        columns=["split", "held", *shown],
        formats={"held": Held(), **sheet.formats(shown)},
        headers={"held": "letters", "peak": "max/mean", "drawn_peak": "max/mean, drawn"},
        notes=[
            "Hashing spreads the names, but not a name: all bearers of the most frequent one are on one node."
        ],
    )


def _nodes(numbers: Summary) -> Table:
    sheet = numbers["nodes"]
    return Table(
        "address-book-loads",
        "The address book, node by node",
        sheet.frame[sheet.frame["nodes"] <= SPELT].reset_index(drop=True),
        caption="The splits of two and three nodes; those of 26 are among the rows and in the figure.",
        columns=["split", "node", "share", "drawn"],
        formats=sheet.formats(["share", "drawn"]),
        groups=["split"],
    )


def _empty(numbers: Summary) -> Table:
    sheet = numbers["empty"]
    return Table(
        "empty-letters",
        "A node for each letter: how many stay empty",
        sheet.frame,
        caption="Expected in a book of so many names of the census, each drawn by frequency; exact.",
        formats=sheet.formats(["empty"]),
        headers={"names": "names in the book", "empty": "of 26 nodes, empty"},
    )


def meaning(numbers: Summary) -> list[str]:
    """Return how uneven the splits are."""
    peaks = numbers["splits"].series("peak")
    told = ", ".join(f"{name} {peaks[name]:.2f}" for name in SPLITS)
    hashed = ", ".join(
        f"{name.removeprefix(HASHED)} nodes {peak:.2f}"
        for name, peak in peaks.items()
        if name.startswith(HASHED)
    )
    return [f"Address book, fullest node over mean: {told}; the same names hashed on {hashed}."]
