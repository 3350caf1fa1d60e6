"""The article's figures, in the style and with the symbols of the suite's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.inference.levels import LEVEL
from experiments.report.chart import Chart
from experiments.report.figures import charts
from experiments.report.figures.drawn import drawn
from experiments.report.figures.figure import COLUMN, PAGE, Figure
from paper.sources import Sources
from paper.tables import START

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["FIGURES", "WIDE", "environment"]

LIFE = "life"
"""The sequence of events that the article tells."""

WIDE = {"rings": 0.56, "movement": 1.0, "ripple": 0.62, "links": 1.0}
"""Figures over both columns of the page, and how much of its width they take."""


def rings(sources: Sources) -> Figure:
    """Return a small ring before and after a node joins."""
    return _of(
        sources,
        "article",
        "rings",
        "A small ring, and what a further node takes (hatched): the arcs that begin at its points. "
        "Hashes grow clockwise.",
    )


def ripple(sources: Sources) -> Figure:
    """Return what a further range does to the others."""
    return _of(
        sources,
        "article",
        "ripple",
        "One range more: each boundary shifts, so each node hands part of its range to its neighbour.",
    )


def cv(sources: Sources) -> Figure:
    """Return the spread of a ring's shares over its points, beside the law."""
    run = sources.run("balance")
    chart = _chart(sources, "balance", "cv-points")
    n = max(chart.values("n"))
    return drawn(
        replace(chart.where(**chart.only, algorithm="ring", n=n), together="", size=(COLUMN, 2.0)),
        "cv",
        f"Shares of a ring of {n:,} nodes over the points of a node: root mean square of the CV over "
        f"{run.parameter('repetitions')} rings, all hashes counted; dotted: the law, which hardly depends on "
        "the number of nodes.",
    )


def movement(sources: Sources) -> Figure:
    """Return the movement of all algorithms in all events, beside the laws."""
    chart = _chart(sources, "scaling", "movement").where(workload="uniform", n=START)
    return drawn(
        replace(chart, size=(PAGE, 3.0)),
        "movement",
        f"Keys moved by each scale event from {START} nodes; lines: intervals of the mean; marks: the law.",
    )


def sequence(sources: Sources) -> Figure:
    """Return how the movement of ten events adds up."""
    numbers = sources.run("sequence").summary
    case = {"sequence": LIFE, "workload": "uniform", "n": START}
    asked, steps = numbers["asked"].where(**case), numbers["steps"].where(**case)
    places = list(asked["step"])

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        series = {
            str(label): part.set_index("step")["moved_so_far"].reindex(places).tolist()
            for label, part in steps.groupby("label", sort=False)
        }
        charts.lines(
            axes,
            places,
            series,
            laws={"ideal": list(asked["ideal_so_far"])},
            ylabel="keys moved so far",
            logx=False,
            percent=True,
        )
        axes.set_xticks(places, list(asked["title"]), rotation=60, ha="right", fontsize=6)

    return Figure(
        "sequence",
        f"Ten events in a row from {START} nodes: movement so far, a key counted as often as it "
        "moves; dotted: the sum of the ideals. "
        "An algorithm that cannot make a step sits it out.",
        draw,
        size=(COLUMN, 2.5),
    )


STEPS = ("links", "probes")
"""The steps that the article draws, each in a panel."""

LEAVERS = ("anchor", "jumpback_anchor", "memento", "dx", "choose")
"""Algorithms of which any node may leave, and whose lookups get longer then."""


def links(sources: Sources) -> Figure:
    """Return the steps of a lookup after nodes have left, beside the laws."""
    run = sources.run("cost")
    chart = _chart(sources, "cost", "steps-removals")
    n = max(chart.values("n"))
    chart = chart.where(n=n)
    frame = chart.frame[chart.frame["label"].isin(LEAVERS) & chart.frame["step"].isin(STEPS)]
    return drawn(
        replace(chart, frame=frame, size=(PAGE, 2.1)),
        "links",
        f"Links that a lookup follows, and places that it probes, after nodes have left {n:,} in random "
        f"order; means over {run.parameter('repetitions')} repetitions with {LEVEL:.0%} intervals; dotted: "
        "the laws.",
    )


FIGURES: tuple[Callable[[Sources], Figure], ...] = (rings, cv, movement, ripple, sequence, links)
"""All figures, in the order of the text."""


def environment(figure: Figure) -> str:
    """Return the LaTeX that sets a figure with its caption."""
    from experiments.report.tables.escapes import escape_latex

    kind, width = "figure", r"\columnwidth"
    if figure.name in WIDE:
        kind, width = "figure*", rf"{WIDE[figure.name]}\textwidth"
    lines = [
        rf"\begin{{{kind}}}[tbp]",
        r"\centering",
        rf"\includegraphics[width={width}]{{generated/{figure.name}}}",
        rf"\caption{{{escape_latex(figure.caption)}}}\label{{fig:{figure.name}}}",
        rf"\end{{{kind}}}",
    ]
    return "\n".join(lines) + "\n"


def _of(sources: Sources, room: str, name: str, caption: str) -> Figure:
    """Return a figure that a room draws by hand, with a caption of the article."""
    figures = sources.run(room).presentation.figures
    return replace(next(figure for figure in figures if figure.name == name), caption=caption)


def _chart(sources: Sources, room: str, name: str) -> Chart:
    return next(chart for chart in sources.run(room).presentation.charts if chart.name == name)
