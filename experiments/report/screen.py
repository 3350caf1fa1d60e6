"""The first screen of a run on a terminal: one table, what was found, and one path, however much there is.

Rooms declare what comes first (`experiments.report.presentation.First`); that it fits is kept here alone.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.options.printable import printable
from experiments.options.screen import COLUMNS, LINES
from experiments.report.tables import terminal
from experiments.report.tables.escapes import one_line, unbroken

if TYPE_CHECKING:
    from experiments.report.presentation import Presentation
    from experiments.report.tables.table import Table

__all__ = ["COLUMNS", "LINES", "everything", "first_screen", "fold"]

_FINDINGS = 6
"""Lines that findings have, however long the table is."""

_CAPTION = 2
"""Lines of a caption at most."""

_LEFT_OUT = 3
"""Lines that say what is left out."""


def first_screen(
    presentation: Presentation, folder: Path, width: int, *, colour: bool = False, quiet: bool = False
) -> list[str]:
    """Return the lines that a terminal shows first; ``quiet`` leaves all but the table out."""
    width = min(width, COLUMNS)
    first = presentation.first_table()
    if quiet:
        return [] if first is None else _brief(presentation, first, LINES, LINES, width, colour)
    path = printable(f"Written to {folder}/")
    space = LINES - _LEFT_OUT - 3  # the path, and the empty lines between the three parts
    found = presentation.findings()
    least = len(_findings(found, _FINDINGS, width))
    one = len(_findings(found[:1], _FINDINGS, width))  # a table is rather whole than a second finding there
    shown = [] if first is None else _brief(presentation, first, space - one, space - least, width, colour)
    notes = () if first is None else first.notes
    said = _findings(found, space - len(shown), width)
    left = space - len(shown) - len(said)
    explained = _whole(notes, left, lambda note: fold(one_line(note), width).split("\n"))
    shown += [line for lines in explained for line in lines]
    told = _left_out(presentation, first, len(notes) - len(explained), said, width)
    parts = [part for part in (shown, said, [*told, path]) if part]
    return [line for i, part in enumerate(parts) for line in ([""] if i else []) + part]


def everything(
    presentation: Presentation, width: int, *, colour: bool = False, quiet: bool = False
) -> Iterator[str]:
    """Yield all tables, each with an empty line behind it, and all sentences."""
    for table in presentation.tables:
        yield terminal.write(table, width, colour=colour).rstrip("\n")
        yield ""
    if not quiet:
        yield from (fold(line, width) for line in presentation.meaning)
        yield ""


def fold(text: str, width: int, **indents: str) -> str:
    """Break lines at spaces only: names of files and of algorithms stay whole, and so do 5 %."""
    options: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False, **indents}
    return textwrap.fill(unbroken(printable(text)), width, **options).replace("\N{NO-BREAK SPACE}", " ")


def _brief(
    presentation: Presentation, table: Table, whole: int, space: int, width: int, colour: bool
) -> list[str]:
    """Return a table in so many lines, or its most telling rows and how many more there are in fewer."""
    first, every = presentation.first, range(len(table.frame))
    named = list(dict.fromkeys(first.rows)) or list(every)

    def lines(rows: Sequence[int]) -> list[str]:
        part = replace(
            table,
            frame=table.frame.iloc[sorted(rows)].reset_index(drop=True),
            columns=list(first.columns) or table.shown(),
            groups=[] if first.columns else table.groups,
            notes=(),
            marks={},
        )
        columns = terminal.beside(part, width)
        more = _more(len(every) - len(rows), len(table.shown()) - len(columns))
        groups = [name for name in table.groups if name in columns]
        caption = _caption(f"{more}{table.caption}", width)
        part = replace(part, columns=columns, groups=groups, caption=caption)
        return terminal.write(part, width, colour=colour).rstrip("\n").split("\n")

    if len(every) <= whole and len(complete := lines(every)) <= whole:
        return complete
    best, low, high = lines(named[:1]), 1, min(len(named), space)
    while low < high:
        many = (low + high + 1) // 2
        part = lines(named[:many])
        if len(part) <= space:
            best, low = part, many
        else:
            high = many - 1
    return best


def _more(rows: int, columns: int) -> str:
    """Say what of a table is not shown."""
    counts = [
        f"{count:,} more {what}{'' if count == 1 else 's'}"
        for count, what in ((rows, "row"), (columns, "column"))
        if count
    ]
    return f"And {' and '.join(counts)}: --details. " if counts else ""


def _caption(caption: str, width: int) -> str:
    """Return the first sentences of a caption, as many as fit."""
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z*])", one_line(caption))
    while len(sentences) > 1 and len(fold(" ".join(sentences), width).split("\n")) > _CAPTION:
        sentences.pop()
    return " ".join(sentences)


def _findings(found: Sequence[str], space: int, width: int) -> list[str]:
    """Return the lines of the sentences that fit, and of the first in any case what does."""

    def lines(sentence: str) -> list[str]:
        return fold(sentence, width, subsequent_indent="  ").split("\n")

    whole = _whole(found, space, lines)
    if not whole and found and space > 0:
        cut = lines(found[0])[:space]
        return [*cut[:-1], cut[-1][: width - 2].rstrip() + " \N{HORIZONTAL ELLIPSIS}"]
    return [line for part in whole for line in part]


def _whole(texts: Sequence[str], space: int, lines: Callable[[str], list[str]]) -> list[list[str]]:
    """Return the lines of each text, up to the first for which there is no space."""
    fitting: list[list[str]] = []
    for text in texts:
        part = lines(text)
        space -= len(part)
        if space < 0:
            break
        fitting.append(part)
    return fitting


def _left_out(
    presentation: Presentation,
    first: Table | None,
    notes: int,
    said: Sequence[str],
    width: int,
) -> list[str]:
    """Return, in a few lines, what ``--details`` has that the screen has not."""
    sentences = len(presentation.findings()) - sum(not line.startswith("  ") for line in said)
    parts = []
    for count, what in ((sentences, "finding"), (notes, "note")):
        if count:
            parts.append(f"{count:,} more {what}{'' if count == 1 else 's'}")
    titles = list(dict.fromkeys(one_line(table.title) for table in presentation.tables if table is not first))
    if not titles:
        return fold(f"--details has {', '.join(parts)}.", width).split("\n") if parts else []
    tables = "1 more table" if len(titles) == 1 else f"{len(titles):,} more tables"
    for named in range(len(titles), 0, -1):
        rest = "" if named == len(titles) else "; ..."
        lines = fold(
            f"--details has {', '.join([*parts, tables])}: {'; '.join(titles[:named])}{rest}", width
        ).split("\n")
        if len(lines) <= _LEFT_OUT:
            return lines
    return fold(f"--details has {', '.join([*parts, tables])}.", width).split("\n")
