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
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from algorithms.hashing import hash_column
from experiments.errors import BadUse
from experiments.workloads import CHUNK, count_distinct, files, lines, parse
from experiments.workloads.lines import split_lines
from experiments.workloads.tables import csv_column, csv_header

Write = Callable[[str, bytes], Path]

# any character but LF; a CR at the end would be half of a CRLF
LINE = st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1).filter(
    lambda line: not line.endswith("\r")
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
@example(["a\rb", "\u2028", "\x00", "\x85"], "\r\n", False, 1)
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
        keys = split_lines(bytearray(content), "any")
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
    write("parts.log", gzip.compress(b"one\n") + gzip.compress(b"two\n")).rename("parts.log.gz")
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
    assert count_distinct(workload.ids(number, 0) for number in range(2)) == len(set(texts))
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
        ("a\nb\n".encode("utf-16"), "keys.txt: line 1 is not UTF-8 (byte 0xff)"),
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
    split = files.split_lines

    def counted(content: bytearray, source: str) -> object:
        reads.append(source)
        return split(content, source)

    monkeypatch.setattr(files, "split_lines", counted)
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
        keys = csv_column(io.BytesIO(content), column, "any")
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
        (b"id;name\n1;a\n", "t.csv has no column 'name'; give one of its columns: id;name"),
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
        (b"id,name\n1," + b"a" * 200_000 + b"\n", "t.csv: line 2 is no CSV (field larger than field limit"),
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
    assert count_distinct([workload.ids(0, 0)]) == len(set(keys))


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
        (pa.array([{"x": 1}]), "t.parquet: column 'key': an Arrow column of keys holds"),
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
