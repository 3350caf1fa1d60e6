"""The worked examples of experiments, as CONTRIBUTING shows them, run and shown as a stranger would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "fullest"
OWN = ROOT / "examples" / "fanout"
"""The one with a parameter and a law of its own, of which the text shows parts."""

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SHOWN = dict(
    re.findall(
        r"`([a-z_]+\.(?:py|toml))`:\n\n```(?:python|toml)\n(.*?)```\n",
        TEXT,
        re.DOTALL,
    )
)


def in_python(*arguments: str) -> str:
    """Run Python as a user would, with the example beside the suite's own experiments."""
    environment = {**os.environ, "SHARDLAB_ROOMS": str(FOLDER.parent), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir() if path.is_file()))
def test_contributing_shows_every_file_of_the_example(name: str) -> None:
    assert SHOWN.get(name) == (FOLDER / name).read_text(encoding="utf-8")


def test_one_folder_gives_a_table_a_figure_a_chapter_of_the_page_and_a_number_of_the_paper(
    tmp_path: Path,
) -> None:
    results = tmp_path / "results"
    run = results / "fullest" / "full"
    flags = ["--profile", "smoke", "--algorithms", "jump,ring", "--out", str(run)]
    said = in_python("-m", "experiments.run", "fullest", *flags)
    assert "The fullest node above the mean load" in said
    assert {path.suffix for path in (run / "figures").iterdir()} == {".pdf", ".svg", ".png"}
    assert "fullest" in in_python("-m", "experiments.run", "list")
    in_python("-m", "experiments.run", "report", str(run), "--out", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "-chart-fullest" in page
    in_python(
        "-m", "experiments.run", "report", str(run), "--format", "latex", "--out", str(tmp_path / "tex")
    )
    assert "fullest" in (tmp_path / "tex" / "report.tex").read_text(encoding="utf-8")
    name = "fullest/above/uniform/16/jump"
    code = f"from pathlib import Path; from paper.sources import Sources; from paper.values import stated; \
print(stated(Sources(Path({str(results)!r})), {name!r}).latex)"
    written = in_python("-c", code)
    assert re.fullmatch(r"\d+\.\d\d \[[-\d., ]+\][^\n]*\n", written), written
    assert written.split()[0] in said


def parts() -> list[str]:
    """Return the code of the chapter about what nearly every experiment needs too."""
    (chapter,) = re.findall(
        r"^## What nearly every experiment needs too\n(.*?)^## ", TEXT, re.DOTALL | re.MULTILINE
    )
    blocks: list[str] = re.findall(r"```python\n(.*?)```\n", chapter, re.DOTALL)
    return blocks


def test_contributing_shows_parts_of_the_second_example_as_they_are() -> None:
    *shown, test = parts()
    code = [path.read_text(encoding="utf-8") for path in OWN.glob("*.py")]
    assert len(shown) == 4
    assert [block for block in shown if not any(block in text for text in code)] == []
    assert "def test_" in test


def test_the_test_of_the_second_example_passes_and_can_fail(tmp_path: Path) -> None:
    *_, test = parts()
    path = tmp_path / "test_fanout.py"
    path.write_text(test, encoding="utf-8")
    flags = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(path)]
    assert "1 passed" in in_python("-m", "pytest", *flags)
    path.write_text(test.replace("0.75**5", "0.75**6"), encoding="utf-8")
    with pytest.raises(AssertionError):
        in_python("-m", "pytest", *flags)


def test_the_second_example_has_its_parameter_its_law_and_a_member_that_sits_out(tmp_path: Path) -> None:
    run = tmp_path / "results" / "fanout" / "full"
    limited = f"{ROOT / 'tests' / 'limited.py'}:Limited"
    flags = ["--request", "5,20", "--nodes", "4,64,150", "--algorithms", f"jump,ring,{limited}"]
    said = in_python("-m", "experiments.run", "fanout", "--profile", "smoke", *flags, "--out", str(run))
    assert "limited takes no part at n = 150: it can have 101 nodes at most." in said
    drawn = (run / "figures" / "fanout.svg").read_text(encoding="utf-8")
    assert drawn.count("even shares") >= 2  # a name at the end of the law, in each panel
    in_python("-m", "experiments.run", "report", str(run), "--out", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '"law":"even shares"' in page
    assert "<h1>How many nodes a request of several keys asks</h1>" in page


def test_contributing_says_which_sections_are_taken() -> None:
    (said,) = re.findall(r"Taken are (.*?)\.\n", TEXT)
    catalogues = (ROOT / "experiments").glob("*/profiles.toml")
    sections = {path.parent.name: tomllib.loads(path.read_text("utf-8"))["section"] for path in catalogues}
    assert said == ", ".join(f"{n} ({name})" for n, name in sorted((n, name) for name, n in sections.items()))
