r"""A table in LaTeX, with booktabs' rules; and the same, made to fit the width of a page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from experiments.report.tables.escapes import escape_latex

if TYPE_CHECKING:
    from experiments.report.tables.table import Table

__all__ = ["fit", "write"]

# Words longer than this are set as a paragraph; more rows than this do not fit on a page.
_WORDS = 40
_ROWS = 45
_LETTERS = {"left": "l", "right": "r", "center": "c"}

# Letters from large to small: how many fit on 170 mm, or 484 points, and how many points part two columns.
_SIZES = {
    "": (92, 12),
    r"\small": (102, 12),
    r"\footnotesize": (111, 12),
    r"\scriptsize": (123, 12),
    r"\scriptsize\setlength{\tabcolsep}{3pt}": (115, 6),
    r"\tiny\setlength{\tabcolsep}{3pt}": (138, 6),
}
# Words of a table that fits fold at this width, if they must; headers of numbers at their own.
_FOLDED = 18


def write(table: Table) -> str:
    """Write a table as LaTeX: a ``table`` with booktabs' rules, or a ``longtable`` where it is long.

    Everything is escaped but a header's own LaTeX. The first line says which packages it takes.
    """
    longest = _longest(table)
    preamble = [_column(table, column, longest[column]) for column in table.shown()]
    head = [table.header(column, latex=True) for column in table.shown()]
    return _set(table, preamble, head, size="", long=len(table.frame) > _ROWS, fitted=False)


def fit(table: Table) -> str:
    """Write a table as `write` does, but so that it fits the text of a page 170 mm wide, or less.

    Headers are stacked, words fold, and the letters are as large as fits; a table too wide even then is
    shrunk to the width of the text, and one that is too high goes over several pages.
    """
    layout = _Layout.of(table)
    return _set(table, layout.preamble, layout.head, size=layout.size, long=layout.lines > _ROWS, fitted=True)


@dataclass(frozen=True)
class _Layout:
    """How the columns of a table stand on a page."""

    preamble: Sequence[str]
    head: Sequence[str]
    size: str
    lines: int

    @classmethod
    def of(cls, table: Table) -> _Layout:
        shown, longest = table.shown(), _longest(table)
        heads = {column: _stack(table, column, longest[column]) for column in shown}
        widths = {column: max([longest[column], *map(len, heads[column])]) for column in shown}
        words = [column for column in shown if table.is_words(column) and widths[column] > _FOLDED]
        room = {size: most * (1 - (len(shown) - 1) * gap / 484) for size, (most, gap) in _SIZES.items()}
        needed = sum(widths.values())
        numbers = needed - sum(widths[column] for column in words)
        if not words or needed <= room[r"\footnotesize"]:
            words = []
            size = next((size for size in _SIZES if needed <= room[size]), tuple(_SIZES)[-1])
        else:
            # numbers have what they need, and words share the rest by the length of the longest
            least = numbers + _FOLDED * len(words)
            small = tuple(_SIZES)[2:]
            size = next((size for size in small if least <= room[size]), small[-1])
            rest = max(int(room[size]) - numbers, _FOLDED // 2 * len(words))
            widths |= _shared(rest, {column: widths[column] for column in words})
            words = [column for column in words if widths[column] < longest[column]]
        wide = _SIZES[size][0]
        preamble = [
            rf">{{\raggedright\arraybackslash}}p{{{widths[column] / wide:.3f}\linewidth}}"
            if column in words
            else _LETTERS[table.alignment(column)]
            for column in shown
        ]
        head = [
            table.header(column, latex=True)
            if column in words or len(heads[column]) < 2
            else _stacked(heads[column], table.alignment(column))
            for column in shown
        ]
        lines = _lines(table, {column: widths[column] for column in words}, wide)
        return cls(preamble, head, size, lines + max(map(len, heads.values()), default=1))


def _shared(rest: float, longest: dict[str, int]) -> dict[str, int]:
    """Share a width out among columns of words, the shortest first: none gets more than it needs."""
    shares: dict[str, int] = {}
    waiting = sorted(longest, key=longest.__getitem__)
    while waiting:
        column = waiting.pop(0)
        total = sum(longest[other] ** 0.5 for other in (column, *waiting))
        part = int(min(longest[column], max(_FOLDED // 2, rest * longest[column] ** 0.5 / total)))
        shares[column] = part
        rest -= part
    return shares


def _lines(table: Table, folded: dict[str, int], wide: int) -> int:
    """Return about how many lines a table has, notes among them."""
    shown = table.shown()
    rows = sum(
        max(
            [
                1,
                *(
                    ceil(1.1 * len(cell) / folded[c])
                    for c, cell in zip(shown, row, strict=True)
                    if c in folded
                ),
            ]
        )
        for row in table.cells()
    )
    return rows + sum(ceil(len(text) / wide) for text in (table.title + table.caption, *table.notes))


def _longest(table: Table) -> dict[str, int]:
    cells = table.cells()
    shown = enumerate(table.shown())
    return {column: max((_letters(row[i]) for row in cells), default=0) for i, column in shown}


def _letters(cell: str) -> int:
    """Return how many letters a cell is as wide as: signs of operations stand between spaces of their own."""
    return len(cell) + cell.count("×") + cell.count("±")


def _stack(table: Table, column: str, longest: int) -> list[str]:
    """Return the lines of a header, at most as wide as the longest cell or word."""
    text = table.header(column)
    width = max([longest, 6, *map(len, text.split())])
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def _stacked(lines: Sequence[str], place: str) -> str:
    joined = r"\\".join(map(escape_latex, lines))
    return rf"\shortstack[{_LETTERS[place]}]{{{joined}}}"


def _set(
    table: Table, preamble: Sequence[str], head: Sequence[str], *, size: str, long: bool, fitted: bool
) -> str:
    columns = f"{{@{{}}{''.join(preamble)}@{{}}}}"
    heads = _row(list(head))
    caption = f"\\caption[{{{escape_latex(table.title)}}}]{{{_sentence(table)}}}\\label{{tab:{table.name}}}"
    body = []
    folds = [fitted and "p{" in column for column in preamble]
    for cells, start in table.grouped(table.cells(latex=True)):
        body += ["\\addlinespace"] if start else []
        body.append(_row([_breakable(cell) if f else cell for cell, f in zip(cells, folds, strict=True)]))
    notes = [rf"\par\smallskip{{\footnotesize\raggedright {escape_latex(note)}\par}}" for note in table.notes]
    packages = ["booktabs", *(["array"] if ">{" in columns else [])]
    rule, middle, end = r"\toprule", r"\midrule", r"\bottomrule"
    if long:
        packages.append("longtable")
        first = [rule, heads, middle, r"\endfirsthead", rule, heads, middle, r"\endhead", end, r"\endfoot"]
        lines = [
            *([rf"\begingroup{size}"] if size else []),
            rf"\begin{{longtable}}{columns}",
            caption + r" \\",
            *first,
            *body,
            r"\end{longtable}",
            *notes,
            *([r"\endgroup"] if size else []),
        ]
    else:
        inner = [rf"\begin{{tabular}}{columns}", rule, heads, middle, *body, end, r"\end{tabular}"]
        if fitted:
            packages.append("adjustbox")
            inner = [r"\begin{adjustbox}{max width=\linewidth}", *inner, r"\end{adjustbox}"]
        inner = [*([size] if size else []), *inner]
        place = "[htbp]" if fitted else "[tbp]"
        lines = [rf"\begin{{table}}{place}", r"\centering", caption, *inner, *notes, r"\end{table}"]
    return "\n".join([f"% needs: {', '.join(packages)}", *lines]) + "\n"


def _sentence(table: Table) -> str:
    title = escape_latex(table.title)
    if not table.caption:
        return title
    return f"{title}{'' if table.title.endswith(('.', '?', '!')) else '.'} {escape_latex(table.caption)}"


def _column(table: Table, column: str, longest: int) -> str:
    if table.is_words(column) and longest > _WORDS:
        return r">{\raggedright\arraybackslash}p{0.35\linewidth}"
    return _LETTERS[table.alignment(column)]


def _breakable(cell: str) -> str:
    """Let a long word break after the signs of which names and calls are made."""
    return re.sub(r"(\\_|[=:/,(.])(?=\w)", r"\1\\allowbreak{}", cell)


def _row(cells: list[str]) -> str:
    line = " & ".join(cells)
    # After a row's end or a rule, LaTeX would take a bracket for an option and an asterisk for a variant.
    return ("{}" if line.startswith(("[", "*")) else "") + line + r" \\"
