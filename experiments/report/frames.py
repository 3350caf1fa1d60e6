"""Frames made of rows in Python, with the same columns and types whatever is missing, and parted by keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

__all__ = ["frame_of", "groups_of"]


def frame_of(
    rows: Iterable[Mapping[str, Any]], *, numbers: Sequence[str] = (), others: Sequence[str] = ()
) -> pd.DataFrame:
    """Return rows as a frame that has these columns at least.

    Pandas alone takes the type of a column from its values, so that a column of None is no column of numbers,
    and no rows have no columns.

    Examples
    --------
    >>> frame_of([], numbers=["p"], others=["label"]).dtypes.astype(str).to_dict()
    {'p': 'float64', 'label': 'object'}
    >>> frame_of([{"label": "ring", "p": None}], numbers=["p", "q"])["p"].tolist()
    [nan]
    """
    lines = [dict(row) for row in rows]
    frame = pd.DataFrame(lines, index=range(len(lines)))
    for name in numbers:
        frame[name] = [_number(row.get(name)) for row in lines]
        frame[name] = frame[name].astype("float64")
    for name in others:
        if name not in frame:
            frame[name] = pd.Series([None] * len(lines), dtype=object)
    return frame


def groups_of(rows: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield the rows of each group, in the order in which groups come first, with their keys by name.

    Examples
    --------
    >>> [(keys, len(part)) for keys, part in groups_of(pd.DataFrame({"n": [5, 3, 5]}), ["n"])]
    [({'n': 5}, 2), ({'n': 3}, 1)]
    """
    for values, group in rows.groupby(list(keys), sort=False):
        yield dict(zip(keys, values, strict=True)), group


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
