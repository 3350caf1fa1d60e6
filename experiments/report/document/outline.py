"""What the documents of a report have in common: sections, with names of tables and figures that differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.report.document.chapter import Chapter
from experiments.report.figures.figure import Figure
from experiments.report.names import timed_stem
from experiments.report.tables.table import Table

__all__ = ["TITLE", "Section", "sections", "stem_of", "summary"]

TITLE = "Partitioning algorithms, compared"
"""What a report is called."""


@dataclass(frozen=True)
class Section:
    """A chapter, ready to be written.

    Parameters
    ----------
    stem
        With which the names of its files and labels begin; no other section has it.
    heading
        Its title.
    chapter
        What it shows.
    tables, figures
        Those of the chapter, under names that begin with the stem.
    """

    stem: str
    heading: str
    chapter: Chapter
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]


def sections(chapters: Sequence[Chapter]) -> tuple[Section, ...]:
    """Return the sections of a report."""
    names = [chapter.name for chapter in chapters]
    found = []
    for chapter in chapters:
        several = names.count(chapter.name) > 1
        stem = f"{chapter.name}-{chapter.profile}" if several else chapter.name
        shown = chapter.presentation
        found.append(
            Section(
                stem,
                f"{stem[:1].upper()}{stem[1:]}: {chapter.title}" if chapter.title else stem,
                chapter,
                tuple(dataclasses.replace(table, name=f"{stem}-{table.name}") for table in shown.tables),
                tuple(dataclasses.replace(figure, name=f"{stem}-{figure.name}") for figure in shown.drawn()),
            )
        )
    return tuple(found)


def stem_of(figure: Figure) -> str:
    """Return the stem of a figure's files."""
    return timed_stem(figure.name, figure.timing)


def summary(chapters: Sequence[Chapter]) -> str:
    """Return what a report is about, in two sentences."""
    profiles = list(dict.fromkeys(chapter.profile for chapter in chapters))
    runs = f"{len(chapters)} run{'s' if len(chapters) > 1 else ''}"
    failures = sum(len(chapter.presentation.failures) for chapter in chapters)
    failed = f"{failures} failed; see below" if failures else "none failed"
    return (
        f"Made of {runs} ({', '.join(profiles)}) as they were stored; nothing was computed anew. "
        f"Of their checks {failed}."
    )
