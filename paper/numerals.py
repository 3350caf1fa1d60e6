"""How numbers are set in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from experiments import inference
from experiments.report.tables.escapes import escape_latex
from experiments.report.tables.formats import Count, Numeric, Percent, Significant, latex_number
from paper.sources import Value

if TYPE_CHECKING:
    import pandas as pd

_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def mean_of(name: str, values: pd.Series[Any], form: Numeric, source: str) -> Iterator[Value]:
    """Yield a mean, and half of its interval."""
    estimate = inference.mean(values.astype(float))
    yield Value(name, set_number(form.text(estimate.value, {})), source)
    if estimate.interval is not None:
        half = (estimate.interval.high - estimate.interval.low) / 2
        shown = form.bare(half, estimate.value) + form.unit
        yield Value(f"{name}/half", set_number(shown), f"{source}; half of the t interval over repetitions")


def set_number(text: str) -> str:
    """Return a written number as LaTeX: powers of ten, minus signs, narrow spaces before units."""
    return latex_number(text).replace(" \\%", "\\,\\%")


def percent(value: float, digits: int = 2) -> str:
    """Return a fraction as a percentage."""
    return set_number(Percent(digits).text(value, {}))


def count(value: float) -> str:
    """Return a mean of counts: with a decimal, unless it is whole."""
    return Count().text(round(value), {}) if abs(value - round(value)) < 0.05 else Count(1).text(value, {})


def size_of(size: int) -> str:
    """Return a number of bytes in the unit that leaves at most four digits."""
    for unit in ("B", "kB", "MB"):
        if size < 10_000:
            return f"{size:,.0f}\\,{unit}"
        size = round(size / 1000)
    return f"{size:,.0f}\\,GB"


def rough(count: int) -> str:
    """Return a large number to one digit, as a power of ten."""
    return set_number(Significant(1).text(float(count), {})) if count >= 10**9 else Count().text(count, {})


def in_words(count: int) -> str:
    """Return a small number as a word, a larger one in digits."""
    return _WORDS[count] if count < len(_WORDS) else Count().text(count, {})


def listed(values: Iterable[Any]) -> str:
    """Return several values in a sentence: with commas, and "and" before the last."""
    written = [
        Count().text(value, {}) if isinstance(value, int) else escape_latex(str(value)) for value in values
    ]
    return (
        written[0]
        if len(written) == 1
        else f"{', '.join(written[:-1])} and {written[-1]}"
        if written
        else "none"
    )
