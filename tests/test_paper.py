"""The article says what the results say: no number is typed, and everything generated is up to date."""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import subprocess
from fractions import Fraction
from hashlib import md5
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from algorithms import create
from experiments import inference, theory
from experiments.harness import chapters
from experiments.report.document.chapter import Chapter
from experiments.report.html import page, vega
from experiments.report.tables import latex, markdown, terminal
from experiments.report.tables.escapes import escape_latex
from experiments.report.tables.table import Table
from experiments.storage import store
from experiments.storage.provenance import root
from paper import build, figures, prose, tables, typeset, values
from paper.sources import Run, Sources

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
        ("results/weather", "of all results there are commits, minutes"),
        ("code/bits/md4", "md4"),
    ],
)
def test_a_name_of_no_number_is_refused_with_a_hint(name: str, words: str) -> None:
    with pytest.raises(LookupError, match=words):
        values.stated(RESULTS, name)


def test_a_number_is_written_in_fewer_digits_or_as_a_word_where_a_text_asks() -> None:
    assert values.stated(RESULTS, "sequence/made/life/16/jump", "words").latex == "five"
    whole, rounded = (values.stated(RESULTS, "sequence/net/life/16/ring", how).latex for how in ("", "0"))
    assert whole.partition(".")[0] in (rounded.partition("~")[0], str(int(rounded.partition("~")[0]) - 1))
    with pytest.raises(LookupError, match="no digits"):
        values.stated(RESULTS, "scaling/law_fraction/16/replace/rendezvous", "2")


def run_of(name: str) -> Run:
    return RESULTS.run(name)


@pytest.mark.parametrize("room", ["throughput", "resize"])
def test_a_time_that_the_suite_does_not_trust_is_in_no_sentence(
    room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(room)
    sheet = run.summary["steadiness"]
    name = next(name for name, value in run.summary.values.items() if value.source.startswith("timing"))
    monkeypatch.setattr(values, "trusted", lambda facts, sheet: False)
    with pytest.raises(LookupError, match="does not trust the times"):
        values.stated(RESULTS, f"{room}/{name}")
    assert values.stated(RESULTS, f"{room}/unsteady").latex == str(sheet.records()[0]["unsteady"])
    monkeypatch.setattr(values, "trusted", lambda facts, sheet: True)
    assert values.stated(RESULTS, f"{room}/{name}").latex


def test_what_was_counted_in_a_run_whose_times_are_not_trusted_may_be_stated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(values, "trusted", lambda facts, sheet: False)
    seen = run_of("database").summary.values.items()
    counted, timed = (
        next(name for name, value in seen if value.source.startswith(file)) for file in ("rows", "timing")
    )
    assert values.stated(RESULTS, f"database/{counted}").latex
    with pytest.raises(LookupError, match="does not trust the times"):
        values.stated(RESULTS, f"database/{timed}")


def test_steps_that_are_always_made_are_counted_over_all_repetitions() -> None:
    """Jump can make the third step in one repetition of eight: the last of its nodes happens to leave."""
    rows = store.load(run_of("sequence").folder / "rows.csv")
    of_jump = (rows["sequence"] == "life") & (rows["label"] == "jump") & (rows["workload"] == "uniform")
    part = rows[of_jump & (rows["n"] == 16) & (rows["step"] > 0)]
    always = [step for step, group in part.groupby("step") if group["cannot"].isna().all()]
    ever = [step for step, group in part.groupby("step") if group["cannot"].isna().any()]
    assert len(always) < len(ever)
    assert values.stated(RESULTS, "sequence/made/life/16/jump").latex == str(len(always))


SENTENCES = {
    "disagree about every key": "jump agrees wherever a number is the same: a,b,c and a,c,b in a third",
    "rejects\nevery ring": "half of them, as soon as there are more keys than points",
    "virtues; ring and rendezvous have both": "nobody has, under replacement",
    "no hashing brings": "it is the mean over hashings, and no bound",
    "of its moves few were wasted": "a third of them, if they are counted by where keys are at the end",
    "nothing for jump and modulo": "modulo numbers its live nodes",
    "worth more than consistency": "a ring whose newcomers inherit names moves as little",
    "arcs that begin at its points~\\cite": "the sources serve arcs that end there",
    "stable buckets are worth more": "a ring whose newcomers inherit names moves as little",
    "an hour at most": "what runs took is known",
    "slopes and ratios": "and absolute times stood beside them",
    "derived here": "by Moulton and Jiang",
}
"""What the article said once and was not so, each with the reason."""


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_was_not_so_is_not_said_again(sentence: str) -> None:
    words = " ".join(" ".join(path.read_text(encoding="utf-8") for path in TEXTS).split())
    assert " ".join(sentence.split()) not in words, SENTENCES[sentence]


def test_jump_in_another_order_agrees_about_a_third_of_three_nodes() -> None:
    hashes = np.random.default_rng(1).integers(0, 1 << 64, 20_000, dtype=np.uint64)
    one, other = create("jump", ["a", "b", "c"]), create("jump", ["a", "c", "b"])
    names = [np.array([p.nodes[i].name for i in range(3)])[p.assign(hashes)] for p in (one, other)]
    assert abs(float((names[0] == names[1]).mean()) - 1 / 3) < 0.02


def said(sentence: str) -> bool:
    """Say whether a section has these words, one after the other."""
    return any(sentence in " ".join(path.read_text(encoding="utf-8").split()) for path in TEXTS)


def test_arcs_begin_at_points_here_and_end_at_them_in_the_sources() -> None:
    sources = create("ketama", ["10.0.0.1:11211", "10.0.0.2:11211"], hash="md5_le32").arcs()
    points = {
        int.from_bytes(md5(f"10.0.0.{node + 1}-{number}".encode()).digest()[:4], "little"): node
        for node in range(2)
        for number in range(100)
    }
    ends = dict(zip(sources.last.tolist(), sources.bucket.tolist(), strict=True))
    assert points.items() <= ends.items()
    ours, mirrored = (create("ring", 5, serves=serves).arcs() for serves in ("predecessor", "successor"))
    assert ours.start[1:].tolist() == mirrored.last[:-1].tolist()
    assert ours.bucket[1:].tolist() == mirrored.bucket[:-1].tolist()
    assert said(
        "the arcs that begin at its points; in the sources~\\cite{ring,ketama} it serves those that end"
    )


def test_a_ring_whose_newcomer_inherits_a_name_moves_as_little_as_a_bucket_that_stays() -> None:
    hashes = np.random.default_rng(5).integers(0, 1 << 64, 200_000, dtype=np.uint64)
    machines = {f"place-{number}": f"machine-{number}" for number in range(16)}

    def moved(name: str, heir: str) -> float:
        """Return the part of the keys that another machine has, once one has died and has an heir."""
        before, after = create(name, list(machines)), create(name, list(machines))
        if heir not in machines:
            after.change(remove=["place-7"], add=[heir])
        owners = [machines, {**machines, heir: "machine-16"}]
        first, second = (
            np.array([owner[p.nodes[bucket].name] for bucket in range(16)])[p.assign(hashes)]
            for p, owner in zip((before, after), owners, strict=True)
        )
        return float((first != second).mean())

    bucket, inherited, stranger = (
        moved("jump", "place-16"),
        moved("ring", "place-7"),
        moved("ring", "place-16"),
    )
    assert abs(bucket - 1 / 16) < 0.003
    assert abs(inherited - 1 / 16) < 0.02, "one share of a ring, and nothing else"
    assert abs(stranger - 2 / 17) < 0.03
    assert stranger > 1.5 * inherited
    assert said("gets the old one's place: by a bucket that stays, or on a ring by the name that its points")
    assert said("A ring can do so if the newcomer inherits the name by which points are placed")


def test_a_chi_square_test_rejects_half_of_the_rings_of_ten_nodes_at_as_many_keys_as_points() -> None:
    rng, rejected = np.random.default_rng(2), 0
    for _ in range(300):
        load = rng.multinomial(1601, rng.dirichlet([160] * 10))
        rejected += not inference.loads_agree(load, statistic="chi-square").agrees(0.05)
    assert 0.3 < rejected / 300 < 0.7


def test_a_placement_that_knows_the_keys_is_more_even_than_random_hashing() -> None:
    """Of two keys of a half each random hashing has a mean CV² of 1/2, and every other hashing has 0."""
    s = 1 / 2
    squares = [(np.ptp([first, second]) == 0) * 1.0 for first in (0, 1) for second in (0, 1)]
    assert np.mean(squares) == (2 - 1) * s
    assert min(squares) == 0


@pytest.mark.parametrize("event", ["replace", "weights"])
def test_minimal_movement_has_an_end_where_nodes_are_replaced_or_weights_change(event: str) -> None:
    if event == "replace":
        assert theory.replaced(16) == Fraction(2, 17) > Fraction(1, 16)
    else:
        before, after = (1, 2, 3, 4), (4, 3, 2, 1)
        moved, least = theory.weighted_rendezvous(before, after), theory.minimum(before, after)
        assert (round(float(moved), 3), float(least)) == (0.457, 0.4)


def test_all_texts_say_how_long_the_results_take() -> None:
    minutes = float(values.stated(RESULTS, "results/minutes").latex)
    words = {"half an hour": 30, "an hour": 60, "an hour and a half": 90}
    said = set()
    for name in ("README.md", "Makefile"):
        text = (root() / name).read_text(encoding="utf-8")
        said |= set(re.findall(r"all that is committed,(?: at PROFILE=full)? ([a-z ]+);", text))
    (one,) = said
    assert minutes / 1.6 <= words[one] <= minutes * 1.6


def test_the_article_says_at_how_many_commits_its_results_were_made() -> None:
    commits = {run.facts["commit"] for run in RESULTS.stored()}
    assert values.stated(RESULTS, "results/commits").latex == str(len(commits))
    text = (PAPER / "sections" / "reproduce.tex").read_text(encoding="utf-8")
    assert "results/commits" in text
    assert "/commit}" not in text, "of one run among several"


def test_examples_are_counted_where_they_were_drawn() -> None:
    rows = store.load(run_of("properties").folder / "rows.csv")
    examples = rows["examples"].dropna()
    several = examples[examples > 1]
    numbers = {"searched": len(several), "least": int(several.min()), "once": int((examples == 1).sum())}
    for name, number in numbers.items():
        assert values.stated(RESULTS, f"properties/{name}").latex == str(number)


def test_no_sentence_counts_open_as_agreement() -> None:
    """Wherever the article says how many means agree, it says how many are open and how many differ."""
    for path in TEXTS:
        for room in re.findall(r"\\val(?:\[\w+\])?\{(\w+)/agrees\}", path.read_text(encoding="utf-8")):
            text = path.read_text(encoding="utf-8")
            assert f"{{{room}/open}}" in text, path.name
            assert f"{{{room}/differs}}" in text, path.name


def test_nothing_that_differs_is_left_out() -> None:
    """Every rejection of a run stands in the text as a number: of means, and of their spreads."""
    text = "".join(path.read_text(encoding="utf-8") for path in TEXTS)
    for name in ("scaling/differs", "scaling/spreads_differ", "balance/differs"):
        assert f"{{{name}}}" in text, name


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


def test_a_column_that_is_called_table_keeps_its_name_in_a_table_over_both_columns() -> None:
    written = typeset.render(Table.of_rows("matrix", "What holds", ["property", "table"], [("ordered", "+")]))
    assert "property & table \\\\" in written
    assert written.count("table*") == 2
