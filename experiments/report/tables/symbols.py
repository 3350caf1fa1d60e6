r"""The symbols of tables, figures and papers, each defined once.

A table's header takes `Symbol.header`, a figure's axis `Symbol.axis`, and a paper's text the macro
`Symbol.macro`, which :func:`write` defines: if a symbol changes here, it changes everywhere.

>>> NODES.header.latex, NODES.axis, NODES.macro
('$n$', 'nodes, $n$', '\\symNodes')
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.report.tables.table import Header

__all__ = [
    "MEAN",
    "NODES",
    "POINTS",
    "SYMBOLS",
    "Symbol",
    "write",
]


@dataclass(frozen=True)
class Symbol:
    """A quantity and how it is written.

    Parameters
    ----------
    name
        Letters that end the macro's name, such as ``Nodes``.
    latex
        What stands for it in mathematics; matplotlib understands it as well.
    text
        What stands for it in plain text.
    meaning
        In a few words, as on an axis.
    """

    name: str
    latex: str
    text: str
    meaning: str

    @property
    def header(self) -> Header:
        """The head of a table's column."""
        from experiments.report.tables.table import Header

        return Header(self.text, f"${self.latex}$")

    @property
    def axis(self) -> str:
        """The label of a figure's axis: the meaning and the symbol."""
        return f"{self.meaning}, ${self.latex}$"

    @property
    def macro(self) -> str:
        """The LaTeX macro that stands for it, in text and in mathematics."""
        return rf"\sym{self.name}"

    def is_value(self, value: int) -> Header:
        """Return the head of a column for one value: ``n = 16``.

        >>> NODES.is_value(1000)
        Header(text='n = 1,000', latex='$n = 1{,}000$')
        """
        from experiments.report.tables.table import Header

        written = f"{value:,}"
        return Header(f"{self.text} = {written}", f"${self.latex} = {written.replace(',', '{,}')}$")


NODES = Symbol("Nodes", "n", "n", "nodes")
POINTS = Symbol("Points", "v", "v", "points a node")
MEAN = Symbol("Mean", r"\mu", "mean", "mean load")

SYMBOLS = (NODES, POINTS, MEAN)
"""All of them, in the order in which they are explained."""


def write() -> str:
    r"""Return ``symbols.tex``: a macro a symbol, for the text of a paper.

    Examples
    --------
    >>> print(write().splitlines()[1])
    \providecommand*{\symNodes}{\ensuremath{n}}% nodes
    """
    lines = [
        rf"\providecommand*{{{symbol.macro}}}{{\ensuremath{{{symbol.latex}}}}}% {symbol.meaning}"
        for symbol in SYMBOLS
    ]
    return "\n".join(["% The symbols of the tables and figures, for the text.", *lines]) + "\n"
