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

__all__ = ["First", "Presentation", "Results"]

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
class First:
    """What a terminal shows of a run before it is asked for more; what is long is shown in part.

    Parameters
    ----------
    table
        The table; by default the first that is no detail. One that is in no file is made of those that are.
    columns
        Its columns, in order; by default as many as stand side by side.
    rows
        Numbers of the rows that stand for a table that is too long, the most telling first; by default all,
        in order.
    findings
        Sentences of the meaning that come before the others.
    """

    table: Table | None = None
    columns: Sequence[str] = ()
    rows: Sequence[int] = ()
    findings: Sequence[str] = ()


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
    first
        What a terminal shows before it is asked for more.
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
    first: First = field(default_factory=First)

    def first_table(self) -> Table | None:
        """Return the table that comes first, if there is any."""
        if self.first.table is not None:
            return self.first.table
        return next((table for table in self.tables if not table.detail), next(iter(self.tables), None))

    def findings(self) -> list[str]:
        """Return all sentences of the meaning, those that come first before the others."""
        return list(dict.fromkeys([*self.first.findings, *self.meaning]))

    def drawn(self) -> list[Figure]:
        """Return all figures of the documents: those of the charts, and those drawn by hand."""
        from experiments.report.figures.drawn import figures_of

        return [*(figure for chart in self.charts for figure in figures_of(chart)), *self.figures]
