"""The one interface: everything in the suite speaks to :class:`Partitioner` and to nothing behind it."""

from __future__ import annotations

import copy
import dataclasses
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int, one_of, whole_number
from algorithms.errors import (
    BrokenAlgorithm,
    InvalidHash,
    InvalidParameter,
    InvalidWeight,
    MissingCapability,
    ShardlabError,
    UnsupportedEvent,
)
from algorithms.hashing import Hashes, hash_column, hash_function
from algorithms.hashing.columns import Key, Strings, first_masked
from algorithms.interface.arcs import Arcs
from algorithms.interface.node import Node, NodeLike, as_node
from algorithms.interface.nodes import MOST_NODES, Nodes, NodesLike, leaving_names
from algorithms.interface.signature import limited, parameters_of
from algorithms.interface.spec import Capability, Publication, Spec
from algorithms.machinery.steps import STEPS, Steps

S = TypeVar("S")
Buckets = NDArray[np.int32]

_NO_WEIGHTS: Mapping[str, float] = MappingProxyType({})


class State(Generic[S]):
    """All that a scale event replaces, in one object, so that it is replaced at once.

    Parameters
    ----------
    nodes
        The nodes by bucket.
    structure
        What the algorithm made of them.

    Attributes
    ----------
    find
        key -> name, made by the first lookup of a single key; None until then.
    kept
        What single lookups keep for later ones, in tuples, lists and mappings.
    """

    __slots__ = ("find", "kept", "nodes", "structure")

    def __init__(self, nodes: Nodes, structure: S) -> None:
        _freeze(structure)
        self.nodes = nodes
        self.structure = structure
        self.find: Callable[[Key], str] | None = None
        self.kept: object = None

    def __reduce__(self) -> tuple[Any, ...]:
        return State, (self.nodes, self.structure)


class Partitioner(ABC, Generic[S]):
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
    is a capacity, and raise UnsupportedEvent beyond it. Steps that the spec names are counted by
    ``_place_counting``.
    Parameters of its own stand in the signature of ``__init__``, each kept as an attribute of the same
    name and set before ``super().__init__`` is called.
    """

    spec: ClassVar[Spec]

    def __init__(
        self, nodes: NodesLike, *, hash: str = "xxh64", hash_bits: int | None = None, seed: int = 0
    ) -> None:
        for name, value in vars(self).items():  # parameters of its own, which the repr shows
            if isinstance(value, np.generic):
                setattr(self, name, value.item())
        for parameter in limited(type(self)):
            if parameter.name in vars(self):
                setattr(self, parameter.name, parameter.checked(vars(self)[parameter.name]))
        function = hash_function(hash)
        self.hash = str(hash)
        self.hash_bits = function.check_bits(hash_bits)
        self.seed = _checked_seed(seed)
        if function.seeded:
            function.check_seed(self.seed)
        self._hash_function = function
        live = Nodes.of(nodes)
        self._check_nodes(live)
        try:
            structure = self._build(live)
        except Exception as error:
            self._tell(live, error)
            raise
        self._state: State[S] = State(live, structure)

    # ---- placement ---------------------------------------------------------------------------------

    def assign(self, hashes: NDArray[np.unsignedinteger[Any]], *, out: Buckets | None = None) -> Buckets:
        """Assign hashes to buckets.

        Parameters
        ----------
        hashes
            (k,) unsigned integers of any width, below 2^hash_bits.
        out
            (k,) int32 to write into; a new array when not given.

        Returns
        -------
        ndarray
            (k,) int32 buckets, which is ``out`` if that was given.

        Raises
        ------
        InvalidHash
            For anything but a 1-D array of unsigned integers below 2^hash_bits.
        InvalidParameter
            For an ``out`` that is not a writable, contiguous (k,) int32 array.
        BrokenAlgorithm
            When a bucket is none of the live ones, or the algorithm raised an error of its own.

        Examples
        --------
        >>> from algorithms import create
        >>> create("modulo", 4).assign(np.array([4, 7], dtype=np.uint64))
        array([0, 3], dtype=int32)
        """
        checked = self._checked_hashes(hashes)
        if out is None:
            out = np.empty(len(checked), dtype=np.int32)
        elif not (
            isinstance(out, np.ndarray)
            and not isinstance(out, np.ma.MaskedArray)
            and out.dtype == np.int32
            and out.shape == checked.shape
            and out.flags.c_contiguous
            and out.flags.writeable
        ):
            raise InvalidParameter(f"out must be a writable, contiguous int32 array of shape {checked.shape}")
        state = self._state
        self._placed(state, checked, out)
        return out

    def assign_replicas(self, hashes: NDArray[np.unsignedinteger[Any]], count: int) -> Buckets:
        """Assign each hash to several distinct buckets, the first of them being that of :meth:`assign`.

        Parameters
        ----------
        hashes
            (k,) unsigned integers below 2^hash_bits.
        count
            How many buckets, from 1 to the number of nodes.

        Returns
        -------
        ndarray
            (k, count) int32.

        Raises
        ------
        MissingCapability
            When the algorithm does not declare REPLICAS.
        InvalidParameter, InvalidHash
            For a count or hashes that cannot be.

        Examples
        --------
        >>> from algorithms import create
        >>> create("rendezvous", 3).assign_replicas(np.array([1, 2], dtype=np.uint64), 2).shape
        (2, 2)
        """
        self._need(Capability.REPLICAS, "keeps no replicas")
        state = self._state
        if not is_int(count) or not 1 <= count <= len(state.nodes):
            raise InvalidParameter(
                f"count {count!r} is not possible: use 1 to {len(state.nodes)}, the number of nodes"
            )
        checked = self._checked_hashes(hashes)
        out = np.empty((len(checked), int(count)), dtype=np.int32)
        try:
            self._place_replicas(state.structure, checked, out)
        except Exception as error:
            self._tell(state.nodes, error)
            raise
        self._check_buckets(state.nodes, checked, out)
        return out

    def lookup(self, key: Key) -> str:
        """Return the name of the node that has a key.

        Parameters
        ----------
        key
            A str, bytes, or an int with 0 <= key < 2^64.

        Returns
        -------
        str

        Raises
        ------
        InvalidKey
            For anything else.

        Examples
        --------
        >>> from algorithms import create
        >>> create("jump", ["a", "b", "c"]).lookup("user:1")
        'c'
        """
        state = self._state
        return (state.find or self._finder(state))(key)

    def lookup_many(self, keys: object) -> NDArray[np.object_]:
        """Return the names of the nodes that have the keys of a column.

        Parameters
        ----------
        keys
            A list, a numpy array, or anything that offers the Arrow C interface (pyarrow, pandas, polars).

        Returns
        -------
        ndarray
            (k,) object, referring to the nodes' own strings.

        Raises
        ------
        InvalidKey
            Naming the first row that holds no key.

        Examples
        --------
        >>> from algorithms import create
        >>> create("jump", ["a", "b", "c"]).lookup_many(["user:1", "user:2"])
        array(['c', 'a'], dtype=object)
        """
        state = self._state
        hashes = self.hashes_of(keys)
        out = np.empty(len(hashes), dtype=np.int32)
        self._placed(state, hashes, out)
        return state.nodes.names_of(out)

    def hashes_of(self, keys: object) -> Hashes:
        """Return the hashes by which this partitioner places the keys of a column.

        Parameters
        ----------
        keys
            As for :meth:`lookup_many`.

        Returns
        -------
        ndarray
            (k,) uint64, below 2^hash_bits.

        Raises
        ------
        InvalidKey
            Naming the first row that holds no key.

        Examples
        --------
        >>> from algorithms import create
        >>> create("modulo", 2, hash="identity").hashes_of([5])
        array([5], dtype=uint64)
        """
        hashes = self._hash_function.column(keys, self._hash_seed)
        dropped = self._hash_function.width - self.hash_bits
        return hashes >> np.uint64(dropped) if dropped else hashes

    def count_steps(self, hashes: NDArray[np.unsignedinteger[Any]]) -> tuple[Buckets, Steps]:
        """Assign hashes one by one and count the steps of each lookup, by the kernel that makes it.

        Parameters
        ----------
        hashes
            As for :meth:`assign`.

        Returns
        -------
        (ndarray, ndarray)
            The buckets, which are those of :meth:`assign`, and (k, 3) int64: words, links and probes.

        Raises
        ------
        MissingCapability
            When the spec names no steps.
        InvalidHash, BrokenAlgorithm
            As for :meth:`assign`.

        Examples
        --------
        >>> from algorithms import create
        >>> create("jump", 57).count_steps(np.array([42], dtype=np.uint64))
        (array([43], dtype=int32), array([[7, 0, 0]]))
        """
        if not self.spec.steps:
            raise MissingCapability(f"{self.spec.name} counts no steps: its spec names none")
        state = self._state
        checked = self._checked_hashes(hashes)
        out, steps = np.empty(len(checked), dtype=np.int32), np.zeros((len(checked), len(STEPS)), np.int64)
        try:
            self._place_counting(state.structure, checked, out, steps)
        except Exception as error:
            self._tell(state.nodes, error)
            raise
        self._check_buckets(state.nodes, checked, out)
        return out, steps

    def _assign(self, hashes: Hashes, out: Buckets) -> None:
        """Assign checked hashes, without a look at the buckets; the only thing that a benchmark times."""
        self._place(self._state.structure, hashes, out)

    # ---- membership --------------------------------------------------------------------------------

    @property
    def nodes(self) -> Nodes:
        """The live nodes by bucket, ascending; a read-only mapping that later events leave as it is."""
        return self._state.nodes

    def change(
        self,
        *,
        add: Iterable[NodeLike] = (),
        remove: Iterable[str] = (),
        weights: Mapping[str, float] = _NO_WEIGHTS,
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

    def add_node(self, node: NodeLike) -> int:
        """Add one node and return its bucket; raises as :meth:`change` does."""
        joining = as_node(node)
        self.change(add=[joining])
        return self.nodes.bucket_of(joining.name)

    def remove_node(self, name: str) -> None:
        """Remove one node; raises as :meth:`change` does."""
        self.change(remove=[name])

    def set_weight(self, name: str, weight: float) -> None:
        """Give a node another weight; raises as :meth:`change` does."""
        self.change(weights={name: weight})

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

    # ---- what is known without sampling ------------------------------------------------------------

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
        return _array_bytes(state.structure) + state.nodes.nbytes + _object_bytes(state.kept, names)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters it was made with, by name, its own first; ``nodes`` is not among them."""
        missing = [name for name in parameters_of(type(self)) if not hasattr(self, name)]
        if missing:
            raise BrokenAlgorithm(
                f"{self.spec.name} takes the parameter {missing[0]!r} and keeps no attribute of this "
                f"name: write self.{missing[0]} = ... before super().__init__ is called"
            )
        return {name: getattr(self, name) for name in parameters_of(type(self))}

    def __repr__(self) -> str:
        values = self.parameters
        values["hash_bits"] = None if self.hash_bits == self._hash_function.width else self.hash_bits
        changed = [
            f"{name}={values[name]!r}"
            for name, parameter in parameters_of(type(self)).items()
            if _differs(values[name], parameter.default)
        ]
        return f"{type(self).__name__}({', '.join([repr(self.nodes), *changed])})"

    # ---- what an algorithm writes ------------------------------------------------------------------

    @abstractmethod
    def _build(self, nodes: Nodes) -> S:
        """Return the structure for these nodes; it is never changed afterwards."""

    @abstractmethod
    def _place(self, structure: S, hashes: Hashes, out: Buckets) -> None:
        """Write the bucket of each hash, without allocating."""

    def _place_counting(self, structure: S, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        """Write what `_place` does, and add the steps of each hash to its counts: see `machinery.steps`."""
        raise BrokenAlgorithm(f"{self.spec.name} names steps and counts none: write _place_counting")

    def _rebuild(self, before: State[S], nodes: Nodes, layout: Any) -> S:
        """Return the structure after an event; ``layout`` is what a sub-class' own ``change`` was given."""
        return self._build(nodes)

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

    def _check_size(self, nodes: Nodes) -> None:
        """Raise a `ShardlabError` if the structure of these nodes would be too large; nothing by default."""

    def _placer(self, structure: S) -> Callable[[int], int]:
        """Return a function hash -> bucket for single hashes.

        Override it with plain Python where that is quicker than a batch of one through ``_place``.
        """
        one, out = np.empty(1, dtype=np.uint64), np.empty(1, dtype=np.int32)

        def place(value: int) -> int:
            hashes, buckets = one.copy(), out.copy()
            hashes[0] = value
            self._place(structure, hashes, buckets)
            return int(buckets[0])

        return place

    def _place_replicas(self, structure: S, hashes: Hashes, out: Buckets) -> None:
        """Write the distinct buckets of each hash, (k, count), the first as ``_place`` does."""
        raise MissingCapability(f"{self.spec.name} declares REPLICAS and has no _place_replicas")

    def _arcs(self, structure: S, nodes: Nodes) -> Arcs:
        """Return the arcs of a structure."""
        raise MissingCapability(f"{self.spec.name} declares INTERVALS and has no _arcs")

    def _free_buckets(self, left: Nodes, count: int) -> Sequence[int]:
        """Return the free buckets that ``count`` new nodes take, when ``left`` are those that stay."""
        return left.lowest_free(count)

    def _namer(self, structure: S, name: Callable[[int], str]) -> tuple[Callable[[int], str], object] | None:
        """Return a function hash -> name for single hashes, and what it keeps; None to ask ``_placer``.

        Override it where names are best kept beside what leads to them; ``name`` gives those of buckets.
        """
        return None

    # ---- shared by all -----------------------------------------------------------------------------

    def _finder(self, state: State[S]) -> Callable[[Key], str]:
        """Return a function key -> name for single keys, and keep it with the state."""
        function, seed = self._hash_function, self._hash_seed
        dropped = function.width - self.hash_bits
        of_bytes, name = function.of_bytes, state.nodes.namer()
        own = self._namer(state.structure, name)
        if own is not None:
            look, state.kept = own
        else:
            place = self._placer(state.structure)

            def look(value: int) -> str:
                return name(place(value))

        def find(key: Key) -> str:
            if type(key) is str and of_bytes is not None:  # the common case, in as few calls as can be
                try:
                    return look(of_bytes(key.encode(), seed) >> dropped)
                except UnicodeEncodeError:
                    pass  # said by the check
            return look(function.key(key, seed) >> dropped)

        state.find = find
        return find

    def _change(
        self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
    ) -> None:
        before = self._state
        leaving = leaving_names(remove)
        if leaving and not self.spec.capabilities & {Capability.REMOVES_ANY, Capability.REMOVES_LAST}:
            raise UnsupportedEvent(f"{self.spec.name} cannot remove nodes")
        nodes = before.nodes.after(add=add, remove=leaving, weights=weights, rule=self._free_buckets)
        self._check_nodes(nodes)
        try:
            structure = self._rebuild(before, nodes, layout)
        except Exception as error:
            self._tell(nodes, error)
            raise
        self._state = State(nodes, structure)

    def _check_nodes(self, nodes: Nodes) -> None:
        if not self.spec.can(Capability.REMOVES_ANY) and not nodes.dense:
            free = nodes.lowest_free(1)[0]
            raise UnsupportedEvent(
                f"{self.spec.name} can only shrink from its last bucket: bucket {free} would be free "
                f"below {nodes.top - 1}; remove the last nodes, or put another node in its place in one event"
            )
        if not self.spec.can(Capability.WEIGHTED):
            for node in nodes.spelled():
                if node.weight != 1.0:
                    raise InvalidWeight(
                        f"{self.spec.name} does not follow weights: {node.name!r} must keep weight 1, "
                        f"not {node.weight}"
                    )

    def _placed(self, state: State[S], hashes: Hashes, out: Buckets) -> None:
        """Place hashes, and refuse what an algorithm in the making may do wrong."""
        try:
            self._place(state.structure, hashes, out)
        except Exception as error:
            self._tell(state.nodes, error)
            raise
        self._check_buckets(state.nodes, hashes, out)

    def _check_buckets(self, nodes: Nodes, hashes: Hashes, out: Buckets) -> None:
        dead = nodes.first_dead(out)
        if dead is not None:
            row = np.unravel_index(dead, out.shape)
            raise BrokenAlgorithm(
                f"{self.spec.name} gives hash {int(hashes[row[0]])} to bucket {int(out[row])}, which no live "
                f"node has (n = {len(nodes)}, buckets {_listed(nodes)}): mend its _build or _place"
            )

    def _tell(self, nodes: Nodes, error: Exception) -> None:
        """Raise a sentence that says which algorithm failed, unless it has said so in one itself."""
        if isinstance(error, ShardlabError | MemoryError):
            return
        import traceback

        frames = traceback.extract_tb(error.__traceback__)
        file = getattr(sys.modules.get(type(self).__module__), "__file__", None)
        at = next((frame for frame in reversed(frames) if frame.filename == file), frames[-1])
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        lines = lines[1:] if lines and lines[0].startswith("Failed in nopython mode") else lines
        first = " ".join(lines[:2] if lines and lines[0].endswith(":") else lines[:1])
        said = f"{type(error).__name__}: {first}" if first else type(error).__name__
        frozen = "readonly array" in said or "read-only" in said
        hint = "; a structure is never changed, since other states may have it too" if frozen else ""
        where = f"{at.filename}, line {at.lineno}"
        raise BrokenAlgorithm(
            f"{self.spec.name} failed with {len(nodes)} nodes, in {where}: {said}{hint}"
        ) from error

    def _checked_hashes(self, hashes: NDArray[np.unsignedinteger[Any]]) -> Hashes:
        if not isinstance(hashes, np.ndarray) or hashes.dtype.kind != "u" or hashes.ndim != 1:
            given = (
                f"{hashes.dtype} of shape {hashes.shape}"
                if isinstance(hashes, np.ndarray)
                else type(hashes).__name__
            )
            raise InvalidHash(
                f"hashes are a 1-D array of unsigned integers, such as np.uint64, not {given}; "
                "use lookup or lookup_many for keys"
            )
        hidden = first_masked(hashes)
        if hidden is not None:
            raise InvalidHash(f"row {hidden} is masked: every row must hold a hash")
        checked = np.ascontiguousarray(np.ma.getdata(hashes), dtype=np.uint64)
        if self.hash_bits < 64 and len(checked) and int(checked.max()) >> self.hash_bits:
            row = int(np.argmax(checked >> np.uint64(self.hash_bits) > 0))
            raise InvalidHash(f"the hash {int(checked[row])} in row {row} is not below 2^{self.hash_bits}")
        return checked

    @property
    def _hash_seed(self) -> int:
        return self.seed if self._hash_function.seeded else 0

    def _name_hashes(self, names: Strings) -> Hashes:
        """Return the hashes of names or labels: by ``hash``, or by xxh64 where that does not scatter."""
        if self._hash_function.scatters:
            return self.hashes_of(names)
        return hash_column("xxh64", names, seed=self.seed, bits=self.hash_bits)

    def _need(self, capability: Capability, what: str) -> None:
        if not self.spec.can(capability):
            raise MissingCapability(
                f"{self.spec.name} {what}: it does not declare {capability.name}"
                + (f" ({self.spec.lacks[capability]})" if capability in self.spec.lacks else "")
            )


def _checked_seed(seed: object) -> int:
    return whole_number("seed", seed, 0, (1 << 64) - 1)


def _differs(value: object, default: object) -> bool:
    """Return whether a parameter is shown; an array has no one answer to that."""
    same = value == default
    return not (same if isinstance(same, bool) else np.array_equal(value, default))


def _listed(nodes: Nodes) -> str:
    if nodes.dense:
        return f"0 to {len(nodes) - 1}"
    live = nodes.buckets().tolist()
    return ", ".join(map(str, live[:8])) + (", ..." if len(live) > 8 else "")


def _arrays(structure: object) -> dict[int, NDArray[Any]]:
    """Return all arrays in a structure of tuples, dataclasses and arrays, each once, by its id."""
    arrays: dict[int, NDArray[Any]] = {}
    waiting = [structure]
    while waiting:
        item = waiting.pop()
        if isinstance(item, np.ndarray):
            arrays[id(item)] = item
        elif isinstance(item, tuple):
            waiting.extend(item)
        elif dataclasses.is_dataclass(item) and not isinstance(item, type):
            waiting.extend(getattr(item, part.name) for part in dataclasses.fields(item))
    return arrays


def _freeze(structure: object) -> None:
    """Make the arrays of a structure read-only: an earlier state or a copy may have them too."""
    for array in _arrays(structure).values():
        array.flags.writeable = False


def _array_bytes(structure: object) -> int:
    return sum(array.nbytes for array in _arrays(structure).values())


def _object_bytes(kept: object, elsewhere: set[int]) -> int:
    """Return the bytes of Python objects, each once, but for those whose ids are counted elsewhere."""
    waiting, seen, total = [kept], set(elsewhere), 0
    while waiting:
        item = waiting.pop()
        # small ints and None are shared by all of Python
        if id(item) in seen or item is None or (isinstance(item, int) and item <= 256):
            continue
        seen.add(id(item))
        total += sys.getsizeof(item)
        if isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, tuple | list):
            waiting.extend(item)
    return total


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
