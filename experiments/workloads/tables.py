"""One column of a table as keys: CSV and Parquet."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

import numpy as np

from algorithms.columns import Integers, Strings, as_column
from algorithms.errors import InvalidKey
from experiments.errors import BadUse, did_you_mean
from experiments.workloads.lines import BYTE_ORDER_MARK

__all__ = ["csv_column", "csv_header", "parquet_column", "parquet_header"]


def csv_header(lines: Iterable[bytes], source: str) -> list[str]:
    r"""Return the names of the columns of a CSV file.

    Parameters
    ----------
    lines
        The file's lines, with their ends.
    source
        What errors call the file.

    Returns
    -------
    list of str
        The fields of the first row.

    Raises
    ------
    BadUse
        For an empty file or a first line that cannot be read.

    Examples
    --------
    >>> csv_header([b"id,name\r\n", b"7,Ada\r\n"], "example")
    ['id', 'name']
    """
    for _, row in _rows(lines, source):
        return row
    raise BadUse(f"{source} is empty; give a CSV file whose first row names its columns")


def csv_column(lines: Iterable[bytes], column: str, source: str) -> Strings:
    r"""Return one column of a CSV file (commas, double quotes, a header row) as keys.

    Parameters
    ----------
    lines
        The file's lines, with their ends: UTF-8; LF or CRLF.
    column
        Its name in the header.
    source
        What errors call the file.

    Returns
    -------
    Strings
        One key a row, in order, as text whatever it looks like.

    Raises
    ------
    BadUse
        For an empty file or one with a header only; for a column that is not there or there twice; for a line
        that is ragged, empty, not UTF-8 or wrongly quoted, or without a value in the column, by its number
        from 1 (of a row of several lines, the last).

    Examples
    --------
    >>> csv_column([b"id,name\n", b'7,"Lovelace, Ada"\n', b"8,Bob\n"], "name", "example").tolist()
    [b'Lovelace, Ada', b'Bob']
    """
    rows = _rows(lines, source)
    _, header = next(rows, (0, []))
    if not header:
        raise BadUse(f"{source} is empty; give a CSV file whose first row names its columns")
    index = _index(header, column, source)
    data, offsets = bytearray(), array("q", [0])
    for line, row in rows:
        if len(row) != len(header):
            raise BadUse(
                f"{source}: line {line} has {_count(len(row), 'field')} where the header has {len(header)}; "
                "give every row as many fields as the header"
            )
        if not row[index]:
            raise BadUse(f"{source}: line {line} has no value in column {column!r}; remove it or fill it in")
        data += row[index].encode()
        offsets.append(len(data))
    if len(offsets) == 1:
        raise BadUse(f"{source} has a header and no rows; give at least one row")
    return Strings(np.frombuffer(data, dtype=np.uint8), np.frombuffer(offsets, dtype=np.int64))


def parquet_header(path: Path, source: str) -> list[str]:
    """Return the names of the columns of a Parquet file.

    Parameters
    ----------
    path
        The file.
    source
        What errors call it.

    Returns
    -------
    list of str
        In the order of the schema.

    Raises
    ------
    BadUse
        If it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            return [str(name) for name in file.schema_arrow.names]
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(source, error) from None


def parquet_column(path: Path, column: str, source: str) -> Integers | Strings:
    """Return one column of a Parquet file as keys.

    Parameters
    ----------
    path
        The file.
    column
        The name of a top-level column of integers, strings or binary values.
    source
        What errors call the file.

    Returns
    -------
    Integers or Strings
        One key a row, in order.

    Raises
    ------
    BadUse
        If the file cannot be read or has no rows; for a column that is not there or of another type; for a
        null or a negative integer, by the number of its row from 1.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    _index(parquet_header(path, source), column, source)
    try:
        with pq.ParquetFile(path) as file:
            values = file.read(columns=[column]).column(column)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(source, error) from None
    if not len(values):
        raise BadUse(f"{source} has no rows; give at least one row")
    if values.null_count:
        row = pc.index(pc.is_null(values), True).as_py() + 1
        raise BadUse(f"{source}: row {row} has no value in column {column!r}; remove it or fill it in")
    if pa.types.is_signed_integer(values.type) and pc.min(values).as_py() < 0:
        row = pc.index(pc.less(values, 0), True).as_py() + 1
        raise BadUse(
            f"{source}: row {row} has a negative integer in column {column!r}; keys go from 0 to 2^64 - 1"
        )
    try:
        return cast("Integers | Strings", as_column(values))
    except InvalidKey as error:
        raise BadUse(f"{source}: column {column!r}: {error}") from None


def _rows(lines: Iterable[bytes], source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows, each with the number of its last line."""
    reader = csv.reader(_decoded(lines, source), strict=True)
    try:
        for row in reader:
            if not row:
                raise BadUse(f"{source}: line {reader.line_num} is empty; every line is a row: remove it")
            yield reader.line_num, row
    except csv.Error as error:
        raise BadUse(
            f"{source}: line {reader.line_num} is no CSV ({error}); give commas between fields, and double "
            "quotes around those that hold commas, quotes or line ends"
        ) from None


def _decoded(lines: Iterable[bytes], source: str) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        try:
            yield (line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line).decode()
        except UnicodeDecodeError as error:
            raise BadUse(
                f"{source}: line {number} is not UTF-8 (byte 0x{error.object[error.start]:02x}); "
                "convert the file to UTF-8"
            ) from None


def _index(header: list[str], column: str, source: str) -> int:
    if header.count(column) > 1:
        raise BadUse(
            f"{source} has {header.count(column)} columns named {column!r}; give them different names"
        )
    if column not in header:
        hint = did_you_mean(column, header)
        raise BadUse(f"{source} has no column {column!r}; give one of its columns: {', '.join(header)}{hint}")
    return header.index(column)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _unreadable(source: str, error: Exception) -> BadUse:
    reason = " ".join(str(error).split()).rstrip(".")
    return BadUse(f"{source} cannot be read as Parquet ({reason}); give a Parquet file")
