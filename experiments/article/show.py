"""How the numbers of `article` are shown: first the published ones and the errata, then idea by idea."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from experiments.article.shown import address_book, division, figures, placement, published, rings
from experiments.article.shown.published import Verdicts
from experiments.article.summary import summary
from experiments.report.figures.figure import Figure
from experiments.report.presentation import First, Presentation, Results
from experiments.report.summary import Summary
from experiments.report.tables.table import Table
from experiments.report.telling import rows_where

TABLES: Mapping[str, Callable[[Summary, Verdicts], Sequence[Table]]] = {
    "address book": address_book.tables,
    "range queries": placement.queries,
    "minimum hashes": placement.minimum_hashes,
    "hash values": placement.digests,
    "arithmetic": division.tables,
    "comparison": division.comparison,
    "rings": rings.tables,
    "at most 1/n": rings.bound,
    "folklore": division.folklore,
}
FIGURES: Mapping[str, Callable[[Summary], Sequence[Figure]]] = {
    "address book": lambda numbers: [figures.letters(numbers)],
    "range queries": lambda numbers: [figures.range_query(numbers)],
    "minimum hashes": lambda numbers: [figures.minimum_hashes(numbers)],
    "arithmetic": figures.division,
    "rings": figures.rings,
}
MEANING: Mapping[str, Callable[[Summary], Sequence[str]]] = {
    "address book": address_book.meaning,
    "range queries": placement.queries_meaning,
}


def present(results: Results[Any]) -> Presentation:
    """Return the tables and figures of all ideas that have rows."""
    numbers = summary(results)
    verdicts = Verdicts.in_summary(numbers)
    ideas = [name for name in TABLES if (results.rows["part"] == name).any()]
    tables = [
        *published.tables(numbers),
        *(table for name in ideas for table in TABLES[name](numbers, verdicts)),
    ]
    return Presentation(
        tables=tables,
        figures=[figure for name in ideas if name in FIGURES for figure in FIGURES[name](numbers)],
        meaning=[
            *published.meaning(numbers),
            *(sentence for name in ideas if name in MEANING for sentence in MEANING[name](numbers)),
        ],
        failures=published.failures(numbers),
        methods=[
            "Numbers of the article are compared to the digits that it prints; chances over random rings "
            "have exact binomial intervals (Clopper-Pearson, 95 %)."
        ],
        summary=numbers,
        first=First(rows=_with_errata(tables[0]) if tables else ()),
    )


def _with_errata(table: Table) -> list[int]:
    """Return the rows in which something is an erratum, then the others."""
    if "erratum" not in table.frame:
        return []
    errata = table.frame["erratum"] > 0
    return rows_where(errata, ~errata)
