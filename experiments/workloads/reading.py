"""Files read whole: their keys, their digest, and a word now and then while that takes long."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Integers
from experiments.options.errors import BadUse
from experiments.workloads import tables
from experiments.workloads.base import Keys
from experiments.workloads.distinct import first_rows
from experiments.workloads.lines import split_lines

__all__ = ["Content", "Wanted", "content_of", "header_of", "set_reading_listener"]

_BLOCK = 1 << 22
_LONGEST_LINE = 1 << 26
_TOLD_EACH = 1 << 28
_KEPT = 8

_listener: Callable[[str], None] | None = None


def set_reading_listener(listener: Callable[[str], None] | None) -> None:
    """Have a function called with a sentence for each 256 MB that are read of a file.

    Examples
    --------
    >>> set_reading_listener(None)
    """
    global _listener
    _listener = listener


class Content:
    """The keys of a file, read whole.

    Parameters
    ----------
    keys
        In the order of the file.
    digest
        Of the file's bytes as they lie on the disk, 32 hexadecimal digits.
    blank
        Lines or rows without a key that were skipped; None where they are refused.
    """

    def __init__(self, keys: Keys, digest: str, blank: int | None = None) -> None:
        self.keys = keys
        self.digest = digest
        self.blank = blank

    @cached_property
    def ids(self) -> NDArray[np.uint64]:
        """A number for each key, equal for equal keys: an int itself, of a text its first row."""
        if isinstance(self.keys, Integers):
            return self.keys.values
        return first_rows(self.keys)


def digest_of(file: Path) -> str:
    """Return the digest of a file's bytes as they lie on the disk, 32 hexadecimal digits."""
    with file.open("rb") as raw:
        return hashlib.file_digest(raw, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def check_unchanged(file: Path, source: str, size: int, changed: int) -> None:
    """Raise BadUse where a file has another size than before it was read, or was changed since."""
    after = file.stat()
    if (after.st_size, after.st_mtime_ns) != (size, changed):
        raise BadUse(f"{source} changed while it was read; run again when nobody writes to it")


def header_of(file: Path, source: str, separator: str | None) -> list[str]:
    """Return the names of the columns of a table."""
    if source.lower().endswith(".parquet"):
        return tables.parquet_header(file, source)
    with _opened(file) as stream:
        return tables.csv_header(_lines(stream, source), source, separator)


@dataclass(frozen=True)
class Wanted:
    """What is read of which file, and how: the column of a table, or lines where there is none."""

    file: Path
    column: str | None
    source: str
    separator: str | None
    skip_blank: bool


@lru_cache(maxsize=_KEPT)
def content_of(wanted: Wanted, size: int, changed: int) -> Content:
    """Return the keys of a file of this size that was changed then; the latest ones are kept."""
    digest = digest_of(wanted.file)
    keys, blank = _keys(wanted)
    check_unchanged(wanted.file, wanted.source, size, changed)
    return Content(keys, digest, blank if wanted.skip_blank else None)


def _keys(wanted: Wanted) -> tuple[Keys, int]:
    source, skip_blank = wanted.source, wanted.skip_blank
    if wanted.column is None:
        with _opened(wanted.file) as stream:
            return split_lines(_whole(stream, source), source, skip_blank=skip_blank)
    if source.lower().endswith(".parquet"):
        return tables.parquet_column(wanted.file, wanted.column, source, skip_blank=skip_blank)
    with _opened(wanted.file) as stream:
        return tables.csv_column(
            _lines(stream, source),
            wanted.column,
            source,
            separator=wanted.separator,
            skip_blank=skip_blank,
            most_bytes=_most_bytes(),
        )


def _whole(stream: IO[bytes], source: str) -> bytearray:
    content, told, most = bytearray(), _TOLD_EACH, _most_bytes()
    while block := stream.read(_BLOCK):
        content += block
        if len(content) > most:
            raise tables.too_large(source, most)
        if len(content) >= told:
            told = _tell(source, len(content))
    return content


def _lines(stream: IO[bytes], source: str) -> Iterator[bytes]:
    """Yield the lines of a table with their ends; a file of one endless line is not read to its end."""
    read, told, number = 0, _TOLD_EACH, 0
    while line := stream.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise BadUse(f"{source}: line {number} is longer than 64 MiB; give a CSV file with shorter lines")
        read += len(line)
        if read >= told:
            told = _tell(source, read)
        yield line


def _tell(source: str, read: int) -> int:
    """Say how much was read, and return when to say so again."""
    if _listener is not None:
        _listener(f"reading {source}: {read / 2**30:,.2f} GiB of text so far")
    return read + _TOLD_EACH


@cache
def _most_bytes() -> int:
    """Return half of this machine's memory: what the keys of a file may take."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return 1 << 33


def _opened(file: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(file, "rb")) if file.name.lower().endswith(".gz") else file.open("rb")
