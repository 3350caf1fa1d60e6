"""All that is committed: which experiments that is, what is run, what is left, what is only shown again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altered
import pytest
from fake_experiment import FAKE, find

from algorithms import unregister
from experiments import run
from experiments.harness import catalogue, committed, runner
from experiments.harness.committed import Done, choose, recompute
from experiments.harness.experiment import Measured, names
from experiments.harness.experiment import find as find_real
from experiments.harness.verify import verify
from experiments.options.errors import BadUse
from experiments.storage import store


def all_of(folder: Path, **options: Any) -> list[Done]:
    return list(recompute([FAKE], "smoke", results=folder, **options))


def test_the_catalogue_says_which_experiments_belong_and_clocks_come_last() -> None:
    chosen = choose(find_real)
    kinds = [catalogue.kind(experiment.catalogue) for experiment in chosen]
    assert set(kinds) == set(catalogue.KINDS)
    assert kinds == sorted(kinds)
    assert {experiment.name for experiment in chosen} >= {"scaling", "balance", "sequence", "throughput"}
    assert "targets" in names()
    assert "targets" not in {experiment.name for experiment in chosen}


def test_some_are_chosen_by_name_or_by_kind() -> None:
    assert [experiment.name for experiment in choose(find_real, ["sequence", "article"])] == [
        "article",
        "sequence",
    ]
    timed = {experiment.name for experiment in choose(find_real, ["timing"])}
    assert timed == {experiment.name for experiment in choose(find_real)} - {
        experiment.name for experiment in choose(find_real, ["rows"])
    }
    with pytest.raises(BadUse, match="did you mean 'scaling'"):
        choose(find_real, ["scalin"])


def test_what_has_not_changed_is_left_and_again_runs_it(tmp_path: Path) -> None:
    assert [done.what for done in all_of(tmp_path)] == ["computed"]
    before = store.run_facts(tmp_path / "fake" / "smoke")
    assert [done.what for done in all_of(tmp_path)] == ["unchanged"]
    assert store.run_facts(tmp_path / "fake" / "smoke") == before
    assert [done.what for done in all_of(tmp_path, again=True)] == ["computed"]


@pytest.mark.parametrize("changed", ["sources", "rows", "parameters"])
def test_what_has_changed_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    all_of(tmp_path)
    folder = tmp_path / "fake" / "smoke"
    facts = store.run_facts(folder)
    if changed == "sources":
        monkeypatch.setattr(committed.provenance, "source_digest", lambda sources, extra=(): "other")
    elif changed == "rows":
        (folder / "rows.csv").write_text("x\n", encoding="utf-8")
    else:
        facts["parameters"]["keys"] = 11
        (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    assert [done.what for done in all_of(tmp_path)] == ["computed"]


def test_what_is_shown_otherwise_now_is_shown_again_and_not_measured(tmp_path: Path) -> None:
    all_of(tmp_path)
    folder = tmp_path / "fake" / "smoke"
    altered.restate(folder, presented="other")
    rows = (folder / "rows.csv").read_bytes()
    assert [done.what for done in all_of(tmp_path)] == ["shown again"]
    assert (folder / "rows.csv").read_bytes() == rows
    assert [done.what for done in all_of(tmp_path)] == ["unchanged"]


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []
    original = FAKE.measure

    def measure(case: Any, parameters: Any, context: Any) -> Measured:
        if len(measured) == 2:
            measured.append("stopped")
            raise KeyboardInterrupt
        measured.append(case.id)
        return original(case, parameters, context)

    monkeypatch.setattr(FAKE, "measure", measure, raising=False)
    with pytest.raises(KeyboardInterrupt):
        all_of(tmp_path)
    assert [done.what for done in all_of(tmp_path)] == ["computed"]
    assert measured == [*dict.fromkeys(measured)]
    assert store.run_facts(tmp_path / "fake" / "smoke")["cases"] == {"all": 4, "resumed": 2}


def test_one_that_fails_does_not_stop_the_others_and_fails_again_while_it_is_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = FAKE.present
    monkeypatch.setattr(
        FAKE,
        "present",
        lambda results: type(original(results))(failures=["the first node has too much"]),
        raising=False,
    )
    for _ in range(2):
        (done,) = all_of(tmp_path)
        assert (done.what, list(done.failures)) == ("failed", ["the first node has too much"])

    class Refuses(type(FAKE)):  # type: ignore[misc]
        def cases(self, parameters: Any) -> Sequence[Any]:
            raise BadUse("no such thing")

    both = list(recompute([Refuses(), FAKE], "smoke", results=tmp_path / "other"))
    assert [done.what for done in both] == ["failed", "failed"]
    assert both[0].failures == ["no such thing"]


def test_shown_again_measures_nothing_and_mends_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_of(tmp_path)
    folder = tmp_path / "fake" / "smoke"
    table = folder / "tables" / "shares.md"
    content, facts = table.read_bytes(), store.run_facts(folder)
    table.write_text("old\n", encoding="utf-8")
    monkeypatch.setattr(FAKE, "measure", None, raising=False)
    assert [done.what for done in all_of(tmp_path, shown=True)] == ["shown again"]
    assert table.read_bytes() == content
    again = store.run_facts(folder)
    assert set(again.pop("shown")) == {"commit", "dirty", "versions"}
    assert again == facts


def test_rows_that_are_not_those_of_the_run_are_not_shown_again(tmp_path: Path) -> None:
    all_of(tmp_path)
    (tmp_path / "fake" / "smoke" / "rows.csv").write_text("x\n", encoding="utf-8")
    (done,) = all_of(tmp_path, shown=True)
    assert "is not the file that the run has written" in done.failures[0]
    (done,) = all_of(tmp_path / "nothing", shown=True)
    assert "holds no finished run" in done.failures[0]
    assert not (tmp_path / "nothing").exists()


def test_the_command_prints_a_line_for_each_and_a_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(committed, "choose", lambda *_: [FAKE])
    assert run.main(["all", "--profile", "smoke"]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.split()[:2] == ["fake", "computed"]
    assert first.endswith("results/fake/smoke/")
    assert last.startswith("1 experiments in ")
    assert last.endswith(": 1 computed")
    for typed, words in (
        (["--profile", "big"], "--profile: 'big' is unknown"),
        (["--onyl", "x"], "--onyl"),
        (["--threads", "0"], "--threads"),
        (["--engine", "dask:0"], "'dask:0' has no number of workers"),
    ):
        assert run.main(["all", *typed]) == 2
        assert words in capsys.readouterr().err


def test_the_command_exits_1_if_any_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(committed, "choose", lambda *_: [FAKE])
    assert run.main(["all", "--profile", "smoke", "--shown"]) == 1
    output, errors = capsys.readouterr()
    assert "1 failed" in output
    assert "fake failed: results/fake/smoke holds no finished run" in errors


def stored(folder: Path) -> Path:
    runner.run(FAKE, FAKE.profile("smoke").replace({"drawn": True}), out=folder)
    return folder


def test_some_cases_are_verified_by_their_rows_and_everything_shown_by_the_stored_ones(
    tmp_path: Path,
) -> None:
    folder = stored(tmp_path / "run")
    for cases in (1, 2, 100):
        assert verify(folder, find, cases=cases).differences == []
    (folder / "tables" / "shares.md").write_text("old\n", encoding="utf-8")
    (difference,) = verify(folder, find, cases=1).differences
    assert difference.startswith(f"{folder / 'tables' / 'shares.md'}: line 1 is 'old'")


def test_a_row_that_is_computed_otherwise_now_is_found_by_its_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stored(tmp_path / "run")
    original = FAKE.measure

    def measure(case: Any, parameters: Any, context: Any) -> Measured:
        rows = original(case, parameters, context).rows
        return Measured([{**row, "seed": 1} for row in rows])

    monkeypatch.setattr(FAKE, "measure", measure, raising=False)
    differences = verify(folder, find, cases=4).differences
    assert len(differences) == 4
    assert differences[0] == f"{folder / 'rows.csv'}: has not the rows of modulo 2 0 as they are computed now"


def test_a_picture_that_is_not_kept_is_verified_by_its_digest(tmp_path: Path) -> None:
    folder = stored(tmp_path / "run")
    (picture,) = folder.rglob("*.png")
    picture.unlink()
    assert verify(folder, find).differences == []
    facts = store.run_facts(folder)
    facts["files"][f"figures/{picture.name}"] = "0" * 64
    (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    (difference,) = verify(folder, find).differences
    assert difference == f"{picture}: its digest differs"
    next(folder.rglob("*.svg")).unlink()
    assert len(verify(folder, find).differences) == 2


def test_the_number_of_cases_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["verify", "--cases", "0"]) == 2
    assert "--cases: '0' is below 1" in capsys.readouterr().err


def test_all_with_algorithms_of_ones_own_goes_to_folders_of_its_own_and_says_how_to_report_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    example = Path(__file__).parents[2] / "examples" / "slots.py"
    written = example.read_text(encoding="utf-8").replace('name="slots"', 'name="slots_of_all"')
    Path("mine.py").write_text(written, encoding="utf-8")
    claims = find_real("claims")
    monkeypatch.setattr(committed, "choose", lambda find, only: [FAKE, claims])
    try:
        typed = ["all", "--profile", "smoke", "--algorithms", "jump,mine.py:Slots", "--quiet"]
        assert run.main(typed, find=find) == 0
    finally:
        unregister("slots_of_all")
    output = capsys.readouterr().out
    (folder,) = Path("results/fake").iterdir()
    assert folder.name.startswith("custom-")
    assert set(store.load(folder)["algorithm"]) == {"jump", "slots_of_all"}
    assert f"claims       left out: {claims.Parameters.without['algorithms']}" in output
    command = output.splitlines()[-1].partition("One report of them: python -m experiments.run ")[2]
    assert command == f"report {folder}"
    assert run.main([*command.split(), "--format", "markdown", "--out", "mine"], find=find) == 0
    assert "slots_of_all" in Path("mine/report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--algorithms", "rung"], "--algorithms: no algorithm is named 'rung'"),
        (["--algorithms", "ring,ring"], "--algorithms: 'ring' is given twice"),
        (["--algorithms", "ring", "--only", "claims"], "none of the chosen experiments compares algorithms"),
    ],
)
def test_wrong_algorithms_for_all_are_refused_before_anything_is_run(
    typed: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run.main(["all", *typed]) == 2
    output, errors = capsys.readouterr()
    assert (output, said in errors, list(tmp_path.iterdir())) == ("", True, [])
