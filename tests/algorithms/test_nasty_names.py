"""What users name stands as it is: no mathematics, LaTeX, Markdown, HTML, or command of a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from experiments import run
from experiments.report.figures.figure import PAGE, Figure, render
from experiments.report.tables.escapes import escape_latex, escape_markdown, markdown_code, one_line, unbroken

NASTY = "a$b_{c$ `<b>x</b>` \\x |*_[l](u) \x1b[2J\x9b31m\u202e &amp; 5 %"
SHOWN = one_line(NASTY)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")

MODULE = """
import dataclasses
from idle import Idle

class Mine(Idle):
    spec = dataclasses.replace(Idle.spec, name={name!r}, title={name!r}, summary={name!r}, reference={name!r},
        lacks=dict.fromkeys(Idle.spec.lacks, {name!r}))
"""


@pytest.fixture
def nasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder whose name is nasty, with an algorithm and a file of keys of nasty names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1]))
    folder = tmp_path / NASTY.replace("/", "").replace(":", "")
    folder.mkdir()
    (folder / "mine.py").write_text(MODULE.format(name=NASTY), encoding="utf-8")
    (folder / "keys.txt").write_text("\n".join(f"key {i}" for i in range(300)), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["sequence"])
def test_runs_and_reports_show_them_and_obey_none(
    name: str, nasty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--profile", "smoke", "--algorithms", f"ring,{nasty / 'mine.py'}:Mine", "--keys", "200"]
    flags += ["--nodes", "5", "--repetitions", "2", "--workload", f"file:{nasty / 'keys.txt'}"]
    out = nasty / "results"
    assert run.main([name, *flags, "--out", str(out)]) in (0, 1)
    for kind in ("html", "markdown", "latex"):
        assert run.main(["report", str(out), "--format", kind, "--out", kind]) == 0
    output, errors = capsys.readouterr()
    assert "a$b_{c$" in output
    assert not CONTROL.search(output + errors)
    page = Path("html/shardlab.html").read_text(encoding="utf-8")
    assert "<b>x</b>" not in page
    shown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = [
        child
        for token in shown.parse(Path("markdown/report.md").read_text(encoding="utf-8"))
        for child in (token, *(token.children or ()))
    ]
    assert not [token for token in tokens if "html" in token.type and "<b>x" in token.content]
    assert not [token for token in tokens if token.type == "link_open" and token.attrs["href"] == "u"]
    assert any("a$b_{c$" in token.content for token in tokens if token.type == "text")
    latex = Path("latex/report.tex").read_text(encoding="utf-8")
    assert "a\\$b\\_\\{c\\$" in latex
    assert not CONTROL.search(latex)


def test_errors_spell_control_characters_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["scaling", "--workload", "file:no\x1b[2J.txt"]) == 2
    assert run.main(["report", "no\x1b]0;x\x07where"]) == 2
    errors = capsys.readouterr().err
    assert "no\\x1b[2J.txt" in errors
    assert "no\\x1b]0;x\\x07where" in errors
    assert not CONTROL.search(errors)


def test_rows_for_programs_hold_what_was_named(nasty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = [
        "--profile",
        "smoke",
        "--algorithms",
        f"{nasty / 'mine.py'}:Mine",
        "--keys",
        "50",
        "--nodes",
        "2",
    ]
    flags += ["--repetitions", "1", "--event", "add:1", "--out", "here", "--format", "json"]
    assert run.main(["scaling", *flags]) == 0
    output = capsys.readouterr().out
    assert not CONTROL.search(output)
    assert json.loads(output)[0]["label"] == NASTY


@given(st.text())
@example(NASTY)
@example("`")
@example("``a`")
@example("a\\|b")
@example("[x](y) [z]: w [^1]")
@example("5.88 % [1, 2] ms")
def test_markdown_shows_any_text_as_it_stands(text: str) -> None:
    written = MarkdownIt("commonmark", {"html": True}).enable("table")
    plain = " ".join(unbroken(one_line(text)).split(" "))
    for line, kinds in ((f"x{escape_markdown(text)}x", {"text"}), (markdown_code(text), {"code_inline"})):
        (tokens,) = [token.children for token in written.parse(line) if token.type == "inline"] or [[]]
        content = "".join(token.content for token in tokens if not token.type.startswith("html"))
        kept = {token.type for token in tokens if token.content and not token.type.startswith("html")}
        wanted = f"x{plain}x" if kinds == {"text"} else one_line(text)
        assert content.replace("\n", " ").split() == wanted.split()
        assert kept <= {"text", "text_special", *kinds}


@given(st.text())
@example(NASTY)
def test_latex_has_as_many_braces_as_it_needs(text: str) -> None:
    bare = re.sub(r"\\[{}]", "", escape_latex(text))
    assert bare.count("{") == bare.count("}")


def test_figures_draw_names_as_they_stand() -> None:
    texts: list[str] = []

    def draw(canvas: object) -> None:
        axes = canvas.subplots()  # type: ignore[attr-defined]
        axes.plot([1, 2], label=NASTY)
        axes.set_title(NASTY)
        axes.set_xticks([1], ["a$b_{c$"])
        axes.legend()
        texts.extend(
            str(text.get_parse_math()) for text in canvas.findobj(lambda a: hasattr(a, "get_parse_math"))
        )  # type: ignore[attr-defined]

    assert render(Figure("nasty", "", draw, (PAGE, 2)), ["svg"])["svg"]
    assert set(texts) == {"False"}
