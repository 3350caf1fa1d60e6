"""The lines of a file as one column of keys: a buffer and offsets, no Python strings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Strings
from algorithms.machinery.kernel import kernel
from experiments.options.errors import BadUse

__all__ = ["BYTE_ORDER_MARK", "refuse_what_is_no_text", "split_lines"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLOCK = 1 << 22

_MARKS = {b"\xff\xfe": "UTF-16 or UTF-32", b"\xfe\xff": "UTF-16", b"\0\0\xfe\xff": "UTF-32"}
_FORMATS = {
    b"\x1f\x8b": "compressed by gzip, which its name does not say; name it .gz",
    b"BZh": "compressed by bzip2; unpack it, or compress it by gzip",
    b"\xfd7zXZ\0": "compressed by xz; unpack it, or compress it by gzip",
    b"\x28\xb5\x2f\xfd": "compressed by zstd; unpack it, or compress it by gzip",
    b"\x04\x22\x4d\x18": "compressed by lz4; unpack it, or compress it by gzip",
    b"PK\x03\x04": "a zip archive; unpack it",
    b"PAR1": "a Parquet file; name it .parquet, and give a column",
}
_LINE_END, _HALF_LINE_END = 1, 2


def refuse_what_is_no_text(beginning: bytes, source: str) -> None:
    r"""Raise BadUse for the beginning of a file that is compressed, an archive, or in UTF-16.

    Examples
    --------
    >>> refuse_what_is_no_text(b"BZh9", "keys.bz2")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: keys.bz2 is compressed by bzip2; unpack it, or compress it by gzip
    """
    for magic, kind in _FORMATS.items():
        if beginning.startswith(magic):
            raise BadUse(f"{source} is {kind}")
    for mark, encoding in _MARKS.items():
        if beginning.startswith(mark):
            raise BadUse(f"{source} is in {encoding}; convert the file to UTF-8")
    # ASCII in UTF-16 without a mark is UTF-8, too: each second byte is NUL, and no other
    sides = [beginning[side::2] for side in (0, 1)]
    for one, other in (sides, sides[::-1]):
        if len(one) > 3 and other and 0 not in one and other.count(0) > 0.9 * len(other):
            raise BadUse(f"{source} is in UTF-16 (each second byte is NUL); convert the file to UTF-8")


def split_lines(content: bytearray, source: str, *, skip_blank: bool = False) -> tuple[Strings, int]:
    r"""Return the lines of a text, each without its end, as keys, and how many blank ones were skipped.

    Lines end with LF or CRLF; the last one may have no end, or half of one. A byte-order mark at the start is
    left out.

    Examples
    --------
    >>> split_lines(bytearray(b"one\r\ntwo\n"), "example")[0].tolist()
    [b'one', b'two']
    >>> split_lines(bytearray(b"one\n\ntwo\n"), "example", skip_blank=True)[1]
    1
    >>> split_lines(bytearray(b"one\n\ntwo\n"), "example")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: example: line 2 is empty; every line is a key: remove it, or ...
    """
    start = len(BYTE_ORDER_MARK) if content.startswith(BYTE_ORDER_MARK) else 0
    if len(content) == start:
        raise BadUse(f"{source} is empty; give a file with one key a line")
    refuse_what_is_no_text(bytes(content[:4096]), source)
    _check_text(content, source)
    ends = content.count(b"\n", start)
    offsets = np.zeros(ends + (not content.endswith(b"\n")) + 1, dtype=np.int64)
    data = np.frombuffer(content, dtype=np.uint8)
    keys, line, fault = _split(data, start, skip_blank, offsets)
    if fault == _LINE_END:
        raise BadUse(
            f"{source}: line {line} is empty; every line is a key: remove it, or skip such lines with "
            "?blank=skip"
        )
    if fault == _HALF_LINE_END:
        raise BadUse(
            f"{source}: line {line} has a CR inside, which ends lines in some programs only; "
            "convert the line ends to LF"
        )
    if not keys:
        raise BadUse(f"{source} has blank lines only; give a file with one key a line")
    offsets = offsets[: keys + 1]
    return Strings(data[: offsets[-1]], offsets), line - keys


def _check_text(content: bytearray, source: str) -> None:
    begin = 0
    while begin < len(content):
        # a block ends where a line does, never inside a character
        end = content.rfind(b"\n", begin, begin + BLOCK) + 1 or content.find(b"\n", begin) + 1 or len(content)
        try:
            content[begin:end].decode()
        except UnicodeDecodeError as error:
            at = begin + error.start
            line = content.count(b"\n", 0, at) + 1
            raise BadUse(
                f"{source}: line {line} is not UTF-8 (byte 0x{content[at]:02x}); convert the file to UTF-8"
            ) from None
        begin = end


@kernel
def _split(
    data: NDArray[np.uint8], start: int, skip_blank: bool, offsets: NDArray[np.int64]
) -> tuple[int, int, int]:
    """Move the lines together, write where each ends; return keys, lines, and what is wrong with the last."""
    keys = line = 0
    begin = end = 0
    for position in range(start, len(data)):
        byte = data[position]
        last = position == len(data) - 1
        if byte == 13:
            if last or data[position + 1] == 10:
                if not last:
                    continue
            else:
                return keys, line + 1, 2
        elif byte != 10:
            data[end] = byte
            end += 1
            if not last:
                continue
        line += 1
        if end > begin:
            keys += 1
            offsets[keys] = end
            begin = end
        elif not skip_blank:
            return keys, line, 1
    return keys, line, 0
