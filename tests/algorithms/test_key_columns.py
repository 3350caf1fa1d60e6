"""Columns of keys: whatever holds them, each row is placed as its key alone is, or named in a sentence."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from columns_of_keys import DRESSES, columns
from hypothesis import given
from hypothesis import strategies as st

from algorithms import InvalidHash, InvalidKey, InvalidParameter, create
from algorithms.hashing import hash_column, hash_function, hash_key, hash_names
from algorithms.hashing.columns import plain_key
from algorithms.hashing.reading import as_column

P = create("jump", [f"n{i}" for i in range(50)])


def _first_fault(keys: list[object]) -> int | None:
    for row, key in enumerate(keys):
        try:
            plain_key(key)
        except InvalidKey:
            return row
    return None


def _refusal(column: object) -> str:
    with pytest.raises(InvalidKey) as caught:
        P.lookup_many(column)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    return str(caught.value)


@pytest.mark.parametrize("dress", DRESSES)
@given(data=st.data())
def test_a_column_is_placed_as_its_keys_are_one_by_one(dress: str, data: st.DataObject) -> None:
    keys, column = data.draw(columns(dress))
    fault = _first_fault(keys)
    if fault is not None:
        assert f"row {fault}" in _refusal(column)
        return
    names = P.lookup_many(column)
    assert names.tolist() == [P.lookup(key) for key in keys]
    assert names.dtype == object


@pytest.mark.parametrize("function", hash_names())
@given(data=st.data())
def test_each_function_hashes_a_column_as_its_keys(function: str, data: st.DataObject) -> None:
    keys, column = data.draw(st.sampled_from(sorted(DRESSES)).flatmap(columns))
    text = any(isinstance(key, str | bytes) for key in keys)
    if _first_fault(keys) is not None or (text and not hash_function(function).takes_text):
        with pytest.raises(InvalidKey):
            hash_column(function, column)
        return
    assert hash_column(function, column).tolist() == [hash_key(function, key) for key in keys]


class _Colour(enum.IntEnum):
    RED = 3


class _Place(enum.StrEnum):
    HERE = "here"


class _Name(str):
    __slots__ = ()

    def encode(self, *arguments: object) -> bytes:
        return b"something else"


@pytest.mark.parametrize(
    ("key", "plain"),
    [
        (_Colour.RED, 3),
        (_Place.HERE, "here"),
        (_Name("a"), "a"),
        (np.str_("a\0"), "a\0"),
        (np.bytes_(b"a\0"), b"a\0"),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.int8(5), 5),
    ],
)
def test_a_key_of_a_subclass_is_what_it_says(key: object, plain: str | bytes | int) -> None:
    assert P.lookup(key) == P.lookup(plain)  # type: ignore[arg-type]
    assert P.lookup_many([key]).tolist() == P.lookup_many([plain]).tolist() == [P.lookup(plain)]
    assert P.lookup_many(pd.Series([key], dtype=object)).tolist() == [P.lookup(plain)]


@pytest.mark.parametrize(
    "fault",
    [
        None,
        True,
        np.True_,
        0.0,
        np.float64(1),
        float("nan"),
        pd.NA,
        pd.NaT,
        np.ma.masked,
        -1,
        2**64,
        -(10**5000),
        10**5000,
        np.int8(-1),
        "\ud800",
        _Name("\udfff"),
        (1,),
        ["a"],
        {"a"},
        object(),
        datetime.date(2020, 1, 1),
        np.datetime64("2020-01-01"),
        np.timedelta64(5),
        np.timedelta64(5, "s"),
        decimal.Decimal(1),
        uuid.UUID(int=1),
        bytearray(b"a"),
        memoryview(b"a"),
        np.array(5),
        np.array("a"),
        pa.scalar("a"),
        1j,
        pd.DataFrame({"a": ["x\ny"]}),
        type("Silent", (), {"__repr__": lambda self: 1 / 0})(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_what_is_no_key_is_named_by_its_row(fault: object) -> None:
    objects = np.empty(3, dtype=object)
    objects[:] = ["a", 7, "b"]
    objects[2] = fault
    for column in (["a", 7, fault], objects, pd.Series(objects, dtype=object), iter(["a", 7, fault])):
        assert "row 2" in _refusal(column)
    with pytest.raises(InvalidKey) as caught:
        P.lookup(fault)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_large_ints_among_objects_are_keys() -> None:
    keys = [2**63, 2**64 - 1, 0]
    for column in (pd.Series(keys, dtype=object), np.array(keys, dtype=object), keys):
        assert P.lookup_many(column).tolist() == [P.lookup(key) for key in keys]


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1.5]),
        pa.array([True]),
        pa.array([decimal.Decimal(1)]),
        pa.array([datetime.date(2020, 1, 1)]),
        pa.array([datetime.datetime(2020, 1, 1)]),
        pa.array([datetime.timedelta(1)]),
        pa.array([["a"]]),
        pa.array([("k", "v")], pa.struct([("k", pa.string()), ("v", pa.string())])),
        pa.array([b"1234567890123456"], pa.uuid()),
        pa.array(['"a"'], pa.json_()),
        pa.array([1.5]).dictionary_encode(),
        pa.RunEndEncodedArray.from_arrays([1], [True]),
        pd.Series([1.5]),
        pd.Series([True]),
        pd.Series([1.5], dtype="Float64"),
        pd.Series([True], dtype="boolean"),
        pd.Series(pd.to_datetime(["2020-01-01"])),
        pd.Series(pd.to_datetime(["2020-01-01"]).tz_localize("UTC")),
        pd.Series(pd.period_range("2020", periods=1)),
        pd.Series(pd.interval_range(0, 1)),
        pd.Index([1.5]),
        pd.MultiIndex.from_tuples([("a", 1)]),
        pd.Series([1.5], dtype="category"),
        pl.Series([1.5]),
        pl.Series([True]),
        pl.Series([datetime.date(2020, 1, 1)]),
        pl.Series([["a"]]),
        pl.Series([decimal.Decimal(1)]),
        pl.Series([object()], dtype=pl.Object),
        np.array([1.5]),
        np.array([True]),
        np.array([1j]),
        np.array(["2020"], dtype="M8[D]"),
        np.array([5], dtype="m8[s]"),
        np.array([b"ab"], dtype="V2"),
        np.array([(1, 2)], dtype=[("a", int), ("b", int)]),
    ],
    ids=lambda values: f"{type(values).__module__[:2]}-{getattr(values, 'type', None) or values.dtype}",
)
def test_values_of_other_types_are_refused_and_none_of_them_is_no_fault(values: object) -> None:
    assert _refusal(values)
    empty = values[:0]  # type: ignore[index]
    if not isinstance(values, pa.Array) or not pa.types.is_struct(values.type):
        assert P.lookup_many(empty).tolist() == []


@pytest.mark.parametrize(
    "column",
    [
        [],
        (),
        range(0),
        np.array([]),
        np.array([], dtype=object),
        np.array([], dtype="S3"),
        pa.array([]),
        pa.chunked_array([], pa.string()),
        pa.chunked_array([pa.array([], pa.int8())]),
        pd.Series([], dtype=object),
        pd.Series([]),
        pd.Series([], dtype="category"),
        pd.Index([]),
        pl.Series([]),
        pl.Series([], dtype=pl.Categorical),
        np.ma.array([]),
        pa.DictionaryArray.from_arrays(pa.array([], pa.int8()), pa.array(["a"])),
        pa.RunEndEncodedArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string())),
    ],
    ids=str,
)
def test_an_empty_column_has_no_names(column: object) -> None:
    for name in hash_names():
        hashes = hash_column(name, column)
        assert (hashes.tolist(), hashes.dtype) == ([], np.uint64)
    assert P.lookup_many(column).tolist() == []


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ("abc", r"not the single key 'abc': pass \[key\]"),
        (np.str_("abc"), r"not the single key"),
        (b"abc", r"not the single key b'abc': pass \[key\]"),
        (bytearray(b"abc"), r"not the bytes of a bytearray.*\[bytes\(key\)\]"),
        (memoryview(b"abc"), r"not the bytes of a memoryview.*\[bytes\(key\)\]"),
        (5, "a column of keys was expected"),
        (np.uint64(5), "a column of keys was expected"),
        (None, "a column of keys was expected"),
        (pa.scalar("a"), "a column of keys was expected"),
        (pd.Series, "a column of keys"),
        (np.array("a"), "one-dimensional"),
        (np.zeros((2, 2), dtype=np.uint64), "one-dimensional"),
        (np.zeros((0, 2)), "one-dimensional"),
        ({"a": 1}, r"a mapping.*list\(keys\)"),
        ({"a", "b"}, r"a set has no order.*sorted"),
        (frozenset("a"), r"a set has no order"),
        (pd.DataFrame({"a": ["x"]}), r"a table or structs with the column 'a'.*pass that column"),
        (
            pd.DataFrame({"a": ["x"], "b": [1]}),
            r"a table or structs with the columns 'a', 'b'.*pass one of them",
        ),
        (pd.DataFrame({"a": []}), r"a table or structs with the column 'a'"),
        (pl.DataFrame({"a": ["x"]}), r"a table or structs with the column 'a'"),
        (pa.table({"a": ["x"]}), r"a table or structs with the column 'a'"),
        (pa.record_batch({"a": ["x"]}), r"a table or structs with the column 'a'"),
        (pd.DataFrame({f"c{i}": [i] for i in range(1000)}), r"'c0', 'c1', .* \(1,?000 in all\)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_column_is_told_in_a_sentence(column: object, sentence: str) -> None:
    with pytest.raises(InvalidKey, match=sentence):
        P.lookup_many(column)
    _refusal(column)


def test_what_a_mask_hides_is_no_key_and_no_hash() -> None:
    hidden = np.ma.array([1, 2, 3], mask=[0, 1, 0], dtype=np.uint64)
    assert "row 1 is masked" in _refusal(hidden)
    assert "row 1 is masked" in _refusal(np.ma.array([b"a", b"b"], mask=[0, 1]))
    assert "row 0 is masked" in _refusal(np.ma.array(["a", "b"], mask=True))
    assert P.lookup_many(np.ma.array([1, 2])).tolist() == [P.lookup(1), P.lookup(2)]
    with pytest.raises(InvalidHash, match="row 1 is masked"):
        P.assign(hidden)
    with pytest.raises(InvalidHash, match="row 1 is masked"):
        create("rendezvous", 3).assign_replicas(hidden, 2)
    with pytest.raises(InvalidParameter, match="out must be"):
        P.assign(hidden.data, out=np.ma.zeros(3, dtype=np.int32))


def test_the_rows_of_a_generator_are_read_once() -> None:
    def keys() -> Iterator[object]:
        yield from ("a", 1, b"c")

    assert P.lookup_many(keys()).tolist() == [P.lookup("a"), P.lookup(1), P.lookup(b"c")]


@pytest.mark.parametrize("make", [lambda n: n, lambda n: n - 1], ids=["counted", "with a gap"])
def test_names_are_made_for_the_buckets_that_occur(make: Callable[[int], int]) -> None:
    p = create("jump", 2**31 - 1)
    assert p.lookup_many(["a", "b"]).tolist() == [p.lookup("a"), p.lookup("b")]
    q = create("modulo", make(3_000_000))
    q.add_node("late")
    before = q.nbytes
    keys = [*range(50), make(3_000_000)]
    assert q.lookup_many(keys).tolist() == [q.lookup(key) for key in keys]
    assert q.nbytes - before < 1_000_000


def test_an_unknown_name_among_two_billion_nodes_is_told_at_once() -> None:
    p = create("jump", 2**31 - 1)
    with pytest.raises(KeyError, match=r"node-0.*node-5.*2147483647 in all"):
        p.remove_node("nobody")


@pytest.mark.parametrize(
    "keys",
    [
        ["a", "", "bc"],
        ["é", "", "日本", "a"],
        ["\0", "\x7f", "\x80"],
        [b"a", b"", b"\xff"],
        [""],
        ["a", b"b"],
        [],
    ],
    ids=repr,
)
def test_a_list_of_one_kind_is_the_column_of_its_keys(keys: list[str | bytes]) -> None:
    plain = [key.encode() if isinstance(key, str) else key for key in keys]
    assert as_column(keys).tolist() == plain


@pytest.mark.parametrize("gone", [None, "a", "c"])
@pytest.mark.parametrize("name", ["ring", "rendezvous"])
def test_a_dictionary_of_arrow_has_the_names_that_an_array_has(name: str, gone: str | None) -> None:
    p = create(name, ["a", "b", "c"])
    if gone:
        p.remove_node(gone)
    keys = [f"k{i}" for i in range(100)]
    for column in (keys, pa.array(keys), []):
        found = p.lookup_arrow(column)
        assert found.to_pylist() == p.lookup_many(column).tolist()
        assert not found.dictionary.null_count
    with pytest.raises(InvalidKey, match="row 1"):
        p.lookup_arrow(["a", None])


def test_a_dictionary_of_arrow_has_few_names_of_many_nodes() -> None:
    p = create("jump", 1_000_000)
    found = p.lookup_arrow(["a", "b", "a"])
    assert found.to_pylist() == p.lookup_many(["a", "b", "a"]).tolist()
    assert len(found.dictionary) <= 2


def test_a_column_of_nulls_is_refused_by_its_first_row_whatever_its_type() -> None:
    assert "row 0 is null" in _refusal(pd.Series([None, None], dtype="category"))
    assert "row 0 is null" in _refusal(pa.array([None], pa.float64()))
