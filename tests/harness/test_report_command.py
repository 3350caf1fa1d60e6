"""The command `report`: which stored runs it takes, what it writes, and how bad use is refused."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from altered import restate
from fake_experiment import find

from experiments import run
from experiments.harness.chapters import read
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.report.document import manuscript, markdown
from experiments.report.document.chapter import Chapter
from experiments.report.figures.figure import Figure
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.markdown import write as table_as_markdown
from experiments.report.tables.table import Table


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
    restate(folder, **facts)


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
        assert table_as_markdown(table) == Path(f"here/tables/{table.stem}.md").read_text(encoding="utf-8")


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
    said = refused(capsys)
    assert "results/fake/smoke is a run of an experiment that is not here" in said
    assert said.endswith("SHARDLAB_ROOMS=FOLDER python -m experiments.run report results/fake/smoke")
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


def wide(rows: int, *, name: str = "wide") -> Table:
    """Return a table with all that is hard to set: long words, many columns, signs that LaTeX reads."""
    words = "independent_of_naming_order (100 % of {a, b} & c_1 → #2 ~ \\ ^ $x$ «…» ≤ 5·10⁻⁹) " * 4
    columns = ["what", "why", *(f"a number of long name {i}" for i in range(9))]
    body = [(f"row_{i}_" * 4, words, *(i * 1234567.0 + j for j in range(9))) for i in range(rows)]
    return Table.of_rows(
        name, "Wide & _long_ 100 %", columns, body, caption="[n] = 5 {1}.", notes=["*", words]
    )


def chapter(name: str, *tables: Table) -> Chapter:
    figure = Figure("dots", "Dots, 50 % & [more].", lambda canvas: canvas.subplots().plot([1, 2]), (9.0, 2.0))
    rows = pd.DataFrame({"algorithm": ["ring", "jump", "mine"], "hash": "xxh64"})
    facts = {
        "versions": {"numpy": "2.1"},
        "commit": "c" * 40,
        "dirty": True,
        "started": "2030-01-02",
        "seconds": 5,
    }
    shown = Presentation(
        tables, [figure], ["More than 5 % & _so_ on."], ["it failed #1"], methods=["A test."]
    )
    return Chapter(
        name, "smoke", Path("results"), Results(Parameters(), rows, None, facts), shown, "what it_shows"
    )


CHAPTERS = (
    chapter("one", wide(3), wide(60, name="long"), Table.of_rows("same", "Same", ["n"], [(1,)])),
    chapter("two", Table.of_rows("same", "Same", ["n"], [(1,)], timing=True), wide(0, name="empty")),
)


def test_markdown_is_one_document_with_its_figures() -> None:
    written = markdown.write(CHAPTERS, Path("out"))
    text = Path("out/report.md").read_text(encoding="utf-8")
    assert written[0] == Path("out/report.md")
    links = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    assert links == ["figures/one-dots.svg", "figures/two-dots.svg"]
    assert all((Path("out") / link).is_file() for link in links)
    anchors = re.findall(r'<a id="([^"]+)">', text)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(anchors)
    assert len(anchors) == len(set(anchors))
    for part in ("one", "two", "methods", "provenance", "references", "ref-ring", "ref-jump"):
        assert part in anchors
    assert "ref-rendezvous" not in anchors
    for line in (
        "A test.",
        "cccccccccccc, with changes that are not committed",
        "numpy 2.1",
        "**failed:** it failed",
    ):
        assert line in text
    assert text.count("<details>") == text.count("</details>") == 1
    markdown.write(CHAPTERS, Path("here.md"))
    assert Path("here.md").read_text(encoding="utf-8") == text


def test_latex_names_files_that_are_there_and_publications_that_it_has() -> None:
    written = manuscript.write(CHAPTERS, Path("out"))
    assert sorted(path for path in Path("out").rglob("*") if path.is_file()) == sorted(written)
    text = Path("out/report.tex").read_text(encoding="utf-8")
    inputs = re.findall(r"\\input\{([^}]+)\}", text)
    assert {"symbols", "methods", "tables/one-same", "tables/two-same-timing", "figures/one-dots"} <= set(
        inputs
    )
    parts = [Path(f"out/{name}.tex").read_text(encoding="utf-8") for name in inputs]
    graphics = re.findall(r"\\includegraphics\[[^]]*\]\{([^}]+)\}", "".join(parts))
    assert all(Path(f"out/{name}.{kind}").is_file() for name in graphics for kind in ("pdf", "svg"))
    labels = re.findall(r"\\label\{([^}]+)\}", "".join([text, *parts]))
    assert len(labels) == len(set(labels))
    cited = {key for keys in re.findall(r"\\cite\{([^}]+)\}", "".join(parts)) for key in keys.split(",")}
    assert cited == set(re.findall(r"^@\w+\{([^,]+),", Path("out/algorithms.bib").read_text(), re.MULTILINE))
    assert {"ring", "jump"} <= cited
    before = {path: path.read_bytes() for path in written}
    manuscript.write(CHAPTERS, Path("out"))
    assert before == {path: path.read_bytes() for path in written}


def test_latex_sets_everything_within_the_page() -> None:
    """With TeX at hand the document is set; without, the tables are at least looked at."""
    manuscript.write(CHAPTERS, Path("out"))
    for path in Path("out/tables").glob("*.tex"):
        text = path.read_text(encoding="utf-8")
        for environment in ("table", "tabular", "longtable", "adjustbox"):
            assert text.count(rf"\begin{{{environment}}}") == text.count(rf"\end{{{environment}}}")
    if shutil.which("latexmk") is None:
        return
    command = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    done = subprocess.run(command, cwd="out", capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    log = Path("out/report.log").read_text(encoding="utf-8", errors="replace")
    assert not re.findall(r"undefined|multiply defined|Missing character|Float too large", log)
    points = [float(width) for width in re.findall(r"Overfull \\hbox \(([0-9.]+)pt", log)]
    assert max(points, default=0.0) < 15


def test_places_that_cannot_be_written_to_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    stored("--profile", "smoke")
    Path("taken").write_text("")
    assert "taken is a file; give a folder" in refused_late(capsys, "--format", "markdown", "--out", "taken")
    assert "is the name of one" in refused_late(capsys, "--format", "latex", "--out", "paper.tex")
    assert "cannot write taken/sub" in refused_late(capsys, "--format", "latex", "--out", "taken/sub")


def refused_late(capsys: pytest.CaptureFixture[str], *typed: str) -> str:
    """Return the sentence of what goes wrong once the runs were read."""
    capsys.readouterr()
    assert run.main(["report", *typed], find=find) == 2
    return capsys.readouterr().err


def test_the_command_says_what_it_took_and_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    stored("--profile", "smoke")
    capsys.readouterr()
    assert run.main(["report", "--format", "markdown"], find=find) == 0
    assert capsys.readouterr().out == "fake: results/fake/smoke/\nWritten to results/report/markdown/\n"
    assert run.main(["report", "--format", "latex", "--out", "mine"], find=find) == 0
    assert Path("mine/tables/fake-shares.tex").is_file()


def test_out_is_a_folder_for_every_format_or_a_file_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    stored("--profile", "smoke")
    for kind, file in (("html", "shardlab.html"), ("markdown", "report.md"), ("latex", "report.tex")):
        assert run.main(["report", "--format", kind, "--out", "folder"], find=find) == 0
        assert (Path("folder") / file).is_file()
    assert run.main(["report", "--out", "my.html"], find=find) == 0
    assert run.main(["report", "--format", "markdown", "--out", "my.md"], find=find) == 0
    assert Path("my.html").is_file()
    assert Path("my.md").is_file()
    assert "my.md is a name for markdown, and the format is html" in refused(capsys, "--out", "my.md")
    Path("taken").write_text("kept")
    for kind in ("html", "markdown", "latex"):
        assert "taken is a file; give a folder" in refused(capsys, "--format", kind, "--out", "taken")
    assert Path("taken").read_text() == "kept"
