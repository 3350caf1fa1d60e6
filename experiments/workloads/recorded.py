"""The keys of recorded requests, in the formats of `experiments.traces`."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Integers
from experiments.options.errors import BadUse, did_you_mean
from experiments.traces import FORMATS, Trace, format_of, read
from experiments.workloads.base import Keys, Workload
from experiments.workloads.distinct import first_rows

__all__ = ["Recorded"]

_KEPT = 4
_reading = threading.Lock()


class _Content:
    """A trace with its digest, and a number for each key, equal for equal keys."""

    def __init__(self, trace: Trace, digest: str) -> None:
        self.trace, self.digest = trace, digest

    @cached_property
    def ids(self) -> NDArray[np.uint64]:
        keys = self.trace.keys
        return keys.values if isinstance(keys, Integers) else first_rows(keys)


@dataclass(frozen=True)
class Recorded(Workload):
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
    skewed = True
    drawn = False
    ends = True

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Read the file that the options name."""
        return cls._read(options, None)

    @classmethod
    def _read(cls, options: str | None, folder: str | None) -> Self:
        name, path = _split(options)
        file = _place(path, folder)
        if file.is_dir():
            raise BadUse(f"{path} is a directory; give a file")
        if file.exists() and not file.is_file():
            raise BadUse(f"{path} is no regular file; give one that can be read again")
        try:
            state = file.stat()
        except (OSError, ValueError):
            raise BadUse(f"there is no file {path}; give {cls.syntax} with a file that exists") from None
        with _reading:  # a file that two threads want is read by one of them
            content = _content(file.resolve(), name, path, state.st_size, state.st_mtime_ns)
        return cls(name, path, content)

    @classmethod
    def meaning(cls, options: str | None) -> object:
        """Return the format and the real path: there are many ways to a file."""
        name, path = _split(options)
        return name, os.path.realpath(_place(path))

    @property
    def text(self) -> str:
        """See `Workload`."""
        return f"trace:{self.format}:{self.path}"

    @property
    def describe(self) -> str:
        """See `Workload`."""
        return f"the {self.total:,} requests of {self.path}, in order"

    @property
    def total(self) -> int:
        """How many requests the trace has."""
        return len(self.content.trace.keys)

    @property
    def integers(self) -> bool:
        """Whether its keys are whole numbers."""
        return isinstance(self.content.trace.keys, Integers)

    @property
    def remarks(self) -> Mapping[str, Any]:
        """How many lines were no requests, by what they were."""
        others = dict(self.content.trace.others)
        return {"others": others} if others else {}

    @property
    def trace(self) -> Trace:
        """The requests with their times and sizes."""
        return self.content.trace

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The file."""
        return (_place(self.path),)

    @property
    def digest(self) -> str:
        """Of the file's bytes when it was read, 32 hexadecimal digits."""
        return self.content.digest

    def __eq__(self, other: object) -> bool:
        """Compare text and content."""
        if not isinstance(other, Recorded):
            return NotImplemented
        return (self.text, self.digest) == (other.text, other.digest)

    def __hash__(self) -> int:
        return hash((self.text, self.digest))

    def __reduce__(self) -> tuple[object, tuple[str, str, str]]:
        """Pickle the path, not the keys: another process reads the file itself, from wherever it is."""
        return _again, (self.text.removeprefix("trace:"), self.digest, str(Path.cwd()))

    def _draw(self, first: int, count: int, seed: int) -> Keys:
        return self.content.trace.keys[first : first + count]

    def _identify(self, first: int, count: int, seed: int) -> NDArray[np.uint64]:
        return self.content.ids[first : first + count]


def _again(options: str, digest: str, folder: str) -> Recorded:
    workload = Recorded._read(options, folder)
    if workload.digest != digest:
        raise BadUse(f"{workload.path} is not the file it was: it changed while it was used; run again")
    return workload


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


def _place(path: str, folder: str | None = None) -> Path:
    """Return where a file is; the shell does not expand a ``~`` behind a colon."""
    expanded = os.path.expanduser(path) if not os.path.lexists(path) else path  # noqa: PTH111 - it never raises
    return Path(expanded) if folder is None else Path(folder) / expanded


@lru_cache(maxsize=_KEPT)
def _content(file: Path, name: str, source: str, size: int, changed: int) -> _Content:
    """Return the trace of a file of this size that was changed then; the latest ones are kept."""
    trace = read(file, FORMATS[name], source)
    with file.open("rb") as raw:
        digest = hashlib.file_digest(raw, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    after = file.stat()
    if (after.st_size, after.st_mtime_ns) != (size, changed):
        raise BadUse(f"{source} changed while it was read; run again when nobody writes to it")
    return _Content(trace, digest)
