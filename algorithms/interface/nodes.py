"""Nodes, and the mapping from buckets to nodes that a partitioner holds."""

from __future__ import annotations

import sys
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.errors import (
    DuplicateNode,
    InvalidNode,
    InvalidParameter,
    NoNodes,
    UnknownNode,
)
from algorithms.hashing.columns import Strings
from algorithms.hashing.labels import labels
from algorithms.interface.memory import must_fit
from algorithms.interface.node import COUNTED_PREFIX, Node, NodeLike, as_node, counted_node

MOST_NODES = (1 << 31) - 1

_BUCKET_BYTES, _WEIGHT_BYTES, _COLUMN_BYTES, _NAME_BYTES, _ORDER_BYTES = 8, 8, 24, 72, 128
"""About what a node takes, at the peak, in each of the arrays and lists that hold all of them."""

_ALL_NAMES = 4096  # up to so many, the names of all nodes are made once


NodesLike: TypeAlias = Iterable[NodeLike] | Mapping[int, NodeLike] | int
BucketRule: TypeAlias = Callable[["Nodes", int], Sequence[int]]


class Nodes(Mapping[int, Node]):
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

    __slots__ = ("_buckets", "_by_name", "_counted", "_gone", "_name_array", "_spelled")

    def __init__(self, counted: int, gone: frozenset[int], spelled: Mapping[int, Node]) -> None:
        while counted and counted - 1 in gone:
            counted -= 1
            gone = gone - {counted}
        self._counted = counted
        self._gone = gone
        self._spelled = dict(sorted(spelled.items()))
        self._by_name = {node.name: bucket for bucket, node in self._spelled.items()}
        self._buckets: NDArray[np.int32] | None = None
        self._name_array: NDArray[np.object_] | None = None

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

    def __len__(self) -> int:
        return self._counted - len(self._gone) + len(self._spelled)

    def __getitem__(self, bucket: int) -> Node:
        if bucket in self._spelled:
            return self._spelled[bucket]
        if is_int(bucket) and 0 <= bucket < self._counted and bucket not in self._gone:
            return counted_node(int(bucket))
        raise KeyError(bucket)

    def __iter__(self) -> Iterator[int]:
        return iter(self.buckets().tolist() if self._spelled or self._gone else range(self._counted))

    def __repr__(self) -> str:
        if not self._spelled and not self._gone:
            return repr(self._counted)
        if self.dense:
            return repr([_short(node) for node in self.values()])
        return repr({bucket: _short(node) for bucket, node in self.items()})

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._counted, self._gone, self._spelled)

    @property
    def top(self) -> int:
        """One more than the highest live bucket."""
        return max(self._counted, max(self._spelled, default=-1) + 1)

    @property
    def dense(self) -> bool:
        """Whether the live buckets are 0 ... n - 1 without a gap."""
        return self.top == len(self)

    @property
    def equal_weights(self) -> bool:
        """Whether all nodes have the same weight."""
        weights = {node.weight for node in self._spelled.values()}
        if self._counted > len(self._gone):
            weights.add(1.0)
        return len(weights) == 1

    def spelled(self) -> Iterator[Node]:
        """Return the nodes that are not merely counted; only these can have a weight other than 1."""
        return iter(self._spelled.values())

    def buckets(self) -> NDArray[np.int32]:
        """Return the live buckets, ascending, as (n,) int32; read-only."""
        if self._buckets is None:
            must_fit(len(self), _BUCKET_BYTES, "buckets")
            counted = np.arange(self._counted, dtype=np.int32)
            if self._gone:
                counted = np.delete(counted, sorted(self._gone))
            spelled = np.fromiter(self._spelled, dtype=np.int32, count=len(self._spelled))
            buckets = np.sort(np.concatenate([counted, spelled])) if len(spelled) else counted
            buckets.flags.writeable = False
            self._buckets = buckets
        return self._buckets

    def weights(self) -> list[float]:
        """Return the weights in the order of the buckets."""
        must_fit(len(self), _WEIGHT_BYTES, "weights of nodes")
        if not self._spelled:
            return [1.0] * len(self)
        return [self._spelled[bucket].weight if bucket in self._spelled else 1.0 for bucket in self]

    def check_spelled(self, each: int) -> None:
        """Raise InvalidNode where the names, of so many bytes each, would not fit into memory."""
        must_fit(len(self), each, "spelled names of nodes")

    def names(self) -> list[str]:
        """Return the names in the order of the buckets."""
        self.check_spelled(_NAME_BYTES)
        return [self[bucket].name for bucket in self]

    def name_column(self) -> Strings:
        """Return the names in the order of the buckets, as a column that compiled code can read."""
        self.check_spelled(_COLUMN_BYTES)
        if not self._spelled and not self._gone:
            return labels(Strings.of([COUNTED_PREFIX.encode()]), np.array([self._counted]))
        return Strings.of([name.encode() for name in self.names()])

    def name_array(self) -> NDArray[np.object_]:
        """Return the names by bucket, (top,) object; None at buckets that are free. Read-only, made once."""
        if self._name_array is None:
            self.check_spelled(_NAME_BYTES)
            names, name = np.full(self.top, None, dtype=object), self.namer()
            names[self.buckets()] = [name(bucket) for bucket in self]
            names.flags.writeable = False
            self._name_array = names
        return self._name_array

    def names_of(self, buckets: NDArray[np.int32]) -> NDArray[np.object_]:
        """Return the names at these buckets, (k,) object; where they are few, no others are made."""
        if self._name_array is not None or self.top <= max(_ALL_NAMES, 4 * len(buckets)):
            everywhere: NDArray[np.object_] = self.name_array()[buckets]
            return everywhere
        live, place = np.unique(buckets, return_inverse=True)
        name = self.namer()
        names = np.empty(len(live), dtype=object)
        names[:] = [name(bucket) for bucket in live.tolist()]
        return names[place]

    def namer(self) -> Callable[[int], str]:
        """Return a function bucket -> name; names that are only counted are spelled when asked for."""
        if not self._spelled and not self._gone:
            return lambda bucket: f"{COUNTED_PREFIX}-{bucket}"
        names = {bucket: node.name for bucket, node in self._spelled.items()}
        if self._counted:
            return lambda bucket: names.get(bucket) or f"{COUNTED_PREFIX}-{bucket}"
        return list(names.values()).__getitem__ if self.dense else names.__getitem__

    def first_dead(self, buckets: NDArray[np.int32]) -> int | None:
        """Return where the first bucket stands that no live node has, counted through all rows; or None."""
        if not buckets.size:
            return None
        counted = not self._spelled and not self._gone
        live = None if counted else self.buckets()
        top = self._counted if live is None else int(live[-1]) + 1
        if int(buckets.view(np.uint32).max()) < top:  # seen without a sign, a negative one is large
            if live is None or top == len(live):
                return None
            alive = np.zeros(top, dtype=np.bool_)
            alive[live] = True
            if alive[buckets].all():
                return None
        wrong = (buckets < 0) | (buckets >= top) if live is None else ~np.isin(buckets, live)
        return int(np.argmax(wrong))

    def name_order(self) -> NDArray[np.int64]:
        """Return the rank of each node, in the order of the buckets, among the names in UTF-8 order."""
        self.check_spelled(_ORDER_BYTES)
        column = self.name_column().tolist()
        ranks = np.empty(len(column), dtype=np.int64)
        ranks[sorted(range(len(column)), key=column.__getitem__)] = np.arange(len(column))
        return ranks

    def bucket_of(self, name: str) -> int:
        """Return the bucket of a live node; raise UnknownNode when there is none of this name."""
        if name in self._by_name:
            return self._by_name[name]
        prefix, _, digits = name.rpartition("-") if isinstance(name, str) else ("", "", "")
        if (
            prefix == COUNTED_PREFIX
            and digits.isdecimal()
            and digits.isascii()
            and str(int(digits)) == digits
        ):
            bucket = int(digits)
            if bucket < self._counted and bucket not in self._gone:
                return bucket
        raise UnknownNode(f"no live node is named {name!r:.60}: there are {self._listed()}")

    def has(self, name: str) -> bool:
        """Return whether a live node has this name."""
        try:
            self.bucket_of(name)
        except UnknownNode:
            return False
        return True

    def shared_with(self, other: Nodes) -> NDArray[np.int32]:
        """Return the buckets, ascending, that hold the same node here and there: same name, same weight."""
        counted = np.arange(min(self._counted, other._counted), dtype=np.int32)
        counted = np.delete(counted, [bucket for bucket in self._gone | other._gone if bucket < len(counted)])
        spelled = [bucket for bucket, node in self._spelled.items() if other.get(bucket) == node]
        mixed = [bucket for bucket, node in other._spelled.items() if bucket not in self._spelled]
        mixed = [bucket for bucket in mixed if self.get(bucket) == other[bucket]]
        return np.unique(np.concatenate([counted, np.array(spelled + mixed, dtype=np.int32)]))

    def lowest_free(self, count: int) -> list[int]:
        """Return the lowest ``count`` buckets that no node has."""
        free = [bucket for bucket in sorted(self._gone) if bucket not in self._spelled][:count]
        bucket = self._counted
        while len(free) < count:
            if bucket not in self._spelled:
                insort(free, bucket)
            bucket += 1
        return free

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

    @property
    def nbytes(self) -> int:
        """Bytes held for names, nodes and the arrays made of them."""
        total = sys.getsizeof(self._spelled) + sys.getsizeof(self._by_name) + sys.getsizeof(self._gone)
        for node in self._spelled.values():
            total += sys.getsizeof(node) + sys.getsizeof(node.name) + sys.getsizeof(node.weight)
        for array in (self._buckets, self._name_array):
            total += 0 if array is None else array.nbytes
        return total

    def _listed(self) -> str:
        first = [self[bucket].name for bucket in islice(self, 6)]
        more = f", ... ({len(self)} in all)" if len(self) > len(first) else ""
        return ", ".join(map(repr, first)) + more


def _short(node: Node) -> str | Node:
    return node.name if node.weight == 1.0 else node


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
