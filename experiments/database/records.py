"""Records in the order of their keys, and where they come in the order in which they arrive."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing import hash_column
from algorithms.hashing.columns import Integers, Strings
from experiments.seeds import derive
from experiments.workloads import Workload, chunks_of
from experiments.workloads.base import Keys
from experiments.workloads.draws import words

__all__ = ["Records", "records_of", "values_of"]

NUMBER = re.compile(rb"[-+]?\d{1,18}(?:\.\d{1,9})?")
DATE = re.compile(rb"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?")

MOST = 1 << 62
"""Numbers with their decimals go up to this."""

PREFIX = 8
"""Bytes of a text that the order goes by."""


@dataclass(frozen=True, eq=False)
class Records:
    """Records by their keys.

    Parameters
    ----------
    arrived
        (N,) uint64: the key of each record, as an integer in the order of the keys.
    others
        (N,) int64: the other field of each, from 0.
    """

    arrived: NDArray[np.uint64]
    others: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.arrived)

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """Which record stands where, in the order of the keys."""
        return np.argsort(self.arrived, kind="stable")

    @cached_property
    def values(self) -> NDArray[np.uint64]:
        """The keys, ascending."""
        return self.arrived[self.order]

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """The other field of each record, in the order of the keys."""
        return self.others[self.order]

    @cached_property
    def distinct(self) -> NDArray[np.uint64]:
        """The keys, ascending, each once."""
        return self.values[np.flatnonzero(np.diff(self.number, prepend=-1))]

    @cached_property
    def number(self) -> NDArray[np.int64]:
        """For each record in the order of the keys, how many smaller keys there are."""
        return np.cumsum(np.diff(self.values, prepend=self.values[:1]) != 0)

    @cached_property
    def arrivals(self) -> NDArray[np.int64]:
        """For each record as it arrives, how many smaller keys there are."""
        numbers = np.empty(len(self), dtype=np.int64)
        numbers[self.order] = self.number
        return numbers


def records_of(source: Workload, count: int, seed: int, groups: int) -> Records:
    """Return the first records of a workload; their other field has so many values, drawn alike."""
    chunks = chunks_of(count)
    keys = tuple(source.chunk(number, seed, limit=size) for number, size in enumerate(chunks))
    others = words(derive(seed, "groups"), 0, count) % np.uint64(groups)
    return Records(values_of(keys), others.astype(np.int64))


def values_of(keys: tuple[Keys, ...]) -> NDArray[np.uint64]:
    """Return integers in the order of the keys: numbers and dates by their value, texts by their beginning.

    A text that is a number or a date in all records is read as one; of other texts 8 bytes count, behind what
    all of them begin with.

    Examples
    --------
    >>> values_of((Strings.of([b"9", b"10", b"-1"]),)).tolist()
    [10, 11, 0]
    >>> values_of((Strings.of([b"1.5", b"10", b"1.25"]),)).tolist()
    [25, 875, 0]
    >>> values_of((Strings.of([b"2026-11-26T10:00:01", b"2026-11-26 10:00:00.5"]),)).tolist()
    [500000, 0]
    >>> values_of((Strings.of([b"user:b", b"user:a"]),)).tolist() == [98 << 56, 97 << 56]
    True
    """
    parts = [part.values for part in keys if isinstance(part, Integers)]
    if len(parts) == len(keys):
        return np.concatenate(parts).astype(np.uint64)
    texts = [text for part in keys if isinstance(part, Strings) for text in part.tolist()]
    if all(map(NUMBER.fullmatch, texts)):
        numbers = _numbers(texts)
        if numbers is not None:
            return numbers
    if all(map(DATE.fullmatch, texts)):
        try:
            times = np.array([text.decode() for text in texts], dtype="datetime64[us]").view(np.int64)
        except ValueError:  # no such day
            pass
        else:
            return _from_nought(times)
    pairs = zip(min(texts), max(texts), strict=False)
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return hash_column("ordered", Strings.of([text[common : common + PREFIX] for text in texts]))


def _numbers(texts: list[bytes]) -> NDArray[np.uint64] | None:
    """Return decimal numbers, less the smallest, in units of their last decimal; None if one is too large."""
    places = max(len(text.partition(b".")[2]) for text in texts)
    heads = (text.partition(b".") for text in texts)
    whole = [int(head + tail.ljust(places, b"0")) for head, _, tail in heads]
    if max(map(abs, whole)) >= MOST:
        return None
    return _from_nought(np.array(whole, dtype=np.int64))


def _from_nought(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    above: NDArray[np.int64] = numbers - numbers.min()
    return above.astype(np.uint64)
