"""Single requests: a balancer's two steps behind one entry point, as single keys have it.

The entry takes a word and the address of a block: the hash of a request to open, or the bucket on which one
is closed. What stands in the block is one `Site`, whose arrays compiled code changes. To run the loop over
events for a single one costs several times as much, most of which is taking arrays from Python.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import Kernel
from algorithms.machinery.single import Entered, One, bound, called, unpacked

__all__ = ["RequestsEntry", "SingleRequests", "Site", "requests_entry"]


class Site(NamedTuple):
    """Where requests are opened and closed one by one.

    Parameters
    ----------
    closing
        (1,) whether the word is a bucket, on which a request is closed.
    placing
        (2,) uint64: the address of the function that places a hash on a bucket, and of its block; 0 for none.
    places, buckets
        The place of each bucket, and the bucket of each place.
    sight
        Room for what the rule sees of a request: its home, if it is placed, and then its hash.
    in_flight, state
        As the steps take them.
    """

    closing: NDArray[np.bool_]
    placing: NDArray[np.uint64]
    places: NDArray[np.int32]
    buckets: NDArray[np.int32]
    sight: NDArray[np.uint64]
    in_flight: NDArray[np.int64]
    state: Any


def _opens(state: Any, in_flight: Any, view: Any) -> Any:
    """Stand for the step that `requests_entry` puts here."""
    raise NotImplementedError  # never called: this name is bound to a kernel where an entry is made


def _closes(state: Any, in_flight: Any, place: Any) -> None:
    """Stand for the step that `requests_entry` puts here."""
    raise NotImplementedError  # never called: this name is bound to a kernel where an entry is made


def _request(word: np.uint64, block: int) -> np.int64:
    """Open the request of a hash, or close one on a bucket; return the bucket, or -1 for none in flight."""
    site = unpacked(block)[0]
    if site.closing[0]:
        place = np.int64(site.places[word]) if word < np.uint64(len(site.places)) else np.int64(-1)
        if place < 0 or site.in_flight[place] == 0:
            return np.int64(-1)
        site.in_flight[place] -= 1
        _closes(site.state, site.in_flight, place)
        return np.int64(word)
    view = site.sight
    view[len(view) - 1] = word
    if site.placing[0]:
        view[0] = np.uint64(site.places[called(site.placing[0], word, site.placing[1])])
    place = np.int64(_opens(site.state, site.in_flight, view))
    site.in_flight[place] += 1
    return np.int64(site.buckets[place])


class SingleRequests(NamedTuple):
    """The entry point, the addresses of the blocks by which it opens and closes, and what keeps them."""

    enter: Callable[[int, int], int]
    opening: int
    closing: int
    keeps: object


class RequestsEntry(Entered):
    """The entry of a balancer's two steps; see :func:`requests_entry`."""

    def of(
        self,
        state: Any,
        in_flight: NDArray[np.int64],
        places: NDArray[np.int32],
        buckets: NDArray[np.int32],
        width: int,
        one: One | None,
    ) -> SingleRequests | None:
        """Return how single requests are opened and closed; None where kernels run as plain Python.

        Parameters
        ----------
        state, in_flight, places, buckets
            Those that are changed, and read.
        width
            Of what the rule sees, in words.
        one
            How a hash is placed on its home, where the rule sees it.
        """
        dispatcher = self._dispatcher or self.compiled
        if isinstance(dispatcher, FunctionType) or (one is not None and one.code is None):
            return None
        home = array("Q", () if one is None else one.words)
        words = (0, 0) if one is None else (one.code, home.buffer_info()[0])
        placing, view = np.array(words, dtype=np.uint64), np.empty(width, dtype=np.uint64)
        keeps = list[Any]()
        for closing in (False, True):
            flag = np.array([closing])
            site = Site(flag, placing, places.copy(), buckets.copy(), view, in_flight, state)
            block = array("Q", _words(site))
            point, _ = self._point(dispatcher, (site,), (_kinds(site),))
            keeps.append((site, block, one, home))
        opening, closing = (block.buffer_info()[0] for _, block, *_ in keeps)
        return SingleRequests(point, opening, closing, keeps)


def _words(value: Any) -> list[int]:
    """Return the words of nested tuples of arrays: of each its address and its shape."""
    if isinstance(value, np.ndarray):
        if not value.flags.c_contiguous:
            raise ValueError("an array that compiled code changes must be C-contiguous")
        return [value.ctypes.data, *value.shape]
    return [word for part in value for word in _words(part)]


def _kinds(value: Any) -> Any:
    """Return what tells the types of nested tuples of arrays apart."""
    if isinstance(value, np.ndarray):
        return value.dtype.char, value.ndim, value.flags.writeable
    return type(value), *map(_kinds, value)


def requests_entry(opens: Kernel[..., Any], closes: Kernel[..., Any]) -> RequestsEntry:
    """Return the entry of a balancer's two steps, compiled for each kind of state that it is asked for.

    Parameters
    ----------
    opens, closes
        As in `algorithms.machinery.traces.Calls`.

    Returns
    -------
    RequestsEntry
    """
    return RequestsEntry(bound(_request, _opens=opens, _closes=closes), "hash")
