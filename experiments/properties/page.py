"""The columns of the summary that `properties` has: how many properties each algorithm keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.inference.verdict import HOLDS, KEPT, NOT_APPLICABLE
from experiments.report.html.chart import Glance
from experiments.report.tables.formats import Text

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter


def glance(chapter: Chapter) -> Iterator[Glance]:
    """Yield how many of the properties that can be asked for hold."""
    rows = chapter.results.rows
    held = rows["verdict"].isin([HOLDS, KEPT]).groupby(rows["label"], sort=False).sum()
    asked = (rows["verdict"] != NOT_APPLICABLE).groupby(rows["label"], sort=False).sum()
    yield Glance(
        "properties",
        "that hold, of those that can be asked for",
        {str(label): f"{int(held[label])} of {int(asked[label])}" for label in held.index},
        Text(),
    )
