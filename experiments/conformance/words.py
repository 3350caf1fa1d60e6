"""Words for counterexamples: who has which hash, by the names of nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Node, Partitioner
from algorithms.hashing import Hashes
from experiments.conformance.check import Refuted
from experiments.conformance.events import Event

__all__ = ["among", "first", "listed", "owners", "sizes", "told"]

_LONGEST, _LONGEST_VALUE = 400, 80


def owners(p: Partitioner[Any], hashes: Hashes) -> NDArray[np.object_]:
    """Return the name of the node of each hash; a bucket that no live node has is refuted at once.

    Parameters
    ----------
    p
        A partitioner.
    hashes
        (k,) uint64.

    Returns
    -------
    ndarray
        (k,) object.

    Raises
    ------
    Refuted
        Naming the first hash that has no live node.
    """
    buckets = p.assign(hashes)
    live = {bucket: node.name for bucket, node in p.nodes.items()}
    placed = np.array([live.get(bucket) for bucket in buckets.tolist()], dtype=object)
    lost = np.array([name is None for name in placed.tolist()], dtype=np.bool_)
    if lost.any():
        row = first(lost)
        raise Refuted(
            f"{told(p)}: hash {hashes[row]} is given to bucket {buckets[row]}, which no live node has "
            f"(the live buckets are {listed(live)})"
        )
    return placed


def among(placed: NDArray[np.object_], names: Collection[str]) -> NDArray[np.bool_]:
    """Return which nodes are among these; unlike ``numpy.isin`` it keeps NULs at the end of a name."""
    return np.fromiter((name in names for name in placed.tolist()), dtype=np.bool_, count=len(placed))


def first(where: NDArray[np.bool_]) -> int:
    """Return the first row that is true."""
    return int(np.argmax(where))


def listed(items: Iterable[object]) -> str:
    """Return at most eight items, one after the other."""
    texts = [item.name if isinstance(item, Node) else str(item) for item in items]
    return ", ".join(texts[:8]) + (f", ... ({len(texts)} in all)" if len(texts) > 8 else "")


def told(p: Partitioner[Any], event: Event | None = None) -> str:
    """Return a partitioner as the expression that builds it, and what is done to it.

    Parameters
    ----------
    p
        The partitioner, before the event.
    event
        Arguments of ``change``.

    Returns
    -------
    str

    Examples
    --------
    >>> from algorithms import create
    >>> told(create("modulo", ["a", "b"]), {"add": ["c"]})
    "Modulo(['a', 'b']).change(add=['c'])"
    """
    text = repr(p)
    if len(text) > _LONGEST:
        for value in (p.nodes, *p.parameters.values()):
            shown = repr(value)
            if len(shown) > _LONGEST_VALUE:
                text = text.replace(shown, f"{shown[:_LONGEST_VALUE]}...")
        text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    if event is None:
        return text
    given = ", ".join(f"{name}={_short(value)}" for name, value in event.items())
    return f"{text}.change({given})"


def sizes(before: int, after: int) -> str:
    """Return how many nodes there were and are, as in "2 nodes -> 3 nodes"."""
    return f"{_count(before)} -> {_count(after)}"


def _count(n: int) -> str:
    return f"{n} node" if n == 1 else f"{n} nodes"


def _short(value: object) -> str:
    if isinstance(value, list):
        plain = [item.name if isinstance(item, Node) and item.weight == 1.0 else item for item in value]
        return repr(plain)
    return repr(value)
