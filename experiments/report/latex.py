r"""A table in LaTeX, with booktabs' rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report.escapes import escape_latex

if TYPE_CHECKING:
    from experiments.report.tables import Table

__all__ = ["write"]

# Words longer than this are set as a paragraph; more rows than this do not fit on a page.
_WORDS = 40
_ROWS = 45
_LETTERS = {"left": "l", "right": "r", "center": "c"}


def write(table: Table) -> str:
    """Write a table as `Table.to_latex` says.

    Parameters
    ----------
    table : Table
        The table.

    Returns
    -------
    str
        The text, ending in a line break.
    """
    shown = table.shown()
    plain = table.cells()
    long = len(plain) > _ROWS
    preamble = "".join(
        _column(table, column, max((len(row[i]) for row in plain), default=0))
        for i, column in enumerate(shown)
    )
    head = _row([table.header(column, latex=True) for column in shown])
    caption = f"\\caption[{{{escape_latex(table.title)}}}]{{{_sentence(table)}}}\\label{{tab:{table.name}}}"
    body = []
    for cells, start in table.grouped(table.cells(latex=True)):
        body += ["\\addlinespace"] if start else []
        body.append(_row(cells))
    notes = [rf"\par\smallskip{{\footnotesize {escape_latex(note)}\par}}" for note in table.notes]
    packages = ["booktabs", *(["array"] if ">{" in preamble else []), *(["longtable"] if long else [])]
    columns = f"{{@{{}}{preamble}@{{}}}}"
    rule, middle, end = r"\toprule", r"\midrule", r"\bottomrule"
    if long:
        first = [rule, head, middle, r"\endfirsthead", rule, head, middle, r"\endhead", end, r"\endfoot"]
        lines = [
            rf"\begin{{longtable}}{columns}",
            caption + r" \\",
            *first,
            *body,
            r"\end{longtable}",
            *notes,
        ]
    else:
        inner = [rf"\begin{{tabular}}{columns}", rule, head, middle, *body, end, r"\end{tabular}", *notes]
        lines = [r"\begin{table}[tbp]", r"\centering", caption, *inner, r"\end{table}"]
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


def _row(cells: list[str]) -> str:
    line = " & ".join(cells)
    # After a row's end or a rule, LaTeX would take a bracket for an option and an asterisk for a variant.
    return ("{}" if line.startswith(("[", "*")) else "") + line + r" \\"
