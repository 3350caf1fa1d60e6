"""The formats of traces by name, and which of them a file has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from experiments.options.errors import BadUse
from experiments.traces import arc, cambridge, lirs, plain, twitter, wikibench
from experiments.traces.opened import opened, unpacked
from experiments.traces.oracle_general import read_records
from experiments.traces.records import LineReader, Trace, read_lines
from experiments.traces.table import read_table

__all__ = ["FORMATS", "Format", "format_of", "read"]

Reader = Callable[[IO[bytes], str], Trace]


@dataclass(frozen=True)
class Format:
    """How a file holds a trace.

    Parameters
    ----------
    name
        As it is typed.
    summary
        One line for lists and help.
    read
        Reads a stream; the name of the file is for errors.
    ends
        What names of such files end with, where there is a custom.
    """

    name: str
    summary: str
    read: Reader
    ends: tuple[str, ...] = ()


def _by_line(reader: LineReader) -> Reader:
    return partial(_read_by_line, reader)


def _read_by_line(reader: LineReader, stream: IO[bytes], source: str) -> Trace:
    return read_lines(stream, source, reader)


FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format("lines", "one key a line", _by_line(plain.read_line), (".txt", ".log", ".keys")),
        Format("csv", "CSV with a header that names key, and time and size if they are there", read_table),
        Format("twitter", "Twitter's cache-trace: CSV of seven fields", _by_line(twitter.read_line)),
        Format(
            "oracle", "libCacheSim's oracleGeneral: binary records of 24 bytes", read_records,
            (".oraclegeneral", ".oraclegeneral.bin"),
        ),
        Format("arc", "the text of ARC: first block, how many", _by_line(arc.read_line), (".arc", ".lis")),
        Format("lirs", "the text of LIRS: a block a line", _by_line(lirs.read_line), (".lirs", ".trc")),
        Format("msr", "MSR Cambridge: CSV of seven fields", _by_line(cambridge.read_line)),
        Format("wikibench", "WikiBench: counter, time, URL and flag", _by_line(wikibench.read_line)),
    )
}  # fmt: skip
"""The formats by name."""


def format_of(path: str) -> Format | None:
    """Return the format that the name of a file tells, if it tells one.

    Examples
    --------
    >>> found = format_of("w105.oracleGeneral.zst")
    >>> found and found.name, format_of("trace.csv")
    ('oracle', None)
    """
    name = unpacked(path).lower()
    return next((each for each in FORMATS.values() if each.ends and name.endswith(each.ends)), None)


def read(file: Path, format: Format, source: str) -> Trace:
    """Return the trace that a file holds."""
    with opened(file, source) as stream:
        trace = format.read(stream, source)
    if not len(trace.keys):
        what = f" ({', '.join(f'{count:,} {name}' for name, count in trace.others.items())})"
        raise BadUse(f"{source} holds no request{what if trace.others else ''}; give a trace that has some")
    return trace
