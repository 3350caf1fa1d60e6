"""Runs on keys of files: all of them unless a number is given, and what a run says of which were used."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from experiments import run
from experiments.harness import catalogue, experiment
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.key_counts import KeyCount, key_count
from experiments.options.parameters import fields_of
from experiments.storage import provenance, store
from experiments.workloads import FAMILIES, drawn, parse

LINES = 25_000  # more than any profile smoke has


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("keys.txt").write_bytes(b"".join(b"key-%d\n" % number for number in range(LINES)))
    Path("few.txt").write_bytes(b"a\nb\nc\n")


def _run(name: str, *flags: str) -> int:
    shutil.rmtree("out", ignore_errors=True)
    return run.main([name, "--profile", "smoke", "--out", "out", *flags])


def _used(rows: pd.DataFrame, workload: str) -> set[int]:
    return set(rows[rows["workload"] == workload]["keys"].dropna().astype(int))


ON_FILES: dict[str, Sequence[str]] = {
    "scaling": ("--algorithms", "jump", "--nodes", "4", "--event", "add:1"),
    "balance": ("--algorithms", "jump", "--nodes", "4"),
    "hashes": ("--algorithms", "jump", "--nodes", "4", "--hash", "xxh64"),
    "sequence": ("--algorithms", "jump", "--nodes", "4"),
}
"""What the experiments that place keys are asked."""


def test_every_experiment_that_takes_a_workload_is_asked_here() -> None:
    taking = {
        name for name in experiment.names() if "workload" in fields_of(experiment.find(name).Parameters)
    }
    # the others have one workload, time, count the steps of lookups, or requests
    assert taking == {*ON_FILES, "article", "throughput", "cost", "requests", "cache", "database"}


@pytest.mark.parametrize("name", ON_FILES)
def test_all_lines_are_keys_unless_a_number_is_given(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    flags = (*ON_FILES[name], "--workload", "file:keys.txt", "--repetitions", "2")
    assert _run(name, *flags) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert _used(store.load("out"), "file:keys.txt") == {LINES}
    assert f"file:keys.txt: all {LINES:,} keys." in said
    assert "The keys of file:keys.txt are the same in each repetition" in said
    assert _run(name, *flags, "--keys", "1000") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert _used(store.load("out"), "file:keys.txt") == {1000}
    assert f"file:keys.txt: the first 1,000 of {LINES:,} keys." in said
    assert _run(name, *flags, "--keys", "1e6") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert _used(store.load("out"), "file:keys.txt") == {LINES}
    assert f"file:keys.txt: all {LINES:,} keys, fewer than the 1,000,000 asked for." in said


def test_a_workload_without_an_end_beside_a_file_keeps_the_number_of_the_profile() -> None:
    flags = (*ON_FILES["balance"], "--workload", "file:keys.txt", "--workload", "uniform")
    assert _run("balance", *flags) == 0
    rows = store.load("out")
    usual = int(experiment.find("balance").profile("smoke").keys)
    assert (_used(rows, "file:keys.txt"), _used(rows, "uniform")) == ({LINES}, {usual})
    stored = json.loads(Path("out/run.json").read_text())["parameters"]["keys"]
    assert stored == f"all,{usual}"
    assert _run("balance", *flags, "--keys", "all, 500") == 0
    assert _used(store.load("out"), "uniform") == {500}


def test_results_of_all_keys_and_of_some_do_not_share_a_folder() -> None:
    smoke = experiment.find("balance").profile("smoke")
    every = smoke.replace({"workload": "file:keys.txt"})
    some = smoke.replace({"workload": "file:keys.txt", "keys": int(smoke.keys)})
    assert every.digest() != some.digest()
    again = type(smoke).build(every.canonical())
    assert again.digest() == every.digest()
    assert again.keys.of(LINES) == LINES
    assert type(smoke).build(smoke.canonical()).digest() == smoke.digest()


@pytest.mark.parametrize("name", catalogue.names())
def test_what_identifies_a_profile_is_written_as_before(name: str) -> None:
    for profile in catalogue.PROFILES:
        parameters = experiment.find(name).profile(profile)
        if "keys" in fields_of(type(parameters)):
            assert type(parameters.canonical()["keys"]) is int


def test_methods_and_reports_say_which_keys_were_used(capsys: pytest.CaptureFixture[str]) -> None:
    flags = (*ON_FILES["balance"], "--workload", "file:keys.txt", "--repetitions", "3")
    assert _run("balance", *flags, "--keys", "1000") == 0
    assert run.main(["report", "out", "--format", "markdown", "--out", "report.md"]) == 0
    text = " ".join(Path("report.md").read_text().split())
    assert f"of file:keys.txt the first 1,000 of {LINES:,} keys" in text
    assert "3 repetitions with the same keys and new hash seeds" in text
    assert "new keys" not in text
    capsys.readouterr()
    assert run.main(["verify", "out", "--quiet"]) == 0


def test_an_address_book_of_a_file_is_taken_whole() -> None:
    assert _run("article", "--workload", "file:keys.txt", "--algorithms", "jump") == 0
    assert "all 25,000 keys" in " ".join(json.loads(Path("out/run.json").read_text())["meaning"])


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--keys", "all"), "--keys: all of uniform cannot be had, since it has no end; give a number"),
        (("--keys", "all,0"), "--keys: '0' is below 1; give a whole number from 1"),
        (("--keys", "al"), "--keys: 'al' is not a whole number; give a whole number from 1"),
        (("--keys", "all,"), "--keys: '' is not a whole number"),
    ],
)
def test_a_number_of_keys_that_cannot_be_is_refused(
    flags: Sequence[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("balance", *flags) == 2
    assert sentence in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_number_of_keys_is_written_as_it_is_read() -> None:
    for text in ("5", "all", "all,7"):
        count = key_count(text)
        assert count.text == key_count(count.text).text == pickle.loads(pickle.dumps(count)).text == text
    assert key_count("all").of(3) == 3
    assert [KeyCount(5).of(3), KeyCount(5).of(9), KeyCount(5, whole=True).of(9), KeyCount(5).of(None)] == [
        3,
        5,
        9,
        5,
    ]
    assert Parameters(workload="file:few.txt", keys="all").keys.of(3) == 3
    with pytest.raises(BadUse, match="all of zipf cannot be had"):
        Parameters(workload=("file:few.txt", "zipf"), keys="all")


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
def test_a_workload_says_truly_whether_its_keys_are_drawn(family: type) -> None:
    text = {"file": "file:few.txt", "trace": "trace:lines:few.txt"}.get(family.name, family.name)
    workload = parse(text)
    first, second = (workload.chunk(0, seed, 3).tolist() for seed in (1, 2))
    assert drawn(text) == (first != second)
    assert family.ends == (workload.total is not None)


def test_functions_that_take_no_text_are_skipped_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    flags = ("--algorithms", "jump,ring", "--nodes", "4", "--workload", "file:keys.txt", "--repetitions", "2")
    assert _run("hashes", *flags, "--hash", "xxh64,identity,splitmix64") == 0
    rows = store.load("out")
    reasons = rows[rows["cannot"].notna()]
    assert set(reasons["hash"]) == {"identity", "splitmix64"}
    assert set(reasons["cannot"].str.partition(" takes ")[2]) == {
        "ints only, and the keys of file:keys.txt are text"
    }
    assert "identity takes ints only" in capsys.readouterr().out
    assert run.main(["report", "out", "--format", "markdown", "--out", "report.md"]) == 0
    assert "ints only" in Path("report.md").read_text()
    assert _run("hashes", *flags) == 0  # all functions of the profile
    assert _run("balance", *flags, "--hash", "identity,xxh64") == 0
    capsys.readouterr()
    assert _run("hashes", *flags, "--hash", "identity,splitmix64") == 2
    assert "identity takes ints only, and the keys of file:keys.txt are text" in capsys.readouterr().err


def test_blank_lines_that_were_skipped_are_counted_in_what_a_run_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("gaps.txt").write_bytes(b"a\n\nb\n\n\nc\n")
    assert _run(*("scaling", *ON_FILES["scaling"]), "--workload", "file:gaps.txt?blank=skip") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "file:gaps.txt?blank=skip: all 3 keys." in said
    assert "file:gaps.txt?blank=skip: 3 blank lines were skipped." in said


def test_a_file_that_is_gone_before_it_is_measured_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scaling = experiment.find("scaling")
    cases = type(scaling).cases

    def then_gone(self: object, parameters: Parameters) -> object:
        made = cases(self, parameters)
        Path("keys.txt").unlink()
        return made

    monkeypatch.setattr(type(scaling), "cases", then_gone)
    assert _run("scaling", *ON_FILES["scaling"], "--workload", "file:keys.txt") == 2
    assert "there is no file keys.txt" in capsys.readouterr().err
    assert not Path("out/run.json").exists()
    for digest in (partial(provenance.source_digest, []), provenance.input_digests):
        with pytest.raises(BadUse, match=r"keys\.txt can be read no more \(No such file"):
            digest([Path("keys.txt")])
