"""The journal of a run: one finished case a line, so that a run killed at any moment goes on where it was.

The first line says what the cases belong to. Lines are appended and flushed to the disk; a line that was
being written when the process died is dropped and its case measured again. Each line begins with a digest
of itself and of the first one, so a line that was damaged, or is of another journal, is dropped as well.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from experiments.harness.experiment import Measured
from experiments.storage.facts import read_regular
from experiments.storage.files import write_atomically, writing
from experiments.storage.store import plain

__all__ = ["Journal", "experiment_of", "plain_rows", "progress_of"]

VERSION = 2

FRACTION = "__fraction__"
"""The key under which JSON holds a fraction."""


class Journal:
    """The finished cases of a run, in a file.

    Parameters
    ----------
    path
        The file; made if it is not there.
    belongs
        What decides the rows, ready for JSON. A journal that says anything else is discarded.

    Attributes
    ----------
    finished : dict
        Case id -> `Measured`, of the cases found in the file and those added since.
    discarded : bool
        Whether there was a journal of something else.
    damaged : int
        How many lines were damaged; their cases are not among those finished.

    Raises
    ------
    CannotWrite
        If the file cannot be written.
    """

    def __init__(self, path: Path, belongs: Mapping[str, Any]) -> None:
        self.path = path
        self.finished: dict[str, Measured] = {}
        self.damaged = 0
        self.discarded = False
        header = _json({"journal": VERSION, **belongs})
        self._key = hashlib.blake2b(header).digest()
        first = _line(header)
        with writing(path):
            content = read_regular(path) if path.exists() else b""
            whole = self._read(content, first, belongs.get("cases"))
            if whole != content:
                write_atomically(path, whole)
            self._file = path.open("ab")

    def add(self, case: str, measured: Measured) -> None:
        """Write down a finished case; when this returns, it is on the disk."""
        with writing(self.path):
            entry = {"case": case, "rows": measured.rows, "timing": measured.timing}
            self._append(_line(_json(entry), self._key))
        self.finished[case] = measured

    def close(self) -> None:
        """Close the file and leave it where it is."""
        self._file.close()

    def remove(self) -> None:
        """Close the file and remove it."""
        self.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, line: bytes) -> None:
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self, content: bytes, first: bytes, cases: Sequence[str] | None) -> bytes:
        """Take over the finished cases and return what the file should be: its good lines and no others."""
        *lines, _ = content.split(b"\n")  # what follows the last end of line was never finished
        good, wanted = [first], None if cases is None else set(cases)
        for line in lines:
            if line + b"\n" == first:
                continue
            entry = _entry(line, self._key)
            if entry is None or (wanted is not None and entry[0] not in wanted):
                self.damaged += 1
                self.discarded = self.discarded or _header(line) is not None
            elif entry[0] not in self.finished:
                self.finished[entry[0]] = entry[1]
                good.append(line + b"\n")
        if self.discarded:
            self.damaged = 0
        return b"".join(good)


def experiment_of(path: Path) -> str | None:
    """Return whose journal a file is; None if its first line is damaged."""
    try:
        header = _header(read_regular(path).partition(b"\n")[0])
    except OSError:
        return None
    name = None if header is None else header.get("experiment")
    return name if isinstance(name, str) else None


def progress_of(path: Path) -> tuple[dict[str, Any], int]:
    """Return what a journal's first line says and how many cases are finished; nothing if that is damaged."""
    first, *lines = read_regular(path).split(b"\n")
    header = _header(first)
    if header is None:
        return {}, 0
    key = hashlib.blake2b(first.partition(b" ")[2]).digest()
    entries = [_entry(line, key) for line in lines]
    return header, len({entry[0] for entry in entries if entry is not None})


def plain_rows(measured: Measured) -> Measured:
    """Return the same rows with plain values, as they are stored.

    Examples
    --------
    >>> import numpy as np
    >>> plain_rows(Measured([{"n": np.int64(3), "mean": 0.1 + 0.2}])).rows
    [{'n': 3, 'mean': 0.3}]
    """
    rows, timing = (
        [{name: plain(value) for name, value in row.items()} for row in rows]
        for rows in (measured.rows, measured.timing)
    )
    return Measured(rows, timing)


def _json(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, separators=(",", ":"), default=_to_json).encode()


def _line(content: bytes, key: bytes = b"") -> bytes:
    return _digest(content, key) + b" " + content + b"\n"


def _digest(content: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8, key=key).hexdigest().encode()


def _entry(line: bytes, key: bytes) -> tuple[str, Measured] | None:
    """Return the case of a line and its rows; None if it is not as it was written under this key."""
    digest, _, content = line.partition(b" ")
    if digest != _digest(content, key):
        return None
    entry = json.loads(content, object_hook=_from_json)
    return entry["case"], Measured(entry["rows"], entry["timing"])


def _header(line: bytes) -> dict[str, Any] | None:
    """Return what a first line says, also one of version 1, which had no digest; None if it is damaged."""
    digest, _, content = line.partition(b" ")
    if digest != _digest(content, b""):
        content = line
    try:
        entry = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and "journal" in entry else None


def _to_json(value: object) -> dict[str, str]:
    if isinstance(value, Fraction):
        return {FRACTION: str(value)}
    raise TypeError(f"{value!r} is no value of a row")


def _from_json(entry: dict[str, Any]) -> Any:
    return Fraction(entry[FRACTION]) if entry.keys() == {FRACTION} else entry
