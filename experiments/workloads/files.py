"""Workloads from files: the lines of a text, or one column of a table."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO, Self, cast

import numpy as np
from numpy.typing import NDArray

from algorithms.columns import Integers
from experiments.errors import BadUse
from experiments.workloads import tables
from experiments.workloads.base import Keys, Workload
from experiments.workloads.distinct import first_rows
from experiments.workloads.lines import split_lines

__all__ = ["FileWorkload"]

_TABLE = re.compile(r"\.(csv|csv\.gz|parquet)$", re.IGNORECASE)
_TABLE_AND_COLUMN = re.compile(r"^(.*?\.(?:csv|csv\.gz|parquet)):(.*)$", re.IGNORECASE | re.DOTALL)
_BLOCK = 1 << 22
_KEPT = 8

_reading = threading.Lock()


class Content:
    """The keys of a file, read whole.

    Parameters
    ----------
    keys
        In the order of the file.
    digest
        Of the file's bytes as they lie on the disk, 32 hexadecimal digits.
    """

    def __init__(self, keys: Keys, digest: str) -> None:
        self.keys = keys
        self.digest = digest

    @cached_property
    def ids(self) -> NDArray[np.uint64]:
        """A number for each key, equal for equal keys: an int itself, of a text its first row."""
        if isinstance(self.keys, Integers):
            return self.keys.values
        return first_rows(self.keys)


@dataclass(frozen=True)
class FileWorkload(Workload):
    """The keys of a file, in its order; the seed does not change them.

    A file is read when the workload is made, and kept: another workload of the same file, while it is not
    changed, does not read it again.

    Parameters
    ----------
    path
        As typed.
    column
        The column of a table; None for the lines of a text.
    content
        What was read.
    """

    path: str
    column: str | None
    content: Content = field(repr=False, compare=False)

    name = "file"
    syntax = "file:PATH[:COLUMN]"
    summary = "the lines of a text (.gz too), or a column of a .csv, .csv.gz or .parquet file"
    skewed = True
    drawn = False
    ends = True

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Read the file that the options name.

        Parameters
        ----------
        options
            ``PATH``, or ``PATH:COLUMN`` for a table. Colons may stand in both: the longest path that is a
            file is taken.

        Returns
        -------
        Self
            With all keys in memory.

        Raises
        ------
        BadUse
            If the file cannot be read, or holds something that is no key; the sentence names the line.
        """
        if not options:
            raise BadUse(f"file needs a path; give {cls.syntax}, such as file:access.log")
        path, column = _split(options)
        is_table = _TABLE.search(path) is not None
        if column is not None and not is_table:
            raise BadUse(
                f"{path} has lines and no columns; give file:{path}, or a column of a .csv, .csv.gz or "
                ".parquet file"
            )
        with _readable(path) as file:
            if is_table and not column:
                names = ", ".join(_header(file, path))
                raise BadUse(f"{path} is a table; give file:{path}:COLUMN with one of its columns: {names}")
            state = file.stat()
            with _reading:  # a file that two threads want is read by one of them
                return cls(
                    path, column, _content(file.resolve(), column, path, state.st_size, state.st_mtime_ns)
                )

    @classmethod
    def meaning(cls, options: str | None) -> object:
        """Return the real path and the column: there are many ways to a file."""
        path, column = _split(options or "")
        return os.path.realpath(path), column

    @property
    def text(self) -> str:
        """See `Workload`."""
        return f"file:{self.path}" if self.column is None else f"file:{self.path}:{self.column}"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        if self.column is None:
            return f"the {self.total:,} lines of {self.path}, in order"
        return f"the {self.total:,} values of column {self.column!r} of {self.path}, in order"

    @property
    def total(self) -> int:
        """How many keys the file has."""
        return len(self.content.keys)

    @property
    def integers(self) -> bool:
        """Whether the column is one of ints."""
        return isinstance(self.content.keys, Integers)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The file."""
        return (Path(self.path),)

    @property
    def digest(self) -> str:
        """Of the file's bytes when it was read, 32 hexadecimal digits."""
        return self.content.digest

    def __eq__(self, other: object) -> bool:
        """Compare text and content."""
        if not isinstance(other, FileWorkload):
            return NotImplemented
        return (self.text, self.digest) == (other.text, other.digest)

    def __hash__(self) -> int:
        return hash((self.text, self.digest))

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        """Pickle the path, not the keys: another process reads the file itself."""
        return _again, (self.text.removeprefix("file:"), self.digest)

    def _draw(self, first: int, count: int, seed: int) -> Keys:
        return self.content.keys[first : first + count]

    def _identify(self, first: int, count: int, seed: int) -> NDArray[np.uint64]:
        return self.content.ids[first : first + count]


def _again(options: str, digest: str) -> FileWorkload:
    workload = FileWorkload.read(options)
    if workload.digest != digest:
        raise BadUse(f"{workload.path} is not the file it was: it changed while it was used; run again")
    return workload


def _split(options: str) -> tuple[str, str | None]:
    """Return path and column; where no file is found, the likeliest reading, for the error."""
    if os.path.lexists(options):
        return options, None
    colon = options.rfind(":")
    while colon > 0:
        if os.path.isfile(options[:colon]):  # noqa: PTH113 - Path.is_file raises for a name that is too long
            return options[:colon], options[colon + 1 :]
        colon = options.rfind(":", 0, colon)
    table = _TABLE_AND_COLUMN.match(options)
    return (table[1], table[2]) if table else (options, None)


@contextmanager
def _readable(path: str) -> Iterator[Path]:
    file = Path(path)
    try:
        if file.is_dir():
            raise BadUse(f"{path} is a directory; give a file")
        if file.exists() and not file.is_file():
            raise BadUse(
                f"{path} is no regular file; write the keys to a file first, which can be read again"
            )
        yield file
    except FileNotFoundError:
        raise BadUse(f"there is no file {path}; give {FileWorkload.syntax} with a file that exists") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadUse(f"{path} is no whole gzip file ({error}); give one that gzip -t accepts") from None
    except (OSError, ValueError) as error:
        if isinstance(error, BadUse):
            raise
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise BadUse(f"{path} cannot be read ({reason}); give a file that can") from None


def _header(file: Path, source: str) -> list[str]:
    if source.lower().endswith(".parquet"):
        return tables.parquet_header(file, source)
    with _opened(file) as lines:
        return tables.csv_header(lines, source)


@lru_cache(maxsize=_KEPT)
def _content(file: Path, column: str | None, source: str, size: int, changed: int) -> Content:
    with file.open("rb") as raw:
        digest = hashlib.file_digest(raw, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    if column is None:
        with _opened(file) as stream:
            content = bytearray()
            while block := stream.read(_BLOCK):
                content += block
        return Content(split_lines(content, source), digest)
    if source.lower().endswith(".parquet"):
        return Content(tables.parquet_column(file, column, source), digest)
    with _opened(file) as lines:
        return Content(tables.csv_column(lines, column, source), digest)


def _opened(file: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(file, "rb")) if file.name.lower().endswith(".gz") else file.open("rb")
