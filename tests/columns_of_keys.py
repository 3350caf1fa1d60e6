"""Columns of keys in every dress that numpy, pandas, polars and Arrow have for them, beside the plain keys.

A column is drawn as plain Python keys first, one a row, some of which may be none (None); then it is dressed.
What a partitioner makes of the dressed column is compared with what it makes of the keys one by one.
"""

from __future__ import annotations

import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

Row: TypeAlias = str | bytes | int | None
Dress: TypeAlias = Callable[[Sequence[Row], st.DataObject], object]


@dataclass(frozen=True)
class Kind:
    """Keys of one kind: how they are drawn, and whether a row without a key may be among them."""

    keys: st.SearchStrategy[Any]
    nulls: bool = True


# numpy's fixed widths pad with NULs, so that a key cannot end with one
TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
UNPADDED = TEXT.filter(lambda key: not key.endswith("\0"))
BYTES = st.binary(max_size=6)
WORDS = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 9), st.integers(2**63 - 2, 2**63 + 2))
SMALL = st.integers(0, 127)
ANY = st.one_of(TEXT, BYTES, WORDS, st.builds(np.uint64, SMALL), st.builds(np.str_, UNPADDED))

ARROW_TEXT = (pa.string(), pa.large_string(), pa.string_view())
ARROW_BYTES = (pa.binary(), pa.large_binary(), pa.binary_view())
ARROW_INTS = (
    pa.int8(),
    pa.uint8(),
    pa.int16(),
    pa.uint16(),
    pa.int32(),
    pa.uint32(),
    pa.int64(),
    pa.uint64(),
)


def _plain(values: Sequence[Row], kind: pa.DataType, data: st.DataObject) -> pa.Array:
    return pa.array(values, kind)


def _dictionary(values: Sequence[Row], kind: pa.DataType, data: st.DataObject) -> pa.Array:
    """Encode words; a row without a key has no index or that of a null, and some words have no row."""
    words = list(dict.fromkeys(value for value in values if value is not None))
    words += data.draw(st.sampled_from(([], words[:1])), label="words twice")
    null = len(words)
    inside = data.draw(st.booleans(), label="the null is a word")
    indices = [(null if inside else None) if value is None else words.index(value) for value in values]
    index = data.draw(st.sampled_from((pa.int8(), pa.uint32(), pa.int64())), label="index")
    words_array = _at_offset([*words, None], kind, data)
    return pa.DictionaryArray.from_arrays(pa.array(indices, index), words_array)


def _runs(values: Sequence[Row], kind: pa.DataType, data: st.DataObject) -> pa.Array:
    ends = [row + 1 for row in range(len(values)) if row + 1 == len(values) or values[row + 1] != values[row]]
    ends_type = data.draw(st.sampled_from((pa.int16(), pa.int32(), pa.int64())), label="ends")
    words = pa.array([values[end - 1] for end in ends], kind)
    return pa.RunEndEncodedArray.from_arrays(pa.array(ends, ends_type), words)


def _at_offset(values: Sequence[Row], kind: pa.DataType, data: st.DataObject) -> pa.Array:
    before = data.draw(st.integers(0, 2), label="before")
    return pa.array([*values[:1] * before, *values, *values[:1]], kind)[len(values[:1]) * before :][
        : len(values)
    ]


ENCODINGS = (_plain, _dictionary, _runs)


def arrow(*kinds: pa.DataType) -> Dress:
    """Make an Arrow array of one of these types: plain or encoded, sliced, in one piece or several."""

    def dress(values: Sequence[Row], data: st.DataObject) -> object:
        kind = data.draw(st.sampled_from(kinds), label="type")
        if kind is None:
            width = max((len(value) for value in values if isinstance(value, bytes)), default=0)
            kind = pa.binary(width)
        encode = data.draw(st.sampled_from(ENCODINGS), label="encoding")
        before = data.draw(st.integers(0, 2), label="rows before") if values else 0
        after = data.draw(st.integers(0, 2), label="rows after") if values else 0
        cut = data.draw(st.integers(0, len(values)), label="cut")

        def piece(part: Sequence[Row]) -> pa.Array:
            if not part:
                return encode(part, kind, data)
            padded = [*part[:1] * before, *part, *part[:1] * after]
            return encode(padded, kind, data)[before : before + len(part)]

        if data.draw(st.booleans(), label="chunked"):
            parts = [piece(values[:cut]), piece([]), piece(values[cut:])]
            parts = [part for part in parts if part.type == parts[0].type]
            if sum(map(len, parts)) == len(values):
                return pa.chunked_array(parts)
        return piece(values)

    return dress


def listed(*makers: Callable[[list[Any]], object]) -> Dress:
    """Make what one of these functions makes of a list."""
    return lambda values, data: data.draw(st.sampled_from(makers), label="maker")(list(values))


def _integers(values: Sequence[Row], data: st.DataObject) -> object:
    dtypes = ("i1", "u1", "<i2", ">i2", "<u4", ">u4", ">i8", "<u8", ">u8")
    made = np.array(values, dtype=data.draw(st.sampled_from(dtypes), label="dtype"))
    step = data.draw(st.sampled_from((1, 2, -1, -3)), label="step")
    wide = np.zeros(abs(step) * max(1, len(made)), dtype=made.dtype)[::step][: len(made)]
    wide[...] = made
    return wide


def _masked(values: Sequence[Row], data: st.DataObject) -> object:
    """Mask rows without a key; what lies under the mask would be taken for one."""
    mask = [value is None for value in values]
    under = data.draw(st.sampled_from((-2, 0, 5)), label="under the mask")
    return np.ma.array([under if value is None else value for value in values], mask=mask, dtype=np.int64)


def _masked_text(values: Sequence[Row], data: st.DataObject) -> object:
    return np.ma.array(
        [b"" if value is None else value for value in values],
        mask=[value is None for value in values],
        dtype="S6",
    )


def _enum(values: list[Any]) -> object:
    words = list(dict.fromkeys(value for value in values if value is not None))
    return pl.Series(values, dtype=pl.Enum(words))


def _category(values: list[Any]) -> object:
    words = sorted({value for value in values if value is not None})
    return pd.Series(pd.Categorical(values, categories=np.array(words, dtype=np.int64)))


DRESSES: dict[str, tuple[Kind, Dress]] = {
    "lists": (Kind(ANY), listed(list, tuple, iter, lambda keys: (key for key in keys))),
    "objects": (
        Kind(ANY),
        listed(
            lambda keys: np.array([*keys, None], dtype=object)[:-1],
            lambda keys: np.array([*keys, None], dtype=object)[::-1][1:][::-1],
            lambda keys: pd.Series(keys, dtype=object),
            lambda keys: pd.Index(keys, dtype=object),
            lambda keys: pl.Series(keys, dtype=pl.Object),
            lambda keys: np.ma.array(np.array([*keys, None], dtype=object)[:-1]),
        ),
    ),
    "arrow text": (Kind(TEXT), arrow(*ARROW_TEXT)),
    "arrow bytes": (Kind(BYTES), arrow(*ARROW_BYTES)),
    "arrow fixed": (Kind(st.binary(min_size=3, max_size=3)), arrow(None)),
    "arrow ints": (Kind(SMALL), arrow(*ARROW_INTS)),
    "arrow words": (Kind(WORDS), arrow(pa.uint64())),
    "numpy text": (
        Kind(UNPADDED, nulls=False),
        listed(
            lambda keys: np.array(keys, dtype="U8"),
            lambda keys: np.array(keys, dtype=">U8"),
            lambda keys: np.array(keys, dtype=np.dtype("T")),
            lambda keys: np.array([*keys, *keys], dtype="U8").reshape(2, -1)[1],
        ),
    ),
    "numpy bytes": (
        Kind(BYTES.filter(lambda key: not key.endswith(b"\0")), nulls=False),
        listed(
            lambda keys: np.array(keys, dtype="S7"),
            lambda keys: np.repeat(np.array(keys, dtype="S9"), 2)[::2],
        ),
    ),
    "numpy ints": (Kind(SMALL, nulls=False), _integers),
    "numpy words": (
        Kind(WORDS, nulls=False),
        listed(lambda keys: np.array(keys, dtype=np.uint64), lambda keys: array.array("Q", keys)),
    ),
    "masked ints": (Kind(SMALL), _masked),
    "masked bytes": (Kind(BYTES.filter(lambda key: not key.endswith(b"\0"))), _masked_text),
    "pandas text": (
        Kind(TEXT),
        listed(
            lambda keys: pd.Series(keys, dtype="str"),
            lambda keys: pd.Series(keys, dtype="string[pyarrow]"),
            lambda keys: pd.Series(keys, dtype="string[python]"),
            lambda keys: pd.Series(keys, dtype="category"),
            lambda keys: pd.CategoricalIndex(keys),
            lambda keys: pd.Index(keys, dtype="string"),
            lambda keys: pd.Series(pd.array(keys, dtype=pd.ArrowDtype(pa.large_string()))),
            lambda keys: pd.array(keys, dtype="string"),
            lambda keys: pd.Series([*keys, *keys], dtype="string", index=range(2 * len(keys)))[len(keys) :],
        ),
    ),
    "pandas ints": (
        Kind(SMALL),
        listed(
            lambda keys: pd.Series(keys, dtype="Int64"),
            lambda keys: pd.Series(keys, dtype="UInt8"),
            _category,
            lambda keys: pd.Index(keys, dtype="Int32"),
            lambda keys: pd.array(keys, dtype="UInt64"),
            lambda keys: pd.Series(keys, dtype=pd.ArrowDtype(pa.uint16())),
            lambda keys: pd.DataFrame({"key": pd.array(keys, dtype="Int64"), "other": "x"})["key"],
        ),
    ),
    "pandas words": (
        Kind(WORDS, nulls=False),
        listed(lambda keys: pd.Series(keys, dtype="uint64"), lambda keys: pd.Index(keys, dtype="uint64")),
    ),
    "polars text": (
        Kind(TEXT),
        listed(
            lambda keys: pl.Series(keys, dtype=pl.String),
            lambda keys: pl.Series(keys, dtype=pl.Categorical),
            _enum,
            lambda keys: pl.concat([pl.Series(keys, dtype=pl.String)] * 2, rechunk=False)[len(keys) :],
        ),
    ),
    "polars bytes": (Kind(BYTES), listed(lambda keys: pl.Series(keys, dtype=pl.Binary))),
    "polars ints": (
        Kind(SMALL),
        listed(
            lambda keys: pl.Series(keys, dtype=pl.Int8),
            lambda keys: pl.Series(keys, dtype=pl.UInt64),
            lambda keys: pl.Series(keys, dtype=pl.Int128),
        ),
    ),
}


@st.composite
def columns(draw: st.DrawFn, dress: str) -> tuple[list[Row], object]:
    """Return plain keys, and a column that holds the same."""
    kind, make = DRESSES[dress]
    rows: st.SearchStrategy[Any] = st.lists(kind.keys, max_size=6)
    if kind.nulls:
        rows = st.one_of(rows, st.lists(st.one_of(kind.keys, st.none()), max_size=6))
    keys = draw(rows)
    return keys, make(keys, draw(st.data()))
