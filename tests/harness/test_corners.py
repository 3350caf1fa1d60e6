"""Every experiment at every corner of its parameters: it ends in tables and figures, or in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from corners import CORNERS, drawn

from experiments import run
from experiments.harness.chapters import read
from experiments.harness.experiment import Case, Experiment, find
from experiments.report import html
from experiments.report.document import manuscript, markdown
from experiments.report.figures import elsewhere
from experiments.report.figures import figure as figures
from experiments.storage import store


def blank(figure: figures.Figure, formats: Sequence[str] = figures.FORMATS) -> dict[str, bytes]:
    """Draw nothing: what a report shows has been drawn before."""
    return dict.fromkeys(formats, b"<svg/>")


def typed(name: str, values: dict[str, Any], out: Path) -> list[str]:
    flags = []
    for field, value in values.items():
        many = value if isinstance(value, list) else [value]
        for one in many:
            text = ",".join(map(str, one)) if isinstance(one, tuple) else str(one)
            flags += [f"--{field.replace('_', '-')}", text]
    return [name, "--profile", "smoke", *flags, "--out", str(out)]


@pytest.mark.parametrize(
    ("name", "corner", "values"), CORNERS, ids=[f"{name}-{corner}" for name, corner, _ in CORNERS]
)
def test_it_ends_in_tables_and_figures_or_in_one_sentence_before_anything_is_measured(
    name: str,
    corner: str,
    values: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for place in (figures, elsewhere):
        monkeypatch.setattr(place, "render", drawn)
    experiment, measured = find(name), []
    measure = type(experiment).measure

    def counted(self: Experiment[Any], case: Case, *rest: Any) -> Any:
        measured.append(case.id)
        return measure(self, case, *rest)

    monkeypatch.setattr(type(experiment), "measure", counted)
    out = tmp_path / "run"
    code = run.main(typed(name, values, out))
    said, complaints = capsys.readouterr()
    if code == 2:
        assert not measured, complaints
        assert said == ""
        assert complaints.startswith("shardlab: ")
        assert complaints.count("\n") == 1
        assert not out.exists()
        return
    assert code in (0, 1)
    facts = store.run_facts(out)
    assert sum(part["count"] for part in facts["rows"].values()) > 0
    assert any(file.startswith("tables/") for file in facts["files"])
    assert f"Written to {out}/" in said
    if corner.endswith(" alone"):
        return  # a report of it has nothing that those of the other corners have not
    for place in (figures, markdown, manuscript):
        monkeypatch.setattr(place, "render", blank)
    chapters = read([out])
    html.write(chapters, tmp_path / "page.html")
    markdown.write(chapters, tmp_path / "markdown")
    manuscript.write(chapters, tmp_path / "latex")
    for file in ("page.html", "markdown/report.md", "latex/report.tex"):
        assert (tmp_path / file).stat().st_size > 0
