"""How the article's values stand in our tables, as they are printed, and how an event is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.report.tables.formats import Format, Text

__all__ = ["After", "AsPrinted"]


@dataclass(frozen=True)
class AsPrinted(Format):
    """A value in the article's own digits and words: never grouped, rounded or folded.

    Examples
    --------
    >>> AsPrinted().text("268435455", {}), AsPrinted().text("A-M | N-Z", {})
    ('268435455', 'A-M | N-Z')
    """

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a value as it is."""
        return str(value)


@dataclass(frozen=True)
class After(Text):
    """A number of nodes and what it becomes."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The column of the number afterwards."""
        return ("after",)

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write an event as plain text."""
        return f"{value} → {row['after']}"
