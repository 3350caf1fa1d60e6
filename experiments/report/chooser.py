"""What a reader chooses first: one table, and choices that leave the rows which fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.tables.table import Table

__all__ = ["Chooser"]


@dataclass(frozen=True)
class Chooser:
    """A table of which a reader sees the rows that fit all choices.

    Parameters
    ----------
    table
        All rows, the best first.
    choices
        By what is asked: each answer, and which rows fit it, (rows,) bool. The first one is chosen at first.
    trust
        Whether its times can be trusted, and what they were measured on, a sentence each.
    doubted
        Whether they cannot.
    """

    table: Table
    choices: Mapping[str, Mapping[str, pd.Series[bool]]]
    trust: Sequence[str] = ()
    doubted: bool = False

    def described(self) -> list[dict[str, Any]]:
        """Return what is asked, and for each answer the numbers of the rows that fit."""
        return [
            {
                "asked": asked,
                "answers": [
                    [words, [row for row, fits in enumerate(rows.tolist()) if fits]]
                    for words, rows in answers.items()
                ],
            }
            for asked, answers in self.choices.items()
        ]
