r"""How a value is written in a table: in plain text, and in LaTeX.

A format belongs to a column. Missing values (None, NaN, NaT) never reach it: a table writes them as a dash.

>>> from experiments.report.tables.formats import Count, Interval, Percent
>>> Count().text(1234567, {})
'1,234,567'
>>> Interval(Percent(2), low="low", high="high").text(0.0588, {"low": 0.0580, "high": 0.0596})
'5.88 [5.80, 5.96] %'
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from experiments.report.tables.escapes import escape_latex, one_line, unbroken

__all__ = [
    "Bytes",
    "Count",
    "Format",
    "Fractional",
    "Interval",
    "Numeric",
    "Percent",
    "PlusMinus",
    "Significant",
    "Text",
    "default_format",
    "is_missing",
    "latex_number",
    "single",
]

Row = Mapping[str, Any]


class Format(ABC):
    """How the values of one column are written.

    Attributes
    ----------
    align : str
        Where a cell stands in its column unless the table says otherwise: ``"left"`` or ``"right"``.
    """

    align: str = "right"

    @property
    def needs(self) -> tuple[str, ...]:
        """Other columns of the row that this format reads; a table does not show them on their own."""
        return ()

    @abstractmethod
    def text(self, value: Any, row: Row) -> str:
        """Write a value as plain text."""

    def latex(self, value: Any, row: Row) -> str:
        """Write a value as LaTeX; the plain text, escaped, unless a sub-class knows better."""
        return escape_latex(self.text(value, row))


@dataclass(frozen=True)
class Text(Format):
    """Words, as they are; true and false become yes and no.

    >>> Text().text("key_range", {}), Text().text(True, {})
    ('key_range', 'yes')
    """

    align = "left"

    def text(self, value: Any, row: Row) -> str:
        """Write a value as plain text: ``str()`` of it, line breaks as spaces."""
        if _is_bool(value):
            return "yes" if value else "no"
        return one_line(str(value))


class Numeric(Format):
    """A number and its unit, which an interval around it shares."""

    unit: str = ""

    @abstractmethod
    def bare(self, value: Any, like: Any = None) -> str:
        """Write a number without its unit."""

    def text(self, value: Any, row: Row) -> str:
        """Write a value as plain text, with its unit."""
        return self.bare(value) + self.unit


@dataclass(frozen=True)
class Count(Numeric):
    """A number of things, with thousands separators.

    Parameters
    ----------
    digits : int
        Decimals, for a mean of counts.
    whole : bool
        Whether a mean that is whole, in so many decimals, has none.

    Examples
    --------
    >>> Count().text(2**64, {}), Count(1).text(58823.53, {})
    ('18,446,744,073,709,551,616', '58,823.5')
    >>> Count(1, whole=True).text(16.0, {}), Count(1, whole=True).text(6.4, {})
    ('16', '6.4')
    """

    digits: int = 0
    whole: bool = False

    def bare(self, value: Any, like: Any = None) -> str:
        """Write a number without a unit; integers of any size are written exactly."""
        if _is_infinite(value):
            return _infinity(value)
        if self.whole:
            return _fixed(_decimal(value), self.digits).removesuffix("." + "0" * self.digits)
        if self.digits == 0 and float(value) == int(value):
            return f"{int(value):,}"
        return _fixed(_decimal(value), self.digits)


@dataclass(frozen=True)
class Bytes(Format):
    """A number of bytes, in the unit that leaves at most four digits.

    >>> [Bytes().text(size, {}) for size in (0, 9_999, 1_280_640, 12_345_678_900)]
    ['0 B', '9,999 B', '1,281 kB', '12 GB']
    """

    def text(self, value: Any, row: Row) -> str:
        """Write a number of bytes, with its unit."""
        size = int(value)
        for unit in ("B", "kB", "MB"):
            if size < 10_000:
                return f"{size:,} {unit}"
            size = round(size / 1000)
        return f"{size:,} GB"

    def latex(self, value: Any, row: Row) -> str:
        """Write a number of bytes as LaTeX."""
        return latex_number(self.text(value, row))


@dataclass(frozen=True)
class Percent(Numeric):
    """A fraction of one, as a percentage.

    What would be rounded to nought but is not nought says so: ``<0.01 %``.

    Parameters
    ----------
    digits : int
        Decimals of the percentage.

    Examples
    --------
    >>> [Percent(2).text(value, {}) for value in (0.05882, 0.0, 1e-5, 1)]
    ['5.88 %', '0.00 %', '<0.01 %', '100.00 %']
    """

    digits: int = 2
    unit = " %"

    def bare(self, value: Any, like: Any = None) -> str:
        """Write a fraction of one as a percentage, without the sign."""
        if _is_infinite(value):
            return _infinity(value)
        return _fixed(_decimal(value) * 100, self.digits)

    def text(self, value: Any, row: Row) -> str:
        """Write a value as plain text, with the sign."""
        least = Decimal(1).scaleb(-self.digits)
        if not _is_infinite(value):
            hundredths = _decimal(value) * 100
            # 1e-10 %: below it a difference is the rounding of floats, not a finding.
            if Decimal("1e-10") < abs(hundredths) < least / 2:
                return (f"<{least}" if hundredths > 0 else f">-{least}") + self.unit
        return super().text(value, row)


@dataclass(frozen=True)
class Significant(Numeric):
    r"""A number to so many significant digits; very large and very small ones in powers of ten.

    Parameters
    ----------
    digits : int
        Significant digits.
    unit : str
        Written after the number, such as ``" ms"``.

    Examples
    --------
    >>> [Significant(3).text(value, {}) for value in (0.078125, 1.0, 1234.5, 7.64e-9)]
    ['0.0781', '1.00', '1,234', '7.64e-9']
    >>> Significant(3).latex(7.64e-9, {})
    '$7.64 \\times 10^{-9}$'
    """

    digits: int = 3
    unit: str = ""

    def bare(self, value: Any, like: Any = None) -> str:
        """Write a number without its unit."""
        if _is_infinite(value):
            return _infinity(value)
        number = _decimal(value)
        measure = number if like is None or _is_infinite(like) else _decimal(like)
        if measure == 0:
            measure = number
        if measure == 0:
            return "0"
        power = _power(measure, self.digits)
        if -5 < power < 12:
            return _fixed(number, max(0, self.digits - 1 - power))
        mantissa = _fixed(number.scaleb(-power), self.digits - 1)
        return f"{mantissa}e{power}"

    def latex(self, value: Any, row: Row) -> str:
        """Write a value as LaTeX, powers of ten as such."""
        return latex_number(self.text(value, row))


@dataclass(frozen=True)
class PlusMinus(Format):
    """A value and the half-width of its interval: ``5.88 ± 0.08 %``.

    Parameters
    ----------
    inner : Numeric
        How the numbers are written.
    half : str
        The column that holds the half-width.

    Examples
    --------
    >>> PlusMinus(Percent(2), half="half").text(0.0588, {"half": 0.0008})
    '5.88 ± 0.08 %'
    """

    inner: Numeric
    half: str

    @property
    def needs(self) -> tuple[str, ...]:
        """The column of half-widths."""
        return (self.half,)

    def text(self, value: Any, row: Row) -> str:
        """Write a value and its half-width; the value alone where there is no half-width."""
        half = row[self.half]
        if is_missing(half):
            return self.inner.text(value, row)
        return f"{self.inner.bare(value)} ± {self.inner.bare(half, value)}{self.inner.unit}"

    def latex(self, value: Any, row: Row) -> str:
        """Write a value and its half-width as LaTeX."""
        return latex_number(self.text(value, row))


@dataclass(frozen=True)
class Interval(Format):
    """A value and the ends of its interval: ``5.88 [5.80, 5.96] %``, or the ends alone.

    Parameters
    ----------
    inner : Numeric
        How the numbers are written.
    low, high : str
        The columns that hold the ends.
    centre : bool
        Whether the value itself is written.

    Examples
    --------
    >>> row = {"low": 0.07, "high": 0.091}
    >>> Interval(Significant(2), "low", "high", centre=False).text(0.0781, row)
    '[0.070, 0.091]'
    """

    inner: Numeric
    low: str
    high: str
    centre: bool = True

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns of the two ends."""
        return (self.low, self.high)

    def text(self, value: Any, row: Row) -> str:
        """Write a value and its interval; the value alone where there is no interval."""
        low, high = row[self.low], row[self.high]
        if is_missing(low) or is_missing(high):
            return self.inner.text(value, row)
        ends = f"[{self.inner.bare(low, value)}, {self.inner.bare(high, value)}]"
        return (f"{self.inner.bare(value)} {ends}" if self.centre else ends) + self.inner.unit

    def latex(self, value: Any, row: Row) -> str:
        """Write a value and its interval as LaTeX."""
        return latex_number(self.text(value, row))


@dataclass(frozen=True)
class Fractional(Format):
    """An exact fraction: ``16/17``.

    >>> from fractions import Fraction
    >>> Fractional().text(Fraction(8, 272), {}), Fractional().text(Fraction(2), {})
    ('1/34', '2')
    """

    def text(self, value: Any, row: Row) -> str:
        """Write a fraction in lowest terms; an integer without a denominator."""
        return str(Fraction(value))


def single(form: Format) -> Format:
    """Return how a number is written alone, without an interval.

    >>> single(Interval(Percent(2), "low", "high")), single(Count())
    (Percent(digits=2), Count(digits=0, whole=False))
    """
    return form.inner if isinstance(form, Interval | PlusMinus) else form


def default_format(values: list[Any]) -> Format:
    """Choose a format by the values of a column: integers, fractions, other numbers, words.

    >>> default_format([1, None, 17]), default_format([0.5, 2]), default_format(["ring"])
    (Count(digits=0, whole=False), Significant(digits=3, unit=''), Text())
    """
    present = [value for value in values if not is_missing(value)]
    if not present or any(_is_bool(value) or not hasattr(type(value), "__float__") for value in present):
        return Text()
    if all(hasattr(type(value), "__index__") for value in present):
        return Count()
    if any(isinstance(value, Fraction) for value in present):
        return Fractional()
    return Significant()


def is_missing(value: Any) -> bool:
    """Say whether a cell holds nothing: None, NaN, NaT or pandas' NA.

    >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
    (True, True, False, False)
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return bool(isinstance(value, float | Decimal) and value != value)


def latex_number(text: str) -> str:
    r"""Write numbers as LaTeX, powers of ten and minus signs as mathematics, and the rest escaped.

    Examples
    --------
    >>> print(latex_number("-7.64e-9 %"))
    $-7.64 \times 10^{-9}$~\%
    """
    pieces = re.split(r"(-?[\d.,]+e-?\d+|(?<![\w.])-(?=[\d.∞]))", unbroken(text))
    for i in range(1, len(pieces), 2):
        mantissa, _, power = pieces[i].partition("e")
        pieces[i] = rf"${mantissa} \times 10^{{{power}}}$" if power else "$-$"
    return "".join(escape_latex(piece) if i % 2 == 0 else piece for i, piece in enumerate(pieces))


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(int(value)) if hasattr(type(value), "__index__") else Decimal(float(value))


def _fixed(number: Decimal, digits: int) -> str:
    written = f"{number:,.{digits}f}"
    return written.removeprefix("-") if not written.strip("-0.,") else written


def _power(number: Decimal, digits: int) -> int:
    """Return the power of ten of a number after rounding to so many significant digits."""
    return int(f"{number:.{digits - 1}e}".split("e")[1])


def _is_bool(value: Any) -> bool:
    return type(value).__name__ in ("bool", "bool_")


def _is_infinite(value: Any) -> bool:
    return isinstance(value, float) and value in (float("inf"), float("-inf"))


def _infinity(value: Any) -> str:
    return "∞" if value > 0 else "-∞"
