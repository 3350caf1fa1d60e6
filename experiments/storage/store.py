"""Where results are written and read: rows with exact types, files that appear whole or not at all.

A run's folder holds ``rows.csv`` and ``timing.csv``, tables, figures and
``run.json``, which knows the types of the columns. :func:`load` is the door for reports and notebooks:

    >>> from experiments.storage import store
    >>> frame = store.load("results/scaling/full")    # doctest: +SKIP
"""

from __future__ import annotations

import csv
import hashlib
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from experiments.options.errors import BadUse
from experiments.storage import codecs
from experiments.storage.facts import RUN, path_of, read_facts, read_regular
from experiments.storage.files import write_atomically

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "RUN",
    "Stored",
    "decode",
    "encode",
    "lines_of",
    "load",
    "plain",
    "run_facts",
    "stored_files",
    "write_atomically",
]

DIGITS = 12
"""Significant digits of a float: few enough to be the same on every machine."""

UNREADABLE = (ValueError, LookupError, TypeError, ArithmeticError, RuntimeError, OSError, csv.Error)
"""What libraries raise for content that is none of theirs."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """Rows as a file.

    Parameters
    ----------
    name
        Of the file, such as ``rows.csv``.
    content
        Its bytes.
    types
        Type by column: ``boolean``, ``integer`` (64 bits), ``exact`` (larger integers), ``fraction``,
        ``float`` or ``text``.
    rows
        How many there are.
    """

    name: str
    content: bytes
    types: Mapping[str, str]
    rows: int


def plain(value: Any) -> bool | int | float | str | Fraction | None:
    """Return a value as it is stored: a plain Python object, floats rounded to 12 significant digits.

    Examples
    --------
    >>> plain(0.1 + 0.2), plain(float("nan")), plain(-0.0)
    (0.3, None, 0.0)
    """
    if isinstance(value, float):
        return None if math.isnan(value) else float(f"{float(value):.{DIGITS}g}") + 0.0
    if value is None or value == "":
        return None
    if type(value) in (bool, int, str, Fraction):
        return cast("bool | int | str | Fraction", value)
    import numpy as np

    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, (str, int)):
        return str(value) if isinstance(value, str) else int(value)
    raise TypeError(f"{value!r} cannot be stored in a row: give a bool, int, float, str, Fraction or None")


def type_of(column: str, values: Sequence[Any]) -> str:
    """Return the type of a column of plain values.

    Examples
    --------
    >>> type_of("n", [1, None, 2]), type_of("n", [1, 2**64]), type_of("x", [1, 0.5])
    ('integer', 'exact', 'float')
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        small = all(-(2**63) <= value < 2**63 for value in values if value is not None)
        return "integer" if small else "exact"
    if kinds and kinds <= {int, float}:
        return "float"
    if kinds and kinds <= {int, Fraction}:
        return "fraction"
    if kinds <= {str}:
        return "text"
    mixed = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise TypeError(f"column {column!r} mixes {mixed}: give one kind of value a column")


def encode(stem: str, rows: Sequence[Row]) -> Stored:
    r"""Return rows as the bytes of a file; the same rows give the same bytes.

    Examples
    --------
    >>> encode("rows", [{"n": 1, "share": Fraction(1, 3)}, {"n": 2}]).content
    b'n,share\n1,1/3\n2,\n'
    """
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [plain(row.get(name)) for row in rows] for name in names}
    types = {name: type_of(name, values) for name, values in columns.items()}
    for name, kind in types.items():
        if kind == "float":
            columns[name] = [plain(float(value)) if value is not None else None for value in columns[name]]
    return Stored(f"{stem}.csv", codecs.to_csv(columns), types, len(rows))


def lines_of(rows: Sequence[Row], types: Mapping[str, str]) -> bytes:
    r"""Return rows as they stand in a CSV file with columns of these types, without the line of names.

    Examples
    --------
    >>> lines_of([{"n": 1, "share": 1}], {"n": "integer", "share": "float"})
    b'1,1.0\n'
    """
    names = dict.fromkeys([*types, *(name for row in rows for name in row)])
    columns = {name: [row.get(name) for row in rows] for name in names}
    for name, kind in types.items():
        if kind == "float":
            columns[name] = [None if value is None else plain(float(value)) for value in columns[name]]
    return codecs.to_csv(columns).partition(b"\n")[2]


def decode(stored: Stored) -> pd.DataFrame:
    """Return the frame that a file holds.

    Examples
    --------
    >>> decode(encode("rows", [{"n": 1, "ok": True}, {"n": None, "ok": False}])).dtypes.astype(str).to_dict()
    {'n': 'Int64', 'ok': 'bool'}
    """
    import pandas as pd

    try:
        columns = codecs.from_csv(stored.content)
    except UNREADABLE as error:
        raise BadUse(f"{stored.name} is no file of rows: {' '.join(str(error).split())}; run again") from None
    if list(columns) != list(stored.types):
        raise BadUse(
            f"{stored.name} has the columns {_some(columns)}, but its {RUN} says other ones; run again"
        )
    try:
        frame = pd.DataFrame(
            {name: codecs.series(values, stored.types[name]) for name, values in columns.items()}
        )
    except UNREADABLE as error:
        raise BadUse(f"{stored.name} holds a value that is not of its column's type: {error}") from None
    if len(frame) != stored.rows:
        raise BadUse(f"{stored.name} has {len(frame):,} rows, but its {RUN} says {stored.rows:,}; run again")
    return frame


def _some(names: Iterable[str]) -> str:
    most = list(names)
    return ", ".join(most[:20]) + (f" and {len(most) - 20:,} more" if len(most) > 20 else "")


def load(path: str | os.PathLike[str], which: str = "rows") -> pd.DataFrame:
    """Return the rows of a finished run as a frame with the right types.

    Parameters
    ----------
    path
        A run's folder, such as ``results/scaling/full``, or one of its files of rows.
    which
        ``rows`` or ``timing``; not looked at if `path` is a file.

    Returns
    -------
    pandas.DataFrame
        See :func:`decode`.

    Raises
    ------
    BadUse
        If there is no finished run, it has no such rows, or they are not those that it has written.

    Examples
    --------
    >>> load("results/nowhere")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: results/nowhere holds no finished run (no run.json); ...
    """
    path = Path(path)
    folder, stem = (path, which) if path.is_dir() or not path.exists() else (path.parent, path.stem)
    facts = read_facts(folder)
    known = facts["rows"]
    if stem not in known:
        raise BadUse(f"the run in {folder} has no {stem!r}; it has {', '.join(known) or 'no rows'}")
    if folder != path and path.name != known[stem]["file"]:
        raise BadUse(f"{path} is not of the run in {folder}, which has {known[stem]['file']}")
    return decode(_stored_file(folder, facts, stem))


def stored_files(folder: str | os.PathLike[str], facts: Mapping[str, Any] | None = None) -> dict[str, Stored]:
    """Return the files of rows of a finished run, as they were written."""
    known = run_facts(folder) if facts is None else facts
    return {stem: _stored_file(Path(folder), known, stem) for stem in known["rows"]}


def _stored_file(folder: Path, facts: Mapping[str, Any], stem: str) -> Stored:
    entry = facts["rows"][stem]
    name = entry["file"]
    path = path_of(folder, name)
    if path.suffix == ".parquet":
        raise BadUse(f"{path} is of an earlier version, which kept many rows in Parquet; run again")
    try:
        content = read_regular(path)
    except OSError as error:
        raise BadUse(f"cannot read {path}: {error.strerror}; run again") from None
    digest = facts["files"][name] or facts.get("timed", {}).get(name)  # format 1 has none of what is timed
    if digest is not None and hashlib.sha256(content).hexdigest() != digest:
        raise BadUse(f"{path} is not the file that the run has written; run again")
    return Stored(name, content, entry["columns"], entry["count"])


def run_facts(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what ``run.json`` says of a finished run."""
    return read_facts(Path(folder))
