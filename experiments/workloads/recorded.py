"""The keys of recorded requests, in the formats of `experiments.traces`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from experiments.options.errors import BadUse, did_you_mean
from experiments.traces import FORMATS, Trace, format_of, read
from experiments.workloads.from_file import READING, FromFile, place_of, readable
from experiments.workloads.reading import Content, check_unchanged, digest_of

__all__ = ["Recorded"]

_KEPT = 4


class _Content(Content):
    """A trace with its digest."""

    def __init__(self, trace: Trace, digest: str) -> None:
        super().__init__(trace.keys, digest)
        self.trace = trace


@dataclass(frozen=True, eq=False)
class Recorded(FromFile):
    """The keys of the requests of a trace, in its order; the seed does not change them.

    Parameters
    ----------
    format
        The name of the format.
    path
        As typed.
    content
        What was read.
    """

    format: str
    path: str
    content: _Content = field(repr=False, compare=False)

    name = "trace"
    syntax = "trace:[FORMAT:]PATH"
    summary = (
        f"the requests of a trace (.gz and .zst too), FORMAT one of {', '.join(FORMATS)}; without it, what "
        "the name of the file tells"
    )

    @classmethod
    def _read(cls, options: str | None, folder: str | None) -> Self:
        name, path = _split(options)
        with readable(path, folder, cls.syntax) as file:
            state = file.stat()
            with READING:  # a file that two threads want is read by one of them
                content = _content(file.resolve(), name, path, state.st_size, state.st_mtime_ns)
        return cls(name, path, content)

    @classmethod
    def meaning(cls, options: str | None) -> object:
        """Return the format and the real path: there are many ways to a file."""
        name, path = _split(options)
        return name, os.path.realpath(place_of(path))

    @property
    def text(self) -> str:
        """See `Workload`."""
        return f"trace:{self.format}:{self.path}"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        return f"the {self.total:,} requests of {self.path}, in order"

    @property
    def remarks(self) -> Mapping[str, Any]:
        """How many lines were no requests, by what they were."""
        others = dict(self.content.trace.others)
        return {"others": others} if others else {}

    @property
    def trace(self) -> Trace:
        """The requests with their times and sizes."""
        return self.content.trace


def _split(options: str | None) -> tuple[str, str]:
    """Return the name of the format, and the path."""
    if not options:
        raise BadUse(f"trace needs a path; give {Recorded.syntax}, such as trace:twitter:cluster52.csv.zst")
    name, colon, path = options.partition(":")
    if colon and name in FORMATS and path:
        return name, path
    told = format_of(options)
    if told is not None:
        return told.name, options
    listed = ", ".join(FORMATS)
    if colon and not os.path.lexists(options):
        raise BadUse(f"there is no format {name!r}; give one of {listed}{did_you_mean(name, FORMATS)}")
    raise BadUse(
        f"the name of {options} does not tell its format; give trace:FORMAT:{options}, one of {listed}"
    )


@lru_cache(maxsize=_KEPT)
def _content(file: Path, name: str, source: str, size: int, changed: int) -> _Content:
    """Return the trace of a file of this size that was changed then; the latest ones are kept."""
    trace = read(file, FORMATS[name], source)
    digest = digest_of(file)
    check_unchanged(file, source, size, changed)
    return _Content(trace, digest)
