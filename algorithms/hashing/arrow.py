"""Columns of keys from Arrow: whatever pyarrow, pandas and polars hand out through its C interface."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from algorithms.errors import InvalidKey
from algorithms.hashing.columns import (
    ArrowStream,
    Chunked,
    Column,
    Offsets,
    Strings,
    from_numpy,
    from_objects,
)

__all__ = ["decoded", "from_arrow"]

_MOST_NAMES = 6


def from_arrow(keys: object) -> Column:
    """Return the column of an object that offers the Arrow C interface.

    Parameters
    ----------
    keys
        With ``__arrow_c_stream__`` or ``__arrow_c_array__``.

    Returns
    -------
    Integers or Strings or Chunked or Mixed
        Of strings and binary the buffers are not copied. Mixed only where the objects are read one by one,
        because Arrow has no type for them.

    Raises
    ------
    InvalidKey
        For a null, by its row; for values of another type; for a table.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from_arrow(pa.array(["a", "b", "a"]).dictionary_encode()).tolist()
    [b'a', b'b', b'a']
    """
    import pyarrow as pa

    try:
        whole = (
            pa.chunked_array(keys) if isinstance(keys, ArrowStream) else pa.chunked_array([pa.array(keys)])
        )
    except Exception as error:  # whoever exports may raise what it likes
        if isinstance(keys, Iterable):  # such as integers of 128 bits
            return from_objects(list(keys))
        reason = " ".join(str(error).split())
        raise InvalidKey(
            f"a column of keys could not be read through the Arrow C interface: {reason}"
        ) from None
    if pa.types.is_struct(whole.type):
        raise InvalidKey(_table(whole.type.names))
    kind = _value_type(whole.type)
    if not len(whole):
        return from_numpy(np.zeros(0, dtype=np.uint64)) if pa.types.is_integer(kind) else Strings.of([])
    if whole.null_count == len(whole):  # whatever the type of values that are not there
        _refuse_nulls(whole.chunks)
    if not (pa.types.is_integer(kind) or pa.types.is_null(kind) or _has_bytes(kind)):
        raise InvalidKey(
            f"an Arrow column of keys holds integers, strings or binary, not {whole.type}: cast it first"
        )
    chunks = [decoded(chunk) for chunk in whole.chunks if len(chunk)]
    _refuse_nulls(chunks)
    if pa.types.is_integer(kind):
        return from_numpy(pa.chunked_array(chunks).to_numpy())
    parts = tuple(map(_from_buffers, chunks))
    return parts[0] if len(parts) == 1 else Chunked(parts)


def _value_type(kind: Any) -> Any:
    """Return the type of the values of a dictionary or of runs, or the type itself."""
    import pyarrow as pa

    while pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        kind = kind.value_type
    return kind


def _has_bytes(kind: Any) -> bool:
    import pyarrow as pa

    return kind in _wide() or kind in _wide().values() or pa.types.is_fixed_size_binary(kind)


def _wide() -> dict[Any, Any]:
    """Return the type with 64-bit offsets for each type of text and binary that has none."""
    import pyarrow as pa

    return {
        pa.string(): pa.large_string(),
        pa.string_view(): pa.large_string(),
        pa.binary(): pa.large_binary(),
        pa.binary_view(): pa.large_binary(),
    }


def decoded(array: Any) -> Any:
    """Return an array row by row where it is a dictionary or run-end encoded, or both.

    Parameters
    ----------
    array
        A pyarrow Array of integers, text or binary.

    Returns
    -------
    Array
        A row a value, null where the index, the word or the run is null.

    Examples
    --------
    >>> import pyarrow as pa
    >>> decoded(pa.array(["a", "b", "a"]).dictionary_encode()).to_pylist()
    ['a', 'b', 'a']
    """
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        return _widened(decoded(array.dictionary)).take(array.indices)
    if pa.types.is_run_end_encoded(array.type):
        ends = np.clip(array.run_ends.to_numpy().astype(np.int64) - array.offset, 0, len(array))
        runs = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
        return _widened(decoded(array.values)).take(pa.array(runs))
    return array


def _widened(array: Any) -> Any:
    """Return text and binary one after the other, with 64-bit offsets; integers as they are."""
    import pyarrow as pa

    if pa.types.is_fixed_size_binary(array.type):
        return array.cast(pa.large_binary())
    wide = _wide().get(array.type)
    return array if wide is None else array.cast(wide)


def _refuse_nulls(chunks: list[Any]) -> None:
    first = 0
    for chunk in chunks:
        if chunk.null_count:
            row = first + int(np.argmax(chunk.is_null().to_numpy(zero_copy_only=False)))
            raise InvalidKey(f"row {row} is null: every row of a column of keys must hold a key")
        first += len(chunk)


def _from_buffers(array: Any) -> Strings:
    import pyarrow as pa

    narrow = array.type in (pa.string(), pa.binary())
    array = array if narrow else _widened(array)
    _, offsets, data = array.buffers()
    words: Offsets = (
        np.frombuffer(offsets, dtype=np.int32) if narrow else np.frombuffer(offsets, dtype=np.int64)
    )
    bounds = words[array.offset : array.offset + len(array) + 1]
    return Strings(np.frombuffer(data, dtype=np.uint8) if data else np.zeros(0, dtype=np.uint8), bounds)


def _table(names: list[str]) -> str:
    listed = ", ".join(map(repr, names[:_MOST_NAMES]))
    more = f", ... ({len(names)} in all)" if len(names) > _MOST_NAMES else ""
    one = len(names) == 1
    return (
        f"a column of keys was expected, not a table or structs with the column{'' if one else 's'} "
        f"{listed}{more}: pass {'that column' if one else 'one of them'}"
    )
