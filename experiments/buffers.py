"""Memory at a fixed place: where a buffer begins decides about a tenth of what a loop over it takes."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["PAGE", "aligned"]

PAGE = 4096
"""Bytes of a page: where a buffer begins at one, no run has it at a luckier place than another."""

T = TypeVar("T", bound=np.generic)


def aligned(count: int, dtype: type[T], boundary: int = PAGE) -> NDArray[T]:
    """Return an array, of no values yet, that begins at a multiple of so many bytes.

    Examples
    --------
    >>> aligned(3, np.uint64).ctypes.data % PAGE
    0
    """
    size = count * np.dtype(dtype).itemsize
    block = np.empty(size + boundary, dtype=np.uint8)
    begin = -block.ctypes.data % boundary
    return block[begin : begin + size].view(dtype)
