"""The chart of `claims`: how many of each source's claims are confirmed, refuted, undecided or waiting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.report.html.chart import Axis, Chart, records, stacked, table_of

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

VERDICTS = {
    "confirmed": "var(--good)",
    "refuted": "var(--bad)",
    "undecided": "var(--open)",
    "not implemented": "var(--wait)",
}


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield the number of claims by source and verdict."""
    axis = Axis("claims", "claims", ",", toggle=False)
    yield Chart(
        "verdicts",
        "Claims of the literature, by source and verdict",
        "Each claim is a published number or sentence, computed again and judged.",
        [
            {"source": row["source"], "part": verdict, "claims": row[verdict]}
            for frame in table_of(chapter, "summary")
            for row in records(frame, ("source", *VERDICTS))
            for verdict in VERDICTS
            if row["source"] != "all" and row[verdict]
        ],
        stacked(axis, {name: name for name in VERDICTS}, colours=list(VERDICTS.values()), of="source"),
    )
