"""Which rows of a table tell most, for those who see some of them only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["largest", "rows_where"]


def rows_where(*masks: pd.Series[bool]) -> list[int]:
    """Return the numbers of the rows that are chosen, those of the first choice before those of the next."""
    return [int(number) for mask in masks for number in mask.to_numpy().nonzero()[0]]


def largest(values: pd.Series[Any]) -> list[int]:
    """Return the numbers of all rows, those of the largest values first and of missing ones last."""
    return [int(number) for number in (-values.astype(float)).to_numpy().argsort(kind="stable")]
