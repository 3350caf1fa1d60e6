"""The command `report`: which stored runs it takes, what it writes, and how bad use is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fake_experiment import find

from experiments import run
from experiments.errors import BadUse
from experiments.report.chapters import read


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def stored(*flags: str) -> None:
    assert run.main(["fake", "--quiet", *flags], find=find) == 0


def refused(capsys: pytest.CaptureFixture[str], *typed: str) -> str:
    capsys.readouterr()
    assert run.main(["report", *typed], find=find) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.count("\n") == 1
    return errors.removeprefix("shardlab: ").rstrip("\n")


def change(folder: str, **facts: Any) -> None:
    path = Path(folder) / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))


def test_the_best_profile_of_an_experiment_is_taken() -> None:
    stored("--profile", "smoke")
    assert [chapter.profile for chapter in read([], find=find)] == ["smoke"]
    stored("--profile", "full")
    stored("--profile", "regular")
    stored("--profile", "full", "--seed", "5")
    (chapter,) = read([Path("results")], find=find)
    assert (chapter.name, chapter.profile, chapter.folder) == ("fake", "full", Path("results/fake/full"))


def test_a_folder_that_is_named_is_taken_as_it_is_and_once() -> None:
    stored("--profile", "full")
    stored("--profile", "smoke")
    stored("--profile", "smoke", "--seed", "5", "--out", "mine")
    folders = ["results/fake/smoke", "mine", "results/fake/../fake/smoke"]
    smoke, mine = read([Path(folder) for folder in folders], find=find)
    assert smoke.profile == "smoke"
    assert mine.profile == f"custom-{mine.results.parameters.digest()}"
    assert mine.results.parameters.seed == 5


def test_frames_and_tables_are_those_of_the_run() -> None:
    stored("--profile", "smoke", "--nodes", "2,3", "--out", "here")
    (chapter,) = read([Path("here")], find=find)
    assert chapter.results.parameters.nodes == (2, 3)
    assert len(chapter.results.rows) == 8
    assert isinstance(chapter.results.timing, pd.DataFrame)
    for table in chapter.presentation.tables:
        assert table.to_markdown() == Path(f"here/tables/{table.stem}.md").read_text(encoding="utf-8")


def test_two_runs_of_the_same_are_refused() -> None:
    stored("--profile", "smoke")
    stored("--profile", "smoke", "--out", "again")
    with pytest.raises(BadUse, match="both fake at profile smoke; give one of them"):
        read([Path("results"), Path("again")], find=find)


def test_a_folder_of_changed_parameters_alone_asks_for_names() -> None:
    stored("--profile", "smoke", "--seed", "5")
    with pytest.raises(
        BadUse, match="results has only runs of changed parameters; name those to show: resul"
    ):
        read([], find=find)


def test_what_cannot_be_shown_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys)
    assert said.startswith("results holds no finished run (no run.json in or below it); run an experiment")
    assert refused(capsys, "elsewhere").startswith("elsewhere holds no finished run")
    assert "'word' is unknown; give html, markdown or latex" in refused(capsys, "--format", "word")
    assert refused(capsys, "--format", "latx").endswith("did you mean 'latex'?")
    assert "--tea" in refused(capsys, "--tea")


def test_runs_of_other_versions_are_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    stored("--profile", "smoke")
    original = json.loads(Path("results/fake/smoke/run.json").read_text())
    again = "run it again with python -m experiments.run fake --profile smoke"

    change("results/fake/smoke", experiment="tea")
    assert "results/fake/smoke is a run of an experiment that is no more" in refused(capsys)
    change("results/fake/smoke", experiment="fake", parameters={**original["parameters"], "tea": 1})
    said = refused(capsys)
    assert "stored by another version of fake: 'tea' is no parameter" in said
    assert said.endswith(again)

    rows = Path("results/fake/smoke/rows.csv")
    columns = {
        name.replace("share", "part"): kind for name, kind in original["rows"]["rows"]["columns"].items()
    }
    rows.write_text(rows.read_text(encoding="utf-8").replace("share", "part"), encoding="utf-8")
    known = {**original["rows"], "rows": {**original["rows"]["rows"], "columns": columns}}
    change("results/fake/smoke", parameters=original["parameters"], rows=known)
    said = refused(capsys)
    assert "was stored by another version of fake, with other columns" in said
    assert "share" in said
    assert said.endswith(again)

    Path("results/fake/smoke/run.json").write_text('{"tea": 1}')
    assert "is not that of a run: it says nothing of experiment" in refused(capsys)


def test_help_needs_no_results(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run.main(["report", "--help"])
    assert left.value.code == 0
    assert "--format FORMAT" in capsys.readouterr().out
