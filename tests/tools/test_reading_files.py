"""Files of keys are read once, large or strange as they may be."""

from __future__ import annotations

import csv
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from key_files import Write, keys_of, refusal_of

from experiments.options.errors import BadUse
from experiments.workloads import parse, reading


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


def test_fields_may_be_of_any_length(write: Write) -> None:
    limit = csv.field_size_limit()
    long = b"a" * 200_000
    write("t.csv", b"id,name\n1," + long + b"\n" + long + b",b\n")
    assert keys_of("file:t.csv:name") == [long, b"b"]
    assert keys_of("file:t.csv:id") == [b"1", long]
    assert csv.field_size_limit() == limit  # which is one of the whole process


def test_a_wide_table_names_a_few_columns_and_the_nearest(write: Write) -> None:
    names = [f"column_{number}" for number in range(10_000)]
    write("t.csv", ",".join(names).encode() + b"\n" + b",".join([b"1"] * 10_000) + b"\n")
    pq.write_table(pa.table({name: [1] for name in names[:300]}), "t.parquet")
    for name, text in (("t.csv", "10,000"), ("t.parquet", "300")):
        told = refusal_of(f"file:{name}:colum_77")
        assert f"its {text} columns: column_0, column_1" in told
        assert told.endswith("did you mean 'column_77'?")
        assert len(told) < 300
        assert len(refusal_of(f"file:{name}")) < 300
    write("long.csv", b"a" * 100_000 + b",b\n1,2\n")
    assert len(refusal_of("file:long.csv:c")) < 300


def test_a_line_without_an_end_and_keys_beyond_memory_are_told(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LONGEST_LINE", 1000)
    write("t.csv.gz", b"id,name\n1,a\n" + b"0" * 5000)
    assert "t.csv.gz: line 3 is longer than 64 MiB" in refusal_of("file:t.csv.gz:name")
    monkeypatch.setattr(reading, "_most_bytes", lambda: 1000)
    monkeypatch.setattr(reading, "_BLOCK", 100)
    write("a.txt.gz", b"0\n" * 5000)
    write("t.csv.gz", b"id,name\n" + b"1,abcdefgh\n" * 500)
    for text in ("file:a.txt.gz", "file:t.csv.gz:name"):
        assert "of keys, half of this machine's memory, in which they are kept" in refusal_of(text)
    assert len(keys_of("file:t.csv.gz:id")) == 500  # what is not kept may be large


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
        assert f"{path} is no regular file; write the keys to a file first" in refusal_of(f"file:{path}")


def test_a_file_that_changes_while_it_is_read_is_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.txt", b"one\n")
    split = reading.split_lines

    def grown(content: bytearray, source: str, *, skip_blank: bool) -> object:
        path.write_bytes(b"one\ntwo\n")
        return split(content, source, skip_blank=skip_blank)

    monkeypatch.setattr(reading, "split_lines", grown)
    assert "a.txt changed while it was read; run again" in refusal_of("file:a.txt")


def test_a_workload_is_read_again_from_wherever_it_was(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("folder/a.txt", b"one\n")
    pickled = pickle.dumps(parse("file:folder/a.txt"))
    monkeypatch.chdir("folder")
    assert pickle.loads(pickled).chunk(0, 0).tolist() == [b"one"]
    assert "there is no file folder/a.txt" in refusal_of("file:folder/a.txt")


def test_the_home_folder_may_be_a_tilde_and_a_pattern_is_none(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("home/keys.csv", b"id\n7\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    workload = parse("file:~/keys.csv:id")
    assert workload.chunk(0, 0).tolist() == [b"7"]
    assert workload.inputs == (tmp_path / "home" / "keys.csv",)
    assert "there is no file ~nobody-here/keys.txt" in refusal_of("file:~nobody-here/keys.txt")
    assert "there is no file *.csv (a pattern is not expanded); give" in refusal_of("file:*.csv")
