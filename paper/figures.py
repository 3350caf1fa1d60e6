"""The article's figures, in the style and with the symbols of the suite's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.harness import chapters
from experiments.harness.experiment import ALL_HASHES
from experiments.report.figures import charts
from experiments.report.figures.figure import COLUMN, PAGE, Figure
from paper.sources import Sources
from paper.tables import START

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["FIGURES", "WIDE", "environment"]

LIFE = "life"
"""The sequence of events that the article tells."""

WIDE = {"rings": 0.72, "movement": 1.0, "ripple": 0.85}
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
    sheet = run.summary["loads"]
    shares = sheet.where(workload=ALL_HASHES, law="ring", **sheet.usual)
    points = sorted(set(shares["points"]))

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        measured, laws = (
            {
                f"ring, n = {n:,}": part.set_index("points")[column].reindex(points).tolist()
                for n, part in shares.sort_values("n").groupby("n")
            }
            for column in ("cv", "law_cv")
        )
        charts.lines(
            axes,
            points,
            measured,
            laws=laws,
            xlabel="points a node, v",
            ylabel="CV of the shares",
            percent=True,
        )

    many = run.parameter("repetitions")
    return Figure(
        "cv",
        f"Shares of a ring over the points of a node: root mean square of the CV over {many} rings, "
        "all hashes counted; dotted: the law.",
        draw,
        size=(COLUMN, 2.2),
    )


def movement(sources: Sources) -> Figure:
    """Return the movement of all algorithms in all events, beside the laws."""
    numbers, case = sources.run("scaling").summary, {"workload": "uniform", "n": START}
    events, asked = numbers["events"].where(**case), numbers["asked"].where(**case)
    labels = list(dict.fromkeys(events["label"]))

    def grid(column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        frame = events.pivot(index="event", columns="label", values=column)
        return frame.reindex(index=asked["event"], columns=labels).to_numpy(dtype=float)

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        charts.dots(
            axes,
            list(asked["title"]),
            labels,
            grid("movement"),
            low=grid("low"),
            high=grid("high"),
            theory=grid("law"),
            label="keys moved",
            percent=True,
        )
        charts.legend(canvas, axes)

    return Figure(
        "movement",
        f"Keys moved by each scale event from {START} nodes; lines: intervals of the mean; marks: the law.",
        draw,
        size=(PAGE, 4.6),
    )


def sequence(sources: Sources) -> Figure:
    """Return how the movement of ten events adds up."""
    numbers = sources.run("sequence").summary
    case = {"sequence": LIFE, "workload": "uniform", "n": START}
    asked, steps = numbers["asked"].where(**case), numbers["steps"].where(**case)
    places = [0, *asked["step"]]

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
            laws={"ideal": [0.0, *asked["ideal_so_far"]]},
            ylabel="keys moved so far",
            logx=False,
            logy=False,
            percent=True,
        )
        axes.set_xticks(places, ["start", *asked["title"]], rotation=60, ha="right", fontsize=6)
        axes.set_ylim(bottom=0)

    return Figure(
        "sequence",
        f"Ten events in a row from {START} nodes: movement so far, a key counted as often as it "
        "moves; dotted: the sum of the ideals. "
        "An algorithm that cannot make a step sits it out.",
        draw,
        size=(COLUMN, 2.9),
    )


def speed(sources: Sources) -> Figure:
    """Return nanoseconds a key over the number of nodes."""
    run = sources.run("throughput")
    times = run.summary["times"].where(workload="uniform", mode="batch")
    times = times[times["label"] != "random_choice"]
    nodes = sorted(set(times["n"]))

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        series = {
            str(label): part.set_index("n")["ns_per_key"].reindex(nodes).tolist()
            for label, part in times.groupby("label", sort=False)
        }
        charts.lines(axes, nodes, series, xlabel="nodes, n", ylabel="nanoseconds a key")

    return Figure(
        "speed",
        "Time of a lookup in a batch over the number of nodes, one thread, medians of "
        f"{run.parameter('rounds')} rounds.",
        draw,
        size=(COLUMN, 2.6),
        timing=True,
    )


FIGURES: tuple[Callable[[Sources], Figure], ...] = (rings, cv, movement, ripple, sequence, speed)
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


def _of(sources: Sources, experiment: str, name: str, caption: str) -> Figure:
    """Return a figure that an experiment makes of its own results, with a caption of the article."""
    (chapter,) = chapters.read([sources.run(experiment).folder])
    figure = next(figure for figure in chapter.presentation.drawn() if figure.name == name)
    return replace(figure, caption=caption)
