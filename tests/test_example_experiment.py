"""The second worked example: an experiment as CONTRIBUTING shows it, run and shown as a stranger would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "examples" / "fullest"
SHOWN = dict(
    re.findall(
        r"`([a-z_]+\.(?:py|toml))`:\n\n```(?:python|toml)\n(.*?)```\n",
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
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
