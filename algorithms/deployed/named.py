"""What a configuration says of nodes by their names, beside their weights: who is down, and the like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidParameter
from algorithms.interface import Nodes

__all__ = ["buckets_of", "names_in", "usable_of"]


def names_in(parameter: str, given: Iterable[str]) -> tuple[str, ...]:
    """Return names that a parameter lists, or raise InvalidParameter for what is no list of them.

    Parameters
    ----------
    parameter
        Its name, for the message.
    given
        What was given.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> names_in("down", ["a"])
    ('a',)
    """
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InvalidParameter(f"{parameter} is a list of names of nodes, not {given!r:.60}")
    names = tuple(given)
    for name in names:
        if not isinstance(name, str):
            raise InvalidParameter(f"{parameter} lists names of nodes, and {name!r:.60} is none")
    return names


def buckets_of(parameter: str, names: Iterable[str], nodes: Nodes) -> list[int]:
    """Return the buckets of nodes that a parameter names.

    Parameters
    ----------
    parameter
        Its name, for the message.
    names
        Whom it names.
    nodes
        All nodes.

    Returns
    -------
    list of int

    Raises
    ------
    InvalidParameter
        For a name that no node has: a configuration that says something of a node that it does not list.

    Examples
    --------
    >>> buckets_of("down", ["b"], Nodes.of(["a", "b"]))
    [1]
    """
    buckets = []
    for name in names:
        if not nodes.has(name):
            raise InvalidParameter(
                f"{parameter} names {name!r}, which is no node (any more): build another partitioner for "
                "nodes of which something else is said"
            )
        buckets.append(nodes.bucket_of(name))
    return buckets


def usable_of(down: Iterable[str], nodes: Nodes) -> NDArray[np.bool_]:
    """Return by place among the nodes whether each is not down; raise InvalidParameter where none is up.

    Parameters
    ----------
    down
        Names of those that are.
    nodes
        All nodes.

    Returns
    -------
    ndarray
        (n,) bool, in the order of the buckets.

    Examples
    --------
    >>> usable_of(["b"], Nodes.of(["a", "b"]))
    array([ True, False])
    """
    usable = ~np.isin(nodes.buckets(), buckets_of("down", down, nodes))
    if not usable.any():
        raise InvalidParameter("all nodes are down, so no key has a node: leave one up")
    return usable
