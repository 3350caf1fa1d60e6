"""One column of a table as keys: CSV and Parquet."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from algorithms.errors import InvalidKey
from algorithms.hashing.arrow import decoded
from algorithms.hashing.columns import Chunked, Integers, Strings
from algorithms.hashing.reading import as_column
from experiments.options.errors import BadUse, did_you_mean
from experiments.workloads.lines import BYTE_ORDER_MARK, refuse_what_is_no_text

__all__ = ["SEPARATORS", "csv_column", "csv_header", "listed", "parquet_column", "parquet_header"]

SEPARATORS = (",", ";", "\t", "|")
"""What may stand between fields, the likeliest first."""

_MOST_NAMES = 8
_LONGEST_NAME = 40
_ANY_LENGTH = (1 << 31) - 1
_MOST_HEADER_LINES = 1000


def csv_header(lines: Iterable[bytes], source: str, separator: str | None = None) -> list[str]:
    r"""Return the names of the columns of a CSV file.

    Examples
    --------
    >>> csv_header([b"id,name\r\n", b"7,Ada\r\n"], "example"), csv_header([b"id;name\n"], "example")
    (['id', 'name'], ['id', 'name'])
    """
    with _fields_of_any_length():
        text, head = _first_row(lines, source)
        separator = separator or _separator(head, None)
        for _, row in _rows(chain(head, text), source, separator):
            return row
    raise BadUse(f"{source} is empty; give a CSV file whose first row names its columns")


def csv_column(
    lines: Iterable[bytes],
    column: str,
    source: str,
    *,
    separator: str | None = None,
    skip_blank: bool = False,
    most_bytes: int | None = None,
) -> tuple[Strings, int]:
    r"""Return one column of a CSV file (double quotes, a header row) as keys, and the rows without one.

    Examples
    --------
    >>> keys, _ = csv_column([b"id,name\n", b'7,"Lovelace, Ada"\n', b"8,Bob\n"], "name", "example")
    >>> keys.tolist()
    [b'Lovelace, Ada', b'Bob']
    """
    data, offsets, blank = bytearray(), array("q", [0]), 0
    with _fields_of_any_length():
        text, head = _first_row(lines, source)
        separator = separator or _separator(head, column)
        rows = _rows(chain(head, text), source, separator, skip_blank=skip_blank)
        _, header = next(rows, (0, []))
        if not header:
            raise BadUse(f"{source} is empty; give a CSV file whose first row names its columns")
        index = _index(header, column, source)
        for line, row in rows:
            if not row:
                blank += 1
                continue
            if len(row) != len(header):
                raise BadUse(
                    f"{source}: line {line} has {_count(len(row), 'field')} where the header has "
                    f"{len(header)}; give every row as many fields as the header"
                )
            if not row[index]:
                if skip_blank:
                    blank += 1
                    continue
                raise BadUse(
                    f"{source}: line {line} has no value in column {column!r}; remove it, fill it in, or "
                    "skip such rows with ?blank=skip"
                )
            data += row[index].encode()
            offsets.append(len(data))
            if most_bytes is not None and len(data) > most_bytes:
                raise too_large(source, most_bytes)
    if len(offsets) == 1:
        raise BadUse(f"{source} has a header and no rows; give at least one row with a key")
    return Strings(np.frombuffer(data, dtype=np.uint8), np.frombuffer(offsets, dtype=np.int64)), blank


def too_large(source: str, most_bytes: int) -> BadUse:
    """Return the refusal of a file whose keys do not fit into memory."""
    return BadUse(
        f"{source} has more than {most_bytes / 2**30:,.1f} GiB of keys, half of this machine's memory, in "
        "which they are kept; give a part of it, such as its first lines"
    )


def parquet_header(path: Path, source: str) -> list[str]:
    """Return the names of the columns of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            return [str(name) for name in file.schema_arrow.names]
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(source, error) from None


def parquet_column(
    path: Path, column: str, source: str, *, skip_blank: bool = False
) -> tuple[Integers | Strings, int]:
    """Return one column of a Parquet file as keys, and the rows without one."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    _index(parquet_header(path, source), column, source)
    try:
        with pq.ParquetFile(path) as file:
            values = file.read(columns=[column]).column(column)
        if pa.types.is_dictionary(values.type) or pa.types.is_run_end_encoded(values.type):
            values = pa.chunked_array([decoded(chunk) for chunk in values.chunks if len(chunk)] or [[]])
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(source, error) from None
    if not len(values):
        raise BadUse(f"{source} has no rows; give at least one row")
    blank = values.null_count
    if blank and not skip_blank:
        row = pc.index(pc.is_null(values), True).as_py() + 1
        raise BadUse(
            f"{source}: row {row} has no value in column {column!r}; remove it, fill it in, or skip such "
            "rows with ?blank=skip"
        )
    if pa.types.is_signed_integer(values.type) and (pc.min(values).as_py() or 0) < 0:
        row = pc.index(pc.less(values, 0), True).as_py() + 1
        raise BadUse(
            f"{source}: row {row} has a negative integer in column {column!r}; keys go from 0 to 2^64 - 1"
        )
    if blank == len(values):
        raise BadUse(f"{source} has no value in column {column!r}; give at least one row with a key")
    try:
        return _in_one_piece(as_column(values.drop_null() if blank else values)), blank
    except InvalidKey as error:
        raise BadUse(f"{source}: column {column!r}: {error}") from None


def _in_one_piece(column: Any) -> Integers | Strings:
    if not isinstance(column, Chunked):
        assert isinstance(column, Integers | Strings), "a column of a table has one type"
        return column
    parts = [part for part in column.parts if isinstance(part, Strings)]
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return Strings(np.concatenate([part.data[part.offsets[0] : part.offsets[-1]] for part in parts]), offsets)


@contextmanager
def _fields_of_any_length() -> Iterator[None]:
    """Let fields be longer than 131,072 characters; the limit is one of the whole process."""
    before = csv.field_size_limit(_ANY_LENGTH)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _first_row(lines: Iterable[bytes], source: str) -> tuple[Iterator[str], list[str]]:
    """Return the lines as text, and those that the first row takes, which are read already."""
    text, head = _decoded(lines, source), []
    for line in text:
        head.append(line)
        whole = sum(part.count('"') for part in head) % 2 == 0 and any(map(str.strip, head))
        if whole or len(head) == _MOST_HEADER_LINES:
            break
    return text, head


def _separator(head: list[str], column: str | None) -> str:
    """Return the first separator with which the header has the column, or the one that gives most names."""
    headers = {}
    for separator in SEPARATORS:
        try:
            headers[separator] = next(csv.reader(head, delimiter=separator, strict=True), [])
        except csv.Error:
            headers[separator] = []
    for separator, names in headers.items():
        if column in names:
            return separator
    return max(headers, key=lambda separator: len(headers[separator]))


def _rows(
    lines: Iterable[str], source: str, separator: str, *, skip_blank: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows, each with the number of its last line; an empty one where empty lines are skipped."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    first = True
    try:
        for row in reader:
            if not row and not skip_blank:
                raise BadUse(
                    f"{source}: line {reader.line_num} is empty; every line is a row: remove it, or skip "
                    "such lines with ?blank=skip"
                )
            if row or not first:
                yield reader.line_num, row
                first = False
    except csv.Error as error:
        raise BadUse(
            f"{source}: line {reader.line_num} is no CSV ({error}); give {_WORDS.get(separator, separator)} "
            "between fields, and double quotes around those that hold any, quotes or line ends"
        ) from None


_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def _decoded(lines: Iterable[bytes], source: str) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if number == 1:
            refuse_what_is_no_text(line[:4096], source)
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
        raise BadUse(f"{source} has no column {_short(column)!r}; give one of {listed(header)}{hint}")
    return header.index(column)


def listed(names: list[str]) -> str:
    """Return the names of columns for a sentence: the first of them where there are many.

    Examples
    --------
    >>> listed(["id", "name"])
    'its columns: id, name'
    >>> listed([f"c{number}" for number in range(10_000)])
    'its 10,000 columns: c0, c1, c2, c3, c4, c5, c6, c7, ...'
    """
    first = ", ".join(map(_short, names[:_MOST_NAMES]))
    if len(names) <= _MOST_NAMES:
        return f"its columns: {first}"
    return f"its {len(names):,} columns: {first}, ..."


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= _LONGEST_NAME else f"{line[:_LONGEST_NAME]}..."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _unreadable(source: str, error: Exception) -> BadUse:
    reason = " ".join(str(error).split()).rstrip(".")
    return BadUse(f"{source} cannot be read as Parquet ({reason}); give a Parquet file")
