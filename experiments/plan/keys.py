"""The user's keys: lines of a text, a column of a table, or the standard input."""

from __future__ import annotations

import binascii
import csv
import gzip
import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from experiments.options.errors import BadUse

__all__ = ["KEY_BYTES", "Recorded", "keys_of", "recorded", "typed_keys"]

KEY_BYTES = ("text", "hex")
_FORMAT = re.compile(r"\{([^{}]+)\}")
SKIPS_BLANK = "?blank=skip"
"""What a workload says of an empty key."""
_TABLE = re.compile(r"\.(csv|tsv)(?:\.gz)?$")
_PLAIN = re.compile(r"\.(csv|tsv|parquet)(\.gz)?(:.*)?$|\.gz$", re.IGNORECASE)


def keys_of(given: str, key_bytes: str = "text", key_format: str | None = None) -> list[bytes]:
    """Return the keys of a file in its order, as often as they stand there.

    ``key_format``, such as ``{scheme}{request_uri}``, puts a key together of the columns of a table.
    """
    if key_bytes not in KEY_BYTES:
        raise BadUse(f"--key-bytes: {key_bytes!r} is unknown; give {' or '.join(KEY_BYTES)}")
    if key_format is not None:
        if key_bytes == "hex":
            raise BadUse("--key-format: it puts texts together; leave --key-bytes hex out")
        return _formatted(given, key_format)
    if given == "-":
        if sys.stdin is None:
            raise BadUse("--keys -: the standard input is closed; give a file")
        lines = _lines(sys.stdin.buffer.read())
    elif _PLAIN.search(given):
        lines = _column(given)
    elif Path(given).is_file():
        lines = _lines(Path(given).read_bytes())
    else:
        lines = _column(given)  # which says what is wrong, or finds a column
    if key_bytes == "hex":
        return [_from_hex(line, given, number) for number, line in enumerate(lines, 1)]
    try:
        b"\n".join(lines).decode()
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        raise BadUse(f"{given}:{number}: not UTF-8; give --key-bytes hex") from None
    return lines


def _lines(content: bytes) -> list[bytes]:
    if not content:
        return []
    lines = content.removesuffix(b"\n").split(b"\n")
    return [line.removesuffix(b"\r") for line in lines]


def typed_keys(typed: Sequence[str], key_bytes: str = "text") -> list[bytes]:
    """Return the keys that stand on the command line."""
    if key_bytes not in KEY_BYTES:
        raise BadUse(f"--key-bytes: {key_bytes!r} is unknown; give {' or '.join(KEY_BYTES)}")
    keys = [key.encode() for key in typed]
    return keys if key_bytes == "text" else [_from_hex(key, "key", at) for at, key in enumerate(keys, 1)]


@dataclass(frozen=True)
class Recorded:
    """Keys of a recording as its README reads them: what each is called, and its bytes."""

    labels: list[str]
    keys: list[bytes]


def recorded(given: str, configuration: str) -> Recorded | None:
    """Return the keys of ``SCENARIO.csv:key`` beside the configuration ``SCENARIO.json``, else None.

    There, ``bytes`` has in hexadecimal what was hashed where it is not the key, and ``key2``, ``id`` and
    ``type`` are further parts of a key, a tab before each.
    """
    file = given.removesuffix(":key")
    path = Path(file)
    if path.suffix != ".csv" or Path(configuration) != path.with_suffix(".json") or not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    if not rows or "key" not in rows[0]:
        return None
    parts = [name for name in ("key", "key2", "id", "type") if name in rows[0]]
    labels = ["\t".join(row[name] for name in parts) for row in rows]
    keys = [
        bytes.fromhex(row["bytes"]) if row.get("bytes") else label.encode()
        for row, label in zip(rows, labels, strict=True)
    ]
    return Recorded(labels, keys)


def _column(given: str) -> list[bytes]:
    path, _, names = given.rpartition(":")
    if "," not in names or not Path(path).is_file():
        return _one_column(given)
    try:
        columns = [_one_column(f"{path}:{name}") for name in names.split(",")]
    except BadUse:  # it is the name of one column, or neither
        return _one_column(given)
    return [b"\t".join(row) for row in zip(*columns, strict=True)]


def _one_column(given: str) -> list[bytes]:
    from algorithms.hashing.columns import Strings
    from experiments.workloads import parse
    from experiments.workloads.files import FileWorkload

    try:
        keys = cast(FileWorkload, parse(f"file:{given}")).content.keys
    except BadUse as error:
        if SKIPS_BLANK in str(error) and (keys_too := _with_empty_ones(given)) is not None:
            return keys_too
        raise BadUse(f"--keys: {str(error).replace(FileWorkload.syntax, 'FILE[:COLUMN]')}") from None
    if isinstance(keys, Strings):
        return keys.tolist()
    return [str(key).encode() for key in keys.tolist()]


def _with_empty_ones(given: str) -> list[bytes] | None:
    """Return keys of which some are empty, which a workload refuses and a program may hash."""
    path, column = (given, "") if Path(given).is_file() else given.rpartition(":")[::2]
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as stream:
        content = stream.read()
    table = _TABLE.search(path)
    if table is None:
        return _lines(content)
    text = io.StringIO(content.decode(), newline="")
    rows = csv.DictReader(text, delimiter="\t" if table[1] == "tsv" else ",", strict=True)
    if column not in (rows.fieldnames or ()):
        return None
    return [(row[column] or "").encode() for row in rows]


def _formatted(given: str, key_format: str) -> list[bytes]:
    names = _FORMAT.findall(key_format)
    if not names:
        raise BadUse(
            f"--key-format: {key_format!r} names no column; write each in braces, as {{request_uri}}"
        )
    columns = {name: _column(f"{given}:{name}") for name in dict.fromkeys(names)}
    texts = [text.encode() for text in _FORMAT.split(key_format.replace("\\t", "\t"))[::2]]
    keys = []
    for row in zip(*(columns[name] for name in names), strict=True):
        parts = [texts[0]]
        for value, text in zip(row, texts[1:], strict=True):
            parts += [value, text]
        keys.append(b"".join(parts))
    return keys


def _from_hex(line: bytes, given: str, number: int) -> bytes:
    try:
        return binascii.unhexlify(line.strip())
    except (binascii.Error, ValueError):
        text = line[:20].decode("ascii", "backslashreplace")
        raise BadUse(f"{given}:{number}: {text!r} is no hexadecimal key; give pairs of digits") from None
