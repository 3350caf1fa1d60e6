"""Which rows of a table tell most, for those who see some of them only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["largest", "rows_of_most", "rows_where"]


def rows_where(*masks: pd.Series[bool]) -> list[int]:
    """Return the numbers of the rows that are chosen, those of the first choice before those of the next."""
    return [int(number) for mask in masks for number in mask.to_numpy().nonzero()[0]]


def rows_of_most(frame: pd.DataFrame, column: str) -> list[int]:
    """Return the numbers of the rows where a column is at its largest; none where there is no such column.

    Which table a run has first depends on what was asked: one of fresh processes has no number of nodes.
    """
    return rows_where(frame[column] == frame[column].max()) if column in frame else []


def largest(values: pd.Series[Any]) -> list[int]:
    """Return the numbers of all rows, those of the largest values first and of missing ones last."""
    return [int(number) for number in (-values.astype(float)).to_numpy().argsort(kind="stable")]
