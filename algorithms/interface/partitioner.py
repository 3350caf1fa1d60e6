"""The one interface: everything in the suite speaks to :class:`Partitioner` and to nothing behind it."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, TypeVar

from algorithms.checks import one_of, whole_number
from algorithms.errors import UnsupportedEvent
from algorithms.hashing import Hashes, hash_function
from algorithms.interface.algorithm import Buckets
from algorithms.interface.arcs import Arcs
from algorithms.interface.configured import NO_WEIGHTS, Configured
from algorithms.interface.guards import check_nodes, tell
from algorithms.interface.node import Node, NodeLike
from algorithms.interface.nodes import MOST_NODES, Nodes, NodesLike, leaving_names
from algorithms.interface.placement import Placement
from algorithms.interface.spec import Capability, Publication, Spec
from algorithms.interface.state import State, array_bytes, object_bytes

S = TypeVar("S")


class Partitioner(Placement[S], Configured):
    """An algorithm with its nodes: it assigns hashes to buckets.

    Parameters
    ----------
    nodes
        Names or :class:`Node` in bucket order; an int n for node-0 ... node-(n - 1); or a mapping bucket
        -> node.
    hash
        The hash function for keys, points and scores, by name.
    hash_bits
        Bits of the hash space; None for the function's own width, a smaller number to keep the high bits.
    seed
        Reaches keys, points and scores, where the hash function takes one.

    Raises
    ------
    NoNodes, DuplicateNode, InvalidNode, InvalidWeight, InvalidParameter, UnknownHash
        When something given is not possible.

    Notes
    -----
    A lookup on another thread while an event is under way sees the nodes before or after it, never a mixture.
    Events themselves are not synchronised: make them from one thread.

    **Sub-classing.** Register the class with a :class:`Spec`, and write ``_build`` (nodes -> an immutable
    structure, such as a named tuple of arrays) and ``_place`` (structure, hashes -> buckets, by a kernel).
    With INTERVALS also ``_arcs``, with REPLICAS ``_place_replicas``. Override ``_rebuild`` if an event needs
    the structure before it, and ``_free_buckets`` if new nodes do not take the lowest free buckets; where
    the order of removals decides placements, ``interface.history`` has done both. Override ``room`` if there
    is a capacity, beyond which events are refused, and have ``_build`` refuse as many nodes. Steps that the
    spec names are counted by ``_place_counting``.
    Parameters of its own stand in the signature of ``__init__``, each kept as an attribute of the same
    name and set before ``super().__init__`` is called.
    """

    def __init__(
        self, nodes: NodesLike, *, hash: str = "xxh64", hash_bits: int | None = None, seed: int = 0
    ) -> None:
        self._keep_parameters()
        function = hash_function(hash)
        self.hash = str(hash)
        self.hash_bits = function.check_bits(hash_bits)
        self.seed = _checked_seed(seed)
        if function.seeded:
            function.check_seed(self.seed)
        self._hash_function = function
        live = Nodes.of(nodes)
        check_nodes(self.spec, live)
        try:
            structure = self._build(live)
        except Exception as error:
            tell(type(self), live, error)
            raise
        self._state: State[S] = State(live, structure)

    @property
    def nodes(self) -> Nodes:
        """The live nodes by bucket, ascending; a read-only mapping that later events leave as it is."""
        return self._state.nodes

    def change(
        self,
        *,
        add: Iterable[NodeLike] = (),
        remove: Iterable[str] = (),
        weights: Mapping[str, float] = NO_WEIGHTS,
    ) -> None:
        """Make one scale event, whole or not at all.

        Parameters
        ----------
        add
            Nodes that join; each takes a free bucket by the algorithm's own rule, the lowest where it has
            none.
        remove
            Names of nodes that leave.
        weights
            New weights of nodes that stay.

        Raises
        ------
        UnsupportedEvent
            When the algorithm cannot do it.
        UnknownNode, DuplicateNode, NoNodes, InvalidNode, InvalidWeight, InvalidParameter
            When it makes no sense. Whatever is raised, nothing has changed.

        Examples
        --------
        >>> from algorithms import create
        >>> p = create("rendezvous", ["a", "b"])
        >>> p.change(add=["c"], remove=["a"])
        >>> p.nodes
        ['c', 'b']
        """
        self._change(add, remove, weights, None)

    @property
    def room(self) -> int:
        """How many nodes of weight 1 can still join; an algorithm with a capacity overrides it."""
        return MOST_NODES - len(self.nodes)

    @property
    def numbered(self) -> int:
        """How many places lookups choose among, live or free: of laws of their cost it is a.

        The buckets up to the last live one, unless an algorithm with free buckets or a capacity overrides it.
        """
        return self.nodes.top

    @classmethod
    def adverse_removals(cls, n: int) -> Sequence[int]:
        """Return the order in which removing buckets of n costs lookups the most; none where all are alike.

        Parameters
        ----------
        n
            How many buckets, all live.

        Returns
        -------
        sequence of int
            Buckets, the first to go first; at least one stays.

        Examples
        --------
        >>> from algorithms.registry import class_of
        >>> class_of("anchor").adverse_removals(5), class_of("jump").adverse_removals(5)
        ((0, 4, 3, 2), ())
        """
        return ()

    def copy(self) -> Self:
        """Return a partitioner of its own with the same nodes; it shares the immutable structure."""
        return copy.copy(self)

    def arcs(self) -> Arcs:
        """Return the arcs, which tile the hash space.

        Returns
        -------
        Arcs
            In ascending order, the wrap split at 0.

        Raises
        ------
        MissingCapability
            When the algorithm does not declare INTERVALS.

        Examples
        --------
        >>> from algorithms import create
        >>> create("ring", ["server-a"], points=5, hash="sha1_28").arcs().point_name(1)
        'server-a-4'
        """
        self._need(Capability.INTERVALS, "has no arcs")
        state = self._state
        return self._arcs(state.structure, state.nodes)

    @property
    def nbytes(self) -> int:
        """All bytes that the structure owns: arrays, names, and what the first single lookup keeps."""
        state = self._state
        names = {id(node.name) for node in state.nodes.spelled()}
        return array_bytes(state.structure) + state.nodes.nbytes + object_bytes(state.kept, names)

    def __repr__(self) -> str:
        values = self.parameters
        values["hash_bits"] = None if self.hash_bits == self._hash_function.width else self.hash_bits
        return self._spelled(values)

    def check_size(self, nodes: NodesLike) -> None:
        """Raise what building for these nodes would raise for their size, without building.

        Parameters
        ----------
        nodes
            As for the constructor; what else this partitioner was made with stays.

        Raises
        ------
        ShardlabError
            If the structure would be too large, with a number.

        Examples
        --------
        >>> from algorithms import create
        >>> create("ring", 1).check_size(10**9)
        Traceback (most recent call last):
            ...
        algorithms.errors.InvalidParameter: 160000000000 points on one ring are too many: at most ...
        """
        self._check_size(Nodes.of(nodes))

    def _change(
        self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
    ) -> None:
        before = self._state
        leaving = leaving_names(remove)
        if leaving and not self.spec.capabilities & {Capability.REMOVES_ANY, Capability.REMOVES_LAST}:
            raise UnsupportedEvent(f"{self.spec.name} cannot remove nodes")
        nodes = before.nodes.after(add=add, remove=leaving, weights=weights, rule=self._free_buckets)
        check_nodes(self.spec, nodes)
        if len(nodes) - len(before.nodes) > self.room:
            raise UnsupportedEvent(
                f"{self.spec.name} has {len(before.nodes)} nodes and room for {self.room} more, so it cannot "
                f"have {len(nodes)}; build it anew with room for them"
            )
        try:
            structure = self._rebuild(before, nodes, layout)
        except Exception as error:
            tell(type(self), nodes, error)
            raise
        self._state = State(nodes, structure)


def _checked_seed(seed: object) -> int:
    return whole_number("seed", seed, 0, (1 << 64) - 1)


__all__ = [
    "Arcs",
    "Buckets",
    "Capability",
    "Hashes",
    "Node",
    "Nodes",
    "Partitioner",
    "Publication",
    "Spec",
    "State",
    "one_of",
    "whole_number",
]
