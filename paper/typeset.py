"""How a table of the article is set: over one column or both, its letters, citations and formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping

from experiments.report.tables import latex
from experiments.report.tables.table import Table

__all__ = ["CITES", "escaped", "render", "stacked"]

WIDE = ("measured", "matrix", "movement", "counterexamples", "calibration", "servers", "cost")
"""Tables over both columns of the page."""

FOLDED: Mapping[str, tuple[float, ...]] = {"measured": (0.16, 0.24, 0.12, 0.09, 0.16, 0.07, 0.08)}
"""Tables of words, and the share of the page that each column has."""

USUAL = r"\footnotesize\setlength{\tabcolsep}{3pt}"
LETTERS: Mapping[str, str] = {
    "algorithms": r"\scriptsize\setlength{\tabcolsep}{0.9pt}",
    "cost": r"\scriptsize\setlength{\tabcolsep}{3pt}",
    "matrix": r"\scriptsize\setlength{\tabcolsep}{2pt}",
    "members": r"\scriptsize\setlength{\tabcolsep}{1.4pt}",
    "mutants": r"\scriptsize\setlength{\tabcolsep}{3pt}",
}
"""The letters of a table and the space between its columns, where they are not the usual ones."""

CITES = "cites:"
"""What stands before the keys of works in a cell."""


def render(table: Table) -> str:
    """Return a table for a page of two columns: over one of them, or over both."""
    kind = "table*" if table.name in WIDE else "table"
    written = (
        latex.write(table)
        .replace(r"\begin{table}", rf"\begin{{{kind}}}")
        .replace(r"\end{table}", rf"\end{{{kind}}}")
        .replace(r"\centering", r"\centering" + LETTERS.get(table.name, USUAL))
    )
    if table.name in FOLDED:
        columns = "".join(
            rf">{{\raggedright\arraybackslash}}p{{{width}\linewidth}}" for width in FOLDED[table.name]
        )
        head, _, body = written.partition("\n\\toprule")
        written = f"{head[: head.rindex('{@{}')]}{{@{{}}{columns}@{{}}}}\n\\toprule{body}"
    if table.name == "counterexamples":
        written = written.replace("0.35\\linewidth", "0.52\\linewidth")
    return _formulas(re.sub(rf" {CITES}(\S+)", _cited, written))


def _formulas(written: str) -> str:
    """Set indices and powers of the laws of lookups as such."""
    indices = re.sub(r"\b([HG])\\_(\w|\(M/2\))", r"$\1_{\2}$", written)
    return re.sub(r"(p|ln|\))\\textasciicircum\{\}(\w)", r"\1$^{\2}$", indices)


def _cited(keys: re.Match[str]) -> str:
    return rf"~\cite{{{keys[1].replace(chr(92) + 'allowbreak{}', '')}}}"


def stacked(title: str) -> str:
    """Return a head in two lines, or in one for each of its two words."""
    words = escaped(title.replace("×", "times")).split()
    return r" \\ ".join([" ".join(words[:2]), " ".join(words[2:])]) if len(words) > 2 else r" \\ ".join(words)


def escaped(text: str) -> str:
    """Return a text as LaTeX."""
    from experiments.report.tables.escapes import escape_latex

    return escape_latex(text)
