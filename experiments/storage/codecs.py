"""The columns of a file of rows: as CSV, as pandas series."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Columns", "from_csv", "series", "to_csv"]

Columns = dict[str, list[Any]]


def to_csv(columns: Columns) -> bytes:
    """Return columns as a line of names and a line a row; values that are missing are empty."""
    lines = [columns.keys(), *zip(*columns.values(), strict=True)]
    # csv.writer would leave a lone carriage return without quotes, and csv.reader end the line there
    return "".join(",".join(map(_cell, line)) + "\n" for line in lines).encode()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


def from_csv(content: bytes) -> Columns:
    """Return the columns of a CSV file as texts; None where there is no value."""
    csv.field_size_limit(max(csv.field_size_limit(), len(content)))
    lines = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    if not lines:
        raise ValueError("it is empty")
    header, body = lines[0], lines[1:]
    if len(header) == 1:
        body = [line or [""] for line in body]
    return {
        name: [cell if cell != "" else None for cell in cells]
        for name, cells in zip(header, zip(*body, strict=True) if body else [()] * len(header), strict=True)
    }


def series(values: Sequence[Any], kind: str) -> pd.Series[Any]:
    """Return values as a pandas series of a type; raises ValueError for one that is not of it."""
    import pandas as pd

    readers: dict[str, Callable[[Any], Any]] = {
        "boolean": lambda value: value if isinstance(value, bool) else _truth(value),
        "integer": int,
        "exact": int,
        "fraction": Fraction,
        "float": float,
        "text": str,
    }
    missing = any(value is None for value in values)
    read = [None if value is None else readers[kind](value) for value in values]
    dtypes = {
        "boolean": "boolean" if missing else "bool",
        "integer": "Int64" if missing else "int64",
        "float": "float64",
        "text": None,  # pandas' own dtype of text
    }
    if kind in ("exact", "fraction"):
        from experiments.storage.exact import ExactArray, ExactDtype

        dtype = ExactDtype("integer" if kind == "exact" else "fraction")
        return pd.Series(ExactArray._from_sequence(read, dtype=dtype))
    return pd.Series(read, dtype=dtypes[kind])


def _truth(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return value == "true"
