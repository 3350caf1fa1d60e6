"""The user's keys: lines of a text, a column of a table, or the standard input."""

from __future__ import annotations

import binascii
import re
import sys
from pathlib import Path
from typing import cast

from experiments.options.errors import BadUse

__all__ = ["KEY_BYTES", "keys_of"]

KEY_BYTES = ("text", "hex")
_FORMAT = re.compile(r"\{([^{}]+)\}")
_PLAIN = re.compile(r"\.(csv|tsv|parquet)(\.gz)?(:.*)?$|\.gz$", re.IGNORECASE)


def keys_of(given: str, key_bytes: str = "text", key_format: str | None = None) -> list[bytes]:
    """Return the keys of a file in its order, as often as they stand there.

    ``key_format``, such as ``{scheme}{request_uri}``, puts a key together of the columns of a table.
    """
    if key_bytes not in KEY_BYTES:
        raise BadUse(f"--key-bytes: {key_bytes!r} is unknown; give {' or '.join(KEY_BYTES)}")
    if key_format is not None:
        return _formatted(given, key_format)
    if given == "-":
        lines = _lines(sys.stdin.buffer.read())
    elif _PLAIN.search(given):
        lines = _column(given)
    elif Path(given).is_file():
        lines = _lines(Path(given).read_bytes())
    else:
        lines = _column(given)  # which says what is wrong, or finds a column
    if key_bytes == "hex":
        return [_from_hex(line, given, number) for number, line in enumerate(lines, 1)]
    for number, line in enumerate(lines, 1):
        try:
            line.decode()
        except UnicodeDecodeError:
            raise BadUse(f"{given}:{number}: not UTF-8; give --key-bytes hex") from None
    return lines


def _lines(content: bytes) -> list[bytes]:
    if not content:
        return []
    lines = content.removesuffix(b"\n").split(b"\n")
    return [line.removesuffix(b"\r") for line in lines]


def _column(given: str) -> list[bytes]:
    from algorithms.hashing.columns import Strings
    from experiments.workloads import parse
    from experiments.workloads.files import FileWorkload

    keys = cast(FileWorkload, parse(f"file:{given}")).content.keys
    if isinstance(keys, Strings):
        return keys.tolist()
    return [str(key).encode() for key in keys.tolist()]


def _formatted(given: str, key_format: str) -> list[bytes]:
    names = _FORMAT.findall(key_format)
    if not names:
        raise BadUse(
            f"--key-format: {key_format!r} names no column; write each in braces, as {{request_uri}}"
        )
    columns = {name: _column(f"{given}:{name}") for name in dict.fromkeys(names)}
    texts = [text.encode() for text in _FORMAT.split(key_format)[::2]]
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
