"""How the article's values stand in our tables: as they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.report.tables.formats import Format

__all__ = ["AsPrinted"]


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
