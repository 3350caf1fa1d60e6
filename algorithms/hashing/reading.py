"""Any column of keys in one of four forms: what numpy, lists and whatever offers the Arrow interface hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from algorithms.errors import InvalidKey, shown
from algorithms.hashing.arrow import from_arrow
from algorithms.hashing.columns import (
    ArrowArray,
    ArrowStream,
    Chunked,
    Column,
    Integers,
    Mixed,
    Strings,
    from_numpy,
    from_objects,
)

__all__ = ["as_column"]


def as_column(keys: object) -> Column:
    """Return any column of keys in one of the four forms.

    Parameters
    ----------
    keys
        A column (returned as it is); a numpy array of integers, of fixed-width bytes or str (whose trailing
        NULs are padding, as in numpy) or of objects; anything with the Arrow C interface (pyarrow, pandas,
        polars) that holds integers, text or binary, plain, as a dictionary or run-end encoded; or an
        iterable of keys. Without any rows, the type of the values does not matter.

    Returns
    -------
    Integers or Strings or Chunked or Mixed
        In the order given. Arrow's strings and binary, and integer arrays that are uint64 already, are not
        copied; a list costs about 100 ns a key, an array of objects as much.

    Raises
    ------
    InvalidKey
        For a single str, bytes or other buffer of bytes, for keys of a wrong kind (naming the first row that
        has one), for nulls and masked rows, for sets and mappings, for tables, and for arrays of more than
        one dimension.

    Examples
    --------
    >>> as_column(["a", "bc"]).tolist(), as_column(np.arange(2)).tolist()
    ([b'a', b'bc'], [0, 1])
    """
    if isinstance(keys, Integers | Strings | Chunked | Mixed):
        return keys
    _refuse_what_is_no_column(keys)
    if isinstance(keys, np.ndarray):
        return from_numpy(keys)
    if isinstance(keys, ArrowArray | ArrowStream) and not isinstance(keys, type):
        # where each row is an object, Arrow has no type for it, or exports the address
        if str(getattr(keys, "dtype", "")).lower() == "object" and isinstance(keys, Iterable):
            return from_objects(list(keys))
        return from_arrow(keys)
    if isinstance(keys, Iterable):
        return from_objects(list(keys))
    raise InvalidKey(
        f"a column of keys was expected (a list, a numpy array or an Arrow array), not {shown(keys)}"
    )


def _refuse_what_is_no_column(keys: object) -> None:
    """Raise InvalidKey for what can be iterated over and yet is no column of keys."""
    if isinstance(keys, str | bytes):
        raise InvalidKey(f"a column of keys was expected, not the single key {shown(keys)}: pass [key]")
    if isinstance(keys, bytearray | memoryview):
        raise InvalidKey(
            f"a column of keys was expected, not the bytes of a {type(keys).__name__}: pass [bytes(key)] for "
            "one key, or an array such as np.frombuffer(keys, dtype=np.uint64) for integers"
        )
    if isinstance(keys, Mapping):
        raise InvalidKey(
            f"a column of keys was expected, not a mapping ({shown(keys)}): pass list(keys), or its values"
        )
    if isinstance(keys, set | frozenset):
        raise InvalidKey(
            "a column of keys was expected, and a set has no order in which to answer: pass sorted(keys)"
        )
