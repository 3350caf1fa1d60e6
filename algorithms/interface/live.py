"""The live nodes by bucket: an immutable mapping, and the arrays and names that are made of it."""

from __future__ import annotations

import sys
from bisect import insort
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.errors import UnknownNode
from algorithms.hashing.columns import Strings
from algorithms.hashing.labels import labels
from algorithms.interface.memory import must_fit
from algorithms.interface.node import COUNTED_PREFIX, Node, counted_node

_BUCKET_BYTES, _WEIGHT_BYTES, _COLUMN_BYTES, _NAME_BYTES, _ORDER_BYTES = 8, 8, 24, 72, 128
"""About what a node takes, at the peak, in each of the arrays and lists that hold all of them."""

_ALL_NAMES = 4096  # up to so many, the names of all nodes are made once
_MOST_MET = 1 << 16  # so many names, at most, are kept for single keys


class _Met(dict[int, str | None]):
    """The names that were met of more nodes than a list should have."""

    def __missing__(self, bucket: int) -> None:
        return None


MetNames: TypeAlias = list[str | None] | _Met


def meet(names: MetNames, bucket: int, name: str) -> None:
    """Keep the name of a bucket, unless there are too many already."""
    if len(names) <= _MOST_MET:
        names[bucket] = name


class LiveNodes(Mapping[int, Node]):
    """See :class:`~algorithms.interface.nodes.Nodes`, which says how they are made.

    Parameters
    ----------
    counted
        Buckets 0 ... counted - 1 hold node-0 ... node-(counted - 1) of weight 1, unless they are in ``gone``.
    gone
        Buckets below ``counted`` that do not hold their counted node.
    spelled
        The other nodes by bucket.
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
        last = next(reversed(self._spelled), -1)  # they ascend
        return self._counted if last < self._counted else last + 1

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
            # the buckets are live: not to look for others again is quicker
            everywhere: NDArray[np.object_] = self.name_array().take(buckets, mode="clip")
            return everywhere
        live, place = np.unique(buckets, return_inverse=True)
        name = self.namer()
        names = np.empty(len(live), dtype=object)
        names[:] = [name(bucket) for bucket in live.tolist()]
        return names[place]

    def dictionary_of(self, buckets: NDArray[np.int32]) -> tuple[list[str], NDArray[np.int32]]:
        """Return names, and the place among them of each bucket's; where buckets are few, theirs alone."""
        if self.top > max(_ALL_NAMES, 4 * len(buckets)):
            live, place = np.unique(buckets, return_inverse=True)
            name = self.namer()
            return [name(bucket) for bucket in live.tolist()], place.astype(np.int32)
        if self.dense:
            return self.name_array().tolist(), buckets
        places = np.zeros(self.top, dtype=np.int32)
        places[self.buckets()] = np.arange(len(self), dtype=np.int32)
        return self.names(), places[buckets]

    def namer(self) -> Callable[[int], str]:
        """Return a function bucket -> name; names that are only counted are spelled when asked for."""
        if not self._spelled and not self._gone:
            return lambda bucket: f"{COUNTED_PREFIX}-{bucket}"
        names = {bucket: node.name for bucket, node in self._spelled.items()}
        if self._counted:
            return lambda bucket: names.get(bucket) or f"{COUNTED_PREFIX}-{bucket}"
        return list(names.values()).__getitem__ if self.dense else names.__getitem__

    def name_of(self, bucket: int) -> str:
        """Return the name of a live bucket; of any number of nodes, at once."""
        node = self._spelled.get(bucket)
        if node is not None:
            return node.name
        if bucket < self._counted:
            return f"{COUNTED_PREFIX}-{bucket}"
        raise KeyError(bucket)

    def met_names(self) -> MetNames:
        """Return room for the names by bucket that single lookups meet, none yet; `meet` keeps them."""
        top = self.top
        return [None] * top if top <= _MOST_MET else _Met()

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
        bucket = self._found(name)
        if bucket is None:
            raise UnknownNode(f"no live node is named {name!r:.60}: there are {self._listed()}")
        return bucket

    def has(self, name: str) -> bool:
        """Return whether a live node has this name."""
        return self._found(name) is not None

    def _found(self, name: str) -> int | None:
        """Return the bucket of a live node, or None."""
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
        return None

    def shared_with(self, other: LiveNodes) -> NDArray[np.int32]:
        """Return the buckets, ascending, that hold the same node here and there: same name, same weight."""
        counted = np.arange(min(self._counted, other._counted), dtype=np.int32)
        counted = np.delete(counted, [bucket for bucket in self._gone | other._gone if bucket < len(counted)])
        spelled = [bucket for bucket, node in self._spelled.items() if other.get(bucket) == node]
        mixed = [bucket for bucket, node in other._spelled.items() if bucket not in self._spelled]
        mixed = [bucket for bucket in mixed if self.get(bucket) == other[bucket]]
        return np.sort(np.concatenate([counted, np.array(spelled + mixed, dtype=np.int32)]))

    def lowest_free(self, count: int) -> list[int]:
        """Return the lowest ``count`` buckets that no node has."""
        free = [bucket for bucket in sorted(self._gone) if bucket not in self._spelled][:count]
        bucket = self._counted
        while len(free) < count:
            if bucket not in self._spelled:
                insort(free, bucket)
            bucket += 1
        return free

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
