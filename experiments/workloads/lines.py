"""The lines of a file as one column of keys: a buffer and offsets, no Python strings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.columns import Strings
from algorithms.kernels import kernel
from experiments.errors import BadUse

__all__ = ["BYTE_ORDER_MARK", "split_lines"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLOCK = 1 << 22


def split_lines(content: bytearray, source: str) -> Strings:
    r"""Return the lines of a text, each without its end, as keys.

    Lines end with LF or CRLF; the last one may have no end. A byte-order mark at the start is left out.

    Parameters
    ----------
    content
        UTF-8. It is used up: the keys are moved together inside it.
    source
        What errors call the file.

    Returns
    -------
    Strings
        One key a line, in order. Memory: the content, and 8 bytes a line.

    Raises
    ------
    BadUse
        For an empty file, and for a line that is empty or not UTF-8, by its number from 1.

    Examples
    --------
    >>> split_lines(bytearray(b"one\r\ntwo\n"), "example").tolist()
    [b'one', b'two']
    >>> split_lines(bytearray(b"one\n\ntwo\n"), "example")
    Traceback (most recent call last):
        ...
    experiments.errors.BadUse: example: line 2 is empty; every line is a key: remove it
    """
    start = len(BYTE_ORDER_MARK) if content.startswith(BYTE_ORDER_MARK) else 0
    if len(content) == start:
        raise BadUse(f"{source} is empty; give a file with one key a line")
    _check_text(content, source)
    ends = content.count(b"\n", start)
    offsets = np.zeros(ends + (not content.endswith(b"\n")) + 1, dtype=np.int64)
    data = np.frombuffer(content, dtype=np.uint8)
    empty = _split(data, start, offsets)
    if empty:
        raise BadUse(f"{source}: line {empty} is empty; every line is a key: remove it")
    return Strings(data[: offsets[-1]], offsets)


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
def _split(data: NDArray[np.uint8], start: int, offsets: NDArray[np.int64]) -> int:
    """Move the lines together, write where each ends; return the number of the first empty line, or 0."""
    line = 0
    begin = end = 0
    for position in range(start, len(data)):
        byte = data[position]
        if byte != 10:
            data[end] = byte
            end += 1
            continue
        if end > begin and data[end - 1] == 13:
            end -= 1
        line += 1
        offsets[line] = end
        if end == begin:
            return line
        begin = end
    if end > begin:
        offsets[line + 1] = end
    return 0
