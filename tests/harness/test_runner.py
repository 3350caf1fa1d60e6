"""The runner: what it writes, that a killed run goes on to the same bytes, and that two never mix."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from fake_experiment import FAKE, Fake, FakeParameters
from runs import run_here
from told import Told

from algorithms.errors import BrokenAlgorithm
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.runner import folder_of
from experiments.options.errors import BadUse, CannotWrite
from experiments.storage import provenance, store

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).parents[1] / "fake_experiment.py"
TIMED = {"run.json", "timing.csv", "tables/cost-timing.tex", "tables/cost-timing.md"}


def launch(folder: Path, *flags: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), "fake", "--out", str(folder), *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        preexec_fn=heed_interrupts,
    )


def heed_interrupts() -> None:
    """Undo what a shell does to its background jobs, and they to their children: they ignore interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def contents(folder: Path) -> dict[str, bytes]:
    """All files but those that name a clock or a machine, and the lock."""
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name not in {*TIMED, ".lock"}}


def wait_for(condition: Any, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_run_writes_rows_tables_figures_and_its_facts(tmp_path: Path) -> None:
    outcome = run_here(tmp_path / "run", drawn=True)
    names = {str(path.relative_to(tmp_path / "run")) for path in outcome.files}
    assert names == {
        "rows.csv",
        "tables/shares.tex",
        "tables/shares.md",
        "figures/shares.pdf",
        "figures/shares.svg",
        "figures/shares.png",
        *TIMED,
    }
    assert names | {".lock"} == {
        str(path.relative_to(tmp_path / "run")) for path in (tmp_path / "run").rglob("*") if path.is_file()
    }
    facts = store.run_facts(tmp_path / "run")
    assert {name for name, digest in facts["files"].items() if digest is None} == TIMED - {"run.json"}
    assert facts["parameters"] == FAKE.profile("smoke").replace({"drawn": True}).canonical()
    assert facts["profile"] is None
    assert facts["meaning"] == ["The first of n nodes has a share of about 1/n."]
    frame = store.load(tmp_path / "run")
    assert frame.equals(outcome.results.rows)
    assert frame["expected"].iloc[0] + frame["expected"].iloc[0] == 1
    assert list(frame["note"]) == ['two, "even",\nlines'] * 4


@pytest.mark.parametrize("threads", [1, 3])
def test_two_runs_leave_the_same_bytes_whatever_the_threads(tmp_path: Path, threads: int) -> None:
    run_here(tmp_path / "a", drawn=True, threads=1)
    run_here(tmp_path / "b", drawn=True, threads=threads)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_nothing_but_run_json_names_the_machine_or_a_date(tmp_path: Path) -> None:
    run_here(tmp_path / "some-where", drawn=True)
    facts = store.run_facts(tmp_path / "some-where")
    for name, content in contents(tmp_path / "some-where").items():
        for secret in ("some-where", facts["started"][:10], str(ROOT), facts["machine"]["platform"]):
            assert secret.encode() not in content, (name, secret)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what an uninterrupted run of the profile smoke leaves."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    process = launch(folder, "--profile", "smoke", "--quiet")
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    return contents(folder)


# flushes: 1 the holder, 2 the journal's first line, 3-6 the cases, 7-12 the files, 13 run.json
@pytest.mark.parametrize(("at", "torn"), [(1, 0), (2, 1), (4, 0), (5, 1), (9, 1), (13, 0)])
def test_a_run_killed_at_any_moment_goes_on_to_the_same_bytes(
    tmp_path: Path, whole: dict[str, bytes], at: int, torn: int
) -> None:
    folder = tmp_path / "run"
    killed = launch(folder, "--profile", "smoke", KILL_AT=str(at), **({"TORN": "1"} if torn else {}))
    killed.communicate(timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert not (folder / "run.json").exists()
    again = launch(folder, "--profile", "smoke")
    _, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    finished = 4 if at > 6 else max(at - 2 - torn, 0)
    assert (f"fake: resuming: {finished} of 4 cases were finished before" in errors) is (finished > 0)
    assert contents(folder) == whole


def test_a_run_killed_from_outside_goes_on_to_the_same_bytes(tmp_path: Path, whole: dict[str, bytes]) -> None:
    folder = tmp_path / "run"
    journal = folder / ".journal.jsonl"
    process = launch(folder, "--profile", "smoke", "--pause", "0.4")
    wait_for(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= 2, process)
    process.kill()
    process.communicate(timeout=120)
    again = launch(folder, "--profile", "smoke")
    assert "resuming: " in again.communicate(timeout=120)[1]
    assert contents(folder) == whole


def test_an_interrupt_exits_130_and_says_that_the_same_command_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    journal = folder / ".journal.jsonl"
    process = launch(folder, "--profile", "smoke", "--pause", "0.4")
    wait_for(lambda: journal.exists() and journal.read_bytes().count(b"\n") >= 2, process)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, output) == (130, "")
    assert errors.splitlines()[-1] == "shardlab: interrupted; the same command goes on where it was"
    assert journal.exists()
    assert not (folder / ".holder.json").exists()


def test_a_second_run_is_told_who_has_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first = launch(folder, "--profile", "smoke", "--pause", "30")
    try:
        wait_for((folder / ".holder.json").exists, first)
        with pytest.raises(BadUse, match=rf"another run has .* \(process {first.pid}, since .*; wait for it"):
            run_here(folder)
    finally:
        first.kill()
        first.communicate(timeout=120)
    run_here(folder)
    assert store.run_facts(folder)["cases"]["all"] == 4


def test_a_journal_of_other_parameters_is_discarded_and_that_is_told(tmp_path: Path) -> None:
    killed = launch(tmp_path, "--profile", "smoke", KILL_AT="5")
    killed.communicate(timeout=120)
    told = Told()
    run_here(tmp_path, seed=1, reporter=told)
    assert told.notices == ["an interrupted run of other parameters, sources or versions is discarded"]
    assert store.run_facts(tmp_path)["cases"]["resumed"] == 0
    assert set(store.load(tmp_path)["seed"]) != set()


def test_sources_and_input_files_decide_what_a_journal_belongs_to(tmp_path: Path) -> None:
    file = tmp_path / "keys.txt"
    file.write_text("a\n", encoding="utf-8")
    here = [Path(__file__)]
    before = provenance.source_digest(here, [file])
    file.write_text("b\n", encoding="utf-8")
    digests = {
        before,
        *(provenance.source_digest(own, [file]) for own in (here, [])),
        provenance.source_digest(here),
    }
    assert len(digests) == 4


def test_progress_counts_cases_and_parts_of_them(tmp_path: Path) -> None:
    told = Told()
    run_here(tmp_path, keys=64, reporter=told)
    assert told.steps == sorted(told.steps)
    assert {0.25, 0.5, 1, 4} <= set(told.steps)


def test_a_later_run_removes_the_files_that_are_no_more(tmp_path: Path) -> None:
    class Plain(Fake):
        def present(self, results: Any) -> Any:
            return dataclasses.replace(super().present(results), figures=[])

    run_here(tmp_path, drawn=True)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    run_here(tmp_path, drawn=True, experiment=Plain())
    assert not (tmp_path / "figures" / "shares.pdf").exists()
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_changed_parameters_go_to_a_folder_of_their_own(tmp_path: Path) -> None:
    usual = FAKE.profile("regular")
    changed = usual.replace({"keys": 5})
    assert folder_of(FAKE, usual.replace({"threads": 7, "keys": "1e2"}), "regular", tmp_path) == (
        tmp_path / "fake" / "regular"
    )
    assert folder_of(FAKE, changed, "regular", tmp_path) == tmp_path / "fake" / f"custom-{changed.digest()}"


@pytest.mark.parametrize("made", [False, True])
def test_refused_cases_leave_nothing_behind(tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "results" / "run"
    if made:
        folder.mkdir(parents=True)
    with pytest.raises(BadUse, match="13 is refused"):
        run_here(folder, nodes=[2, 13])
    assert list(tmp_path.rglob("*")) == ([tmp_path / "results", folder] if made else [])


class Refusing(Fake):
    """Fails when it presents."""

    error: Exception = ZeroDivisionError("a mistake")

    def present(self, results: Any) -> Any:
        raise self.error


def test_a_mistake_in_the_presentation_keeps_the_measured_cases(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run_here(tmp_path, experiment=Refusing())
    assert run_here(tmp_path).resumed == 4


class Breaking(Fake):
    """Has an algorithm that fails in all cases but some of the first."""

    good: int = 0

    def measure(self, case: Case, parameters: Any, context: Context) -> Measured:
        if self.good == 0:
            raise BrokenAlgorithm("mine failed with 16 nodes")
        self.good -= 1
        return super().measure(case, parameters, context)


def test_an_algorithm_that_breaks_in_the_first_case_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(BrokenAlgorithm):
        run_here(tmp_path / "run", experiment=Breaking())
    assert list(tmp_path.iterdir()) == []


def test_an_algorithm_that_breaks_keeps_the_measured_cases(tmp_path: Path) -> None:
    breaking = Breaking()
    breaking.good = 3
    with pytest.raises(BrokenAlgorithm):
        run_here(tmp_path, experiment=breaking)
    assert run_here(tmp_path).resumed == 3


def test_a_full_disk_keeps_the_measured_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise CannotWrite(f"cannot write {path}: No space left on device; give another")

    with monkeypatch.context() as patch:
        patch.setattr(store, "encode", lambda stem, rows: full(tmp_path, b""))
        with pytest.raises(CannotWrite):
            run_here(tmp_path)
    assert run_here(tmp_path).resumed == 4


@pytest.mark.parametrize("below", ["file", "file/run"])
def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CannotWrite, match=r"cannot write .*; give a folder that can be written with --out"):
        run_here(tmp_path / below)


class Twice(Fake):
    """Has two cases of one id."""

    def cases(self, parameters: FakeParameters) -> list[Case]:
        return [Case("same"), Case("same")]


def test_cases_of_the_same_id_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same id"):
        run_here(tmp_path, experiment=Twice())


class Empty(Fake):
    """Measures nothing that is the same on every machine."""

    def measure(self, case: Case, parameters: FakeParameters, context: Context) -> Measured:
        return Measured([], [])

    def present(self, results: Any) -> Any:
        from experiments.report.presentation import Presentation

        assert results.rows.empty
        assert results.timing is None
        return Presentation()


def test_an_experiment_without_rows_has_an_empty_frame(tmp_path: Path) -> None:
    run_here(tmp_path, experiment=Empty())
    assert store.load(tmp_path).empty


def test_the_run_is_described_without_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "root", lambda: tmp_path)
    facts = provenance.describe(2)
    assert (facts["commit"], facts["dirty"]) == (None, None)
    json.dumps(facts)


def test_a_checkout_has_its_commit_and_is_dirty_but_for_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        done = subprocess.run(["git", *identity, *arguments], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    git("init", "-q")
    (tmp_path / "code.py").write_text("1", encoding="utf-8")
    git("add", ".")
    git("commit", "-qm", "first")
    monkeypatch.setattr(provenance, "root", lambda: tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "rows.csv").write_text("", encoding="utf-8")
    assert provenance.describe(1)["commit"] == git("rev-parse", "HEAD")
    assert provenance.describe(1)["dirty"] is False
    (tmp_path / "code.py").write_text("2", encoding="utf-8")
    assert provenance.describe(1)["dirty"] is True
