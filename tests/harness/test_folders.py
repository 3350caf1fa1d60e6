"""Where a run may write: nothing of others is lost, and what is written has the rights that files have."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fake_experiment import FAKE, Fake, FakeParameters, find

from experiments import run
from experiments.benchmarks import builds
from experiments.harness import folders, runner
from experiments.harness.experiment import Case, Context, Measured
from experiments.options.errors import BadUse, CannotWrite
from experiments.storage import files, provenance
from experiments.storage.files import write_atomically


class Unmeasured(Fake):
    """Fails the test if it is measured."""

    def measure(self, case: Case, parameters: FakeParameters, context: Context) -> Measured:
        raise AssertionError("measured")


class Other(Fake):
    name = "other"


def run_in(folder: Path, *, experiment: Fake = FAKE, profile: str = "smoke", **values: Any) -> None:
    runner.run(experiment, experiment.profile(profile).replace(values), profile=profile, out=folder)


def tree(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path.name != ".lock"
    }


def refused(folder: Path, words: str, experiment: Fake | None = None, **values: Any) -> None:
    """Check that a run is refused before it measures, and that the folder stays as it is."""
    before = tree(folder)
    with pytest.raises(BadUse) as caught:
        run_in(folder, experiment=experiment or Unmeasured(), **values)
    assert words in str(caught.value)
    assert "give another folder" in str(caught.value)
    assert tree(folder) == before


@pytest.mark.parametrize(
    "name", ["notes.txt", ".notes.tmp", ".rows.csv.abcdefgh.tmp", "rows.csv", "tables/mine.md", "src/a.py"]
)
def test_a_folder_with_files_of_others_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    refused(tmp_path, "holds what no run has written there: ")
    assert not (tmp_path / ".lock").exists()


def test_a_home_is_refused_at_once_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("bin", "lib", ".profile", "documents", "results"):
        (tmp_path / name).mkdir()
    assert run.main(["fake", "--profile", "smoke", "--out", str(tmp_path)], find=find) == 2
    assert capsys.readouterr().err == (
        f"shardlab: {tmp_path} holds what no run has written there: .profile, bin, documents and 2 more; "
        "give another folder with --out DIR\n"
    )
    assert not (tmp_path / ".lock").exists()
    parameters = FAKE.profile("smoke")
    with pytest.raises(BadUse, match=r"^/ holds what no run has written there: "):
        folders.check_folder(Path("/"), FAKE, parameters, "smoke", typed=True)  # reads names alone


def test_results_of_another_experiment_profile_or_parameters_are_kept(tmp_path: Path) -> None:
    run_in(tmp_path, profile="smoke")
    refused(tmp_path, "holds a finished run of fake at profile smoke", seed=1)
    refused(tmp_path, "holds a finished run of fake at profile smoke", profile="regular")
    other = Other()
    refused(tmp_path, "holds a finished run of fake;", experiment=other)
    run_in(tmp_path, profile="smoke")


def test_results_of_changed_parameters_are_kept_also_where_they_go_by_default(tmp_path: Path) -> None:
    usual = FAKE.profile("smoke")
    changed, colliding = usual.replace({"seed": 1}), usual.replace({"seed": 2})
    runner.run(FAKE, changed, profile="smoke", results=tmp_path)
    folder = tmp_path / "fake" / f"custom-{changed.digest()}"
    folder.rename(folder.with_name(f"custom-{colliding.digest()}"))
    with pytest.raises(BadUse, match="holds a finished run of fake of other parameters"):
        runner.run(FAKE, colliding, profile="smoke", results=tmp_path)


def test_an_unfinished_run_of_another_experiment_is_kept(tmp_path: Path) -> None:
    class Stopped(Fake):
        def measure(self, case: Case, parameters: FakeParameters, context: Context) -> Measured:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in(tmp_path, experiment=Stopped())
    refused(tmp_path, "holds an unfinished run of fake", experiment=Other())
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    run_in(tmp_path, seed=3)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_files_of_others_beside_a_run_are_never_written_over(tmp_path: Path) -> None:
    run_in(tmp_path)
    (tmp_path / "tables" / "mine.md").write_text("mine", encoding="utf-8")
    refused(tmp_path, "holds what no run has written there: tables/mine.md")


def test_only_unfinished_files_of_our_own_are_cleared(tmp_path: Path) -> None:
    run_in(tmp_path)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    ours = [
        tmp_path / ".rows.csv.shardlab-0123456789ab.tmp",
        tmp_path / "tables/.a.shardlab-0123456789ab.tmp",
    ]
    others = [
        tmp_path / ".rows.csv.abcdefgh.tmp",
        tmp_path / ".mine.tmp",
        tmp_path / "deep" / ".a.shardlab-0123456789ab.tmp",
        tmp_path / "deep" / "er" / ".draft.tmp",
    ]
    for path in (*ours, *others):
        path.write_text("mine", encoding="utf-8")
    run_in(tmp_path)
    assert [path.exists() for path in (*ours, *others)] == [False, False, True, True, True, True]


def test_a_name_that_is_too_long_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["fake", "--profile", "smoke", "--out", "x" * 300], find=find) == 2
    assert "File name too long" in capsys.readouterr().err


def test_what_was_typed_is_stored_in_any_encoding(tmp_path: Path) -> None:
    command = ["run", "--out", os.fsdecode(b"\xff")]
    runner.run(FAKE, FAKE.profile("smoke"), profile="smoke", out=tmp_path / "run", command=command)
    assert runner.store.run_facts(tmp_path / "run")["command"] == command


def test_a_disk_that_is_full_leaves_the_finished_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_in(tmp_path)
    before = tree(tmp_path)
    for after in range(1, 15):
        left = iter(range(after))

        def full(_: int, left: Any = left) -> None:
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(files.os, "fsync", full)
            try:
                run_in(tmp_path)
            except CannotWrite:
                pass
            else:
                break
        kept = {name: content for name, content in tree(tmp_path).items() if name != ".journal.jsonl"}
        assert kept == before
    else:
        raise AssertionError("the disk was never large enough")


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_the_umask_decides_who_reads_results(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        run_in(tmp_path / "run")
        write_atomically(tmp_path / "a.txt", b"a")
    finally:
        os.umask(before)
    paths = [tmp_path / "a.txt", *(tmp_path / "run").rglob("*.*")]
    assert len(paths) > 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.name != ".lock"} == {0o666 & ~umask}


# git


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return done.stdout.strip()


def repository(folder: Path, content: str) -> str:
    for package in builds.PACKAGES:
        (folder / package).mkdir(parents=True)
        (folder / package / "code.py").write_text(content, encoding="utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", content)
    return git(folder, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": "{other}/.git"},
        {"GIT_DIR": "{other}/.git", "GIT_WORK_TREE": "{mine}"},
        {"GIT_INDEX_FILE": "{other}/.git/index"},
        {"GIT_CEILING_DIRECTORIES": "{mine}"},
        {"GIT_OBJECT_DIRECTORY": "{other}/.git/objects"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.worktree", "GIT_CONFIG_VALUE_0": "{other}"},
        {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "status.showUntrackedFiles",
            "GIT_CONFIG_VALUE_0": "no",
        },
    ],
    ids=" ".join,
)
def test_what_the_environment_says_of_git_is_not_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    commit = repository(mine, "mine")
    repository(other, "other")
    monkeypatch.setattr(provenance, "root", lambda: mine)
    monkeypatch.setattr(builds, "ROOT", mine)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(mine=mine, other=other))
    facts = provenance.describe(1)
    assert (facts["commit"], facts["dirty"]) == (commit, False)
    base, _ = builds.lay_out("HEAD", tmp_path / "builds")
    assert (base.sources / "experiments" / "code.py").read_text(encoding="utf-8") == "mine"
    (mine / "new.py").write_text("", encoding="utf-8")
    assert provenance.describe(1)["dirty"] is True


def test_a_repository_runs_no_program_of_its_own_when_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository(tmp_path / "mine", "mine")
    monkeypatch.setattr(provenance, "root", lambda: tmp_path / "mine")
    git(tmp_path / "mine", "config", "core.fsmonitor", f"touch {tmp_path / 'was-run'}; false")
    git(tmp_path / "mine", "config", "core.pager", f"touch {tmp_path / 'was-run'}")
    git(tmp_path / "mine", "config", "pager.status", "true")
    assert provenance.describe(1)["commit"] == commit
    assert not (tmp_path / "was-run").exists()
