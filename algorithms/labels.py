"""Numbered labels, such as the names of counted nodes and of the points of a ring: compiled, as a column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms.columns import Offsets, Strings
from algorithms.kernels import kernel


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
    _label_offsets(prefixes.offsets, begin, counts, len(mark), offsets)
    data = np.empty(int(offsets[-1]), dtype=np.uint8)
    _write_labels(prefixes.data, prefixes.offsets, begin, counts, mark, offsets, data)
    return Strings(data, offsets)


@kernel
def _label_offsets(
    prefix_offsets: Offsets,
    starts: NDArray[np.int64],
    counts: NDArray[np.int64],
    separator: int,
    offsets: NDArray[np.int64],
) -> None:
    row = 0
    for p in range(len(counts)):
        fixed = prefix_offsets[p + 1] - prefix_offsets[p] + separator
        for number in range(starts[p], starts[p] + counts[p]):
            digits, power = 1, 10
            while digits < 19 and number >= power:
                digits += 1
                power *= 10
            offsets[row + 1] = offsets[row] + fixed + digits
            row += 1


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
    row = 0
    for p in range(len(counts)):
        for number in range(starts[p], starts[p] + counts[p]):
            at = offsets[row]
            for i in range(prefix_offsets[p], prefix_offsets[p + 1]):
                data[at] = prefix_data[i]
                at += 1
            for i in range(len(separator)):
                data[at] = separator[i]
                at += 1
            rest = number
            for i in range(offsets[row + 1] - 1, at - 1, -1):
                data[i] = 48 + rest % 10
                rest //= 10
            row += 1
