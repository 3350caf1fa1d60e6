"""The journal of a run: one finished case a line, so that a run killed at any moment goes on where it was.

The first line says what the cases belong to. Lines are appended and flushed to the disk; a line that was
being written when the process died is dropped and its case measured again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from experiments.experiment import Measured
from experiments.files import writing
from experiments.store import plain

__all__ = ["Journal", "plain_rows"]

VERSION = 1

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

    Raises
    ------
    CannotWrite
        If the file cannot be written.
    """

    def __init__(self, path: Path, belongs: Mapping[str, Any]) -> None:
        self.path = path
        self.finished: dict[str, Measured] = {}
        first = _line({"journal": VERSION, **belongs})
        with writing(path):
            content = path.read_bytes() if path.exists() else b""
            good = self._read(content, first)
            self.discarded = good == 0 and bool(content)
            self._file = path.open("r+b" if path.exists() else "w+b")
            self._file.truncate(good)
            self._file.seek(good)
            if good == 0:
                self._append(first)

    def add(self, case: str, measured: Measured) -> None:
        """Write down a finished case; when this returns, it is on the disk.

        Parameters
        ----------
        case
            Its id.
        measured
            Its rows, plain (see :func:`experiments.store.plain`).
        """
        with writing(self.path):
            self._append(_line({"case": case, "rows": measured.rows, "timing": measured.timing}))
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

    def _read(self, content: bytes, first: bytes) -> int:
        """Take over the finished cases and return how many bytes of the file are good."""
        if not content.startswith(first):
            return 0
        good = len(first)
        for line in content[good:].splitlines(keepends=True):
            try:
                entry = json.loads(line, object_hook=_from_json)
                measured = Measured(entry["rows"], entry["timing"])
                case = entry["case"]
            except (ValueError, KeyError, TypeError):
                break
            if not line.endswith(b"\n"):
                break
            self.finished[case] = measured
            good += len(line)
        return good


def plain_rows(measured: Measured) -> Measured:
    """Return the same rows with plain values, as they are stored.

    Parameters
    ----------
    measured
        What a case gave.

    Returns
    -------
    Measured
        See :func:`experiments.store.plain`.

    Raises
    ------
    TypeError
        If a value cannot be stored.

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


def _line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, separators=(",", ":"), default=_to_json).encode() + b"\n"


def _to_json(value: object) -> dict[str, str]:
    if isinstance(value, Fraction):
        return {FRACTION: str(value)}
    raise TypeError(f"{value!r} is no value of a row")


def _from_json(entry: dict[str, Any]) -> Any:
    return Fraction(entry[FRACTION]) if entry.keys() == {FRACTION} else entry
