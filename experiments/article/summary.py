"""Every number that `article` states: published beside ours and what became of each, and idea by idea."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from experiments.article.sheets import address_book, division, placement, published, rings
from experiments.report.presentation import Results
from experiments.report.summary import Sheet, Summary
from experiments.storage.records import Record, records

__all__ = ["IDEAS", "summary"]

IDEAS: Mapping[str, Callable[[Sequence[Record]], Iterable[Sheet]]] = {
    "address book": address_book.sheets,
    "range queries": placement.queries,
    "minimum hashes": placement.minimum_hashes,
    "arithmetic": division.sheets,
    "comparison": division.comparison,
    "rings": rings.sheets,
    "at most 1/n": rings.bound,
    "folklore": division.folklore,
}
"""What makes the sheets of an idea, by the part of the rows."""


def summary(results: Results[Any]) -> Summary:
    """Return the published numbers and errata, and the sheets of each idea that has rows."""
    rows: dict[str, list[Record]] = {"published": [], "errata": []}
    for row in records(results.rows):
        rows.setdefault(row["part"], []).append(row)
    order = [name for name in rows if name not in ("published", "errata")]
    ideas = [sheet for name in order if name in IDEAS for sheet in IDEAS[name](rows[name])]
    return Summary([*published.sheets(rows["published"], rows["errata"], order), *ideas])
