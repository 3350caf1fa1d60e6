"""Hashes that are asked for again: the latest so many bytes of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

__all__ = ["HashCache"]


class HashCache:
    """The arrays that were used last, up to a number of bytes; for many threads.

    Parameters
    ----------
    limit
        How many bytes may be kept. A larger array is handed out and not kept.

    Examples
    --------
    >>> cache = HashCache(16)
    >>> cache.get("a", lambda: np.array([1, 2], dtype=np.uint64))
    array([1, 2], dtype=uint64)
    >>> cache.get("a", lambda: np.array([3, 4], dtype=np.uint64)), cache.nbytes
    (array([1, 2], dtype=uint64), 16)
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.nbytes = 0
        self._kept: OrderedDict[Hashable, NDArray[np.uint64]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], NDArray[np.uint64]]) -> NDArray[np.uint64]:
        """Return the array kept under a key, or compute it and keep it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = compute()
        made.flags.writeable = False
        with self._lock:
            if key not in self._kept and made.nbytes <= self.limit:
                self._kept[key] = made
                self.nbytes += made.nbytes
                while self.nbytes > self.limit:
                    self.nbytes -= self._kept.popitem(last=False)[1].nbytes
        return made

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()
            self.nbytes = 0
