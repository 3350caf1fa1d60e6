"""The chart of `hashes`: how uneven loads are with poor hash functions, beside random hashes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.report.html.chart import NUMBER, Axis, Chart, dots, records

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield the ratio of the loads' CV to that under random hashes, by hash function."""
    rows = _rows(chapter)
    tables = [table for table in chapter.presentation.tables if table.name == "ratio"]
    ratio = Axis("ratio", "CV of the loads / CV with random hashes", NUMBER, log=True)
    yield Chart(
        "ratio",
        "What a hash function does to the loads",
        tables[0].caption if tables else "1 is as good as random.",
        rows,
        dots(ratio, "hash"),
        x=ratio,
        choices={
            column: words
            for column, words in (("workload", "Keys"), ("n", "Nodes"))
            if len({row[column] for row in rows}) > 1
        },
        replaces=[figure.name for figure in chapter.presentation.figures if figure.name.startswith("ratio")],
    )


def _rows(chapter: Chapter) -> list[dict[str, Any]]:
    """Return the ratios that are known, by n and hash function, and in the order of the tables' lines."""
    loads = chapter.presentation.summary["loads"].frame
    known = loads[loads["ratio"].notna()]
    orders = [list(dict.fromkeys(loads[column])) for column in ("n", "hash", "workload", "label")]
    rows = records(known, ("n", "workload", "label", "hash", "ratio"))
    return sorted(
        rows,
        key=lambda row: [
            order.index(row[column])
            for order, column in zip(orders, ("n", "hash", "workload", "label"), strict=True)
        ],
    )
