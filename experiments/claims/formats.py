"""How the values of a claim are written: in percent or not, and to the digits that its tolerance needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10
from typing import Any, ClassVar

from experiments.report.tables.formats import Count, Percent, Significant, Text, is_missing, latex_number

__all__ = ["Ends", "Judged", "OfClaim", "Ours", "Rough", "Theirs", "shown_theirs", "shown_value"]

_RELATIONS = {"equals": "", "at most": "≤ ", "at least": "≥ "}


def shown_value(value: float, row: Mapping[str, Any]) -> str:
    """Return a value of a claim as it is shown."""
    if row["percent"]:
        return Percent(3 if abs(value) < 0.1 else 2).text(value, {})
    whole = float(value).is_integer() and abs(value) < 1e15
    return f"{int(value):,}" if whole else Significant(_digits(row)).text(value, {})


def _digits(row: Mapping[str, Any]) -> int:
    """Return how many digits show a difference of the size of the tolerance."""
    theirs, tolerance = row.get("theirs"), row["tolerance"]
    size = 0.0 if theirs is None or is_missing(theirs) else abs(theirs)
    if not size or not tolerance:
        return 4
    return min(6, max(3, floor(log10(size)) - floor(log10(tolerance)) + 1))


def shown_theirs(row: Mapping[str, Any]) -> str:
    """Return the published value of a claim as it is shown, with its relation."""
    return Theirs().text(row.get("theirs"), row)


@dataclass(frozen=True)
class OfClaim(Text):
    """A value of a claim; the columns that say how it is written are not shown on their own."""

    align = "right"
    reads: ClassVar[tuple[str, ...]] = ("theirs", "percent", "tolerance")

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns of which its digits depend."""
        return self.reads

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a value as plain text."""
        return shown_value(value, row)

    def latex(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a value as LaTeX, powers of ten and minus signs as mathematics."""
        return latex_number(self.text(value, row))


@dataclass(frozen=True)
class Theirs(OfClaim):
    """A published value with its relation, or in words."""

    reads: ClassVar[tuple[str, ...]] = ("percent", "tolerance", "relation", "theirs_shown")

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a published value as plain text."""
        if not is_missing(row.get("theirs_shown")):
            return str(row["theirs_shown"])
        return _RELATIONS[row["relation"]] + shown_value(value, row)


@dataclass(frozen=True)
class Ours(OfClaim):
    """Our value, or in words."""

    reads: ClassVar[tuple[str, ...]] = (*OfClaim.reads, "ours_shown")

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write our value as plain text."""
        return str(row["ours_shown"]) if not is_missing(row.get("ours_shown")) else shown_value(value, row)


@dataclass(frozen=True)
class Ends(OfClaim):
    """What our value is, by its kind: exact, or the ends of its interval; a star for a single measurement."""

    align = "left"
    reads: ClassVar[tuple[str, ...]] = (*OfClaim.reads, "low", "high")

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write an interval as plain text."""
        if is_missing(row["low"]) or is_missing(row["high"]):
            return "exact" if value == "exact" else ""
        ends = f"[{shown_value(row['low'], row)}, {shown_value(row['high'], row)}]"
        return f"{ends} *" if value == "prediction" else ends


@dataclass(frozen=True)
class Judged(Text):
    """A verdict, with an exclamation mark where another one was expected."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Whether it was not expected."""
        return ("unexpected",)

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a verdict as plain text."""
        return f"{value}!" if row["unexpected"] else str(value)


@dataclass(frozen=True)
class Rough(Count):
    """How many would decide: a number beyond a thousand million to one digit, which is all that is known.

    Examples
    --------
    >>> Rough().text(1200, {}), Rough().text(16_713_327_149_545_506, {})
    ('1,200', '2e16')
    """

    def bare(self, value: Any, like: Any = None) -> str:
        """Write a number without a unit."""
        return Significant(1).bare(float(value), like) if value >= 10**9 else super().bare(value, like)

    def latex(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a number as LaTeX, powers of ten as such."""
        return latex_number(self.text(value, row))
