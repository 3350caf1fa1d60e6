"""The chart of `hashes`: how uneven loads are with poor hash functions, beside random hashes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.report.html.chart import NUMBER, Axis, Chart, dots, records, table_of

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
        choices={"workload": "Keys"} if len({row["workload"] for row in rows}) > 1 else {},
        replaces=[figure.name for figure in chapter.presentation.figures if figure.name.startswith("ratio")],
    )


def _rows(chapter: Chapter) -> list[dict[str, Any]]:
    """Return one row for each hash function, workload and label: the table has a column for each function."""
    rows = []
    for frame in table_of(chapter, "ratio"):
        for function in (column for column in frame.columns if column not in ("workload", "label")):
            part = frame[["workload", "label", function]].rename(columns={function: "ratio"})
            rows += [
                row | {"hash": str(function)}
                for row in records(part, ("workload", "label", "ratio"))
                if row["ratio"] is not None
            ]
    return rows
