"""A chart is declared once: both renderers put the same numbers at the same places."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Canvas

from experiments.report.chart import BY_NODES, Axis, Chart, Dots, Lines, Stacked
from experiments.report.figures.drawn import drawn, figures_of
from experiments.report.figures.figure import style
from experiments.report.figures.palette import styles
from experiments.report.html import vega
from experiments.report.slugs import slug

vl_convert = pytest.importorskip("vl_convert")

NODES = [4, 16, 64, 1000]
LABELS = ["ring", "jump", "modulo"]


def numbers() -> pd.DataFrame:
    """Return a tidy frame of odd numbers, one missing, whose place is known by a formula."""
    body = [
        {
            "workload": workload,
            "n": n,
            "label": label,
            "above": 0.003 * (2 + i) * n**0.5 * (1 + j) if (i, n) != (1, 64) else None,
            "law": 0.01 * n**0.5,
        }
        for j, workload in enumerate(["uniform", "zipf:1.2"])
        for i, label in enumerate(LABELS)
        for n in NODES
    ]
    frame = pd.DataFrame(body)
    return frame.assign(low=frame["above"] * 0.8, high=frame["above"] * 1.3)


def lines(*, log: bool) -> Lines:
    above = Axis("above", "above the mean", "percent", log=log)
    return Lines(replace(BY_NODES, log=log), above, low="low", high="high", law="law")


def dots(*, log: bool) -> Dots:
    return Dots(Axis("above", "above", "percent", log=log), "n", low="low", high="high", law="law")


def chart(mark: Lines | Dots, **options: Any) -> Chart:
    return Chart("above", "Above", "Means.", numbers(), mark, choices={"workload": "Keys"}, **options)


def on_paper(one: Chart) -> dict[str, list[tuple[float, float]]]:
    """Return where the markers of each label are on paper, in pixels, lowest first."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    colours = {style.colour: label for label, style in styles(LABELS).items()}
    found: dict[str, list[tuple[float, float]]] = {}
    with style():
        canvas = Canvas(figsize=(7, 4), layout="constrained")
        FigureCanvasAgg(canvas)
        drawn(one, "one", "").draw(canvas)
        canvas.draw_without_rendering()
        (axes,) = canvas.get_axes()
        for line in axes.get_lines():
            label = colours.get(str(line.get_color()))
            if label and line.get_marker() == styles(LABELS)[label].marker:
                places = np.array(line.get_xydata())
                seen = axes.transData.transform(places[np.isfinite(places).all(axis=1)])
                found[label] = sorted((float(x), float(y)) for x, y in seen)
    return found


def on_the_page(one: Chart) -> dict[str, list[tuple[float, float]]]:
    """Return where the points of each label are on the page, in pixels, as Vega places them."""
    colours = {style.colour: label for label, style in styles(LABELS).items()}
    scales = {
        "colour": list(colours),
        "shape": ["circle", "square", "diamond"],
        "dash": [[], [2, 2], [4, 1]],
    }

    def filled(value: Any) -> Any:
        """Do what the page's script does: put in the scales of the labels."""
        if isinstance(value, str) and value.startswith(vega.BY_ALGORITHM):
            kind = value.removeprefix(vega.BY_ALGORITHM)
            labels = list(colours.values())
            return labels if kind == "order" else {"domain": labels, "range": scales[kind]}
        if isinstance(value, str) and value.startswith("var("):
            return "black"
        if isinstance(value, list):
            return [filled(item) for item in value]
        return {key: filled(item) for key, item in value.items()} if isinstance(value, dict) else value

    described = vega.described(one)
    specification = filled(described["spec"]) | {
        "data": {"values": described["rows"]},
        "width": 500,
        "config": {"mark": {"invalid": "break-paths-filter-domains"}},
    }
    graph = vl_convert.vegalite_to_scenegraph(specification, vl_version="6.4")
    found: dict[str, list[tuple[float, float]]] = {}
    for item in _symbols(graph):
        found.setdefault(colours[item["fill"]], []).append((float(item["x"]), -float(item["y"])))
    return {label: sorted(places) for label, places in found.items()}


def _symbols(graph: Any) -> Iterator[Any]:
    if isinstance(graph, list):
        for one in graph:
            yield from _symbols(one)
    elif isinstance(graph, dict):
        if graph.get("marktype") == "symbol" and graph.get("role") == "mark":
            yield from graph["items"]
        else:
            yield from _symbols(list(graph.values()))


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("make", [lines, dots])
def test_both_renderers_put_the_same_points_at_the_same_places(make: Any, log: bool) -> None:
    one = chart(make(log=log)).where(workload="uniform")
    paper, page = on_paper(one), on_the_page(one)
    assert paper.keys() == page.keys() == set(LABELS)
    assert [len(paper[label]) for label in LABELS] == [4, 3, 4]
    assert {label: len(places) for label, places in page.items()} == {k: len(v) for k, v in paper.items()}
    left, right = (
        np.array([place for label in LABELS for place in places[label]]) for places in (paper, page)
    )
    for axis in range(2 if make is lines else 1):
        scale, start = np.polyfit(left[:, axis], right[:, axis], 1)
        assert scale > 0
        np.testing.assert_allclose(scale * left[:, axis] + start, right[:, axis], atol=0.02)


def test_what_can_be_chosen_on_the_page_is_a_figure_each_on_paper() -> None:
    one = chart(lines(log=True))
    assert [figure.name for figure in figures_of(one)] == ["above-uniform", f"above-{slug('zipf:1.2')}"]
    assert next(figures_of(one)).caption == "Above. Means. Keys: uniform."
    described = vega.described(one)
    assert described["choices"] == {"workload": ["uniform", "zipf:1.2"]}
    assert vega.caption_of(one) == "Means."
    alone = one.where(workload="uniform")
    assert [figure.name for figure in figures_of(alone)] == ["above"]
    assert (vega.choices_of(alone), vega.caption_of(alone)) == ({}, "Means. Keys: uniform.")


def test_facts_are_those_of_their_case() -> None:
    frame = numbers().assign(facts=[f"9 keys ({workload})" for workload in numbers()["workload"]])
    one = replace(chart(lines(log=True)), frame=frame, facts="facts")
    said = [figure.caption for figure in figures_of(one)]
    assert said == ["Above. Means. 9 keys (uniform).", "Above. Means. 9 keys (zipf:1.2)."]
    assert vega.caption_of(one) == "Means."
    assert vega.described(one)["facts"] == [
        {"workload": "uniform", "facts": "9 keys (uniform)"},
        {"workload": "zipf:1.2", "facts": "9 keys (zipf:1.2)"},
    ]


def test_documents_keep_to_some_choices_and_the_page_has_all() -> None:
    one = chart(lines(log=True), only={"workload": "zipf:1.2"})
    (figure,) = figures_of(one)
    assert (figure.name, figure.caption) == ("above", "Above. Means. Keys: zipf:1.2.")
    assert vega.described(one)["choices"] == {"workload": ["uniform", "zipf:1.2"]}


def test_what_figures_have_together_are_series_of_their_own() -> None:
    one = chart(lines(log=True), together="workload")
    (figure,) = figures_of(one)
    with style():
        canvas = Canvas(figsize=figure.size, layout="constrained")
        figure.draw(canvas)
    (axes,) = canvas.get_axes()
    assert {text.get_text() for text in axes.texts} >= {
        "ring, workload = uniform",
        "jump, workload = zipf:1.2",
    }
    assert vega.choices_of(one) == {"workload": "Keys"}


def test_panels_stand_beside_one_another_on_paper() -> None:
    (figure,) = figures_of(chart(lines(log=True), panels="workload"))
    with style():
        canvas = Canvas(figsize=figure.size, layout="constrained")
        figure.draw(canvas)
    assert [axes.get_title(loc="left") for axes in canvas.get_axes()] == ["uniform", "zipf:1.2"]
    assert vega.choices_of(chart(lines(log=True), panels="workload")) == {"workload": "Keys"}


def test_a_law_of_all_and_a_reference_are_drawn_once_and_named() -> None:
    mark = replace(lines(log=True), law_title="ideal", references=("modulo",))
    (figure,) = figures_of(chart(mark).where(workload="uniform"))
    with style():
        canvas = Canvas(figsize=figure.size, layout="constrained")
        figure.draw(canvas)
    (axes,) = canvas.get_axes()
    assert sorted(text.get_text() for text in axes.texts) == ["ideal", "jump", "modulo", "ring"]


def law_on_paper(one: Chart, name: str) -> list[tuple[float, float]]:
    """Return the points of the law that has this name at its end."""
    (figure,) = figures_of(one)
    with style():
        canvas = Canvas(figsize=figure.size, layout="constrained")
        figure.draw(canvas)
    (axes,) = canvas.get_axes()
    assert name in {text.get_text() for text in axes.texts}
    (line,) = (line for line in axes.get_lines() if line.get_linestyle() == ":" or line.get_zorder() == 4)
    return [(float(x), float(y)) for x, y in line.get_xydata() if np.isfinite(y)]


def test_a_law_of_all_goes_as_far_as_any_series_has_it() -> None:
    frame = numbers()
    absent = (frame["label"] == LABELS[-1]) & (frame["n"] == NODES[-1])
    fewer = frame[~absent].assign(law=frame["law"].where((frame["label"] != "ring") | (frame["n"] > 4)))
    mark = replace(lines(log=True), law_title="even")
    one = replace(chart(mark), frame=fewer).where(workload="uniform")
    assert law_on_paper(one, "even") == [(n, pytest.approx(0.01 * n**0.5)) for n in NODES]


def test_a_law_of_all_that_has_two_values_in_one_place_is_refused() -> None:
    frame = numbers()
    frame.loc[(frame["label"] == "jump") & (frame["n"] == 16), "law"] = 0.5
    mark = lines(log=True)
    replace(chart(mark), frame=frame)  # each series may have a law of its own
    with pytest.raises(ValueError, match=r"two values of 'even' where n = 16, workload = uniform: 0\.04"):
        replace(chart(replace(mark, law_title="even")), frame=frame)


def test_the_page_names_the_law_in_its_legend_and_where_a_point_is_pointed_at() -> None:
    named = chart(replace(lines(log=True), law_title="even shares"))
    assert vega.described(named)["law"] == "even shares"
    assert '"title": "even shares"' in json.dumps(vega.specification(named))
    assert vega.described(chart(lines(log=True)))["law"] == "law"
    assert vega.described(chart(replace(lines(log=True), law="")))["law"] == ""
    without = replace(named, frame=numbers().assign(law=np.nan))
    assert vega.described(without)["law"] == ""
    marked = chart(dots(log=True))
    assert (vega.described(marked)["law"], vega.described(marked)["ticks"]) == ("law", True)
    assert vega.described(chart(replace(dots(log=True), law="")))["law"] == ""


def limits(one: Chart) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return from where to where the axes of the one figure go."""
    figure = drawn(one.where(workload="uniform"), "one", "")
    with style():
        canvas = Canvas(figsize=figure.size, layout="constrained")
        figure.draw(canvas)
    (axes,) = canvas.get_axes()
    return axes.get_xlim(), axes.get_ylim()


def test_an_axis_begins_at_nought_on_paper_where_it_does_on_the_page() -> None:
    """Of loads as multiples of the mean: 1.01 to 1.4."""
    frame = numbers()
    frame = frame.assign(**{name: 1 + frame[name] for name in ("above", "low", "high", "law")})
    for zero in (True, False):
        load = Axis("above", "max/mean", zero=zero)
        of_nodes = replace(chart(Lines(BY_NODES, load, low="low", high="high", law="law")), frame=frame)
        by_nodes = replace(chart(Dots(load, "n", low="low", high="high", law="law")), frame=frame)
        for quantity in (limits(of_nodes)[1], limits(by_nodes)[0]):
            assert bool(quantity[0] == 0) is zero
            assert quantity[0] < 1.01 < frame.loc[frame["workload"] == "uniform", "high"].max() < quantity[1]
        assert vega.specification(of_nodes)["encoding"]["x"]["scale"]["type"] == "log"


def test_an_axis_with_numbers_below_nought_shows_them() -> None:
    frame = numbers().assign(low=-1.0)
    for one in (chart(lines(log=False)), chart(dots(log=False))):
        there = replace(one, frame=frame)
        quantity = limits(there)[1 if isinstance(one.mark, Lines) else 0]
        assert quantity[0] <= -1.0


def test_a_chart_with_nothing_to_see_is_not_drawn() -> None:
    one = chart(lines(log=True))
    assert one.where(n=4).is_empty
    assert not list(figures_of(one.where(n=4)))
    assert not list(figures_of(replace(one, page_only=True)))
    assert replace(chart(dots(log=True)), frame=numbers().assign(above=np.nan)).is_empty
    parts = Stacked(
        Axis("above", "above"), "workload", {"uniform": ("even", "good"), "zipf:1.2": ("not", "bad")}
    )
    assert not list(figures_of(Chart("parts", "", "", numbers(), parts, choices={"n": "Nodes"})))


def test_a_chart_refuses_numbers_that_it_cannot_place() -> None:
    with pytest.raises(ValueError, match="two rows with the same label, n"):
        Chart("above", "", "", numbers(), lines(log=True))
    with pytest.raises(ValueError, match="no column 'hash'"):
        Chart("above", "", "", numbers(), lines(log=True), choices={"hash": "Hash function"})
    with pytest.raises(ValueError, match="none of its choices"):
        chart(lines(log=True), panels="n")
    with pytest.raises(ValueError, match="in a column 'algorithm', which the page has of its own"):
        Chart("above", "", "", numbers().assign(algorithm="ring"), replace(dots(log=True), y="algorithm"))
    with pytest.raises(ValueError, match="cannot name a chart"):
        Chart("A b", "", "", numbers(), lines(log=True))


def test_where_both_quantities_are_measured_each_point_has_a_cross() -> None:
    frame = pd.DataFrame(
        {"label": LABELS, "x": [0.2, 0.3, 0.7], "y": [9.0, 5.0, 7.0]} | {"workload": ["uniform"] * 3}
    )
    frame = frame.assign(x_low=frame["x"] - 0.05, x_high=frame["x"] + 0.02, low=frame["y"] - 1, high=11.0)
    mark = Lines(
        Axis("x", "hits", "percent"), Axis("y", "ms"), low="low", high="high", x_low="x_low", x_high="x_high"
    )
    one = Chart("above", "Above", "Means.", frame, mark)
    with style():
        canvas = Canvas(figsize=(7, 4), layout="constrained")
        drawn(one, "one", "").draw(canvas)
    (axes,) = canvas.get_axes()
    segments = [part.get_segments() for part in axes.collections]
    ends = {tuple(map(tuple, np.round(piece, 6).tolist())) for group in segments for piece in group}
    for row in frame.to_dict("records"):
        assert ((row["x"], row["low"]), (row["x"], row["high"])) in ends
        assert ((round(row["x_low"], 6), row["y"]), (round(row["x_high"], 6), row["y"])) in ends
    described = json.dumps(vega.described(one))
    assert described.count('"type": "rule"') == 2
    assert '"area"' not in described
    assert {"x_low", "x_high"} <= set(one.columns)
