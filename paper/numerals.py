"""How a number is set in the text where its summary does not say so: as a word, or in fewer digits."""

from __future__ import annotations

from typing import Any

from experiments.report.summary import Value
from experiments.report.tables.escapes import escape_latex
from experiments.report.tables.formats import Count

__all__ = ["WORDS", "fact", "in_words", "written"]

WORDS = "words"
r"""``\val[words]{NAME}``: a whole number as a word."""

_SMALL = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


def in_words(count: int) -> str:
    """Return a small number as a word, a larger one in digits.

    >>> in_words(5), in_words(1200)
    ('five', '1,200')
    """
    return _SMALL[count] if 0 <= count < len(_SMALL) else Count().text(count, {})


def written(value: Value, how: str) -> str:
    r"""Return a number as LaTeX: as its summary says, in `how` many digits, or as a word.

    Examples
    --------
    >>> from experiments.report.tables.formats import Percent
    >>> value = Value("net/life", 0.606, "60.60 %", "60.60~\\%", "rows: net", Percent(2))
    >>> print(written(value, ""), written(value, "0"))
    60.60~\% 61~\%
    """
    if how == WORDS:
        return in_words(int(value.number))
    return value.rounded(int(how)).latex if how else value.latex


def fact(value: Any, how: str) -> str:
    r"""Return what a run, or the code, says of itself as LaTeX; raises ValueError for what is no one thing.

    >>> fact(500_000, ""), fact(2, "words"), fact("AMD_EPYC", "")
    ('500,000', 'two', 'AMD\\_EPYC')
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return in_words(value) if how == WORDS else Count().text(value, {})
    if isinstance(value, str) and not how:
        return escape_latex(value)
    raise ValueError(f"{value!r} is neither a whole number nor a text")
