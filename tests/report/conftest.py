"""Chapters of small runs and the page of them, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from experiments import run
from experiments.harness.chapters import read
from experiments.report import html
from experiments.report.document.chapter import Chapter

if TYPE_CHECKING:
    pass
from pages import FEW, SMALL, UNLIKE


@pytest.fixture(scope="session")
def chapters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Chapter, ...]:
    folder = tmp_path_factory.mktemp("results")
    for name, flags in SMALL.items():
        few = [] if name in UNLIKE else FEW
        assert run.main([name, "--quiet", "--out", str(folder / name), *few, *flags.split()]) in (0, 1)
    return read([folder / name for name in SMALL])


@pytest.fixture(scope="session")
def page_text(chapters: tuple[Chapter, ...]) -> str:
    return html.render(chapters)
