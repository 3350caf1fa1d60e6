"""Single keys that compiled code does not place: by the library's hash function, and by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from algorithms.hashing import HashFunction
from algorithms.hashing.columns import Key
from algorithms.interface.live import MetNames, meet
from algorithms.interface.nodes import Nodes

__all__ = ["finder", "met"]


def met(nodes: Nodes, names: MetNames, bucket: int) -> str:
    """Return the name of a bucket, and keep it among those that lookups have met."""
    name = nodes.name_of(bucket)
    meet(names, bucket, name)
    return name


def finder(
    function: HashFunction,
    seed: int,
    dropped: int,
    place: Callable[[int], int],
    nodes: Nodes,
    names: MetNames,
) -> Callable[[Key], str]:
    """Return a function key -> name.

    Parameters
    ----------
    function, seed, dropped
        The hash function, its seed, and how many of its low bits are not used.
    place
        hash -> bucket.
    nodes, names
        Those by bucket, and room for the names that are met.

    Returns
    -------
    callable
    """
    of_bytes: Any = function.of_bytes
    of_eight = None if function.of_int else of_bytes

    def named(bucket: int) -> str:
        return names[bucket] or met(nodes, names, bucket)

    def find(key: Key) -> str:
        # the common cases, in as few calls as can be; what raises is said by the check
        if type(key) is str and of_bytes is not None:
            try:
                return named(place(of_bytes(key.encode(), seed) >> dropped))
            except UnicodeEncodeError:
                pass
        elif type(key) is int and of_eight is not None:
            try:
                return named(place(of_eight(key.to_bytes(8, "little"), seed) >> dropped))
            except OverflowError:
                pass
        return named(place(function.key(key, seed) >> dropped))

    return find
