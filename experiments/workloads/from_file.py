"""Workloads whose keys lie in a file: where it is, whether it can be read, and that it stays the same."""

from __future__ import annotations

import gzip
import os
import threading
import zlib
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Integers
from experiments.options.errors import BadUse
from experiments.workloads.base import Keys, Workload
from experiments.workloads.reading import Content

__all__ = ["READING", "FromFile", "place_of", "readable"]

_MADE_BY_THE_KERNEL = ("/proc/", "/sys/", "/dev/")
_SHARED_MEMORY = "/dev/shm/"

READING = threading.Lock()
"""Held while a file is read: one that two threads want is read by one of them."""


class FromFile(Workload):
    """The keys of a file, in its order; the seed does not change them.

    Parameters
    ----------
    path
        As typed.
    content
        What was read.
    """

    path: str
    content: Content

    skewed = True
    drawn = False
    ends = True

    @classmethod
    def read(cls, options: str | None) -> Self:
        """Read the file that the options name."""
        return cls._read(options, None)

    @classmethod
    @abstractmethod
    def _read(cls, options: str | None, folder: str | None) -> Self:
        """Read what was given, relative to a folder or to the working folder."""

    @property
    def total(self) -> int:
        """How many keys the file has."""
        return len(self.content.keys)

    @property
    def integers(self) -> bool:
        """Whether its keys are whole numbers."""
        return isinstance(self.content.keys, Integers)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The file."""
        return (place_of(self.path),)

    @property
    def digest(self) -> str:
        """Of the file's bytes when it was read, 32 hexadecimal digits."""
        return self.content.digest

    def __eq__(self, other: object) -> bool:
        """Compare text and content."""
        if not isinstance(other, FromFile):
            return NotImplemented
        return (self.text, self.digest) == (other.text, other.digest)

    def __hash__(self) -> int:
        return hash((self.text, self.digest))

    def __reduce__(self) -> tuple[object, tuple[type, str, str, str]]:
        """Pickle the path, not the keys: another process reads the file itself, from wherever it is."""
        return _again, (type(self), self.text.removeprefix(f"{self.name}:"), self.digest, str(Path.cwd()))

    def _draw(self, first: int, count: int, seed: int) -> Keys:
        return self.content.keys[first : first + count]

    def _identify(self, first: int, count: int, seed: int) -> NDArray[np.uint64]:
        return self.content.ids[first : first + count]


def _again(cls: type[FromFile], options: str, digest: str, folder: str) -> FromFile:
    workload = cls._read(options, folder)
    if workload.digest != digest:
        raise BadUse(f"{workload.path} is not the file it was: it changed while it was used; run again")
    return workload


def place_of(path: str, folder: str | None = None) -> Path:
    """Return where a file is; the shell does not expand a ``~`` behind a colon."""
    file = Path(path)
    if path.startswith("~") and not os.path.lexists(path):
        with suppress(RuntimeError):  # there is no such user, and no such file
            file = file.expanduser()
    return file if folder is None else Path(folder) / file


@contextmanager
def readable(path: str, folder: str | None, syntax: str) -> Iterator[Path]:
    """Give the place of a file to whoever reads it, and tell in a sentence why it cannot be read."""
    file = place_of(path, folder)
    try:
        if file.is_dir():
            raise BadUse(f"{path} is a directory; give a file")
        if file.exists() and not (file.is_file() and _is_stored(file)):
            raise BadUse(
                f"{path} is no regular file; write the keys to a file first, which can be read again"
            )
        yield file
    except FileNotFoundError:
        pattern = " (a pattern is not expanded)" if any(sign in path for sign in "*?[") else ""
        raise BadUse(f"there is no file {path}{pattern}; give {syntax} with a file that exists") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadUse(f"{path} is no whole gzip file ({error}); give one that gzip -t accepts") from None
    except (OSError, ValueError) as error:
        if isinstance(error, BadUse):
            raise
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise BadUse(f"{path} cannot be read ({reason}); give a file that can") from None


def _is_stored(file: Path) -> bool:
    """Return whether a file lies somewhere, and is not made by the kernel while it is read."""
    return all(
        not name.startswith(_MADE_BY_THE_KERNEL) or name.startswith(_SHARED_MEMORY)
        for name in (os.path.abspath(file), os.path.realpath(file))  # noqa: PTH100 - links are not followed
    )
