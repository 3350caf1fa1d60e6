"""Workloads from real files: lines, gzip, CSV, Parquet, and everything that can be wrong with them."""

from __future__ import annotations

import gzip
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from key_files import Write, keys_of, refusal_of

from algorithms.hashing import hash_column
from experiments.workloads import CHUNK, Distinct, lines, parse
from experiments.workloads.lines import split_lines

# any character but those of line ends; with many NULs it would be UTF-16, and with a magic number no text
LINE = st.text(st.characters(exclude_characters="\n\r\0", codec="utf-8"), min_size=1).filter(
    lambda line: not line.startswith(("BZh", "PK\x03\x04", "PAR1"))
)


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
        assert keys_of(f"file:{name}") == [b"one", b"two"]
    assert keys_of(f"file:{plain}") == [b"one", b"two"]


def test_a_gzip_of_several_parts_is_read_to_its_end(write: Write) -> None:
    write("parts.log", gzip.compress(b"one\n", mtime=0) + gzip.compress(b"two\n")).rename("parts.log.gz")
    assert keys_of("file:parts.log.gz") == [b"one", b"two"]


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
    assert sentence in refusal_of("file:keys.txt")
    write("keys.txt.gz", content)
    assert sentence.replace("keys.txt", "keys.txt.gz") in refusal_of("file:keys.txt.gz")


def test_what_is_no_file_is_told_in_a_sentence(write: Write) -> None:
    path = write("folder/a.txt", b"one\ntwo\n" * 1000)
    assert refusal_of("file:nowhere.log") == (
        "there is no file nowhere.log; give file:PATH[:COLUMN] with a file that exists"
    )
    assert "there is no file nowhere.csv; give" in refusal_of("file:nowhere.csv:name")
    assert "there is no file x:n.csv; give" in refusal_of("file:x:n.csv:name:y")
    assert "there is no file a:b; give" in refusal_of("file:a:b")
    assert refusal_of("file:folder") == "folder is a directory; give a file"
    os.mkfifo("pipe")
    assert "pipe is no regular file; write the keys to a file first" in refusal_of("file:pipe")
    Path("link").symlink_to("gone")
    assert "there is no file link" in refusal_of("file:link")
    path.rename("plain.gz")
    assert "plain.gz is no whole gzip file (Not a gzipped file" in refusal_of("file:plain.gz")


def test_a_gzip_that_was_cut_or_damaged_is_told(write: Write) -> None:
    whole = write("a.log.gz", b"".join(b"%d\n" % number for number in range(5000))).read_bytes()
    Path("cut.log.gz").write_bytes(whole[:-20])
    assert "cut.log.gz is no whole gzip file (Compressed file ended" in refusal_of("file:cut.log.gz")
    Path("cut.csv.gz").write_bytes(gzip.compress(b"id\n" + b"1\n" * 5000)[:-9])
    assert "cut.csv.gz is no whole gzip file" in refusal_of("file:cut.csv.gz:id")
    Path("bad.log.gz").write_bytes(whole[:-8] + b"\0\0\0\0" + whole[-4:])
    assert "bad.log.gz is no whole gzip file (CRC check failed" in refusal_of("file:bad.log.gz")
    Path("noise.log.gz").write_bytes(whole[:2000] + bytes(200) + whole[2200:])
    assert "noise.log.gz is no whole gzip file" in refusal_of("file:noise.log.gz")


def test_a_file_without_permission_is_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("secret.txt", b"one\n")

    def refuse(*arguments: object) -> None:  # whoever runs the tests may be one who may read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert (
        refusal_of("file:secret.txt") == "secret.txt cannot be read (Permission denied); give a file that can"
    )


def test_a_name_that_no_system_takes_is_told(write: Write) -> None:
    assert "cannot be read" in refusal_of("file:a\0b")
    assert "cannot be read" in refusal_of("file:" + 5000 * "a")
    assert "cannot be read" in refusal_of("file:" + 5000 * "a" + ":b")


def test_colons_may_stand_in_paths_and_columns(write: Write) -> None:
    write("10:30.log", b"one\n")
    write("a:b.csv", b"x:y,z\n1,2\n")
    write("t.csv", b"x:y,z\n3,4\n")
    assert keys_of("file:10:30.log") == [b"one"]
    assert keys_of("file:a:b.csv:x:y") == [b"1"]
    assert keys_of("file:t.csv:x:y") == [b"3"]
    assert "10:30.log has lines and no columns; give file:10:30.log, or" in refusal_of("file:10:30.log:x")
    write("t.csv:z", b"a line\n")
    assert keys_of("file:t.csv:z") == [b"a line"]  # the longest path that is a file


def test_lines_have_no_column(write: Write) -> None:
    write("a.txt", b"one\n")
    assert "a.txt has lines and no columns; give file:a.txt, or a column of a .csv" in refusal_of(
        "file:a.txt:one"
    )
    assert "a.txt has lines and no columns" in refusal_of("file:a.txt:")


# --- options ---


def test_blank_lines_are_skipped_where_that_is_asked_for(write: Write) -> None:
    write("a.txt", b"\n\none\n\r\ntwo\n\n")
    workload = parse("file:a.txt?blank=skip")
    assert workload.chunk(0, 0).tolist() == [b"one", b"two"]
    assert workload.remarks == {"blank": 4}
    assert workload.text == parse(workload.text).text == "file:a.txt?blank=skip"
    assert pickle.loads(pickle.dumps(workload)).remarks == {"blank": 4}
    for text in ("file:a.txt", "file:a.txt?blank=refuse"):
        assert "a.txt: line 1 is empty; every line is a key: remove it, or skip" in refusal_of(text)
    write("none.txt", b"\n\n\r\n")
    assert "none.txt has blank lines only" in refusal_of("file:none.txt?blank=skip")
    write("t.csv", b"\nid,name\n\n1,a\n2,\n\n3,c\n")
    assert keys_of("file:t.csv:name?blank=skip") == [b"a", b"c"]
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
        assert keys_of(f"file:{name}:name") == [b"Ada", b"Bob"]
    assert "a.csv is a table; give file:a.csv:COLUMN with one of its columns: id, name" in refusal_of(
        "file:a.csv"
    )
    write("g.csv", b"id:name\n1:Ada\n")
    assert keys_of("file:g.csv:name?sep=:") == [b"Ada"]
    write("h.csv", b"a;b,c\n1;2,3\n")
    assert keys_of("file:h.csv:c") == [b"3"]
    assert keys_of("file:h.csv:a?sep=;") == keys_of("file:h.csv:a?sep=semicolon") == [b"1"]


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
    assert sentence in refusal_of(text)


def test_a_question_mark_may_stand_in_a_name(write: Write) -> None:
    write("what?blank=skip", b"one\n")
    assert keys_of("file:what?blank=skip") == [b"one"]
