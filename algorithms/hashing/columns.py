"""Columns of keys, as flat arrays that compiled code can read.

A key is a str, bytes or an int. A column of keys is one of four things: :class:`Integers`, one array of
64-bit words; :class:`Strings`, the UTF-8 bytes of all keys in one buffer with the offset at which each
starts (the layout of Arrow); :class:`Chunked`, several of these one after the other; or :class:`Mixed`,
Python objects of several kinds, which are handled one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.errors import InvalidKey, shown
from algorithms.machinery.kernel import kernel

Key: TypeAlias = str | bytes | int
Offsets: TypeAlias = NDArray[np.int64] | NDArray[np.int32]


@runtime_checkable
class ArrowArray(Protocol):
    """Whatever hands out one Arrow array."""

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]: ...


@runtime_checkable
class ArrowStream(Protocol):
    """Whatever hands out a stream of Arrow arrays."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


@dataclass(frozen=True, slots=True, eq=False)
class Integers:
    """A column of integer keys.

    Parameters
    ----------
    values
        The keys, (k,) uint64, C-contiguous.

    Examples
    --------
    >>> column = Integers(np.array([5, 6, 7], dtype=np.uint64))
    >>> len(column), column[1:].tolist()
    (3, [6, 7])
    """

    values: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice) -> Integers:
        return Integers(np.ascontiguousarray(self.values[rows]))

    def take(self, rows: NDArray[np.integer[Any]]) -> Integers:
        """Return the keys at these rows, in their order."""
        return Integers(self.values[rows])

    def tolist(self) -> list[int]:
        """Return the keys as Python ints."""
        return [int(value) for value in self.values]


@dataclass(frozen=True, slots=True, eq=False)
class Strings:
    """A column of str or bytes keys, by their bytes.

    Parameters
    ----------
    data
        All bytes, one key after the other, (b,) uint8; read alone.
    offsets
        Key i is ``data[offsets[i]:offsets[i + 1]]``; (k + 1,) int64 or int32, ascending, not necessarily
        from 0.

    Examples
    --------
    >>> column = Strings.of([b"ab", b"", b"c"])
    >>> len(column), column[:2].tolist()
    (3, [b'ab', b''])
    """

    data: NDArray[np.uint8]
    offsets: Offsets

    def __post_init__(self) -> None:
        # bytes of others cannot be written; were ours another type, each kernel would be compiled twice
        if self.data.flags.writeable:
            data = self.data.view()
            data.flags.writeable = False
            object.__setattr__(self, "data", data)

    @staticmethod
    def of(keys: Sequence[bytes]) -> Strings:
        """Return the column of these bytes; costs about 50 ns a key."""
        return _of_lengths(b"".join(keys), map(len, keys), len(keys))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, rows: slice) -> Strings:
        start, stop, step = rows.indices(len(self))
        if step != 1:
            return self.take(np.arange(start, stop, step))
        return Strings(self.data, self.offsets[start : max(start, stop) + 1])

    def take(self, rows: NDArray[np.integer[Any]]) -> Strings:
        """Return the keys at these rows, in their order, in a buffer of their own."""
        chosen = np.asarray(rows, dtype=np.int64)
        lengths = np.diff(self.offsets)[chosen]
        offsets = np.zeros(len(chosen) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        data = np.empty(int(offsets[-1]), dtype=np.uint8)
        _gather(self.data, self.offsets[chosen].astype(np.int64), offsets, data)
        return Strings(data, offsets)

    def tolist(self) -> list[bytes]:
        """Return the keys as Python bytes."""
        whole = self.data.tobytes()
        bounds = self.offsets.tolist()
        return [whole[a:b] for a, b in pairwise(bounds)]


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """A column of keys of several kinds, each an int or bytes.

    Parameters
    ----------
    keys
        The keys; str are encoded already.

    Examples
    --------
    >>> len(Mixed((1, b"a")))
    2
    """

    keys: tuple[int | bytes, ...]

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True, eq=False)
class Chunked:
    """A column in several pieces, such as a chunked Arrow array, none of which is copied.

    Parameters
    ----------
    parts
        The pieces, in their order.

    Examples
    --------
    >>> len(Chunked((Strings.of([b"a"]), Strings.of([b"b", b"c"]))))
    3
    """

    parts: tuple[Integers | Strings, ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))


Column: TypeAlias = Integers | Strings | Chunked | Mixed


def plain_key(key: object, row: int | None = None) -> int | bytes:
    r"""Check one key and return it as an int or as bytes.

    Parameters
    ----------
    key
        A str (its UTF-8 bytes are what counts), bytes, or an int from 0 to 2^64 - 1.
    row
        Where the key stands in its column, for the message.

    Returns
    -------
    int or bytes
        The key, encoded.

    Raises
    ------
    InvalidKey
        For a bool, a negative int or one from 2^64, a str with a lone surrogate, and any other type.

    Examples
    --------
    >>> plain_key("clé"), plain_key(7)
    (b'cl\xc3\xa9', 7)
    """
    where = "" if row is None else f" in row {row}"
    # by the base class: a sub-class may say otherwise what it is
    if isinstance(key, str):
        try:
            return str.encode(key)
        except UnicodeEncodeError as error:
            raise InvalidKey(
                f"the key {shown(key)}{where} has a lone surrogate at position {error.start}: a str key must "
                "be encodable as UTF-8; pass bytes for anything else"
            ) from None
    if isinstance(key, bytes):
        return key if type(key) is bytes else memoryview(key).tobytes()
    if is_int(key):
        value = int.__index__(key) if isinstance(key, int) else int(key)
        if 0 <= value < 1 << 64:
            return value
        raise InvalidKey(f"the int key {shown(value)}{where} is outside 0 <= key < 2^64")
    raise InvalidKey(
        f"a key is a str, bytes or an int from 0 to 2^64 - 1, not {type(key).__name__} ({shown(key)}){where}"
    )


def from_numpy(keys: NDArray[Any]) -> Column:
    """Return the column of a numpy array, of integers, fixed-width text or bytes, or objects.

    Parameters
    ----------
    keys
        One-dimensional; see :func:`~algorithms.hashing.reading.as_column`.

    Returns
    -------
    Integers or Strings or Chunked or Mixed

    Raises
    ------
    InvalidKey
        As there.

    Examples
    --------
    >>> from_numpy(np.arange(2)).tolist()
    [0, 1]
    """
    if keys.ndim != 1:
        raise InvalidKey(f"a column of keys is one-dimensional, not of shape {keys.shape}")
    if isinstance(keys, np.ma.MaskedArray):
        row = first_masked(keys)
        if row is not None:
            raise InvalidKey(f"row {row} is masked: every row of a column of keys must hold a key")
        keys = keys.data
    if not len(keys) and keys.dtype.kind not in "ui":
        return Strings.of([])
    if keys.dtype.kind in "ui":
        if keys.dtype.kind == "i" and len(keys) and keys.min() < 0:
            row = int(np.flatnonzero(keys < 0)[0])
            raise InvalidKey(f"the int key {int(keys[row])} in row {row} is outside 0 <= key < 2^64")
        return Integers(np.ascontiguousarray(keys, dtype=np.uint64))
    if keys.dtype.kind == "S":
        return _from_fixed_width(keys)
    if keys.dtype.kind in "UOT":
        return from_objects(keys.tolist())
    raise InvalidKey(
        f"an array of keys holds integers, str, bytes or objects, not dtype {keys.dtype}: convert it first"
    )


def first_masked(values: NDArray[Any]) -> int | None:
    """Return the first row that a mask hides, or None.

    Parameters
    ----------
    values
        (k,), masked or not.

    Returns
    -------
    int or None

    Examples
    --------
    >>> first_masked(np.ma.array([1, 2], mask=[False, True])), first_masked(np.array([1, 2]))
    (1, None)
    """
    if not isinstance(values, np.ma.MaskedArray):
        return None
    hidden = np.flatnonzero(np.ma.getmaskarray(values))
    return int(hidden[0]) if len(hidden) else None


def from_objects(keys: list[object]) -> Integers | Strings | Mixed:
    """Return the column of a list of keys.

    Parameters
    ----------
    keys
        One a row.

    Returns
    -------
    Integers or Strings or Mixed

    Raises
    ------
    InvalidKey
        Naming the first row that holds no key.

    Examples
    --------
    >>> from_objects(["a", b"bc"]).tolist()
    [b'a', b'bc']
    """
    kinds = set(map(type, keys))
    if kinds == {bytes}:
        return Strings.of(cast("list[bytes]", keys))
    if kinds == {str}:
        try:
            return _from_texts(cast("list[str]", keys))
        except UnicodeEncodeError:
            pass  # found again, and named, below
    if kinds == {int}:
        try:
            return Integers(np.array(keys, dtype=np.uint64))
        except OverflowError:
            pass  # found again, and named, below
    plain = [plain_key(key, row) for row, key in enumerate(keys)]
    if all(isinstance(key, bytes) for key in plain):
        return Strings.of([key for key in plain if isinstance(key, bytes)])
    if all(isinstance(key, int) for key in plain):
        return Integers(np.array(plain, dtype=np.uint64))
    return Mixed(tuple(plain))


def _from_texts(keys: list[str]) -> Strings:
    """Return the column of these str; ASCII is encoded at once, each key as long as before."""
    text = "".join(keys)
    if not text.isascii():
        return Strings.of(list(map(str.encode, keys)))
    return _of_lengths(text.encode(), map(len, keys), len(keys))


def _of_lengths(data: bytes, lengths: Iterable[int], count: int) -> Strings:
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.fromiter(lengths, dtype=np.int64, count=count), out=offsets[1:])
    return Strings(np.frombuffer(data, dtype=np.uint8), offsets)


def _from_fixed_width(keys: NDArray[np.bytes_]) -> Strings:
    width = keys.dtype.itemsize
    padded = np.ascontiguousarray(keys).view(np.uint8) if width else np.zeros(0, dtype=np.uint8)
    offsets = np.zeros(len(keys) + 1, dtype=np.int64)
    _unpadded_offsets(padded, width, offsets)
    data = np.empty(int(offsets[-1]), dtype=np.uint8)
    _gather(padded, np.arange(len(keys), dtype=np.int64) * width, offsets, data)
    return Strings(data, offsets)


@kernel
def _unpadded_offsets(padded: NDArray[np.uint8], width: int, offsets: NDArray[np.int64]) -> None:
    for i in range(len(offsets) - 1):
        length = width
        while length > 0 and padded[i * width + length - 1] == 0:
            length -= 1
        offsets[i + 1] = offsets[i] + length


@kernel
def _gather(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    new_offsets: NDArray[np.int64],
    new_data: NDArray[np.uint8],
) -> None:
    for i in range(len(starts)):
        source = starts[i] - new_offsets[i]
        for at in range(new_offsets[i], new_offsets[i + 1]):
            new_data[at] = data[source + at]
