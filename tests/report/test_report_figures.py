"""Figures: what is drawn fits, its colours belong to somebody, and its bytes never vary."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text as Written

import algorithms
from experiments.report.chart import BY_NODES, Axis, Chart, Lines
from experiments.report.figures.bars import bars, bars_by_letter
from experiments.report.figures.charts import dots, legend, lines
from experiments.report.figures.cuts import Cut, colours_of
from experiments.report.figures.drawn import drawn
from experiments.report.figures.figure import COLUMN, FORMATS, PAGE, Figure, render, style
from experiments.report.figures.layout import spread
from experiments.report.figures.palette import MOST, lifted, node_colours, styles
from experiments.report.figures.spaces import before_after, query, ring, rings, ripple, strip
from experiments.report.figures.ticks import round_ticks

# ------------------------------------------------------------------------------------------------ cuts


def _even(count: int, space: int = 2**32) -> Cut:
    return Cut(space, [-(-space * i // count) for i in range(count)], [f"node-{i}" for i in range(count)])


@st.composite
def _cuts(draw: st.DrawFn, space: int = 24) -> Cut:
    starts = draw(st.lists(st.integers(0, space - 1), min_size=1, max_size=8, unique=True).map(sorted))
    owners = draw(st.lists(st.sampled_from("abc"), min_size=len(starts), max_size=len(starts)))
    return Cut(space, starts, owners)


def _spelled_out(cut: Cut) -> list[str]:
    """Look each hash up on its own: the last start at or below it, else the last of all."""
    below = [[i for i, start in enumerate(cut.starts) if start <= at] for at in range(cut.space)]
    return [cut.owners[found[-1] if found else -1] for found in below]


@given(_cuts(), _cuts())
def test_moves_are_the_hashes_whose_owner_differs(before: Cut, after: Cut) -> None:
    old, new = _spelled_out(before), _spelled_out(after)
    moved: dict[int, tuple[str, str]] = {}
    for move in before.moves(after):
        moved |= dict.fromkeys(range(move.start, move.end), (move.source, move.target))
    assert moved == {i: pair for i, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]}


@given(_cuts())
def test_pieces_tile_the_space_and_shares_add_up(cut: Cut) -> None:
    pieces = cut.pieces()
    assert [owner for start, end, owner in pieces for _ in range(start, end)] == _spelled_out(cut)
    assert cut.merged().shares() == cut.shares()
    assert sum(cut.shares().values()) == 1
    neighbours = [owner for _, _, owner in cut.merged().pieces()]
    assert all(left != right for left, right in pairwise(neighbours))


def test_the_ripple_moves_i_of_272_from_node_to_node() -> None:
    space = 272 * 2**20
    moves = _even(16, space).moves(_even(17, space))
    assert [(move.source, move.target) for move in moves] == [
        (f"node-{i}", f"node-{i + 1}") for i in range(16)
    ]
    assert [Fraction(move.end - move.start, space) for move in moves] == [
        Fraction(i, 272) for i in range(1, 17)
    ]


@pytest.mark.parametrize("name", algorithms.having(algorithms.Capability.INTERVALS))
def test_a_cut_of_arcs_has_the_shares_of_the_arcs(name: str) -> None:
    arcs = algorithms.create(name, ["a", "b", "c"]).arcs()
    space = 2**arcs.hash_bits
    shares = {arcs.nodes[bucket].name: Fraction(size, space) for bucket, size in arcs.shares().items()}
    assert Cut.of_arcs(arcs).shares() == shares


@pytest.mark.parametrize(
    ("starts", "owners"), [([], []), ([0, 0], ["a", "b"]), ([0], ["a", "b"]), ([16], ["a"]), ([-1], ["a"])]
)
def test_a_cut_refuses_what_does_not_cut(starts: list[int], owners: list[str]) -> None:
    with pytest.raises(ValueError, match="cannot cut a space of 16 hashes"):
        Cut(16, starts, owners)


def test_cuts_of_different_spaces_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="must be the same"):
        _even(2, 16).moves(_even(2, 32))


# ------------------------------------------------------------------------------------------------ palette


def test_an_algorithm_has_one_style_whatever_is_drawn_beside_it() -> None:
    names = algorithms.names()
    together = styles(names)
    assert len({(style.colour, style.marker) for style in together.values()}) == len(names)
    for few in combinations(names, 2):
        assert styles(few) == {name: together[name] for name in together if name in few}
    assert styles(reversed(names)) == together


def test_baselines_are_grey_and_come_last() -> None:
    shown = styles(algorithms.names())
    grey = [len({style.colour[i : i + 2] for i in (1, 3, 5)}) == 1 for style in shown.values()]
    assert grey == [algorithms.spec_of(name).baseline for name in shown]
    assert grey == sorted(grey)


def test_deployed_programs_are_told_apart_by_colour() -> None:
    """All of a family that nobody stands for keep their colours, and each program has one."""
    members = [name for name in algorithms.names() if algorithms.spec_of(name).family == "deployed"]
    assert len(members) > MOST
    assert all(lifted(members).values())
    assert not all(lifted(algorithms.names()).values())
    colours = {style.colour for style in styles(members).values()}
    assert len(colours) >= 8


def test_newcomers_take_nobodys_colour_while_there_is_one_left() -> None:
    names = list(algorithms.names())
    with_them = styles([*names, "newcomer", "another"])
    assert {name: with_them[name] for name in names} == styles(names)
    assert with_them["newcomer"] != with_them["another"]
    many = styles([f"made_up_{i}" for i in range(16)])
    assert len({(style.colour, style.marker) for style in many.values()}) == 16


def test_a_name_may_be_anything() -> None:
    assert set(styles(["", "π", "mine.py:MyHash", "50 % law"])) == {"", "π", "mine.py:MyHash", "50 % law"}


@pytest.mark.parametrize("count", [1, 2, 8, 9, 17, 100])
def test_nodes_have_colours_of_their_own(count: int) -> None:
    colours = node_colours(count)
    assert len(set(colours)) == count
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12).map(sorted), st.floats(0.01, 0.2))
def test_labels_are_spread_no_nearer_than_their_gap(places: list[float], gap: float) -> None:
    moved = spread(places, gap)
    assert len(moved) == len(places)
    assert all(right - left >= gap * (1 - 1e-9) for left, right in pairwise(moved))
    apart = all(right - left >= gap for left, right in pairwise(places))
    assert not apart or moved == places


# ------------------------------------------------------------------------------------------------ figures


def _many(count: int) -> Chart:
    """Return a chart of so many lines that end at nearly the same height."""
    body = [
        {"n": n, "label": f"member-{i}", "ns": n + i / 50}
        for i in range(count)
        for n in (1, 10, 100, 160, 1000)
    ]
    return Chart("many", "", "", pd.DataFrame(body), Lines(BY_NODES, Axis("ns", "ns a key", log=True)))


def _gallery() -> list[Figure]:
    """Return a figure of each kind, on data that a formula makes."""
    names = ["modulo", "key_range", "ring", "jump", "rendezvous", "table", "random_choice"]
    events = ["add:1", "double", "remove:middle", "weight:2"]
    values = (np.arange(28).reshape(4, 7) * 11 % 29 + 1) / 31
    values[2, 3] = values[3, 0] = values[3, 3] = np.nan
    n = 10.0 ** np.arange(0, 5)
    letters = [chr(65 + i) for i in range(26)]
    loads = (np.arange(26) * 7 % 11 + 1) / 150
    points = [(0x1000000 * (3 * i % 16) + 17 * i, f"server-{'abc'[i % 3]}") for i in range(15)]

    def cut(count: int) -> tuple[Cut, list[tuple[int, str, str]]]:
        mine = sorted(point for point in points if ord(point[1][-1]) - 97 < count)
        return Cut(2**28, [at for at, _ in mine], [who for _, who in mine]), [
            (at, who, f"{at:,}") for at, who in mine
        ]

    def by_letter(canvas: Canvas) -> None:
        top, bottom = canvas.subplots(2, 1)
        owners = [0] * 2 + [1] * 2 + [2] * 22
        bars_by_letter(top, letters, loads, owners, ["A-B", "C-D", "E-Z"], node_colours(3))
        bars_by_letter(bottom, letters, loads, list(range(26)), letters, node_colours(26))

    def moved(canvas: Canvas) -> None:
        axes = canvas.subplots()
        dots(
            axes,
            events,
            names,
            values,
            low=values - 0.02,
            high=values + 0.02,
            theory=values + 0.01,
            label="movement",
            percent=True,
        )
        legend(canvas, axes)

    def costs(canvas: Canvas) -> None:
        series = {name: 3.0 + (i - 1) * np.log(n) ** 2 for i, name in enumerate(names)}
        series["modulo"] = n * 0 + 3.1
        lines(
            canvas.subplots(),
            n,
            series,
            bands={"ring": (series["ring"] * 0.8, series["ring"] * 1.2)},
            laws={"ring": series["ring"] * 1.05, "ln n": np.log(n + 1)},
            xlabel="nodes",
            ylabel="ns",
        )

    def queries(canvas: Canvas) -> None:
        left, right = canvas.subplots(1, 2, sharey=True)
        pay = 20_000 + 1000 * (np.arange(100) * 37 % 101)
        query(left, pay, [f"node-{i * 7 % 5}" for i in range(100)], 60_000, 75_000, label="salary")
        query(
            right, pay, [f"node-{(p - 20_000) * 5 // 101_000}" for p in pay], 60_000, 75_000, label="salary"
        )

    (two, at_two), (three, at_three) = cut(2), cut(3)
    return [
        Figure("moved", "", moved, (COLUMN, 3.6)),
        Figure("costs", "", costs),
        drawn(_many(24), "many", ""),
        Figure(
            "bars",
            "",
            lambda canvas: bars(canvas.subplots(), ["A-B", "C-D", "E-Z"], [0.1, 0.2, 0.7], node_colours(3)),
            (COLUMN, 1.8),
        ),
        Figure("letters", "", by_letter, (COLUMN, 3.4)),
        Figure(
            "strip",
            "",
            lambda canvas: strip(canvas.subplots(), _even(16), boundary=lambda start: f"{start:08x}"),
            (PAGE, 0.8),
        ),
        Figure(
            "event",
            "",
            lambda canvas: before_after(
                canvas.subplots(), two.merged(), three.merged(), boundary=lambda start: f"{start:,}"
            ),
            (PAGE, 1.8),
        ),
        Figure("ripple", "", lambda canvas: ripple(canvas, _even(16), _even(17)), (PAGE, 3.2)),
        Figure(
            "ripple-narrow",
            "",
            lambda canvas: ripple(
                canvas, _even(16), _even(17), boundary=lambda start: f"{start / 2**32:.2f}"
            ),
            (COLUMN, 3.2),
        ),
        Figure("ring", "", lambda canvas: ring(canvas.subplots(), three, title="3 nodes"), (COLUMN, 3)),
        Figure(
            "rings",
            "",
            lambda canvas: rings(
                canvas, two, three, points=(at_two, at_three), titles=("2 nodes", "3 nodes")
            ),
            (PAGE, 3.4),
        ),
        Figure("query", "", queries, (PAGE, 2.2)),
    ]


@pytest.mark.parametrize("figure", _gallery(), ids=lambda figure: figure.name)
def test_no_text_is_cut_off_or_runs_into_another(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = []
    draw = Written.draw

    def noted(text: Any, renderer: Any) -> None:
        draw(text, renderer)
        if text.get_visible() and text.get_text().strip():
            boxes.append((text.get_text(), *Written.get_window_extent(text, renderer).extents))

    with style():
        canvas = Canvas(figsize=figure.size, layout="constrained")
        agg = FigureCanvasAgg(canvas)
        figure.draw(canvas)
        canvas.draw_without_rendering()
        monkeypatch.setattr(Written, "draw", noted)
        agg.draw()
    assert boxes
    for text, left, low, right, high in boxes:
        assert left >= -1, f"{text!r} is cut off at the left"
        assert low >= -1, f"{text!r} is cut off at the bottom"
        assert right <= canvas.bbox.width + 1, f"{text!r} is cut off at the right"
        assert high <= canvas.bbox.height + 1, f"{text!r} is cut off at the top"
    for (one, *a), (other, *b) in combinations(boxes, 2):
        over = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        assert min(over) <= 1.5, f"{one!r} and {other!r} overlap by {over} pixels"


def test_figures_are_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    """Two processes that differ in hash seed, time zone, locale and the user's own settings of matplotlib."""
    (tmp_path / "matplotlibrc").write_text("font.size: 31\nlines.linewidth: 9\nsvg.hashsalt: other\n")
    digests = []
    for seed, settings in (
        ("1", {}),
        ("2", {"MATPLOTLIBRC": str(tmp_path), "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"}),
    ):
        root = Path(__file__).parents[2]
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)} | settings
        ran = subprocess.run(
            [sys.executable, __file__], capture_output=True, text=True, check=True, cwd=root, env=environment
        )
        digests.append(json.loads(ran.stdout))
    assert len(digests[0]) == 3 * len(FORMATS)
    assert digests[0] == digests[1]


def test_threads_draw_the_same_bytes_and_leave_no_settings_behind() -> None:
    before = dict(matplotlib.rcParams)
    figures = _gallery()[4:6]
    alone = [render(figure) for figure in figures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(render, figures))
    assert together == alone
    assert dict(matplotlib.rcParams) == before


def test_figures_hold_no_date_and_no_version() -> None:
    figure = Figure("line", "", lambda canvas: canvas.subplots().plot([1, 2]), (1, 1), timing=True)
    files = render(figure)
    assert list(files) == ["pdf", "svg", "png"]
    contents = list(files.values())
    assert [content[:4] for content in contents] == [b"%PDF", b"<?xm", b"\x89PNG"]
    for content in contents:
        assert b"Date" not in content
        assert matplotlib.__version__.encode() not in content


def test_figures_refuse_what_cannot_be_saved() -> None:
    with pytest.raises(ValueError, match="lower-case letters"):
        Figure("a/b", "", lambda canvas: None)
    with pytest.raises(ValueError, match="width and a height"):
        Figure("a", "", lambda canvas: None, (0, 1))
    with pytest.raises(ValueError, match="choose from pdf, svg, png"):
        render(Figure("a", "", lambda canvas: None), ["gif"])
    with pytest.raises(ValueError, match=r"give \(1, 2\)"):
        render(Figure("a", "", lambda canvas: dots(canvas.subplots(), ["r"], ["a", "b"], [[1.0]])))


def test_colours_of_nodes_stay_before_and_after() -> None:
    before, after = _even(2), _even(3)
    hues = colours_of(before, after)
    assert list(hues) == ["node-0", "node-1", "node-2"]
    assert colours_of(after, before) == hues


def test_charts_bear_with_nothing_measured() -> None:
    def draw(canvas: Canvas) -> None:
        dots(canvas.subplots(), ["add:1"], ["ring"], [[np.nan]], label="movement", percent=True)

    assert render(Figure("empty", "", draw), ["png"])["png"]


NOTHING = {
    "no series": lambda axes: dots(axes, ["r"], [], np.zeros((1, 0))),
    "no rows": lambda axes: dots(axes, [], ["a"], np.zeros((0, 1))),
    "nothing above nought": lambda axes: dots(axes, ["r"], ["a"], [[0.0]], log=True, percent=True),
    "no lines": lambda axes: lines(axes, [1, 2], {}),
    "no places": lambda axes: lines(axes, [], {"a": []}),
    "noughts": lambda axes: (lines(axes, [1, 2], {"a": [0, 0]}), round_ticks(axes.yaxis)),
    "no values": lambda axes: (lines(axes, [1, 2], {"a": [np.nan] * 2}), round_ticks(axes.yaxis)),
    "bands at nought": lambda axes: lines(
        axes, [1, 2], {"a": [0, 0], "b": [1, 2]}, bands={"a": ([0, 0], [0, 0]), "b": ([1, 1], [2, 3])}
    ),
    "no bars": lambda axes: bars(axes, [], [], []),
}


@pytest.mark.parametrize("what", NOTHING)
def test_a_chart_of_nothing_is_drawn(what: str) -> None:
    assert render(Figure("nothing", "", lambda canvas: NOTHING[what](canvas.subplots())), ["svg"])["svg"]


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    drawing = [
        f"figures.{name}" for name in ("bars", "charts", "cuts", "figure", "layout", "palette", "spaces")
    ]
    modules = [*drawing, *(f"tables.{name}" for name in ("escapes", "formats", "latex", "table", "terminal"))]
    program = (
        f"import importlib, sys; [importlib.import_module('experiments.report.' + m) for m in {modules}];"
        "print([m for m in ('matplotlib', 'pandas', 'rich', 'scipy', 'pyarrow') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert ran.stdout.strip() == "[]"


if __name__ == "__main__":
    found = {
        f"{figure.name}.{kind}": hashlib.sha256(content).hexdigest()
        for figure in _gallery()[::5]
        for kind, content in render(figure).items()
    }
    assert "matplotlib.pyplot" not in sys.modules
    sys.stdout.write(json.dumps(found))
