"""Single keys: compiled code called by its entry point, which costs less than numba's dispatcher.

A kernel that places one hash, such as ``jump_bucket``, takes the hash and what the algorithm needs. `entry`
makes of it a function of two words: the hash, and the address of a block in which the needs stand. It is
compiled for the types of the needs, and Python calls its entry point at once. `key_entry` puts a hash
function before any of them: one function of a key and a block, in which stands which placing to call.

A block, and the arrays whose addresses stand in it, must live as long as somebody may call with its address:
the caller holds what keeps them. Nothing in a block ever changes, and a call writes nothing that others see,
so any number of threads may make calls.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import Kernel

__all__ = ["Entered", "Entry", "KeyEntry", "Keys", "One", "bound", "called", "entry", "key_entry", "unpacked"]

_WORD = (1 << 64) - 1
_NO_OWNERS = np.zeros(0, dtype=np.int32)
_NO_OWNERS.flags.writeable = False
_NO_OWNER_WORDS = _NO_OWNERS.ctypes.data, 0
_NO_OWNER_KINDS = _NO_OWNERS.dtype.char, 1
_FOUR_WORDS = (np.uint64(0),) * 4


class One(NamedTuple):
    """How one hash is placed.

    Parameters
    ----------
    enter
        ``enter(hash, address)`` is the bucket of a hash, by a block at an address.
    code
        The address of the compiled function; None where kernels run as plain Python.
    words
        Of the block with which it is called, beside the hash.
    needs
        What the addresses in the block point at.
    """

    enter: Callable[[int, int], int]
    code: int | None
    words: list[int]
    needs: tuple[Any, ...]

    @property
    def place(self) -> Callable[[int], int]:
        """A function hash -> bucket, which keeps all the rest."""
        enter, block = self.enter, array("Q", self.words)
        address = block.buffer_info()[0]

        def place(value: int, keeps: object = (self.needs, block)) -> int:
            return enter(value, address)

        return place


class Keys(NamedTuple):
    """How one key is placed: ``enter(key, address)`` is its bucket, or -1 for those that are left to others.

    It places plain objects: a str of ASCII, bytes, and an int from 0 to 2^64 - 2, if the hash function takes
    them. Sub-classes, other integers, and what is no key at all, are left.

    Parameters
    ----------
    enter
        The entry point.
    address
        Of the block.
    block
        Which one it is.
    """

    enter: Callable[[object, int], int]
    address: int
    block: array[int]


class _Part(Kernel[..., Any]):
    """What compiled code does and Python does not: it stands in `machinery.blocks`, which imports numba."""

    def _compile(self) -> Callable[..., Any]:
        from algorithms.machinery import blocks

        part: Callable[..., Any] = blocks.PARTS[self.function.__name__]
        return part

    @property
    def part(self) -> Callable[..., Any]:
        """What kernels have compiled into them."""
        return self.compiled


@_Part
def unpacked(block: int) -> Any:
    """Return what stands in a block, as a tuple."""
    raise NotImplementedError  # never called: compiled code has the part of this name


@_Part
def seen(key: object) -> Any:
    """Return the bytes of a key, whether there are any to see, and whether it is an int."""
    raise NotImplementedError  # never called: compiled code has the part of this name


@_Part
def called(code: int, h: int, block: int) -> Any:
    """Return what the compiled function at an address makes of a hash and a block."""
    raise NotImplementedError  # never called: compiled code has the part of this name


def _place(h: np.uint64, *needs: Any) -> int:
    """Stand for the kernel that `entry` puts here."""
    raise NotImplementedError  # never called: this name is bound to a kernel where an entry is made


def _hash(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    """Stand for the kernel that `key_entry` puts here."""
    raise NotImplementedError  # never called: this name is bound to a kernel where an entry is made


def _hash_whole(data: NDArray[np.uint8], start: np.uint64, stop: np.uint64, seed: np.uint64) -> np.uint64:
    """Stand for the kernel of ints by their value that `key_entry` puts here."""
    raise NotImplementedError  # never called: this name is bound to a kernel where an entry is made


def _enter(h: np.uint64, block: int) -> np.int64:
    """Return the bucket of a hash by what stands in a block: owners of places, and what the kernel needs."""
    needs = unpacked(block)
    owners, place = needs[0], np.int64(_place(h, *needs[1:]))
    return np.int64(owners[place]) if len(owners) else place


def _enter_bytes(key: object, block: int) -> np.int64:
    """Return the bucket of a key by its bytes, or -1."""
    data, is_key, _ = seen(key)
    if not is_key:
        return np.int64(-1)
    seed, dropped, code, needs = unpacked(block)
    h = np.uint64(_hash(data, np.uint64(0), np.uint64(len(data)), seed))
    return np.int64(called(code, h >> dropped, needs))


def _enter_whole(key: object, block: int) -> np.int64:
    """Return the bucket of an int by its value, or -1."""
    data, _, is_int = seen(key)
    if not is_int:
        return np.int64(-1)
    seed, dropped, code, needs = unpacked(block)
    h = np.uint64(_hash_whole(data, np.uint64(0), np.uint64(8), seed))
    return np.int64(called(code, h >> dropped, needs))


def _enter_either(key: object, block: int) -> np.int64:
    """Return the bucket of an int by its value, of another key by its bytes, or -1."""
    data, is_key, is_int = seen(key)
    if not is_key:
        return np.int64(-1)
    seed, dropped, code, needs = unpacked(block)
    stop = np.uint64(len(data))
    if is_int:
        h = np.uint64(_hash_whole(data, np.uint64(0), stop, seed))
    else:
        h = np.uint64(_hash(data, np.uint64(0), stop, seed))
    return np.int64(called(code, h >> dropped, needs))


class Entered(Kernel[..., int]):
    """A kernel that is called by its entry points, one for the types of each kind of arguments.

    The lock of the interpreter is kept meanwhile: to release it costs as much as to place a key.
    """

    def __init__(self, function: FunctionType, takes: str) -> None:
        super().__init__(function, nogil=False)
        self._takes = takes
        self._points: dict[tuple[Any, ...], tuple[Callable[..., int], int]] = {}

    def _point(
        self, dispatcher: Any, values: tuple[Any, ...], kinds: tuple[Any, ...]
    ) -> tuple[Callable[..., int], int]:
        """Return the entry point, and the address of the function itself, for a block of some values."""
        point = self._points.get(kinds)
        if point is None:
            from algorithms.machinery import blocks

            signature = (blocks.TAKEN[self._takes], blocks.block_type(values))
            dispatcher.compile(signature)
            code = dispatcher.overloads[signature]
            # the dispatcher frees its code when it goes
            point = self._points[kinds] = code.entry_point, blocks.address_of(code)
        return point


class Entry(Entered):
    """The entry of a kernel that places one hash; see :func:`entry`."""

    def __init__(self, place: Kernel[..., Any]) -> None:
        super().__init__(bound(_enter, _place=place), "hash")
        self._placing = place

    def of(self, *needs: Any, owners: NDArray[np.int32] = _NO_OWNERS) -> One:
        """Return how one hash is placed.

        Parameters
        ----------
        *needs
            What the kernel takes after the hash: arrays, C-contiguous, and numbers.
        owners
            The bucket of each place that the kernel returns, (k,) int32; empty where it returns buckets.

        Returns
        -------
        One
            Which keeps the needs.

        Examples
        --------
        >>> from algorithms.jumps.jump import jump_bucket
        >>> entry(jump_bucket).of(57).place(42)
        43
        """
        values = (owners, *needs)
        dispatcher, (words, kinds) = self._dispatcher or self.compiled, _words_of(values)
        if isinstance(dispatcher, FunctionType):  # kernels run as plain Python
            return One(self._plainly(needs, owners), None, words, values)
        point, code = self._points.get(kinds) or self._point(dispatcher, values, kinds)
        return One(point, code, words, values)

    def _plainly(self, needs: tuple[Any, ...], owners: NDArray[np.int32]) -> Callable[[int, int], int]:
        placing = self._placing.plain

        def place(value: int, address: int) -> int:
            found = int(placing(np.uint64(value), *needs))
            return int(owners[found]) if len(owners) else found

        return place


class KeyEntry(Entered):
    """The entry of a hash function of keys; see :func:`key_entry`."""

    def __init__(self, of_bytes: Kernel[..., Any] | None, of_integer: Kernel[..., Any] | None) -> None:
        if of_bytes is None:
            function = bound(_enter_whole, _hash_whole=of_integer)
        elif of_integer is None:
            function = bound(_enter_bytes, _hash=of_bytes)
        else:
            function = bound(_enter_either, _hash=of_bytes, _hash_whole=of_integer)
        super().__init__(function, "key")

    def of(self, one: One, seed: int, dropped: int) -> Keys | None:
        """Return how one key is placed; None where kernels run as plain Python.

        Parameters
        ----------
        one
            How its hash is placed. Its needs must be kept as long as what is returned.
        seed
            Of the hash function.
        dropped
            How many of the low bits of a hash are not used.

        Returns
        -------
        Keys or None

        Examples
        --------
        >>> from algorithms.hashing.kernels import xxh64_of
        >>> from algorithms.jumps.jump import jump_bucket
        >>> one = entry(jump_bucket).of(57)
        >>> keys = key_entry(xxh64_of).of(one, 0, 0)
        >>> [keys.enter(key, keys.address) for key in ("user:1", b"user:1", 1, -1)]
        [34, 34, 46, -1]
        """
        dispatcher = self._dispatcher or self.compiled
        if one.code is None or isinstance(dispatcher, FunctionType):
            return None
        enter, _ = self._points.get(()) or self._point(dispatcher, _FOUR_WORDS, ())
        block = array("Q", [seed, dropped, one.code, 0, *one.words])
        address, _ = block.buffer_info()
        block[3] = address + 4 * block.itemsize  # one block for both: each that is made costs a first key
        return Keys(enter, address, block)


def entry(place: Kernel[..., Any]) -> Entry:
    """Return the entry of a kernel that places one hash.

    Parameters
    ----------
    place
        Its parameters are the hash, what the algorithm needs, and perhaps ``steps``, which stay None.

    Returns
    -------
    Entry
        It is compiled when the first hash is placed, for the types of what the algorithm needs.

    Examples
    --------
    >>> from algorithms.machinery.mixing import multiply_high
    >>> entry(multiply_high).of(np.uint64(10)).place(1 << 63)
    5
    """
    return Entry(place)


def key_entry(of_bytes: Kernel[..., Any] | None, of_integer: Kernel[..., Any] | None = None) -> KeyEntry:
    """Return the entry of a hash function, which serves all algorithms.

    Parameters
    ----------
    of_bytes
        A kernel of (data, start, stop, seed) -> hash, data being (b,) uint8; None where only ints are taken.
    of_integer
        The same for the eight little-endian bytes of an int, where it is not hashed as other bytes are.

    Returns
    -------
    KeyEntry
    """
    return KeyEntry(of_bytes, of_integer)


def bound(function: Any, **callees: Any) -> FunctionType:
    """Return a function with kernels in place of names."""
    scope = {**function.__globals__, **callees}
    bound = FunctionType(function.__code__, scope)
    first = next(iter(callees.values()))
    bound.__name__ = bound.__qualname__ = f"{first.function.__name__}{function.__name__}"
    return bound


def _asked(values: NDArray[Any]) -> int:
    """Return the address of an array's values, as numpy says it."""
    return int(values.ctypes.data)


def _read(values: NDArray[Any]) -> int:
    """Return the same in a tenth of the time: numpy's C interface has it first in the object of an array."""
    return _word_at(id(values) + _HEAD).value


_word_at, _HEAD = ctypes.c_size_t.from_address, object.__basicsize__
_address = _read if _read(_NO_OWNERS) == _asked(_NO_OWNERS) else _asked


def _words_of(values: tuple[Any, ...]) -> tuple[list[int], tuple[Any, ...]]:
    """Return the words of a block of values, and what tells their types apart without making the types.

    Of an array there is its address and its shape, of a number the word that holds it. The first key after an
    event waits for this, with all of it out of the caches: it is one loop, and not a function a value.
    """
    words: list[int] = []
    kinds: list[Any] = []
    for value in values:
        kind = type(value)
        if value is _NO_OWNERS:
            words += _NO_OWNER_WORDS
            kinds += _NO_OWNER_KINDS
        elif kind is int:
            words.append(value & _WORD)
            kinds.append(kind)
        elif isinstance(value, np.ndarray):
            if not value.flags.c_contiguous:
                raise ValueError("an array that compiled code reads from a block must be C-contiguous")
            words.append(_address(value))
            words += value.shape
            kinds += value.dtype.char, value.ndim
        else:
            bits = np.float64(value).view(np.uint64) if isinstance(value, float) else value
            words.append(int(bits) & _WORD)
            kinds.append(kind)
    return words, tuple(kinds)
