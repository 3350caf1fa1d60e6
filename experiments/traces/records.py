"""What a trace holds, and how it is collected line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Integers, Strings
from experiments.options.errors import BadUse

__all__ = ["Draft", "LineReader", "Trace", "read_lines", "seconds", "shown", "whole"]

MOST_KEY = (1 << 64) - 1
MOST_SIZE = (1 << 63) - 1


@dataclass(frozen=True, eq=False)
class Trace:
    """Requests in the order of a file.

    Parameters
    ----------
    keys
        Texts or whole numbers.
    times
        (k,) in seconds, from whatever moment; None where the format has none.
    sizes
        (k,) in bytes; None where the format has none.
    others
        How many lines were no requests, by what they were.
    """

    keys: Integers | Strings
    times: NDArray[np.float64] | None = None
    sizes: NDArray[np.int64] | None = None
    others: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Draft:
    """A trace that is being read.

    Parameters
    ----------
    keys, times, sizes
        Of the requests so far, keys all bytes or all int; the others stay empty where the format has none.
    others
        How many lines were no requests, by what they were.
    """

    keys: list[Any] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)

    def trace(self) -> Trace:
        """Return what was read."""
        return Trace(
            _column(self.keys),
            np.array(self.times, dtype=np.float64) if self.times else None,
            np.array(self.sizes, dtype=np.int64) if self.sizes else None,
            dict(self.others),
        )


LineReader: TypeAlias = Callable[[bytes, Draft], None]
"""Takes a line without its end, and adds the requests that it holds; ValueError says what is wrong."""


def read_lines(lines: Iterable[bytes], source: str, reader: LineReader, *, first: int = 1) -> Trace:
    r"""Return the trace that some lines hold.

    Examples
    --------
    >>> from experiments.traces.lirs import read_line
    >>> read_lines([b"7\n", b"seven\n"], "example", read_line)
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: example: line 2: block 'seven' is no whole number
    """
    draft = Draft()
    for number, line in enumerate(lines, start=first):
        try:
            reader(line.rstrip(b"\r\n"), draft)
        except ValueError as error:
            raise BadUse(f"{source}: line {number}: {error}") from None
    return draft.trace()


def whole(text: bytes, what: str, most: int = MOST_SIZE) -> int:
    """Return a whole number from 0.

    >>> whole(b"12", "size")
    12
    """
    if not text.isdigit():
        raise ValueError(f"{what} {shown(text)} is no whole number")
    value = int(text)
    if value > most:
        raise ValueError(f"{what} {shown(text)} is above {most}")
    return value


def seconds(text: bytes) -> float:
    """Return a time in seconds.

    >>> seconds(b"1190146243.326")
    1190146243.326
    """
    head, point, tail = text.partition(b".")
    if not head.isdigit() or (point and not tail.isdigit()):
        raise ValueError(f"time {shown(text)} is no number of seconds")
    return float(text)


def shown(text: bytes) -> str:
    """Return a field as an error quotes it."""
    written = text.decode("utf-8", "backslashreplace")
    return repr(written if len(written) <= 40 else f"{written[:40]}...")


def _column(keys: list[Any]) -> Integers | Strings:
    if keys and isinstance(keys[0], int):
        return Integers(np.array(keys, dtype=np.uint64))
    return Strings.of(keys)
