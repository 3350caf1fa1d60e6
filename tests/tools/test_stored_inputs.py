"""Inputs and code that a stored run names: what has changed is told, and no code is run unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altered
import pytest
from fake_experiment import FAKE, Fake, find
from stored import SMOKE, Stopping

from algorithms import registry
from experiments import run
from experiments.harness import chapters, runner, selection, verify
from experiments.harness.class_files import UnaskedCode
from experiments.harness.experiment import Measured
from experiments.options.errors import BadUse
from experiments.storage import specs

MINE = """
from algorithms import Publication, Spec, register
from algorithms.interface import Cost
from algorithms.baselines.modulo import Modulo

@register(Spec(name="mine_of_{0}", title="Mine", summary="mine", capabilities=Modulo.spec.capabilities,
    lacks=Modulo.spec.lacks, reference="Doe 2030", year=2030, lookup_cost=Cost("O(1)", "mine"),
    publications=(Publication("doe-{0}", "misc", "Doe, Jane", "On mine", 2030),)))
class Mine(Modulo):
    pass
"""


class Reading(Fake):
    """Depends on a file."""

    file = Path("keys.txt")

    def inputs(self, parameters: Any) -> list[Path]:
        return [self.file]


def test_verify_says_first_that_an_input_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("keys.txt").write_text("a\n", encoding="utf-8")
    reading = Reading()
    runner.run(reading, SMOKE, profile="smoke", out=Path("run"))
    assert set(altered.read("run")["inputs"]) == {"keys.txt"}
    assert verify.verify(Path("run"), lambda _: reading).differences == []
    Path("run/tables/shares.md").write_text("other", encoding="utf-8")
    Path("keys.txt").write_text("b\n", encoding="utf-8")
    first, second = verify.verify(Path("run"), lambda _: reading).differences
    assert first == "run: the input keys.txt has changed"
    assert "shares.md" in second
    Path("keys.txt").unlink()
    assert verify.verify(Path("run"), find).differences[0] == "run: the input keys.txt has changed"


def test_an_input_that_changes_while_it_is_used_is_told(tmp_path: Path) -> None:
    class Changing(Reading):
        file = tmp_path / "keys.txt"

        def measure(self, case: Any, parameters: Any, context: Any) -> Measured:
            self.file.write_text(case.id, encoding="utf-8")
            return super().measure(case, parameters, context)

    Changing.file.write_text("a\n", encoding="utf-8")
    with pytest.raises(BadUse, match=r"the input .*keys.txt has changed while it was used; run again"):
        runner.run(Changing(), SMOKE, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Store a run of an algorithm from a file; return the name of the algorithm."""
    monkeypatch.chdir(tmp_path)
    number = "".join(letter for letter in tmp_path.name if letter.isalnum())[-20:]
    Path("mine.py").write_text(MINE.replace("{0}", number), encoding="utf-8")
    typed = ["fake", "--profile", "smoke", "--algorithms", "mine.py:Mine,jump", "--out", "results/run"]
    assert run.main([*typed, "--quiet"], find=find) == 0
    yield f"mine_of_{number}"
    registry.unregister(f"mine_of_{number}")


def test_code_that_a_result_names_is_run_only_where_somebody_points_to_it(
    plugged: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("results/run")
    assert set(altered.read(folder)["inputs"]) == {"mine.py"}
    with pytest.raises(UnaskedCode, match=r"names code, mine\.py, which is not run unasked"):
        verify.verify(folder, find)
    capsys.readouterr()
    assert run.main(["verify"], find=find) == 2
    assert "give --trust" in capsys.readouterr().err
    for more in (["--trust"], ["results", "mine.py"], ["results", "."]):
        assert run.main(["verify", *more], find=find) == 0, more
        assert "results/run: the same" in capsys.readouterr().out
    Path("mine.py").rename("results/mine.py")
    assert run.main(["verify", "results"], find=find) == 1
    assert "the input mine.py has changed" in capsys.readouterr().out
    Path("results/mine.py").rename("mine.py")


def test_a_report_reads_what_is_known_of_an_algorithm_from_the_run_and_runs_no_code(
    plugged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(path: str, name: str) -> None:
        raise AssertionError(f"{path} was run")

    monkeypatch.setattr(selection, "load_class", load)
    (chapter,) = chapters.read([Path("results/run")], find=find)
    runner.show_again(FAKE, Path("results/run"))
    spec = specs.specs_of([chapter.results.facts])[plugged]
    assert (spec.title, spec.year, spec.reference) == ("Mine", 2030, "Doe 2030")
    assert (spec.lookup_cost.order, spec.lookup_cost.note) == ("O(1)", "mine")
    assert spec.publications[0].author == "Doe, Jane"
    registry.unregister(plugged)  # another process has never heard of it
    for kind, where in (("markdown", "report.md"), ("latex", "algorithms.bib"), ("html", "shardlab.html")):
        typed = ["report", "results/run", "--format", kind, "--out", f"out-{kind}"]
        assert run.main(typed, find=find) == 0
        text = (Path(f"out-{kind}") / where).read_text(encoding="utf-8")
        assert ("Doe 2030" if kind == "html" else "Doe") in text, kind
    methods = Path("out-latex/methods.tex").read_text(encoding="utf-8")
    assert r"\cite{doe-" in methods


def test_results_are_listed_with_what_each_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run.main(["list", "results"], find=find) == 2
    assert "there is no folder results" in capsys.readouterr().err
    for flags in (["--profile", "smoke"], ["--nodes", "4,5", "--seed", "7"]):
        assert run.main(["fake", *flags, "--quiet"], find=find) == 0
    with pytest.raises(KeyboardInterrupt):
        runner.run(Stopping(3), SMOKE, profile="smoke", out=Path("results/stopped"))
    for name, content in (("broken", b"{"), ("torn", b"")):
        (tmp_path / "results" / name).mkdir()
        (tmp_path / "results" / name / ("run.json" if content else ".journal.jsonl")).write_bytes(content)
    capsys.readouterr()
    assert run.main(["list", "results"], find=find) == 0
    lines = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    said = {Path(folder).name.partition("-")[0]: text.strip() for folder, text in lines.items()}
    date = altered.read("results/fake/smoke")["started"][:10]
    assert said["smoke"].startswith(f"fake smoke, 4 rows + 4 timing, {date}, commit ")
    assert said["smoke"].endswith(", complete")
    assert said["custom"].startswith("fake regular with nodes=4,5 seed=7, 8 rows + 8 timing, ")
    assert said["stopped"] == "fake smoke, interrupted after 3 of 4 cases"
    assert said["broken"].startswith("cannot be read: ")
    assert said["torn"] == "interrupted, and its journal is damaged"
    assert run.main(["list", "results", "results/fake"], find=find) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
