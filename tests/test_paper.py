"""The article says what the results say: no number is typed, and everything generated is up to date."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from experiments.harness import chapters
from experiments.report.document.chapter import Chapter
from experiments.report.html import page, vega
from experiments.report.tables import latex, markdown, terminal
from experiments.report.tables.escapes import escape_latex
from experiments.storage.provenance import root
from paper import build, figures, prose, tables, values
from paper.sources import Sources

PAPER = root() / "paper"
RESULTS = Sources(root() / "results")
TEXTS = sorted(PAPER.glob("sections/*.tex"))


@pytest.fixture(scope="module")
def generated() -> dict[str, bytes]:
    return dict(build.written(RESULTS))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_no_number_is_typed(path: Path) -> None:
    typed = prose.typed_numbers(path.read_text(encoding="utf-8"))
    assert not typed, f"numbers without a source in {path.name}: give each as \\val{{...}}: {typed}"


@pytest.mark.parametrize("module", [tables, figures], ids=["tables", "figures"])
def test_no_number_is_typed_into_a_caption(module: ModuleType) -> None:
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call)]
    captions = [
        *(word.value for call in calls for word in call.keywords if word.arg == "caption"),
        *(call.args[1] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Figure"),
    ]
    assert captions
    for caption in captions:
        for part in ast.walk(caption):
            if isinstance(part, ast.FormattedValue):
                part.value, part.format_spec = ast.Constant(""), None
        typed = [
            part.value
            for part in ast.walk(caption)
            if isinstance(part, ast.Constant) and prose.typed_numbers(str(part.value))
        ]
        assert not typed, f"line {caption.lineno}: {typed}"


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("It moves 5.88 of them.", "5.88"),
        ("It moves 5~\\% of them.", "5"),
        ("Sixteen nodes.", "Sixteen"),
        ("of $10^{6}$ keys", None),
        ("of $10$ keys", "10"),
        ("about $0.05$", "0.05"),
        ("\\[ x = 42 \\]", "42"),
        ("\\emph{12} nodes", "12"),
        ("\\section{The 7 questions}", "7"),
        ("a line % 13 in a comment", None),
        ("see \\cite{knuth97} and \\ref{tab:3}", None),
        ("xxHash64 and MD5", None),
        ("$1/(n+1)$ and $\\tfrac{1}{2}$", None),
        ("\\begin{align*} x &= 1 - 2y \\\\ y &= 365 \\end{align*}", "365"),
    ],
)  # fmt: skip
def test_typed_numbers_are_found(latex: str, text: str | None) -> None:
    found = [typed.text for typed in prose.typed_numbers(latex)]
    if latex == "of $10^{6}$ keys":
        assert found == ["10"]
    else:
        assert found == ([] if text is None else [text])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("scaling/movement/16/add:1/jumb", "near: movement/16/add:1/jump"),
        ("scaling/parameters/keyz", "run.json has no such number"),
        ("teatime/movement/16", "the first word is an experiment"),
        ("code/bits/md4", "md4"),
    ],
)
def test_a_name_of_no_number_is_refused_with_a_hint(name: str, words: str) -> None:
    with pytest.raises(LookupError, match=words):
        values.stated(RESULTS, name)


def test_a_number_is_written_in_fewer_digits_or_as_a_word_where_a_text_asks() -> None:
    assert values.stated(RESULTS, "sequence/made/life/16/jump", "words").latex == "six"
    whole, rounded = (values.stated(RESULTS, "sequence/net/life/16/ring", how).latex for how in ("", "0"))
    assert whole.partition(".")[0] in (rounded.partition("~")[0], str(int(rounded.partition("~")[0]) - 1))
    with pytest.raises(LookupError, match="no digits"):
        values.stated(RESULTS, "scaling/law_fraction/16/replace/rendezvous", "2")


@pytest.fixture(scope="module")
def scaling() -> tuple[Chapter, str]:
    (chapter,) = chapters.read([root() / "results" / "scaling" / "full"])
    return chapter, page.render([chapter])


@pytest.mark.parametrize("label", ["jump", "ring", "modulo"])
def test_a_number_is_the_same_in_terminal_documents_page_and_paper(
    label: str, scaling: tuple[Chapter, str]
) -> None:
    chapter, html = scaling
    name = f"movement/16/add:1/{label}"
    value = chapter.presentation.summary.value(name)
    assert values.stated(RESULTS, f"scaling/{name}").latex == value.latex
    (table,) = (one for one in chapter.presentation.tables if one.name == "movement-uniform-n16")
    written = (terminal.write(table, 200), markdown.write(table), latex.write(table), html)
    unbroken = value.text.replace(" ", "\N{NO-BREAK SPACE}")
    texts = (value.text, unbroken, value.latex, unbroken)
    rows = (f"\n{label} ", f"| {label} ", f"{escape_latex(label)} &", f">{label}</th>")
    for document, text, row in zip(written, texts, rows, strict=True):
        begin = document.index(row) + row.startswith("\n")
        assert "\n" not in document[begin : document.index(text, begin)], "the number stands in the row"
    (chart,) = (one for one in chapter.presentation.charts if one.name == "movement")
    case = {"workload": "uniform", "n": 16, "event": "add one", "label": label}
    (drawn,) = (row for row in vega.records(chart) if case.items() <= row.items())
    assert drawn["movement"] == pytest.approx(value.number, rel=1e-8)
    shown = tables.movement(RESULTS).frame
    assert shown.set_index("algorithm")["add:1"][label] == value.number


def test_every_section_is_in_the_article() -> None:
    whole = (PAPER / "shardlab.tex").read_text(encoding="utf-8") + "".join(
        path.read_text(encoding="utf-8") for path in TEXTS
    )
    for path in TEXTS:
        assert f"\\input{{sections/{path.stem}}}" in whole


def test_every_table_and_figure_is_shown(generated: dict[str, bytes]) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in TEXTS)
    for name in generated:
        if name.startswith(("table-", "figure-")):
            assert f"\\input{{generated/{name.removesuffix('.tex')}}}" in text


def test_generated_files_are_those_of_the_results(generated: dict[str, bytes]) -> None:
    """If a result changes, so must the article: run ``make paper`` and commit ``paper/generated``."""
    stored = {
        path.name: path.read_bytes() for path in (PAPER / "generated").iterdir() if path.suffix != ".pdf"
    }
    assert stored.keys() == generated.keys()
    for name, content in generated.items():
        assert stored[name] == content, (
            f"paper/generated/{name} is not what the results give; run: make paper"
        )


def test_a_value_that_no_result_gives_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sections").mkdir()
    (tmp_path / "sections" / "one.tex").write_text(
        "It moves \\val{scaling/movement/16/add:1/nothing}.", encoding="utf-8"
    )
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    with pytest.raises(Exception, match="scaling/movement/16/add:1/nothing"):
        dict(build.written(RESULTS))


def test_no_reference_stands_in_both_bibliographies(generated: dict[str, bytes]) -> None:
    """BibTeX refuses it: a publication whose algorithm joins the suite leaves ``references.bib``."""
    own, made = (
        set(re.findall(r"^@\w+\{([^,]+),", text, flags=re.MULTILINE))
        for text in (
            (PAPER / "references.bib").read_text(encoding="utf-8"),
            generated["algorithms.bib"].decode(),
        )
    )
    assert own
    assert not own & made


ENTRY = re.compile(r"^@\w+\{([^,]+),(.*)\}$", flags=re.MULTILINE)
LEAST = 40
"""Works that an article on so well-trodden a subject must know."""


def test_every_work_of_our_own_list_was_checked_and_is_cited(generated: dict[str, bytes]) -> None:
    """``checked`` says where title, authors, venue and year were seen: what nobody saw is not cited."""
    entries = ENTRY.findall((PAPER / "references.bib").read_text(encoding="utf-8"))
    assert {key for key, fields in entries if not re.search(r"checked = \{[^}]+\}", fields)} == set()
    assert {key for key, _ in entries} - _cited(generated) == set()


def test_works_that_are_cited_are_known_and_many(generated: dict[str, bytes]) -> None:
    known = {key for key, _ in ENTRY.findall((PAPER / "references.bib").read_text(encoding="utf-8"))}
    known |= set(re.findall(r"^@\w+\{([^,]+),$", generated["algorithms.bib"].decode(), flags=re.MULTILINE))
    assert _cited(generated) <= known
    assert len(_cited(generated)) >= LEAST


def _cited(generated: dict[str, bytes]) -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in TEXTS]
    texts += [content.decode() for name, content in generated.items() if name.startswith("table-")]
    return {
        key for text in texts for keys in re.findall(r"\\cite\{([^}]+)\}", text) for key in keys.split(",")
    }


def test_missing_results_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["--results", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "python -m experiments.run article --profile full" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_pdf_is_the_same_when_set_again(tmp_path: Path) -> None:
    if shutil.which("latexmk") is None:
        assert "SHARDLAB_TEX" not in os.environ, "TeX is demanded here, and latexmk is not installed"
        pytest.skip("TeX is not installed: see `make paper`")
    made = []
    for copy in ("first", "second"):
        folder = tmp_path / copy / "paper"
        shutil.copytree(PAPER, folder, ignore=shutil.ignore_patterns("shardlab.[!t]*", "__pycache__"))
        assert build.main(["--out", str(folder / "generated")]) == 0
        typed = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "shardlab.tex"]
        setting = {**os.environ, "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}
        subprocess.run(typed, cwd=folder, env=setting, check=True, capture_output=True)
        made.append(folder)
    first, second = ((folder / "shardlab.pdf").read_bytes() for folder in made)
    assert first == second
    log = (made[0] / "shardlab.log").read_text(encoding="latin-1")
    assert "LaTeX Warning: Reference" not in log
    assert "LaTeX Warning: Citation" not in log
