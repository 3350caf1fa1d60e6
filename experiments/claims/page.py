"""The chart of `claims`: how many of each source's claims are confirmed, refuted, undecided or waiting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.inference.verdict import KINDS, OF_CLAIMS
from experiments.report.html.chart import Axis, Chart, stacked

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield the number of claims by source and verdict."""
    numbers = chapter.presentation.summary
    titles = {row["source"]: row["title"] for row in numbers["sources"].records()}
    axis = Axis("claims", "claims", ",", toggle=False)
    yield Chart(
        "verdicts",
        "Claims of the literature, by source and verdict",
        "Each claim is a published number or sentence, computed again and judged.",
        [
            {"source": titles[row["source"]], "part": row["verdict"], "claims": row["claims"]}
            for row in numbers["counts"].records()
            if row["claims"]
        ],
        stacked(
            axis,
            {verdict: verdict for verdict in OF_CLAIMS},
            colours=[f"var(--{KINDS[verdict]})" for verdict in OF_CLAIMS],
            of="source",
        ),
    )
