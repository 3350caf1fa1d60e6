"""Columns of tables as keys: CSV, Parquet, and everything that can be wrong with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from key_files import Write, keys_of, refusal_of

from algorithms.hashing import hash_column
from experiments.options.errors import BadUse
from experiments.workloads import Distinct, parse
from experiments.workloads.tables import csv_column, csv_header


@settings(deadline=None)  # the first example may wait for the compiler
@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=2, max_size=2), min_size=1)
)
def test_any_table_comes_back_from_csv(table: Sequence[Sequence[str]]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["a", "b"], *table])
    content = buffer.getvalue().encode()
    for index, column in enumerate("ab"):
        keys = csv_column(io.BytesIO(content), column, "any")[0]
        assert keys.tolist() == [row[index].encode() for row in table]


def test_a_column_of_csv_is_text_in_every_dress(write: Write) -> None:
    for name, content in {
        "a.csv": b"id,name\n007,Ada\n8,Bob\n",
        "b.CSV": b"id,name\r\n007,Ada\r\n8,Bob",
        "c.csv": b"\xef\xbb\xbfid,name\n007,Ada\n8,Bob\n",
        "d.csv.gz": b'"id","name"\n"007","Ada"\n8,Bob\n',
    }.items():
        write(name, content)
        assert keys_of(f"file:{name}:id") == [b"007", b"8"]
        assert keys_of(f"file:{name}:name") == [b"Ada", b"Bob"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "t.csv is empty; give a CSV file whose first row names its columns"),
        (b"id,name\n", "t.csv has a header and no rows"),
        (
            b"id,nam\n1,a\n",
            "t.csv has no column 'name'; give one of its columns: id, nam; did you mean 'nam'?",
        ),
        (
            b"id;nam\n1;a\n",
            "t.csv has no column 'name'; give one of its columns: id, nam; did you mean 'nam'?",
        ),
        (b"name,name\n1,a\n", "t.csv has 2 columns named 'name'; give them different names"),
        (b"id,name\n1,a\n2\n3,c\n", "t.csv: line 3 has 1 field where the header has 2"),
        (b"id,name\n1,a\n2,b,c\n", "t.csv: line 3 has 3 fields where the header has 2"),
        (b'id,name\n"1\n2\n3",a\n4\n', "t.csv: line 5 has 1 field"),  # the row before has three lines
        (b"id,name\n1,a\n\n2,b\n", "t.csv: line 3 is empty; every line is a row"),
        (b"id,name\n1,\n", "t.csv: line 2 has no value in column 'name'"),
        (b"id,name\n1,a\n2,\xe9\n", "t.csv: line 3 is not UTF-8 (byte 0xe9)"),
        (b"\xff,name\n", "t.csv: line 1 is not UTF-8 (byte 0xff)"),
        (b'id,name\n1,"a"b\n', "t.csv: line 2 is no CSV ("),
        (b'id,name\n1,"a\n', "t.csv: line 2 is no CSV (unexpected end of data)"),
        ("a".encode("utf-16") * 9, "t.csv is in UTF-16 or UTF-32; convert the file to UTF-8"),
        (b"\nid,name\n", "t.csv: line 1 is empty"),
    ],
)
def test_a_table_with_a_fault_is_told_with_its_line(write: Write, content: bytes, sentence: str) -> None:
    write("t.csv", content)
    assert sentence in refusal_of("file:t.csv:name")
    write("t.csv.gz", content)
    assert sentence.replace("t.csv", "t.csv.gz") in refusal_of("file:t.csv.gz:name")


def test_a_table_without_a_column_lists_its_columns(write: Write) -> None:
    write("t.csv", b"id,name\n1,a\n")
    pq.write_table(pa.table({"id": [1], "who": ["a"]}), "t.parquet")
    expected = "t.csv is a table; give file:t.csv:COLUMN with one of its columns: id, name"
    assert refusal_of("file:t.csv") == refusal_of("file:t.csv:") == expected
    assert "t.parquet is a table; give file:t.parquet:COLUMN with one of its columns: id, who" in refusal_of(
        "file:t.parquet"
    )
    write("empty.csv", b"")
    assert "empty.csv is empty" in refusal_of("file:empty.csv")
    with pytest.raises(BadUse, match="x is empty"):
        csv_header([], "x")


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        (pa.array([5, 0, 2**63 - 1]), [5, 0, 2**63 - 1]),
        (pa.array([2**64 - 1], pa.uint64()), [2**64 - 1]),
        (pa.array([1, 2, 3], pa.int8()), [1, 2, 3]),
        (pa.array(["a", "", "clé"]), [b"a", b"", "clé".encode()]),
        (pa.array(["a", "b"], pa.large_string()), [b"a", b"b"]),
        (pa.array([b"\xff", b"b"]), [b"\xff", b"b"]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), [b"a", b"b", b"a"]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_columns_of_parquet(write: Write, values: pa.Array, keys: list[object]) -> None:
    pq.write_table(pa.table({"other": [0.5] * len(values), "key": values}), "t.parquet")
    workload = parse("file:t.parquet:key")
    assert workload.chunk(0, 0).tolist() == keys
    assert workload.integers == isinstance(keys[0], int)
    assert Distinct().add(workload.ids(0, 0)).count == len(set(keys))


def test_a_column_of_many_row_groups_keeps_its_order(write: Write) -> None:
    pq.write_table(pa.table({"a.b": pa.array(f"v{n}" for n in range(1000))}), "t.parquet", row_group_size=7)
    assert keys_of("file:t.parquet:a.b") == [b"v%d" % number for number in range(1000)]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (pa.array([], pa.int64()), "t.parquet has no rows; give at least one row"),
        (pa.array(["a", "b", None]), "t.parquet: row 3 has no value in column 'key'"),
        (pa.array([None, 1]), "t.parquet: row 1 has no value in column 'key'"),
        (pa.array([4, 5, -6]), "t.parquet: row 3 has a negative integer in column 'key'"),
        (
            pa.array([0.5]),
            "t.parquet: column 'key': an Arrow column of keys holds integers, strings or binary, not double",
        ),
        (pa.array([{"x": 1}]), "t.parquet: column 'key': a column of keys was expected, not a table"),
    ],
    ids=["rows", "null text", "null int", "negative", "float", "struct"],
)
def test_a_column_of_parquet_with_a_fault_is_told_with_its_row(
    write: Write, values: pa.Array, sentence: str
) -> None:
    pq.write_table(pa.table({"key": values}), "t.parquet", row_group_size=2)
    assert sentence in refusal_of("file:t.parquet:key")


def test_parquet_without_the_column_or_the_format_is_told(write: Write) -> None:
    pq.write_table(pa.table({"id": [1], "name": ["a"]}), "t.parquet")
    assert (
        "t.parquet has no column 'nam'; give one of its columns: id, name; did you mean 'name'?"
        in refusal_of("file:t.parquet:nam")
    )
    for content in (b"", b"no parquet at all", Path("t.parquet").read_bytes()[:-10]):
        write("u.parquet", content)
        assert "u.parquet cannot be read as Parquet (" in refusal_of("file:u.parquet:id")
        assert "u.parquet cannot be read as Parquet (" in refusal_of("file:u.parquet")
    assert "there is no file gone.parquet; give" in refusal_of("file:gone.parquet:id")


def _parquet_columns() -> dict[str, tuple[pa.Array, list[object]]]:
    texts, numbers = ["a", "b", "a", "c"], [5, 2**63, 5, 7]
    words: list[object] = [text.encode() for text in texts]
    return {
        "dictionary": (pa.array(texts).dictionary_encode(), words),
        "large dictionary": (pa.array(texts, pa.large_string()).dictionary_encode(), words),
        "binary dictionary": (pa.array(words, pa.binary()).dictionary_encode(), words),
        "views": (pa.array(texts, pa.string_view()), words),
        "binary views": (pa.array(words, pa.binary_view()), words),
        "fixed": (pa.array(words, pa.binary(1)), words),
        "large": (pa.array(texts, pa.large_string()), words),
        "numbers": (pa.array(numbers, pa.uint64()), [*numbers]),
        "pandas category": (pa.Array.from_pandas(pd.Series(texts, dtype="category")), words),
        "polars category": (pl.Series(texts, dtype=pl.Categorical).to_arrow(), words),
    }


@pytest.mark.parametrize("kind", _parquet_columns())
@pytest.mark.parametrize("row_group_size", [1, 3, 100])
def test_a_column_of_parquet_of_any_kind_is_one_column(write: Write, kind: str, row_group_size: int) -> None:
    values, keys = _parquet_columns()[kind]
    pq.write_table(pa.table({"key": values}), "t.parquet", row_group_size=row_group_size)
    workload = parse("file:t.parquet:key")
    assert workload.chunk(0, 0).tolist() == keys
    assert workload.total == len(keys)
    assert workload.hashes(0, seed=0, hash="xxh64").tolist() == hash_column("xxh64", keys).tolist()
    assert len(set(workload.ids(0, 0).tolist())) == len(set(keys))


def test_a_null_in_a_category_is_named_by_its_row_or_skipped(write: Write) -> None:
    for values in (pd.Series(["a", None, "b"], dtype="category"), pd.Series(["a", None, "b"])):
        pq.write_table(pa.table({"key": pa.Array.from_pandas(values)}), "t.parquet", row_group_size=2)
        assert "t.parquet: row 2 has no value in column 'key'" in refusal_of("file:t.parquet:key")
        assert keys_of("file:t.parquet:key?blank=skip") == [b"a", b"b"]
    pq.write_table(pa.table({"key": pa.array([None, None], pa.int64())}), "none.parquet")
    assert "none.parquet has no value in column 'key'" in refusal_of("file:none.parquet:key?blank=skip")
    pq.write_table(pa.table({"key": pa.array([7, None, 8])}), "some.parquet")
    assert keys_of("file:some.parquet:key?blank=skip") == [7, 8]
