"""What a peer is, and where peers are found."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner

__all__ = ["CallOf", "Disagrees", "Peer", "Task", "one_by_one", "peer", "peers"]

CallOf = Callable[[Any], Callable[[], object]]
"""Gives the call that handles some keys, in the form of the peer's mode."""

CHECKED = 10_000
"""Keys on which a promised placement is checked, at most."""

CHECKED_PAIRS = 10**8
"""Nodes and keys of that check, at most: with very many nodes fewer keys are enough."""

_found: dict[str, Peer] = {}


class Disagrees(RuntimeError):
    """A peer promises our placement, and places a key elsewhere: its times would compare two things."""


@dataclass(frozen=True)
class Task:
    """What a peer is given: the nodes that ours has.

    Parameters
    ----------
    names
        The names of the nodes, in bucket order; none for peers without a library, which know them by number.
    ours
        The partitioner beside which the peer stands.
    """

    names: Sequence[str]
    ours: Partitioner[Any]


@dataclass(frozen=True)
class Peer:
    """What others offer for the same work.

    Parameters
    ----------
    name
        As it stands in tables.
    beside
        The algorithm of ours that does the same work.
    mode
        What it does, one of the modes of `throughput`, which is also the form of its keys: "batch" (hashes,
        (k,) uint64 -> buckets), "list" (a list of str -> names), "arrow" (a column of Arrow -> one of names)
        or "single" (each str of a list -> the node's name).
    written_in
        The language of its inner loop.
    make
        Gets everything ready, and returns its calls.
    library
        The distribution that holds it; "" for what needs none, which then always stands in the rows.
    module
        What is imported to see whether the library is there.
    python
        The least version of Python that the library runs on.
    same
        Whether it promises the buckets of `beside`; the promise is checked before anything is timed.
    most_nodes
        The largest number of nodes for which it is built.
    one_weight
        Whether it is written for nodes of one weight alone.
    needs
        Returns why it cannot run here, or None.
    """

    name: str
    beside: str
    mode: str
    written_in: str
    make: Callable[[Task], CallOf]
    library: str = ""
    module: str = ""
    python: tuple[int, int] = (3, 11)
    same: bool = False
    most_nodes: int = 2**31 - 1
    one_weight: bool = False
    needs: Callable[[], str | None] = lambda: None

    def missing(self, nodes: int = 1) -> str | None:
        """Return why the peer cannot be timed here."""
        if sys.version_info[:2] < self.python:
            here, least = (".".join(map(str, version)) for version in (sys.version_info[:2], self.python))
            return f"needs Python {least}, this is {here}"
        if self.module and importlib.util.find_spec(self.module) is None:
            return f"not installed: pip install {self.library}, or all with the extra 'peers'"
        if nodes > self.most_nodes:
            return f"takes minutes to build beyond {self.most_nodes:,} nodes"
        return self.needs()

    def calls(self, task: Task, hashes: NDArray[np.uint64]) -> CallOf:
        """Get ready, and check the promised placement on some hashes."""
        call_of = self.make(task)
        if self.same:
            few = hashes[: max(64, min(CHECKED, CHECKED_PAIRS // max(1, len(task.ours.nodes))))]
            theirs: Any = call_of(few)()
            ours = task.ours.assign(few)
            differing = np.flatnonzero(np.asarray(theirs, dtype=np.int64) != ours)
            if len(differing):
                row = int(differing[0])
                raise Disagrees(
                    f"{self.name} places the hash {few[row]} in bucket {theirs[row]}, and "
                    f"{self.beside} in {ours[row]}: they should be the same"
                )
        return call_of


def peer(
    name: str,
    *,
    beside: str,
    mode: str,
    written_in: str,
    **others: Any,
) -> Callable[[Callable[[Task], CallOf]], Callable[[Task], CallOf]]:
    """Make a peer of the function that gets it ready."""

    def register(make: Callable[[Task], CallOf]) -> Callable[[Task], CallOf]:
        known = _found.get(name)
        if known is not None and known.make.__module__ != make.__module__:
            raise ValueError(f"two peers are named {name!r}: give each its own name")
        _found[name] = Peer(name, beside, mode, written_in, make, **others)
        return make

    return register


def peers(*, libraries: bool = True) -> list[Peer]:
    """Return all peers: those that need no library first, then by name.

    Examples
    --------
    >>> [peer.name for peer in peers(libraries=False)][:3]
    ['% loop', 'C -O3 loop', 'C loop of anchor']
    """
    package = importlib.import_module("experiments.peers")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"experiments.peers.{module.name}")
    wanted = (one for one in _found.values() if libraries or not one.library)
    return sorted(wanted, key=lambda one: (bool(one.library), one.name))


def one_by_one(look_up: Callable[[Any], Any], form: Callable[[Any], Any] | None = None) -> CallOf:
    """Return calls that look keys up one after the other, as a loop of map, and return the last answer.

    `form` makes of a key what the peer takes; that is done before the call.

    Examples
    --------
    >>> one_by_one(str.upper)(["a", "b"])()
    'B'
    """

    def call_of(keys: Iterable[Any]) -> Callable[[], object]:
        part = list(keys if form is None else map(form, keys))
        return lambda: deque(map(look_up, part), maxlen=1)[0]

    return call_of
