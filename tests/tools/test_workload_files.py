"""Workloads from real files: lines, gzip, CSV, Parquet, and everything that can be wrong with them."""

from __future__ import annotations

import csv
import gzip
import io
import os
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from algorithms.hashing import hash_column
from experiments.options.errors import BadUse
from experiments.workloads import CHUNK, Distinct, lines, parse, reading
from experiments.workloads.lines import split_lines
from experiments.workloads.tables import csv_column, csv_header

Write = Callable[[str, bytes], Path]

# any character but those of line ends; with many NULs it would be UTF-16, and with a magic number no text
LINE = st.text(st.characters(exclude_characters="\n\r\0", codec="utf-8"), min_size=1).filter(
    lambda line: not line.startswith(("BZh", "PK\x03\x04", "PAR1"))
)


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files into the working folder, so that texts hold short paths."""
    monkeypatch.chdir(tmp_path)

    def write_file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(content) if name.lower().endswith(".gz") else content)
        return path

    return write_file


def _keys(text: str) -> list[bytes] | list[int]:
    workload = parse(text)
    return workload.chunk(0, 0).tolist()


def _refusal(text: str) -> str:
    with pytest.raises(BadUse) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- lines ---


@settings(deadline=None)  # the first example may wait for the compiler
@given(
    st.lists(LINE, min_size=1, max_size=30), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(1, 9)
)
@example(["\ufeff", "\ufeffb"], "\n", True, 1)
@example(["ab", "\u2028", "\x00", "\x85"], "\r\n", False, 1)
def test_any_lines_come_back(texts: list[str], end: str, ended: bool, block: int) -> None:
    content = (end.join(texts) + end * ended).encode()
    marked = content.startswith(lines.BYTE_ORDER_MARK)
    expected = [text.encode() for text in texts]
    if marked:
        expected[0] = expected[0].removeprefix(lines.BYTE_ORDER_MARK)
    if b"" in expected:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", block)
        keys = split_lines(bytearray(content), "any")[0]
    assert keys.tolist() == expected
    assert keys.offsets[0] == 0


def test_the_seven_ways_to_write_two_lines_are_equal(write: Write) -> None:
    plain = write("a.txt", b"one\ntwo\n")
    for name, content in {
        "b.txt": b"one\r\ntwo\r\n",
        "c.txt": b"one\ntwo",
        "d.txt": b"\xef\xbb\xbfone\ntwo\n",
        "e.txt.gz": b"one\ntwo\n",
        "f.txt.GZ": b"one\r\ntwo",
        "no suffix": b"one\ntwo\n",
    }.items():
        write(name, content)
        assert _keys(f"file:{name}") == [b"one", b"two"]
    assert _keys(f"file:{plain}") == [b"one", b"two"]


def test_a_gzip_of_several_parts_is_read_to_its_end(write: Write) -> None:
    write("parts.log", gzip.compress(b"one\n", mtime=0) + gzip.compress(b"two\n")).rename("parts.log.gz")
    assert _keys("file:parts.log.gz") == [b"one", b"two"]


def test_a_file_of_several_chunks_is_cut_into_them(write: Write) -> None:
    count = 2 * CHUNK + 5
    write("long.txt", b"".join(b"%d\n" % number for number in range(count)))
    workload = parse("file:long.txt")
    assert workload.total == workload.available(10**9) == count
    assert workload.available(7) == 7
    whole = [key for number in range(3) for key in workload.chunk(number, number).tolist()]
    assert whole == [b"%d" % number for number in range(count)]
    assert len(workload.chunk(2, 0)) == 5
    assert workload.chunk(2, 0, limit=2).tolist() == [b"524288", b"524289"]
    assert (
        workload.hashes(2, seed=9, hash="xxh64").tolist() == hash_column("xxh64", whole[2 * CHUNK :]).tolist()
    )
    with pytest.raises(ValueError, match=r"file:long\.txt has no chunk 3: give one of 0 to 2"):
        workload.chunk(3, 0)
    with pytest.raises(ValueError, match=r"chunk 2 of file:long\.txt has 5 keys: 6 of them cannot be had"):
        workload.chunk(2, 0, limit=6)


def test_equal_lines_have_equal_ids_across_chunks(write: Write) -> None:
    texts = [b"%d" % (number * number % 1000) for number in range(CHUNK + 1000)]
    write("often.txt", b"\n".join(texts))
    workload = parse("file:often.txt")
    ids = np.concatenate([workload.ids(number, 0) for number in range(2)]).tolist()
    assert len(set(zip(ids, texts, strict=True))) == len(set(ids)) == len(set(texts))
    assert Distinct().add(workload.ids(0, 0)).add(workload.ids(1, 0)).count == len(set(texts))
    assert workload.ids(1, 0, limit=3).tolist() == ids[CHUNK : CHUNK + 3]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "keys.txt is empty; give a file with one key a line"),
        (b"\xef\xbb\xbf", "keys.txt is empty"),
        (b"\n", "keys.txt: line 1 is empty; every line is a key: remove it"),
        (b"a\nb\n\nc\n", "keys.txt: line 3 is empty"),
        (b"a\r\nb\r\n\r\n", "keys.txt: line 3 is empty"),
        (b"a\nb\nc\xff\nd\n", "keys.txt: line 3 is not UTF-8 (byte 0xff); convert the file to UTF-8"),
        (b"a\nb\n\xe2\x82", "keys.txt: line 3 is not UTF-8 (byte 0xe2)"),
        (b"a\nb\n\xe2\x82\nc", "keys.txt: line 3 is not UTF-8 (byte 0xe2)"),
        (b"\xed\xa0\x80\n", "keys.txt: line 1 is not UTF-8 (byte 0xed)"),  # a lone surrogate
        ("a\nb\n".encode("utf-16"), "keys.txt is in UTF-16 or UTF-32; convert the file to UTF-8"),
        ("a\nb\n".encode("utf-16-be"), "keys.txt is in UTF-16 (each second byte is NUL); convert"),
        ("key:1\nkey:2\n".encode("utf-16-le"), "keys.txt is in UTF-16 (each second byte is NUL); convert"),
        (b"a\rb\rc\r", "keys.txt: line 1 has a CR inside, which ends lines in some programs only"),
        (b"a\nb\rc\r\n", "keys.txt: line 2 has a CR inside"),
        (b"a\r\r\nb", "keys.txt: line 1 has a CR inside"),
        (b"a\n\r", "keys.txt: line 2 is empty"),
        (b"BZh91AY", "keys.txt is compressed by bzip2; unpack it"),
        (b"\x28\xb5\x2f\xfd\x00", "keys.txt is compressed by zstd; unpack it"),
        (b"\xfd7zXZ\x00", "keys.txt is compressed by xz; unpack it"),
        (b"PK\x03\x04", "keys.txt is a zip archive; unpack it"),
        (b"PAR1", "keys.txt is a Parquet file; name it .parquet, and give a column"),
        (
            gzip.compress(b"a\n", mtime=0),
            "keys.txt is compressed by gzip, which its name does not say; name it .gz",
        ),
    ],
)
@pytest.mark.parametrize("block", [1, 4, 1 << 22])
def test_a_line_that_is_no_key_is_named_by_its_number(
    write: Write, monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str, block: int
) -> None:
    monkeypatch.setattr(lines, "BLOCK", block)
    write("keys.txt", content)
    assert sentence in _refusal("file:keys.txt")
    write("keys.txt.gz", content)
    assert sentence.replace("keys.txt", "keys.txt.gz") in _refusal("file:keys.txt.gz")


def test_what_is_no_file_is_told_in_a_sentence(write: Write) -> None:
    path = write("folder/a.txt", b"one\ntwo\n" * 1000)
    assert _refusal("file:nowhere.log") == (
        "there is no file nowhere.log; give file:PATH[:COLUMN] with a file that exists"
    )
    assert "there is no file nowhere.csv; give" in _refusal("file:nowhere.csv:name")
    assert "there is no file x:n.csv; give" in _refusal("file:x:n.csv:name:y")
    assert "there is no file a:b; give" in _refusal("file:a:b")
    assert _refusal("file:folder") == "folder is a directory; give a file"
    os.mkfifo("pipe")
    assert "pipe is no regular file; write the keys to a file first" in _refusal("file:pipe")
    Path("link").symlink_to("gone")
    assert "there is no file link" in _refusal("file:link")
    path.rename("plain.gz")
    assert "plain.gz is no whole gzip file (Not a gzipped file" in _refusal("file:plain.gz")


def test_a_gzip_that_was_cut_or_damaged_is_told(write: Write) -> None:
    whole = write("a.log.gz", b"".join(b"%d\n" % number for number in range(5000))).read_bytes()
    Path("cut.log.gz").write_bytes(whole[:-20])
    assert "cut.log.gz is no whole gzip file (Compressed file ended" in _refusal("file:cut.log.gz")
    Path("cut.csv.gz").write_bytes(gzip.compress(b"id\n" + b"1\n" * 5000)[:-9])
    assert "cut.csv.gz is no whole gzip file" in _refusal("file:cut.csv.gz:id")
    Path("bad.log.gz").write_bytes(whole[:-8] + b"\0\0\0\0" + whole[-4:])
    assert "bad.log.gz is no whole gzip file (CRC check failed" in _refusal("file:bad.log.gz")
    Path("noise.log.gz").write_bytes(whole[:2000] + bytes(200) + whole[2200:])
    assert "noise.log.gz is no whole gzip file" in _refusal("file:noise.log.gz")


def test_a_file_without_permission_is_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("secret.txt", b"one\n")

    def refuse(*arguments: object) -> None:  # whoever runs the tests may be one who may read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert (
        _refusal("file:secret.txt") == "secret.txt cannot be read (Permission denied); give a file that can"
    )


def test_a_name_that_no_system_takes_is_told(write: Write) -> None:
    assert "cannot be read" in _refusal("file:a\0b")
    assert "cannot be read" in _refusal("file:" + 5000 * "a")
    assert "cannot be read" in _refusal("file:" + 5000 * "a" + ":b")


def test_colons_may_stand_in_paths_and_columns(write: Write) -> None:
    write("10:30.log", b"one\n")
    write("a:b.csv", b"x:y,z\n1,2\n")
    write("t.csv", b"x:y,z\n3,4\n")
    assert _keys("file:10:30.log") == [b"one"]
    assert _keys("file:a:b.csv:x:y") == [b"1"]
    assert _keys("file:t.csv:x:y") == [b"3"]
    assert "10:30.log has lines and no columns; give file:10:30.log, or" in _refusal("file:10:30.log:x")
    write("t.csv:z", b"a line\n")
    assert _keys("file:t.csv:z") == [b"a line"]  # the longest path that is a file


def test_lines_have_no_column(write: Write) -> None:
    write("a.txt", b"one\n")
    assert "a.txt has lines and no columns; give file:a.txt, or a column of a .csv" in _refusal(
        "file:a.txt:one"
    )
    assert "a.txt has lines and no columns" in _refusal("file:a.txt:")


# --- reading once ---


def test_a_file_is_read_once_until_it_changes(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.txt", b"one\ntwo\n")
    reads = []
    split = reading.split_lines

    def counted(content: bytearray, source: str, *, skip_blank: bool) -> object:
        reads.append(source)
        return split(content, source, skip_blank=skip_blank)

    monkeypatch.setattr(reading, "split_lines", counted)
    with ThreadPoolExecutor(8) as pool:
        workloads = list(pool.map(parse, ["file:a.txt"] * 16))
    assert reads == ["a.txt"]
    assert all(workload == workloads[0] for workload in workloads)
    path = write("a.txt", b"one\ntwo\nthree\n")
    changed = parse("file:a.txt")
    assert reads == ["a.txt", "a.txt"]
    assert workloads[0].chunk(0, 0).tolist() == [b"one", b"two"]
    assert changed.chunk(0, 0).tolist() == [b"one", b"two", b"three"]
    assert changed != workloads[0]
    assert changed.digest != workloads[0].digest
    assert (
        changed.hashes(0, seed=0, hash="xxh64").tolist()
        != workloads[0].hashes(0, seed=0, hash="xxh64").tolist()
    )
    assert changed.inputs == (Path("a.txt"),)
    assert path.samefile(changed.inputs[0])


def test_the_digest_is_that_of_the_bytes(write: Write) -> None:
    write("a.txt", b"one\ntwo\n")
    write("b.txt", b"one\ntwo\n")
    write("c.txt", b"one\ntwp\n")
    a, b, c = (parse(f"file:{name}.txt") for name in "abc")
    assert a.digest == b.digest != c.digest
    assert a.digest is not None
    assert len(a.digest) == 32
    assert a != b  # their texts differ, and with them the seeds that derive from texts
    assert hash(a) == hash(parse("file:a.txt"))
    assert a != "file:a.txt"


def test_a_pickled_workload_reads_its_file_again(write: Write) -> None:
    write("a.txt", b"one\ntwo\n")
    workload = parse("file:a.txt")
    pickled = pickle.dumps(workload)
    assert len(pickled) < 300
    assert pickle.loads(pickled) == workload
    write("a.txt", b"one\ntwo\nthree\n")
    with pytest.raises(BadUse, match=r"a\.txt is not the file it was"):
        pickle.loads(pickled)


def test_a_workload_of_a_file_describes_itself(write: Write) -> None:
    write("a.txt", b"one\ntwo\n")
    write("t.csv", b"id,name\n7,Ada\n")
    text, column = parse("file:a.txt"), parse("file:t.csv:name")
    assert (text.text, text.describe) == ("file:a.txt", "the 2 lines of a.txt, in order")
    assert (column.text, column.describe) == (
        "file:t.csv:name",
        "the 1 values of column 'name' of t.csv, in order",
    )
    assert text.skewed
    assert not text.integers


# --- CSV ---


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
        assert _keys(f"file:{name}:id") == [b"007", b"8"]
        assert _keys(f"file:{name}:name") == [b"Ada", b"Bob"]


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
    assert sentence in _refusal("file:t.csv:name")
    write("t.csv.gz", content)
    assert sentence.replace("t.csv", "t.csv.gz") in _refusal("file:t.csv.gz:name")


def test_a_table_without_a_column_lists_its_columns(write: Write) -> None:
    write("t.csv", b"id,name\n1,a\n")
    pq.write_table(pa.table({"id": [1], "who": ["a"]}), "t.parquet")
    expected = "t.csv is a table; give file:t.csv:COLUMN with one of its columns: id, name"
    assert _refusal("file:t.csv") == _refusal("file:t.csv:") == expected
    assert "t.parquet is a table; give file:t.parquet:COLUMN with one of its columns: id, who" in _refusal(
        "file:t.parquet"
    )
    write("empty.csv", b"")
    assert "empty.csv is empty" in _refusal("file:empty.csv")
    with pytest.raises(BadUse, match="x is empty"):
        csv_header([], "x")


# --- Parquet ---


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
    assert _keys("file:t.parquet:a.b") == [b"v%d" % number for number in range(1000)]


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
    assert sentence in _refusal("file:t.parquet:key")


def test_parquet_without_the_column_or_the_format_is_told(write: Write) -> None:
    pq.write_table(pa.table({"id": [1], "name": ["a"]}), "t.parquet")
    assert (
        "t.parquet has no column 'nam'; give one of its columns: id, name; did you mean 'name'?"
        in _refusal("file:t.parquet:nam")
    )
    for content in (b"", b"no parquet at all", Path("t.parquet").read_bytes()[:-10]):
        write("u.parquet", content)
        assert "u.parquet cannot be read as Parquet (" in _refusal("file:u.parquet:id")
        assert "u.parquet cannot be read as Parquet (" in _refusal("file:u.parquet")
    assert "there is no file gone.parquet; give" in _refusal("file:gone.parquet:id")


# --- kinds of columns ---


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
        assert "t.parquet: row 2 has no value in column 'key'" in _refusal("file:t.parquet:key")
        assert _keys("file:t.parquet:key?blank=skip") == [b"a", b"b"]
    pq.write_table(pa.table({"key": pa.array([None, None], pa.int64())}), "none.parquet")
    assert "none.parquet has no value in column 'key'" in _refusal("file:none.parquet:key?blank=skip")
    pq.write_table(pa.table({"key": pa.array([7, None, 8])}), "some.parquet")
    assert _keys("file:some.parquet:key?blank=skip") == [7, 8]


# --- options ---


def test_blank_lines_are_skipped_where_that_is_asked_for(write: Write) -> None:
    write("a.txt", b"\n\none\n\r\ntwo\n\n")
    workload = parse("file:a.txt?blank=skip")
    assert workload.chunk(0, 0).tolist() == [b"one", b"two"]
    assert workload.remarks == {"blank": 4}
    assert workload.text == parse(workload.text).text == "file:a.txt?blank=skip"
    assert pickle.loads(pickle.dumps(workload)).remarks == {"blank": 4}
    for text in ("file:a.txt", "file:a.txt?blank=refuse"):
        assert "a.txt: line 1 is empty; every line is a key: remove it, or skip" in _refusal(text)
    write("none.txt", b"\n\n\r\n")
    assert "none.txt has blank lines only" in _refusal("file:none.txt?blank=skip")
    write("t.csv", b"\nid,name\n\n1,a\n2,\n\n3,c\n")
    assert _keys("file:t.csv:name?blank=skip") == [b"a", b"c"]
    assert parse("file:t.csv:name?blank=skip").remarks == {"blank": 3}
    write("kept.txt", b"one\n")
    assert parse("file:kept.txt").remarks == {}


def test_fields_stand_between_what_the_header_has(write: Write) -> None:
    for name, content in {
        "a.csv": b"id;name\n1;Ada\n2;Bob\n",
        "b.tsv": b"id\tname\n1\tAda\n2\tBob\n",
        "c.TSV.gz": b"id\tname\r\n1\tAda\r\n2\tBob",
        "d.csv": b"id\tname\n1\tAda\n2\tBob\n",
        "e.csv": b'"id";"name";"price, EUR"\n1;Ada;"2,5"\n2;Bob;3\n',
        "f.csv": b"id|name\n1|Ada\n2|Bob\n",
    }.items():
        write(name, content)
        assert _keys(f"file:{name}:name") == [b"Ada", b"Bob"]
    assert "a.csv is a table; give file:a.csv:COLUMN with one of its columns: id, name" in _refusal(
        "file:a.csv"
    )
    write("g.csv", b"id:name\n1:Ada\n")
    assert _keys("file:g.csv:name?sep=:") == [b"Ada"]
    write("h.csv", b"a;b,c\n1;2,3\n")
    assert _keys("file:h.csv:c") == [b"3"]
    assert _keys("file:h.csv:a?sep=;") == _keys("file:h.csv:a?sep=semicolon") == [b"1"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("file:a.txt?blank=no", "blank='no' is unknown; give ?blank=skip or ?blank=refuse"),
        ("file:a.txt?black=skip", "file has no option 'black'; give ?blank=skip, ?blank=refuse or ?sep="),
        ("file:a.txt?blank=skip?blank=skip", "the option blank is given twice"),
        ("file:a.txt?sep=;", "a.txt has no fields that sep=';' could stand between"),
        ("file:t.csv:id?sep=ab", "sep='ab' cannot stand between fields; give one character, or comma"),
        ("file:t.csv:id?sep=", "sep='' cannot stand between fields"),
    ],
)
def test_options_that_cannot_be_are_told(write: Write, text: str, sentence: str) -> None:
    write("a.txt", b"one\n")
    write("t.csv", b"id\n1\n")
    assert sentence in _refusal(text)


def test_a_question_mark_may_stand_in_a_name(write: Write) -> None:
    write("what?blank=skip", b"one\n")
    assert _keys("file:what?blank=skip") == [b"one"]


# --- large, wide and strange ---


def test_fields_may_be_of_any_length(write: Write) -> None:
    limit = csv.field_size_limit()
    long = b"a" * 200_000
    write("t.csv", b"id,name\n1," + long + b"\n" + long + b",b\n")
    assert _keys("file:t.csv:name") == [long, b"b"]
    assert _keys("file:t.csv:id") == [b"1", long]
    assert csv.field_size_limit() == limit  # which is one of the whole process


def test_a_wide_table_names_a_few_columns_and_the_nearest(write: Write) -> None:
    names = [f"column_{number}" for number in range(10_000)]
    write("t.csv", ",".join(names).encode() + b"\n" + b",".join([b"1"] * 10_000) + b"\n")
    pq.write_table(pa.table({name: [1] for name in names[:300]}), "t.parquet")
    for name, text in (("t.csv", "10,000"), ("t.parquet", "300")):
        told = _refusal(f"file:{name}:colum_77")
        assert f"its {text} columns: column_0, column_1" in told
        assert told.endswith("did you mean 'column_77'?")
        assert len(told) < 300
        assert len(_refusal(f"file:{name}")) < 300
    write("long.csv", b"a" * 100_000 + b",b\n1,2\n")
    assert len(_refusal("file:long.csv:c")) < 300


def test_a_line_without_an_end_and_keys_beyond_memory_are_told(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LONGEST_LINE", 1000)
    write("t.csv.gz", b"id,name\n1,a\n" + b"0" * 5000)
    assert "t.csv.gz: line 3 is longer than 64 MiB" in _refusal("file:t.csv.gz:name")
    monkeypatch.setattr(reading, "_most_bytes", lambda: 1000)
    monkeypatch.setattr(reading, "_BLOCK", 100)
    write("a.txt.gz", b"0\n" * 5000)
    write("t.csv.gz", b"id,name\n" + b"1,abcdefgh\n" * 500)
    for text in ("file:a.txt.gz", "file:t.csv.gz:name"):
        assert "of keys, half of this machine's memory, in which they are kept" in _refusal(text)
    assert len(_keys("file:t.csv.gz:id")) == 500  # what is not kept may be large


def test_reading_a_large_file_is_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TOLD_EACH", 4000)
    monkeypatch.setattr(reading, "_BLOCK", 1000)
    told: list[str] = []
    monkeypatch.setattr(reading, "_listener", told.append)
    write("a.txt.gz", b"one\n" * 5000)
    write("t.csv.gz", b"id\n" + b"1\n" * 5000)
    parse("file:a.txt.gz")
    parse("file:t.csv.gz:id")
    assert [line.partition(":")[0] for line in told] == ["reading a.txt.gz"] * 5 + ["reading t.csv.gz"] * 2


@pytest.mark.parametrize(
    "path", ["/proc/self/status", "/proc/version", "/dev/null", "/dev/stdin", "/sys/kernel/profiling"]
)
def test_what_the_kernel_makes_while_it_is_read_is_no_file_of_keys(path: str) -> None:
    if Path(path).exists():
        assert f"{path} is no regular file; write the keys to a file first" in _refusal(f"file:{path}")


def test_a_file_that_changes_while_it_is_read_is_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.txt", b"one\n")
    split = reading.split_lines

    def grown(content: bytearray, source: str, *, skip_blank: bool) -> object:
        path.write_bytes(b"one\ntwo\n")
        return split(content, source, skip_blank=skip_blank)

    monkeypatch.setattr(reading, "split_lines", grown)
    assert "a.txt changed while it was read; run again" in _refusal("file:a.txt")


def test_a_workload_is_read_again_from_wherever_it_was(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("folder/a.txt", b"one\n")
    pickled = pickle.dumps(parse("file:folder/a.txt"))
    monkeypatch.chdir("folder")
    assert pickle.loads(pickled).chunk(0, 0).tolist() == [b"one"]
    assert "there is no file folder/a.txt" in _refusal("file:folder/a.txt")


def test_the_home_folder_may_be_a_tilde_and_a_pattern_is_none(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("home/keys.csv", b"id\n7\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    workload = parse("file:~/keys.csv:id")
    assert workload.chunk(0, 0).tolist() == [b"7"]
    assert workload.inputs == (tmp_path / "home" / "keys.csv",)
    assert "there is no file ~nobody-here/keys.txt" in _refusal("file:~nobody-here/keys.txt")
    assert "there is no file *.csv (a pattern is not expanded); give" in _refusal("file:*.csv")
