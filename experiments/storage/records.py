"""Stored rows as plain values, for whoever writes them row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Record", "records"]

Record = dict[str, Any]
"""One stored row, without the columns that it has no value in."""


def records(frame: pd.DataFrame) -> list[Record]:
    """Return the rows of a stored frame as plain values, each without what it has no value in.

    Examples
    --------
    >>> import pandas as pd
    >>> records(pd.DataFrame({"n": pd.Series([1, None], dtype="Int64"), "node": ["a", None]}))
    [{'n': 1, 'node': 'a'}, {}]
    """
    import pandas as pd

    columns = {
        str(name): [
            None if pd.isna(value) else value.item() if hasattr(value, "item") else value
            for value in frame[name].tolist()
        ]
        for name in frame.columns
    }
    return [
        {name: values[row] for name, values in columns.items() if values[row] is not None}
        for row in range(len(frame))
    ]
