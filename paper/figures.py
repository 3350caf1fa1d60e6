"""The article's figures, in the style and with the symbols of the suite's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments import events, inference, theory
from experiments.harness import chapters
from experiments.harness.experiment import ALL_HASHES
from experiments.report.figures import charts
from experiments.report.figures.figure import COLUMN, PAGE, Figure
from paper.sources import Sources, distinct
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
    rows = run.rows[(run.rows["workload"] == ALL_HASHES) & (run.rows["law"] == "ring")]
    rows = rows[rows["hash"] == "xxh64"]
    nodes, points = sorted(set(rows["n"])), sorted(set(rows["points"]))

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        measured = {
            f"ring, n = {n:,}": [
                float((rows[(rows["n"] == n) & (rows["points"] == v)]["cv"] ** 2).mean()) ** 0.5
                for v in points
            ]
            for n in nodes
        }
        laws = {
            f"ring, n = {n:,}": [float(theory.ring_share_cv_squared(int(n), int(v))) ** 0.5 for v in points]
            for n in nodes
        }
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
    run = sources.run("scaling")
    rows = run.rows
    rows = rows[(rows["method"] == "sampled") & (rows["workload"] == "uniform") & (rows["n"] == START)]
    asked, labels = list(run.parameter("event")), distinct(rows["label"])

    def grid(measure: Callable[[Any], float]) -> list[list[float]]:
        return [
            [measure(rows[(rows["event"] == event) & (rows["label"] == label)]) for label in labels]
            for event in asked
        ]

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        charts.dots(
            axes,
            [events.parse(event).title for event in asked],
            labels,
            grid(lambda part: _mean(part["movement"])),
            low=grid(lambda part: _end(part["movement"], 0)),
            high=grid(lambda part: _end(part["movement"], 1)),
            theory=grid(lambda part: _mean(part["law_movement"])),
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
    run = sources.run("sequence")
    rows = run.rows[
        (run.rows["sequence"] == LIFE) & (run.rows["n"] == START) & (run.rows["workload"] == "uniform")
    ]
    steps = sorted(set(rows["step"]))
    story = [events.parse(event).title for event in events.SEQUENCES[LIFE]]

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        series = {
            str(label): [
                float(rows[(rows["label"] == label) & (rows["step"] == step)]["moved_in_all"].mean())
                for step in steps
            ]
            for label in distinct(rows["label"])
        }
        ideal = rows[rows["label"] == "ring"].groupby("step")["ideal"].mean().fillna(0.0).cumsum()
        charts.lines(
            axes,
            steps,
            series,
            laws={"ideal": list(ideal)},
            ylabel="keys moved so far",
            logx=False,
            logy=False,
            percent=True,
        )
        axes.set_xticks(steps, ["start", *story], rotation=60, ha="right", fontsize=6)
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
    rows = run.timing
    rows = rows[(rows["mode"] == "batch") & (rows["workload"] == "uniform") & rows["ns_per_key"].notna()]
    ours = rows[~rows["peer"].astype(bool)]
    nodes = sorted(set(ours["n"]))

    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        series = {
            str(label): [
                float(ours[(ours["n"] == n) & (ours["label"] == label)]["ns_per_key"].median()) for n in nodes
            ]
            for label in distinct(ours["label"])
            if label != "random_choice"
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


def _values(column: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([float(value) for value in column.dropna()])


def _mean(column: Any) -> float:
    found = _values(column)
    return float(found.mean()) if len(found) else float("nan")


def _end(column: Any, which: int) -> float:
    found: Sequence[float] = _values(column).tolist()
    interval = inference.mean(found).interval if found else None
    return float("nan") if interval is None else (interval.low, interval.high)[which]
