"""Numbered labels, such as the names of counted nodes and of the points of a ring: compiled, as a column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Offsets, Strings
from algorithms.machinery.kernel import kernel

_ZERO, _ONE, _EIGHT, _TEN = np.uint64(0), np.uint64(1), np.uint64(8), np.uint64(10)
_DIGIT_0, _BYTE = np.uint64(ord("0")), np.uint64(255)
_MOST_DIGITS = np.uint64(19)


def labels(
    prefixes: Strings,
    counts: NDArray[np.int64],
    *,
    starts: NDArray[np.int64] | None = None,
    separator: bytes = b"-",
) -> Strings:
    """Return the numbered labels of each prefix: ``prefix + separator + str(start + i)``.

    Parameters
    ----------
    prefixes
        p prefixes.
    counts
        How many labels each prefix gets, (p,) int64.
    starts
        The first number of each prefix, (p,) int64, none negative; 0 when not given.
    separator
        What stands between prefix and number.

    Returns
    -------
    Strings
        counts.sum() labels, all of the first prefix, then all of the second, ... Compiled: about 10 ns each.

    Examples
    --------
    >>> labels(Strings.of([b"a", b"b"]), np.array([2, 1])).tolist()
    [b'a-0', b'a-1', b'b-0']
    """
    counts = np.ascontiguousarray(counts, dtype=np.int64)
    begin = (
        np.zeros(len(prefixes), dtype=np.int64) if starts is None else np.ascontiguousarray(starts, np.int64)
    )
    mark = np.frombuffer(separator, dtype=np.uint8)
    offsets = np.zeros(int(counts.sum()) + 1, dtype=np.int64)
    # room as if all numbers were as long as the longest, and for a word that is copied past the end
    longest = len(mark) + len(str(int((begin + counts).max(initial=0))))
    room = int(np.diff(prefixes.offsets) @ counts) + longest * (len(offsets) - 1) + 8
    data = np.empty(room, dtype=np.uint8)
    _write_labels(prefixes.data, prefixes.offsets, begin, counts, mark, offsets, data)
    return Strings(data[: offsets[-1]], offsets)


# Positions are unsigned, so that the compiler makes one load and one store out of eight (see hash_kernels).


@kernel
def _copy_word(data: NDArray[np.uint8], source: np.uint64, target: np.uint64) -> None:
    word = _ZERO
    for i in range(8):
        word |= np.uint64(data[source + np.uint64(i)]) << np.uint64(8 * i)
    for i in range(8):
        data[target + np.uint64(i)] = np.uint8((word >> np.uint64(8 * i)) & _BYTE)


@kernel
def _write_labels(
    prefix_data: NDArray[np.uint8],
    prefix_offsets: Offsets,
    starts: NDArray[np.int64],
    counts: NDArray[np.int64],
    separator: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    data: NDArray[np.uint8],
) -> None:
    """Write all labels, and where each one ends.

    The bytes before the number are copied from the first label of the prefix, a word at a time: what is
    copied too much lies where the number, or the next label, is written afterwards.
    """
    row, at = 0, _ZERO
    for p in range(len(counts)):
        first, size = np.uint64(prefix_offsets[p]), np.uint64(prefix_offsets[p + 1] - prefix_offsets[p])
        fixed = size + np.uint64(len(separator))
        if counts[p]:
            for i in range(size):
                data[at + np.uint64(i)] = prefix_data[first + np.uint64(i)]
            for i in range(len(separator)):
                data[at + size + np.uint64(i)] = separator[i]
        origin, digits, power = at, _ONE, _TEN
        for number in range(np.uint64(starts[p]), np.uint64(starts[p] + counts[p])):
            while digits < _MOST_DIGITS and number >= power:
                digits += _ONE
                power *= _TEN
            for i in range(_ZERO, fixed, _EIGHT):
                _copy_word(data, origin + np.uint64(i), at + np.uint64(i))
            at += fixed + digits
            rest = np.uint64(number)
            for i in range(_ONE, digits + _ONE):
                tens = rest // _TEN
                data[at - np.uint64(i)] = np.uint8(_DIGIT_0 + rest - tens * _TEN)
                rest = tens
            row += 1
            offsets[row] = np.int64(at)
