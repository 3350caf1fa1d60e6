"""What each experiment's chapter draws: one module an experiment, found by its name, no list is kept.

A module has ``charts(chapter)``, which yields :class:`~experiments.report.html.chart.Chart`, or
``glance(chapter)``, which yields columns of the summary, or both. They read the frames of the tables that the
experiment presents: nothing is summarised here a second time. An experiment without a module is shown with
its tables and figures.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING

from experiments.report.html.chart import Chart, Glance

if TYPE_CHECKING:
    from experiments.harness.chapters import Chapter

__all__ = ["charts_of", "glance_of"]


def charts_of(chapter: Chapter) -> Iterator[Chart]:
    """Yield the charts of a chapter that have any rows.

    Parameters
    ----------
    chapter
        Of any experiment.

    Yields
    ------
    Chart
        None for an experiment that declares none.
    """
    declare = getattr(_module(chapter.name), "charts", None)
    if declare is not None:
        yield from (chart for chart in declare(chapter) if chart.rows)


def glance_of(chapter: Chapter) -> Iterator[Glance]:
    """Yield the columns that a chapter adds to the summary.

    Parameters
    ----------
    chapter
        Of any experiment.

    Yields
    ------
    Glance
        None for an experiment that declares none.
    """
    declare = getattr(_module(chapter.name), "glance", None)
    if declare is not None:
        yield from (column for column in declare(chapter) if column.values)


def _module(name: str) -> ModuleType | None:
    path = f"{__name__}.{name}"
    return importlib.import_module(path) if name.isidentifier() and importlib.util.find_spec(path) else None
