"""A node: a server, with a name and a weight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import TypeAlias

from algorithms.errors import InvalidNode, InvalidWeight

COUNTED_PREFIX = "node"
WEIGHT_LIMIT = 1e100


@dataclass(frozen=True, slots=True)
class Node:
    """A server, with a name and a weight; compared by value.

    Parameters
    ----------
    name
        Any str that is not empty and can be written in UTF-8.
    weight
        How large its share is to be, relative to the other nodes' weights: a finite number above 0.

    Raises
    ------
    InvalidNode
        For a name that is no such str.
    InvalidWeight
        For a weight that is no number, not finite, or not between 1e-100 and 1e100.

    Examples
    --------
    >>> Node("server-a") == Node("server-a", weight=1.0)
    True
    """

    name: str
    weight: float = 1.0

    def __post_init__(self) -> None:
        """Check the name and the weight."""
        if not isinstance(self.name, str):
            raise InvalidNode(f"a node's name is a str, not {type(self.name).__name__} ({self.name!r:.60})")
        if not self.name:
            raise InvalidNode("a node's name may not be empty")
        try:
            self.name.encode()
        except UnicodeEncodeError:
            raise InvalidNode(
                f"the node name {self.name!r} has a lone surrogate: it must be encodable as UTF-8"
            ) from None
        if type(self.name) is not str:  # such as numpy.str_, whose repr would not build the node again
            object.__setattr__(self, "name", str.__str__(self.name))
        object.__setattr__(self, "weight", _checked_weight(self.name, self.weight))


def _checked_weight(name: str, weight: object) -> float:
    if isinstance(weight, bool) or not isinstance(weight, Real):
        raise InvalidWeight(f"the weight of {name!r} is a number above 0, not {weight!r:.60}")
    value = float(weight)
    if not (math.isfinite(value) and 1 / WEIGHT_LIMIT <= value <= WEIGHT_LIMIT):
        raise InvalidWeight(
            f"the weight of {name!r} is {weight!r}: it must be a finite number above 0 "
            f"({1 / WEIGHT_LIMIT:g} to {WEIGHT_LIMIT:g}); remove a node instead of giving it no weight"
        )
    return value


NodeLike: TypeAlias = str | Node


def as_node(node: object) -> Node:
    """Return a Node, of weight 1 where only a name is given.

    Parameters
    ----------
    node
        A Node, or a name.

    Returns
    -------
    Node

    Raises
    ------
    InvalidNode
        For anything else.

    Examples
    --------
    >>> as_node("a")
    Node(name='a', weight=1.0)
    """
    if isinstance(node, Node):
        return node
    if isinstance(node, str):
        return Node(node)
    raise InvalidNode(f"a node is a Node or a name, not {type(node).__name__} ({node!r:.60})")


def counted_node(bucket: int) -> Node:
    """Return the node of a bucket of which only the number was given; unchecked, since clusters are large.

    Parameters
    ----------
    bucket
        Its number.

    Returns
    -------
    Node

    Examples
    --------
    >>> counted_node(3)
    Node(name='node-3', weight=1.0)
    """
    node = object.__new__(Node)
    object.__setattr__(node, "name", f"{COUNTED_PREFIX}-{bucket}")
    object.__setattr__(node, "weight", 1.0)
    return node
