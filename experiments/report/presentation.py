"""What a finished run has stored, and how it is shown: tables, charts, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from experiments.report.summary import Summary

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.chart import Chart
    from experiments.report.chooser import Chooser
    from experiments.report.figures.figure import Figure
    from experiments.report.glance import Glance
    from experiments.report.tables.table import Table
    from experiments.storage.documents import Part

__all__ = ["Presentation", "Results"]

P = TypeVar("P")


@dataclass(frozen=True)
class Results(Generic[P]):
    """What a finished run has stored.

    Parameters
    ----------
    parameters
        Those of the run.
    rows
        The rows of all cases, in the order of the cases, with the types that they had; empty if there
        were none.
    timing
        The same for the timing rows; None if there were none.
    facts
        What ``run.json`` says of versions, threads and machine, see
        :func:`experiments.storage.provenance.describe`. They differ from machine to machine, so only what
        is timed may show them.
    """

    parameters: P
    rows: pd.DataFrame
    timing: pd.DataFrame | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Presentation:
    """How results are shown.

    Parameters
    ----------
    tables
        Written to files by their names; those with ``timing`` set get it into the names of their files.
    figures
        What is drawn by hand, since no chart can show it.
    meaning
        What the results mean, a sentence or so a line; printed under the tables.
    failures
        Claims refuted and checks failed, a sentence each; if there are any, the command exits 1.
    documents
        Parts of Markdown files outside the results, which are written anew: see
        :mod:`experiments.storage.documents`. Only for a file that a run option has named.
    methods
        Which intervals, tests and corrections were used, a sentence each; for the methods of a report.
    summary
        Every number that tables, figures and sentences state, by name; for the page and the paper.
    charts
        Figures of the documents, and in the page charts that a reader can change.
    glance
        Columns of the page's table of all algorithms.
    chooser
        What the page asks its reader first.
    """

    tables: Sequence[Table] = ()
    figures: Sequence[Figure] = ()
    meaning: Sequence[str] = ()
    failures: Sequence[str] = ()
    documents: Sequence[Part] = ()
    methods: Sequence[str] = ()
    summary: Summary = field(default_factory=Summary)
    charts: Sequence[Chart] = ()
    glance: Sequence[Glance] = ()
    chooser: Chooser | None = None

    def drawn(self) -> list[Figure]:
        """Return all figures of the documents: those of the charts, and those drawn by hand."""
        from experiments.report.figures.drawn import figures_of

        return [*(figure for chart in self.charts for figure in figures_of(chart)), *self.figures]
