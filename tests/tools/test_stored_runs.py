"""Stored runs that were damaged, altered or planted: refused or measured again, never believed."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import altered
import pytest
from fake_experiment import FAKE, find
from stored import SMOKE, changed

from experiments import run
from experiments.harness import chapters, committed, runner, verify
from experiments.options.errors import BadUse
from experiments.storage import facts, store

READERS: dict[str, Callable[[Path], object]] = {
    "load": store.load,
    "stored_files": store.stored_files,
    "report": lambda folder: chapters.read([folder], find=find),
    "show again": lambda folder: runner.show_again(FAKE, folder),
}


def refused(folder: Path, words: str = "", *, whose: Iterable[str] = READERS) -> None:
    """Check that every reader refuses a folder in a sentence, and that nothing takes it for unchanged."""
    for name in whose:
        read = READERS[name]
        with pytest.raises(BadUse) as caught:
            read(folder)
        assert words in str(caught.value), name
        assert "\n" not in str(caught.value), name
    assert not committed.unchanged(FAKE, SMOKE, folder)


def not_the_same(folder: Path) -> None:
    """Check that `verify` does not call a run the same."""
    try:
        differences = verify.verify(folder, find).differences
    except BadUse:
        return
    assert differences


def test_what_was_not_touched_is_read(folder: Path) -> None:
    for read in READERS.values():
        read(folder)
    assert store.load(folder, "timing").shape[0] == 4
    assert verify.verify(folder, find).differences == []


@pytest.mark.parametrize("stem", ["rows", "timing"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.replace(b"2", b"3", 1),
        lambda content: b"".join(content.splitlines(keepends=True)[:3]),
        lambda content: content + content.splitlines(keepends=True)[-1],
        lambda content: b"",
        lambda content: b"\xff\xfe\x00" + content,
        lambda content: content.replace(b",", b"\0", 1),
        lambda content: content + b"a\n",
        lambda content: gzip.compress(content)[:-9],
    ],
    ids=["altered", "cut", "longer", "empty", "not text", "NUL", "ragged", "gzip"],
)
def test_rows_that_are_not_those_of_the_run_are_refused(
    folder: Path, stem: str, damage: Callable[[bytes], bytes]
) -> None:
    path = folder / f"{stem}.csv"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadUse, match="is not the file that the run has written"):
        store.load(folder, stem)
    whose = READERS if stem == "rows" else READERS.keys() - {"load"}
    refused(folder, "is not the file that the run has written", whose=whose)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\xff", b"algorithm\n1,2\n", b'"', b"PAR1", b"n,n\n1,2\n", b"\0", b"1/0\n"],
)
def test_content_that_is_none_is_refused_even_where_its_digest_is_right(folder: Path, content: bytes) -> None:
    (folder / "rows.csv").write_bytes(content)
    altered.restate(folder)
    for read in (store.load, READERS["report"]):
        with pytest.raises(BadUse):
            read(folder)


def test_rows_in_parquet_are_refused_in_a_sentence(folder: Path) -> None:
    """Earlier versions wrote more than 50,000 rows so."""
    known = altered.read(folder)
    entry = {**known["rows"]["rows"], "file": "rows.parquet"}
    files = {**known["files"], "rows.parquet": known["files"]["rows.csv"]}
    (folder / "rows.csv").rename(folder / "rows.parquet")
    del files["rows.csv"]
    altered.restate(folder, rows={**known["rows"], "rows": entry}, files=files)
    refused(folder, "is of an earlier version, which kept many rows in Parquet; run again")


def test_fewer_rows_than_their_count_are_refused_even_where_the_digest_is_right(folder: Path) -> None:
    path = folder / "rows.csv"
    path.write_bytes(path.read_bytes().partition(b"\n")[0] + b"\n")
    altered.restate(folder)
    with pytest.raises(BadUse, match=r"has 0 rows, but its run\.json says 4"):
        store.load(folder)


@pytest.mark.parametrize("part", sorted({*facts.PARTS, *facts.PARTS_SINCE_2, "format", "digest"}))
@pytest.mark.parametrize("value", ["gone", 3.5, [None], {"rows": [], "a": None}])
def test_a_part_that_is_missing_or_of_another_kind_is_refused(folder: Path, part: str, value: Any) -> None:
    def change(content: dict[str, Any]) -> None:
        content.pop(part)
        if value != "gone":
            content[part] = value

    changed(folder, change)
    refused(folder)
    if part not in ("digest",):
        not_the_same(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["rows"]["rows"].update(file="timing.csv"),
        lambda content: content["rows"]["rows"].update(file="rows.parquet"),
        lambda content: content["rows"]["rows"].update(count=3),
        lambda content: content["rows"]["rows"]["columns"].update(nodes="text"),
        lambda content: content["rows"]["rows"]["columns"].pop("nodes"),
        lambda content: content["rows"].pop("timing"),
        lambda content: content["parameters"].update(keys=11),
        lambda content: content["parameters"].pop("seed"),
        lambda content: content["failures"].append("it fails"),
        lambda content: content["meaning"].append("and more"),
        lambda content: content.update(profile=None),
        lambda content: content.update(format=99),
        lambda content: content.update(commit="0" * 40),
        lambda content: content["files"].pop("tables/shares.md"),
    ],
)
def test_verify_does_not_call_a_run_the_same_whose_facts_were_altered(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    changed(folder, change)
    not_the_same(folder)
    refused(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["rows"]["rows"].update(count=3),
        lambda content: content["rows"]["rows"]["columns"].update(nodes="float"),
        lambda content: content["parameters"].update(keys=11),
        lambda content: content["rows"].pop("timing"),
    ],
)
def test_what_can_be_computed_again_is_compared_whoever_has_written_the_digest(
    folder: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    changed(folder, change)
    altered.restate(folder)
    assert verify.verify(folder, find).differences


@pytest.mark.parametrize("version", [0, 3, 99, "2", None, 2.0, True])
def test_other_formats_are_refused_by_their_number(folder: Path, version: Any) -> None:
    altered.restate(folder, format=version)
    refused(folder, f"has the format {version!r}, and this version reads those from 1 to 2")


def as_format_1(folder: Path) -> None:
    """Leave a run.json as it was before formats had numbers."""
    known = altered.read(folder)
    for name in ("format", "digest", "timed", "inputs", "algorithms"):
        known.pop(name)
    altered.write(folder, known)


def test_a_run_of_format_1_is_read_and_shown_again_in_format_2(folder: Path, whole: dict[str, bytes]) -> None:
    as_format_1(folder)
    assert len(store.load(folder)) == len(store.load(folder, "timing")) == 4
    assert verify.verify(folder, find).differences == []
    runner.show_again(FAKE, folder)
    known = altered.read(folder)
    assert known["format"] == facts.FORMAT
    assert set(known["algorithms"]) == {"jump", "modulo"}
    assert (folder / "rows.csv").read_bytes() == whole["rows.csv"]
    (folder / "timing.csv").write_bytes(whole["timing.csv"].replace(b"2", b"3", 1))
    refused(folder, "timing.csv is not the file", whose=READERS.keys() - {"load"})


@pytest.mark.parametrize(
    "name",
    ["../precious.txt", "{folder}/../precious.txt", "tables/../../precious.txt", "notes.txt", "tables/",
     "tables/a/b", "tables/..", "", ".", "..", "tables\\..\\x", "rows.csv/x",
     "figures/.hidden", "rows.csv\0"],
)  # fmt: skip
def test_a_run_reads_writes_and_removes_nothing_outside_its_folder(folder: Path, name: str) -> None:
    name = name.replace("{folder}", str(folder))  # the files of a test alone may be lost if it fails
    precious, notes = folder.parent / "precious.txt", folder / "notes.txt"
    for path in (precious, notes):
        path.write_text("mine", encoding="utf-8")
    altered.restate(folder, files={**altered.read(folder)["files"], name: None, "tables/shares.tex": None})
    refused(folder)
    not_the_same(folder)
    parameters = SMOKE.replace({"repetitions": 1})
    with pytest.raises(BadUse):
        runner.run(FAKE, parameters, out=folder)
    results = folder.parent / "results"
    (results / "fake").mkdir(parents=True)
    folder.rename(results / "fake" / "smoke")
    runner.run(FAKE, SMOKE, profile="smoke", results=results)
    assert precious.read_text(encoding="utf-8") == "mine"
    assert (results / "fake" / "smoke" / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_file_of_an_earlier_run_that_somebody_has_changed_is_left(folder: Path) -> None:
    names = ["tables/old.md", "tables/mine.md"]
    for name in names:
        (folder / name).write_text("old", encoding="utf-8")
    altered.restate(folder, files={**altered.read(folder)["files"], **dict.fromkeys(names, "0" * 64)})
    (folder / "tables" / "mine.md").write_text("better", encoding="utf-8")
    runner.run(FAKE, SMOKE, profile="smoke", out=folder)
    assert not (folder / "tables" / "old.md").exists()
    assert (folder / "tables" / "mine.md").read_text(encoding="utf-8") == "better"


def test_rows_behind_a_link_out_of_the_folder_are_refused(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere.csv"
    (folder / "rows.csv").rename(elsewhere)
    (folder / "rows.csv").symlink_to(elsewhere)
    refused(folder, "is not in the run's folder")


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"{", b"[" * 99_999, b'{"a": NaN}', b"\0"])
def test_a_run_json_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / "run.json").write_bytes(content)
    refused(folder, "run.json")
    not_the_same(folder)


def test_what_is_no_regular_file_is_never_waited_for(folder: Path) -> None:
    (folder / "rows.csv").unlink()
    os.mkfifo(folder / "rows.csv")
    refused(folder, "rows.csv is no regular file")
    (folder / "run.json").unlink()
    os.mkfifo(folder / "run.json")
    refused(folder, "run.json is no regular file")
    not_the_same(folder)
    with pytest.raises(BadUse, match="no regular file"):
        runner.run(FAKE, SMOKE, profile="smoke", out=folder)
    (folder / "run.json").unlink()
    (folder / "run.json").symlink_to("/dev/zero")
    refused(folder, "run.json is no regular file")
    (folder / "run.json").unlink()
    (folder / "run.json").mkdir()
    refused(folder, "run.json")


@pytest.mark.parametrize("name", [".journal.jsonl", ".lock", ".holder.json", "tables"])
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_a_run_follows_no_link_and_waits_for_no_pipe_of_its_own_names(
    tmp_path: Path, name: str, kind: str
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    folder = tmp_path / "run"
    folder.mkdir()
    os.mkfifo(folder / name) if kind == "pipe" else (folder / name).symlink_to(precious)
    with pytest.raises(BadUse, match=r"is no (regular file|folder); remove it"):
        runner.run(FAKE, SMOKE, profile="smoke", out=folder)
    assert precious.read_text(encoding="utf-8") == "mine"


def test_a_huge_file_is_refused_before_it_is_read(folder: Path) -> None:
    with (folder / "run.json").open("r+b") as file:
        file.truncate(1 << 40)
    refused(folder, "is larger than")


def test_verify_goes_on_after_a_run_that_cannot_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder.parent / "a-run"
    other.mkdir()
    (other / "run.json").write_text("{}", encoding="utf-8")
    assert run.main(["verify", "--quiet", str(folder.parent)], find=find) == 2
    assert run.main(["verify", str(folder.parent)], find=find) == 2
    output, errors = capsys.readouterr()
    assert output.count(": the same, ") == 1
    assert errors.count("shardlab: ") == 2
