r"""Tables: one frame, written by four modules: for a terminal, as LaTeX (booktabs), Markdown and HTML.

>>> from experiments.report.tables import terminal
>>> from experiments.report.tables.formats import Count, Percent
>>> from experiments.report.tables.table import Table
>>> table = Table.of_rows(
...     "moved", "Keys that move, 16 → 17 nodes", ["algorithm", "keys", "movement"],
...     [("modulo", 941_000, 0.941), ("jump", 58_800, 0.0588)],
...     formats={"keys": Count(), "movement": Percent(1)}, caption="10^6 keys, 1 repetition.",
... )
>>> print(terminal.write(table, 80))
Keys that move, 16 → 17 nodes
algorithm     keys  movement
────────────────────────────
modulo     941,000    94.1 %
jump        58,800     5.9 %
10^6 keys, 1 repetition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any

from experiments.report.names import check_name, timed_stem
from experiments.report.tables.escapes import escape_latex, one_line
from experiments.report.tables.formats import Format, Text, default_format, is_missing

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["Header", "Mark", "Table"]

_DASH = "\N{EN DASH}"
_ALIGNMENTS = {"left": "l", "right": "r", "center": "c"}


@dataclass(frozen=True)
class Header:
    """The head of a column.

    Parameters
    ----------
    text : str
        In plain text.
    latex : str, optional
        In LaTeX, as it stands (``r"$m/n$"``); the plain text, escaped, where it is not given.
    """

    text: str
    latex: str | None = None


@dataclass(frozen=True)
class Mark:
    """What a cell says beyond its text, where a reader can point at it.

    Parameters
    ----------
    kind : str
        How it is coloured: good, bad, open, wait, broken or none.
    title : str
        Of what is shown.
    said : Mapping[str, str]
        Sentences, each after a word; the first may have none.
    button : str
        What it looks like: a ``cell`` of a matrix, or a ``name``.
    """

    kind: str = ""
    title: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    button: str = "cell"


@dataclass(frozen=True, eq=False)
class Table:
    """A frame and how it is to be read.

    Parameters
    ----------
    name : str
        The stem of its files: lower-case letters, digits, ``-`` and ``_``. LaTeX's label is ``tab:NAME``.
    title : str
        A few words.
    frame : pandas.DataFrame
        The cells. Columns that only serve a format (the ends of an interval) are not shown on their own.
    caption : str
        One or two sentences: n, keys, repetitions and the kind of interval.
    formats : Mapping[str, Format]
        How a column's values are written; by default integers are counts, and other numbers have
        3 significant digits.
    headers : Mapping[str, str | Header]
        What stands above a column; by default its name, with spaces for underscores.
    align : Mapping[str, str]
        ``"left"``, ``"right"`` or ``"center"``; by default as the format has it.
    groups : Sequence[str]
        Columns whose change begins a new group of rows; a repeated value is written once.
    columns : Sequence[str], optional
        The columns shown, in this order; by default all but those that only serve a format.
    notes : Sequence[str]
        Lines under the table: what an abbreviation means, why an algorithm cannot do a case.
    timing : bool
        Whether it holds what a clock measured, so that its bytes differ from run to run.
    detail : bool
        Whether a terminal only names it: its files hold it, and reports show it.
    marks : Mapping[tuple[int, str], Mark]
        What cells say beyond their text, by row (from 0) and column.

    Raises
    ------
    ValueError
        If a column is named that the frame does not have, an alignment is unknown, or the name cannot be
        that of a file.
    """

    name: str
    title: str
    frame: pd.DataFrame
    caption: str = ""
    _: KW_ONLY
    formats: Mapping[str, Format] = field(default_factory=dict)
    headers: Mapping[str, str | Header] = field(default_factory=dict)
    align: Mapping[str, str] = field(default_factory=dict)
    groups: Sequence[str] = ()
    columns: Sequence[str] | None = None
    notes: Sequence[str] = ()
    timing: bool = False
    detail: bool = False
    marks: Mapping[tuple[int, str], Mark] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_name(self.name, "table")
        served = [column for form in self.formats.values() for column in form.needs]
        named = [*self.formats, *self.headers, *self.align, *self.groups, *(self.columns or ()), *served]
        for column in named:
            if column not in self.frame.columns:
                allowed = ", ".join(map(str, self.frame.columns))
                raise ValueError(f"table {self.name!r} has no column {column!r}: its columns are {allowed}")
        for column, where in self.align.items():
            if where not in _ALIGNMENTS:
                raise ValueError(
                    f"column {column!r} cannot stand {where!r}: choose from {', '.join(_ALIGNMENTS)}"
                )

    @classmethod
    def of_rows(
        cls, name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], **others: Any
    ) -> Table:
        """Make a table of rows of Python values, which keep their types (integers of any size, fractions)."""
        import pandas as pd

        # An array of objects, filled cell by cell: pandas would make floats of integers beside a None.
        frame = pd.DataFrame(
            {column: pd.Series([row[i] for row in rows], dtype=object) for i, column in enumerate(columns)}
        )
        return cls(name, title, frame, **others)

    @property
    def stem(self) -> str:
        """The stem of its files, with ``timing`` in it where a clock had a part in the content."""
        return timed_stem(self.name, self.timing)

    def shown(self) -> list[str]:
        """Return the names of the columns that are shown, in order."""
        if self.columns is not None:
            return list(self.columns)
        served = {column for form in self.formats.values() for column in form.needs}
        return [str(column) for column in self.frame.columns if column not in served]

    def header(self, column: str, *, latex: bool = False) -> str:
        """Return what stands above a column."""
        head = self.headers.get(column, column.replace("_", " "))
        head = Header(head) if isinstance(head, str) else head
        if latex:
            return escape_latex(head.text) if head.latex is None else head.latex
        return one_line(head.text)

    def records(self) -> list[dict[str, Any]]:
        """Return the rows, each by column, with all columns of the frame."""
        columns = list(self.frame.columns)
        return [
            dict(zip(columns, values, strict=True))
            for values in zip(*(self.frame[column].tolist() for column in columns), strict=True)
        ]

    def cells(self, *, latex: bool = False) -> list[list[str]]:
        """Return the cells as they are written, a list a row, missing ones as a dash."""
        formats = self._formats()
        rows = []
        for record in self.records():
            cells = []
            for column, form in formats.items():
                value = record[column]
                if is_missing(value):
                    cells.append("--" if latex else _DASH)
                else:
                    cells.append(form.latex(value, record) if latex else form.text(value, record))
            rows.append(cells)
        return rows

    def alignment(self, column: str) -> str:
        """Return where the cells of a column stand: ``"left"``, ``"right"`` or ``"center"``."""
        return self.align.get(column) or self._formats()[column].align

    def is_words(self, column: str) -> bool:
        """Say whether a column holds words, which may be folded, and not numbers, which may not."""
        return isinstance(self._formats()[column], Text)

    def grouped(self, rows: list[list[str]]) -> list[tuple[list[str], bool]]:
        """Return rows of cells with repeated group values left out, and whether each begins a group."""
        shown = self.shown()
        keys = [
            tuple(None if is_missing(record[column]) else record[column] for column in self.groups)
            for record in self.records()
        ]
        result = []
        for i, cells in enumerate(rows):
            same = 0
            while i and same < len(self.groups) and keys[i][same] == keys[i - 1][same]:
                same += 1
            repeated = set(self.groups[:same])
            written = ["" if column in repeated else cell for column, cell in zip(shown, cells, strict=True)]
            result.append((written, i > 0 and same < len(self.groups)))
        return result

    def _formats(self) -> dict[str, Format]:
        return {
            column: self.formats.get(column) or default_format(self.frame[column].tolist())
            for column in self.shown()
        }
