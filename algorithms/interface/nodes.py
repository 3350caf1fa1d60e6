"""Nodes by bucket: made of what is given for them, and of those before a scale event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self, TypeAlias

from algorithms.checks import is_int
from algorithms.errors import (
    DuplicateNode,
    InvalidNode,
    InvalidParameter,
    NoNodes,
)
from algorithms.interface.live import LiveNodes, MetNames
from algorithms.interface.node import Node, NodeLike, as_node

__all__ = ["MOST_NODES", "MetNames", "Nodes", "NodesLike", "leaving_names"]

MOST_NODES = (1 << 31) - 1

NodesLike: TypeAlias = Iterable[NodeLike] | Mapping[int, NodeLike] | int
BucketRule: TypeAlias = Callable[["Nodes", int], Sequence[int]]


class Nodes(LiveNodes):
    """The live nodes by bucket, ascending; immutable.

    A number of nodes that were only counted (``Nodes.of(16)``) are not spelled out until somebody asks for
    them, so a million of them cost nothing.

    Parameters
    ----------
    counted
        Buckets 0 ... counted - 1 hold node-0 ... node-(counted - 1) of weight 1, unless they are in ``gone``.
    gone
        Buckets below ``counted`` that do not hold their counted node.
    spelled
        The other nodes by bucket.

    Examples
    --------
    >>> nodes = Nodes.of(["a", Node("b", 2.0)])
    >>> nodes[1], nodes.bucket_of("a"), list(Nodes.of(3).after(remove=["node-1"]))
    (Node(name='b', weight=2.0), 0, [0, 2])
    """

    __slots__ = ()

    @classmethod
    def of(cls, nodes: NodesLike) -> Self:
        """Return the nodes of whatever a partitioner is made with.

        Parameters
        ----------
        nodes
            Names or Nodes, which get buckets 0, 1, ... in their order; a mapping bucket -> name or Node; or
            an int n, for node-0 ... node-(n - 1).

        Returns
        -------
        Nodes

        Raises
        ------
        NoNodes
            When there are none.
        DuplicateNode, InvalidNode, InvalidWeight
            For names that occur twice, for a bare str or anything that is no node, and for bad weights.
        """
        if isinstance(nodes, Nodes):
            return cls(nodes._counted, nodes._gone, nodes._spelled)
        if isinstance(nodes, str | bytes):
            raise InvalidNode(
                f"nodes are a list of names or Nodes, not the single name {nodes!r}: use [{nodes!r}]"
            )
        if is_int(nodes):
            return cls._count(int(nodes))
        if isinstance(nodes, Mapping):
            if nodes and all(isinstance(name, str) for name in nodes):
                name, value = next(iter(nodes.items()))
                node = f"Node({name!r:.60}, {value!r:.20})"
                raise InvalidNode(
                    "a mapping of nodes goes from buckets to nodes, not from names to weights: "
                    f"give [{node}, ...]"
                )
            return cls._placed(nodes)
        if isinstance(nodes, set | frozenset):
            raise InvalidNode(
                "nodes take their buckets in the order in which they are given, and a set has none: "
                "give a list, such as sorted(nodes)"
            )
        if not isinstance(nodes, Iterable):
            raise InvalidNode(f"nodes are a list of names or Nodes, or how many there are, not {nodes!r:.60}")
        return cls._placed(dict(enumerate(nodes)))

    @classmethod
    def _count(cls, count: int) -> Self:
        if count < 1:
            raise NoNodes(f"a partitioner needs at least one node, not {count}")
        if count > MOST_NODES:
            raise InvalidNode(
                f"{count} nodes are more than buckets of 31 bits can number: at most {MOST_NODES}"
            )
        return cls(count, frozenset(), {})

    @classmethod
    def _placed(cls, placed: Mapping[Any, object]) -> Self:
        spelled: dict[int, Node] = {}
        seen: set[str] = set()
        for bucket, given in placed.items():
            if not is_int(bucket) or not 0 <= bucket < MOST_NODES:
                raise InvalidNode(f"a bucket is an int from 0 to {MOST_NODES - 1}, not {bucket!r:.60}")
            node = as_node(given)
            if node.name in seen:
                raise DuplicateNode(f"the node {node.name!r} is named twice: names must differ")
            seen.add(node.name)
            spelled[int(bucket)] = node
        if not spelled:
            raise NoNodes("a partitioner needs at least one node: the list is empty")
        return cls(0, frozenset(), spelled)

    def after(
        self,
        *,
        add: Iterable[NodeLike] = (),
        remove: Iterable[str] = (),
        weights: Mapping[str, float] | None = None,
        rule: BucketRule | None = None,
    ) -> Self:
        """Return the nodes after one scale event; these stay as they are.

        Parameters
        ----------
        add
            Nodes that join.
        remove
            Names of nodes that leave.
        weights
            New weights of nodes that stay.
        rule
            Which free buckets the new nodes take: a function of the nodes that are left and of how many
            join. The lowest ones when not given.

        Returns
        -------
        Nodes

        Raises
        ------
        UnknownNode, DuplicateNode, NoNodes, InvalidNode, InvalidWeight, InvalidParameter
            When the event makes no sense: it names a node that is not there, adds one that is, removes all,
            or names a node in two parts of it.
        """
        leaving = leaving_names(remove)
        joining = [as_node(node) for node in _several(add, "add")]
        if weights is not None and not isinstance(weights, Mapping):
            raise InvalidParameter(
                f"weights takes a mapping of names to weights, not {weights!r:.60}: write {{name: weight}}"
            )
        changing = dict(weights or {})
        gone, spelled = set(self._gone), dict(self._spelled)
        for name in leaving:
            bucket = self.bucket_of(name)
            if bucket not in spelled:
                gone.add(bucket)
            spelled.pop(bucket, None)
        for name, weight in changing.items():
            bucket = self.bucket_of(name)
            if name in leaving:
                raise InvalidParameter(f"the node {name!r} cannot be removed and given a weight in one event")
            spelled[bucket] = Node(name, weight)
            if bucket < self._counted:
                gone.add(bucket)
        left = type(self)(self._counted, frozenset(gone), spelled)
        names: set[str] = set()
        for node in joining:
            if self.has(node.name) or node.name in names:
                raise DuplicateNode(
                    f"the node {node.name!r} is there already, or is added twice: names must differ"
                )
            names.add(node.name)
        if not len(left) + len(joining):
            raise NoNodes("an event may not remove all nodes: at least one must be left")
        if not joining:
            return left
        places = (rule or Nodes.lowest_free)(left, len(joining))
        if len(left) + len(joining) > MOST_NODES:
            raise InvalidNode(f"more than {MOST_NODES} nodes cannot be numbered")
        return type(self)(
            left._counted, left._gone, {**left._spelled, **dict(zip(places, joining, strict=True))}
        )


def _several(items: Iterable[Any], word: str) -> list[Any]:
    if isinstance(items, str | bytes | Node) or not isinstance(items, Iterable):
        raise InvalidParameter(f"{word} takes a list of nodes, not {items!r:.60}: write {word}=[...]")
    if word == "add" and isinstance(items, set | frozenset):
        raise InvalidParameter(
            "nodes take their buckets in the order in which they are added, and a set has none: give a list"
        )
    return list(items)


def leaving_names(remove: Iterable[str]) -> list[str]:
    """Return the names of the nodes that an event removes.

    Parameters
    ----------
    remove
        Names, or Nodes.

    Returns
    -------
    list of str

    Raises
    ------
    InvalidParameter
        For a bare str, and for items that are no names.
    DuplicateNode
        For a name that occurs twice.

    Examples
    --------
    >>> leaving_names(["a", Node("b")])
    ['a', 'b']
    """
    names = [item.name if isinstance(item, Node) else item for item in _several(remove, "remove")]
    seen: set[str] = set()
    for name in names:
        if not isinstance(name, str):
            raise InvalidParameter(f"remove takes names of nodes, not {type(name).__name__} ({name!r:.60})")
        if name in seen:
            raise DuplicateNode(f"the node {name!r} is named twice in remove")
        seen.add(name)
    return names
