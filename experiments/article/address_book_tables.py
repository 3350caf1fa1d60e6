"""The tables of the address book: how uneven splits by letter are, and the same names hashed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.report.tables.table import Table

__all__ = ["share_of", "tables"]

SPELT = 3


def share_of(row: Record) -> Fraction:
    """Return the share of a row: exact where there is one, else that of the drawn names.

    Examples
    --------
    >>> share_of({"drawn": 1, "keys": 4}), share_of({"drawn": 1, "keys": 4, "share": Fraction(1, 3)})
    (Fraction(1, 4), Fraction(1, 3))
    """
    share: Fraction = row.get("share", Fraction(row["drawn"], row["keys"]))
    return share


def tables(rows: Sequence[Record]) -> list[Table]:
    """Return the splits, and how many letters stay empty in small books."""
    return [_splits(rows), _loads(rows), _empty(rows)]


def _by_split(rows: Sequence[Record]) -> dict[str, list[Record]]:
    splits: dict[str, list[Record]] = {}
    for row in rows:
        if row["kind"] == "split":
            splits.setdefault(row["table"], []).append(row)
    return splits


def _source(row: Record) -> str:
    drawn = f"{row['keys']:,} names drawn from {row['workload']!r}"
    return f"Exact by the census' frequencies; beside them {drawn}." if "share" in row else f"{drawn}."


def _splits(rows: Sequence[Record]) -> Table:
    from experiments.report.tables.formats import Percent, Significant
    from experiments.report.tables.table import Table

    body: list[tuple[Any, ...]] = []
    for name, nodes in _by_split(rows).items():
        shares = [share_of(row) for row in nodes]
        drawn = [Fraction(row["drawn"], row["keys"]) for row in nodes]
        held = " | ".join(row["node"] for row in nodes) if not name.startswith("hashed") else "by hash"
        body.append(
            (
                name,
                held if len(nodes) <= SPELT else "A | B | ... | Z" if held != "by hash" else held,
                len(nodes),
                max(shares),
                min(shares),
                float(max(shares) * len(nodes)),
                float(max(drawn) * len(nodes)),
            )
        )
    first = next(iter(_by_split(rows).values()))[0]
    return Table.of_rows(
        "address-book",
        "The address book: last names by first letter, and hashed",
        ["split", "letters", "nodes", "largest", "smallest", "peak", "drawn"],
        body,
        caption=_source(first),
        formats={
            "largest": Percent(2),
            "smallest": Percent(2),
            "peak": Significant(3),
            "drawn": Significant(3),
        },
        headers={"peak": "max/mean", "drawn": "max/mean, drawn"},
        notes=[
            "Hashing spreads the names, but not a name: all bearers of the most frequent one are on one node."
        ],
    )


def _loads(rows: Sequence[Record]) -> Table:
    from experiments.report.tables.formats import Percent
    from experiments.report.tables.table import Table

    body = [
        (name, row["node"], share_of(row), Fraction(row["drawn"], row["keys"]))
        for name, nodes in _by_split(rows).items()
        if len(nodes) <= SPELT
        for row in nodes
    ]
    return Table.of_rows(
        "address-book-loads",
        "The address book, node by node",
        ["split", "node", "share", "drawn"],
        body,
        caption="The splits of two and three nodes; those of 26 are among the rows and in the figure.",
        formats={"share": Percent(2), "drawn": Percent(2)},
        groups=["split"],
    )


def _empty(rows: Sequence[Record]) -> Table:
    from experiments.report.tables.formats import Significant
    from experiments.report.tables.table import Table

    body = [(row["keys"], row["empty"]) for row in rows if row["kind"] == "empty"]
    return Table.of_rows(
        "empty-letters",
        "A node for each letter: how many stay empty",
        ["names", "empty"],
        body,
        caption="Expected in a book of so many names of the census, each drawn by frequency; exact.",
        formats={"empty": Significant(3)},
        headers={"names": "names in the book", "empty": "of 26 nodes, empty"},
    )
