"""The column of the first table that `properties` has: how many properties each algorithm keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from experiments.report.html.chart import Glance
from experiments.report.tables.formats import Text

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter


def glance(chapter: Chapter) -> Iterator[Glance]:
    """Yield how many of the properties that can be asked for hold."""
    labels = chapter.presentation.summary["labels"].records()
    yield Glance(
        "properties",
        "that hold, of those that can be asked for",
        {row["label"]: f"{row['held']} of {row['asked']}" for row in labels},
        Text(),
    )
