"""What fits into the memory of this machine: a refusal with a number instead of a killed process."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from algorithms.errors import InvalidNode

_SURELY = 1 << 28
"""Bytes that are asked for without a look at the machine."""

_CGROUPS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def limit() -> int | None:
    """Return how many bytes of memory this process may have; None where the system does not tell.

    Returns
    -------
    int or None
        The memory of the machine or, in a container, what it was given.

    Examples
    --------
    >>> (limit() or 1 << 30) > 1 << 20
    True
    """
    known = []
    with suppress(ValueError, OSError, AttributeError):
        known.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for path in _CGROUPS:
        with suppress(OSError, ValueError):
            known.append(int(Path(path).read_text(encoding="ascii")))
    return min((size for size in known if size > 0), default=None)


def must_fit(count: int, each: int, what: str) -> None:
    """Raise InvalidNode before something is made that this machine has no memory for.

    Parameters
    ----------
    count
        How many, such as nodes.
    each
        About how many bytes one takes, at the peak.
    what
        What they are, in a few words.

    Raises
    ------
    InvalidNode
        With the number of bytes.

    Examples
    --------
    >>> must_fit(10**18, 100, "spelled names of nodes")
    Traceback (most recent call last):
        ...
    algorithms.errors.InvalidNode: 1,000,000,000,000,000,000 spelled names of nodes take about ... bytes, ...
    """
    needed = count * each
    if needed <= _SURELY:
        return
    most = limit()
    if most is not None and needed > most:
        raise InvalidNode(
            f"{count:,} {what} take about {needed:,} bytes, and this machine has {most:,}: give fewer"
        )
