"""Workloads from files: the lines of a text, or one column of a table."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from experiments.options.errors import BadUse
from experiments.workloads.from_file import READING, FromFile, place_of, readable
from experiments.workloads.reading import Content, Wanted, content_of, header_of
from experiments.workloads.tables import listed

__all__ = ["FileWorkload"]

_TABLES = r"\.(?:csv|tsv|csv\.gz|tsv\.gz|parquet)"
_TABLE = re.compile(rf"{_TABLES}$", re.IGNORECASE)
_TABLE_AND_COLUMN = re.compile(rf"^(.*?{_TABLES}):(.*)$", re.IGNORECASE | re.DOTALL)
_TABS = re.compile(r"\.tsv(\.gz)?$", re.IGNORECASE)
_OPTION = re.compile(r"\?([a-z]+)=([^?]*)$", re.DOTALL)
_SEPARATOR_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}


@dataclass(frozen=True, eq=False)
class FileWorkload(FromFile):
    """The keys of a file, in its order; the seed does not change them.

    A file is read when the workload is made, and kept: another workload of the same file, while it is not
    changed, does not read it again.

    Parameters
    ----------
    path
        As typed.
    column
        The column of a table; None for the lines of a text.
    options
        As typed: ``blank`` and ``sep``.
    content
        What was read.
    """

    path: str
    column: str | None
    options: tuple[tuple[str, str], ...]
    content: Content = field(repr=False, compare=False)

    name = "file"
    syntax = "file:PATH[:COLUMN]"
    summary = (
        "the lines of a text (.gz too), or a column of a .csv, .tsv (.gz too) or .parquet file; ?blank=skip "
        "behind it skips blank lines, ?sep=CHARACTER says what stands between fields"
    )

    @classmethod
    def _read(cls, given: str | None, folder: str | None) -> Self:
        """Read what was given, relative to a folder or to the working folder."""
        if not given:
            raise BadUse(f"file needs a path; give {cls.syntax}, such as file:access.log")
        typed, options = _options(given)
        path, column = _split(typed)
        is_table = _TABLE.search(path) is not None
        if column is not None and not is_table:
            raise BadUse(
                f"{path} has lines and no columns; give file:{path}, or a column of a .csv, .tsv or "
                ".parquet file"
            )
        how = dict(options)
        separator = _separator(how.get("sep"), path)
        with readable(path, folder, cls.syntax) as file:
            if is_table and not column:
                names = listed(header_of(file, path, separator))
                raise BadUse(f"{path} is a table; give file:{path}:COLUMN with one of {names}")
            state = file.stat()
            wanted = Wanted(file.resolve(), column, path, separator, how.get("blank") == "skip")
            with READING:  # a file that two threads want is read by one of them
                content = content_of(wanted, state.st_size, state.st_mtime_ns)
        return cls(path, column, options, content)

    @classmethod
    def meaning(cls, options: str | None) -> object:
        """Return the real path, the column and the options: there are many ways to a file."""
        typed, how = _options(options or "")
        path, column = _split(typed)
        return os.path.realpath(place_of(path)), column, tuple(sorted(how))

    @property
    def text(self) -> str:
        """See `Workload`."""
        column = "" if self.column is None else f":{self.column}"
        return f"file:{self.path}{column}" + "".join(f"?{name}={value}" for name, value in self.options)

    @property
    def describe(self) -> str:
        """See `Workload`."""
        if self.column is None:
            return f"the {self.total:,} lines of {self.path}, in order"
        return f"the {self.total:,} values of column {self.column!r} of {self.path}, in order"

    @property
    def remarks(self) -> Mapping[str, Any]:
        """How many blank lines were skipped, where they may be."""
        return {} if self.content.blank is None else {"blank": self.content.blank}


def _options(given: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what stands before the options, and these by name; a file of the whole name has none."""
    found: list[tuple[str, str]] = []
    while (option := _OPTION.search(given)) and not os.path.lexists(given):
        name, value = option[1], option[2]
        if name not in ("blank", "sep"):
            raise BadUse(f"file has no option {name!r}; give ?blank=skip, ?blank=refuse or ?sep=CHARACTER")
        if name == "blank" and value not in ("skip", "refuse"):
            raise BadUse(f"blank={value!r} is unknown; give ?blank=skip or ?blank=refuse")
        if name in dict(found):
            raise BadUse(f"the option {name} is given twice; give it once")
        found.insert(0, (name, value))
        given = given[: option.start()]
    return given, tuple(found)


def _separator(given: str | None, path: str) -> str | None:
    if given is None:
        return "\t" if _TABS.search(path) else None
    if not _TABLE.search(path) or path.lower().endswith(".parquet"):
        raise BadUse(f"{path} has no fields that sep={given!r} could stand between; leave ?sep= out")
    separator = _SEPARATOR_WORDS.get(given, given)
    if len(separator) != 1 or separator in '"\r\n':
        raise BadUse(
            f"sep={given!r} cannot stand between fields; give one character, or {', '.join(_SEPARATOR_WORDS)}"
        )
    return separator


def _split(options: str) -> tuple[str, str | None]:
    """Return path and column; where no file is found, the likeliest reading, for the error."""
    if os.path.lexists(place_of(options)):
        return options, None
    colon = options.rfind(":")
    while colon > 0:
        if os.path.isfile(place_of(options[:colon])):  # noqa: PTH113 - Path.is_file raises for too long a name
            return options[:colon], options[colon + 1 :]
        colon = options.rfind(":", 0, colon)
    table = _TABLE_AND_COLUMN.match(options)
    return (table[1], table[2]) if table else (options, None)
