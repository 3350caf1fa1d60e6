"""CSV with a header that names the columns key and, if there are any, time (seconds) and size (bytes)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from experiments.options.errors import BadUse
from experiments.traces.records import Draft, Trace, seconds, shown, whole

__all__ = ["read_table"]

COLUMNS = ("time", "key", "size")


def read_table(lines: Iterable[bytes], source: str) -> Trace:
    """Return the trace of a CSV file with a header, columns in any order; others than these are not read.

    Examples
    --------
    >>> read_table([b"key,size", b"a,10", b"b,20"], "example").sizes
    array([10, 20])
    """
    rows = csv.reader(_texts(lines, source), strict=True)
    draft = Draft()
    places: dict[str, int] = {}
    width = 0
    try:
        for row in rows:
            if not places:
                places = _places(row, source)
                width = len(row)
                continue
            if len(row) != width:
                raise ValueError(f"it has {len(row)} fields, and the header {width}")
            _read_row({name: row[place] for name, place in places.items()}, draft)
    except (ValueError, csv.Error) as error:
        if isinstance(error, BadUse):
            raise
        raise BadUse(f"{source}: line {rows.line_num}: {error}") from None
    return draft.trace()


def _texts(lines: Iterable[bytes], source: str) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise BadUse(f"{source}: line {number}: it is not UTF-8") from None


def _places(header: list[str], source: str) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    for name in COLUMNS:
        if names.count(name) > 1:
            raise BadUse(f"{source}: line 1: two columns are named {name}")
    if "key" not in names:
        raise BadUse(
            f"{source}: line 1: {shown(','.join(header).encode())} is no header with a column key; "
            "name the columns, such as time,key,size"
        )
    return {name: names.index(name) for name in COLUMNS if name in names}


def _read_row(row: dict[str, str], draft: Draft) -> None:
    if not row["key"]:
        raise ValueError("the key is empty")
    time = seconds(row["time"].encode()) if "time" in row else None
    size = whole(row["size"].encode(), "size") if "size" in row else None
    draft.keys.append(row["key"].encode())
    if time is not None:
        draft.times.append(time)
    if size is not None:
        draft.sizes.append(size)
