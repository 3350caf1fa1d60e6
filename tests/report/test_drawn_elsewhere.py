"""Figures drawn by processes beside: the same bytes, whatever becomes of the processes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from experiments.report.figures import elsewhere
from experiments.report.figures.figure import Figure, render

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def line(canvas: Canvas, *, height: float) -> None:
    canvas.subplots().plot([1, height])


FIGURES = [
    Figure(f"line-{height}", "A line.", partial(line, height=height), size=(2, 1)) for height in (2, 3)
]


@pytest.fixture(scope="module")
def here() -> list[dict[str, bytes]]:
    return [render(figure) for figure in FIGURES]


def test_figures_drawn_elsewhere_have_the_same_bytes(
    here: list[dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere.start(2)
    drawing = elsewhere.Drawing(FIGURES)
    monkeypatch.setattr(elsewhere, "render", pytest.fail)  # nothing is left for this process
    assert list(drawing.files()) == here


@pytest.mark.parametrize("sent", [False, True])
def test_figures_of_a_server_that_was_killed_are_drawn_here(here: list[dict[str, bytes]], sent: bool) -> None:
    elsewhere.start(2)
    server = elsewhere._server
    assert server is not None
    if not sent:
        server.kill()
        server.wait()
    drawing = elsewhere.Drawing(FIGURES)
    server.kill()
    assert list(drawing.files()) == here
    assert elsewhere._server is None


def test_figures_that_cannot_be_sent_are_drawn_here() -> None:
    elsewhere.start(2)
    local = Figure("local", "A line.", lambda canvas: canvas.subplots().plot([1, 2]), size=(2, 1))
    assert sorted(*elsewhere.Drawing([local]).files()) == ["pdf", "png", "svg"]


def test_nothing_is_started_for_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "start", pytest.fail)
    elsewhere.prepare(1)
