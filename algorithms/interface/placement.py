"""Placement: the buckets and names that keys and hashes have, by the state of one moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.errors import (
    InvalidParameter,
    MissingCapability,
)
from algorithms.hashing import Hashes, HashFunction, hash_column
from algorithms.hashing.columns import Key, Strings
from algorithms.interface.algorithm import Algorithm, Buckets
from algorithms.interface.finding import finder, met
from algorithms.interface.guards import check_buckets, check_out, checked_hashes, read_only, tell
from algorithms.interface.spec import Capability
from algorithms.interface.state import State
from algorithms.machinery.preferences import Preference
from algorithms.machinery.single import One
from algorithms.machinery.steps import STEPS, Steps

S = TypeVar("S")


class Placement(Algorithm[S]):
    """What a :class:`~algorithms.interface.Partitioner` says of keys and hashes."""

    __slots__ = ("_state",)  # read for each single key, and quicker so than from the dictionary of attributes

    hash_bits: int
    seed: int
    _hash_function: HashFunction
    _state: State[S]

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
        else:
            check_out(out, checked.shape)
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
            tell(type(self), state.nodes, error)
            raise
        check_buckets(self.spec, state.nodes, checked, out)
        return out

    def preference(self) -> Preference | None:
        """Return how compiled code finds whom a hash prefers of those that a condition admits.

        Returns
        -------
        Preference or None
            In the order of :meth:`assign_replicas`, where there are replicas; None where compiled code can
            only be handed whole lists of them. Costs a copy of what the search looks at.

        Examples
        --------
        >>> from algorithms import create
        >>> create("rendezvous", 3).preference().order.buckets.tolist(), create("jump", 3).preference()
        ([0, 1, 2], None)
        """
        state = self._state
        return self._preference(state.structure, state.nodes)

    def one(self) -> One | None:
        """Return how compiled code places one hash; None where there is no such code."""
        return self._one(self._state.structure)

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
        enter, address, names, _kept = state.quick  # another thread may replace what is kept there
        bucket = enter(key, address)
        if bucket >= 0:
            return names[bucket] or met(state.nodes, names, bucket)
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
        state, out = self._column(keys)
        return state.nodes.names_of(out)

    def lookup_arrow(self, keys: object) -> Any:
        """Return what :meth:`lookup_many` does as a dictionary of Arrow, which costs a number a key.

        Parameters
        ----------
        keys
            As for :meth:`lookup_many`.

        Returns
        -------
        pyarrow.DictionaryArray
            Of k int32 indices and the names of nodes. pandas and polars read it as a column of categories.

        Raises
        ------
        InvalidKey
            Naming the first row that holds no key.

        Examples
        --------
        >>> from algorithms import create
        >>> create("jump", ["a", "b", "c"]).lookup_arrow(["user:1", "user:2"]).to_pylist()
        ['c', 'a']
        """
        import pyarrow as pa

        state, out = self._column(keys)
        names, places = state.nodes.dictionary_of(out)
        return pa.DictionaryArray.from_arrays(pa.array(places), pa.array(names, pa.string()))

    def _column(self, keys: object) -> tuple[State[S], Buckets]:
        """Return the buckets of a column of keys, and the state that they are of."""
        state = self._state
        return state, self._placed_keys(state, keys)

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
            tell(type(self), state.nodes, error)
            raise
        check_buckets(self.spec, state.nodes, checked, out)
        return out, steps

    def _assign(self, hashes: Hashes, out: Buckets) -> None:
        """Assign checked hashes, without a look at the buckets; the only thing that a benchmark times."""
        self._place(self._state.structure, read_only(hashes), out)

    def _finder(self, state: State[S]) -> Callable[[Key], str]:
        """Return a function key -> name for any single key, and keep with the state what answers most.

        Plain keys are then placed by compiled code, where the hash function has such. Whatever else comes is
        found by a function that is made for the first such key: most states never have one.
        """
        function, seed = self._hash_function, self._hash_seed
        dropped = function.width - self.hash_bits
        one = self._one(state.structure)
        keys = None if one is None or function.entry is None else function.entry.of(one, seed, dropped)
        names = state.nodes.met_names()
        if one is not None and keys is not None and state.kept is None:
            state.kept = names, keys.block
            state.quick = keys.enter, keys.address, names, (one.needs, keys.block)
            return partial(self._quickly, state)
        place = self._placer(state.structure) if one is None else one.place
        state.kept = names, one and one.words, state.kept
        state.find = find = finder(function, seed, dropped, place, state.nodes, names)
        return find

    def _quickly(self, state: State[S], key: Key) -> str:
        enter, address, names, _kept = state.quick
        bucket = enter(key, address)
        return met(state.nodes, names, bucket) if bucket >= 0 else self._finder(state)(key)

    def _placed(self, state: State[S], hashes: Hashes, out: Buckets) -> None:
        """Place hashes, and refuse what an algorithm in the making may do wrong."""
        try:
            self._place(state.structure, read_only(hashes), out)
        except Exception as error:
            tell(type(self), state.nodes, error)
            raise
        check_buckets(self.spec, state.nodes, hashes, out)

    def _placed_keys(self, state: State[S], keys: object) -> Buckets:
        """Place the keys of a column by their hashes, or by their text where that decides."""
        if self.by_text:
            return self._place_keys(state.structure, keys)
        hashes = self.hashes_of(keys)
        out = np.empty(len(hashes), dtype=np.int32)
        self._placed(state, hashes, out)
        return out

    def _checked_hashes(self, hashes: NDArray[np.unsignedinteger[Any]]) -> Hashes:
        return checked_hashes(hashes, self.hash_bits)

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
