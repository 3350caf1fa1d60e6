"""Tables and figures: what is written is what was measured, it fits, and its bytes never vary."""

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
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text as Written

import algorithms
from experiments.report.bars import bars, bars_by_letter, histogram
from experiments.report.charts import dots, heat_map, legend, lines
from experiments.report.cuts import Cut, colours_of
from experiments.report.escapes import escape_latex, escape_markdown, one_line
from experiments.report.figures import COLUMN, FORMATS, PAGE, Figure, render, save, style
from experiments.report.formats import (
    Count,
    Format,
    Fractional,
    Interval,
    Percent,
    PlusMinus,
    Significant,
    Text,
    default_format,
)
from experiments.report.layout import spread
from experiments.report.palette import node_colours, style_of, styles
from experiments.report.spaces import before_after, query, ring, rings, ripple, strip
from experiments.report.tables import Header, Table

# ------------------------------------------------------------------------------------------------ values


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (Count(), 1234567, "1,234,567"),
        (Count(), 2**64 - 1, "18,446,744,073,709,551,615"),
        (Count(), np.int32(-5), "-5"),
        (Count(), 941_000.0, "941,000"),
        (Count(), 0.4, "0"),
        (Count(), -0.4, "0"),
        (Count(1), 1234.56, "1,234.6"),
        (Percent(), 16 / 17, "94.12 %"),
        (Percent(1), np.float64(0.058), "5.8 %"),
        (Percent(), 1e-17, "0.00 %"),
        (Percent(), 4e-5, "<0.01 %"),
        (Percent(), -4e-5, ">-0.01 %"),
        (Percent(), Fraction(1, 2), "50.00 %"),
        (Percent(0), 1, "100 %"),
        (Significant(), 0.0, "0"),
        (Significant(), 9.999, "10.0"),
        (Significant(), 0.00012345, "0.000123"),
        (Significant(2), 1e-9, "1.0e-9"),
        (Significant(), -7.641e-9, "-7.64e-9"),
        (Significant(), 123456.0, "123,456"),
        (Significant(3, " ms"), 0.5, "0.500 ms"),
        (Significant(), float("inf"), "∞"),
        (Fractional(), Fraction(136, 272), "1/2"),
        (Fractional(), 3, "3"),
        (Text(), "two\nlines", "two lines"),
        (Text(), np.bool_(False), "no"),
    ],
)
def test_values_are_written_as_a_reader_expects(form: Format, value: Any, text: str) -> None:
    assert form.text(value, {}) == text


def test_intervals_take_the_decimals_of_their_centre_and_one_unit() -> None:
    row = {"low": 0.0987, "high": 0.147, "half": 0.0241}
    assert Interval(Significant(2), "low", "high").text(0.123, row) == "0.12 [0.10, 0.15]"
    assert Interval(Percent(1), "low", "high", centre=False).text(0.123, row) == "[9.9, 14.7] %"
    assert PlusMinus(Significant(3), "half").text(0.123, row) == "0.123 ± 0.024"


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_a_value_without_an_interval_stands_alone(nothing: object) -> None:
    assert PlusMinus(Percent(1), "half").text(0.5, {"half": nothing}) == "50.0 %"
    assert Interval(Percent(1), "low", "high").text(0.5, {"low": 0.4, "high": nothing}) == "50.0 %"


def test_latex_sets_powers_and_signs_as_mathematics() -> None:
    row = {"low": -2e-9, "high": 3.5e-9}
    written = Interval(Significant(2), "low", "high").latex(-1.5e-9, row)
    assert written == r"$-1.5 \times 10^{-9}$ [$-2.0 \times 10^{-9}$, $3.5 \times 10^{-9}$]"
    assert Count().latex(-5, {}) == "-5"
    assert PlusMinus(Percent(1), "half").latex(-0.5, {"half": 0.1}) == r"$-$50.0 $\pm$ 10.0 \%"


def test_a_format_is_chosen_by_the_values() -> None:
    assert default_format([np.int64(1), None]) == Count()
    assert default_format([Fraction(1, 2), 1]) == Fractional()
    assert default_format([1, 0.5]) == Significant()
    assert default_format([True, False]) == Text()
    assert default_format([None, float("nan")]) == Text()


# ------------------------------------------------------------------------------------------------ escapes

_SPECIAL = "\\{}%&#$_~^<>|\"`'-[]*abc é1→±×−ü"


def _read_latex(text: str) -> str:
    """Say what LaTeX would print: an independent reading of the escapes, longest first."""
    signs = {"''": '"', "{}": "", "$\\rightarrow$": "→", "$\\pm$": "±", "$-$": "\N{MINUS SIGN}"}
    signs |= {rf"\{sign}": sign for sign in "{}%&#$_"} | {"$\\times$": "\N{MULTIPLICATION SIGN}"}
    signs |= {r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^"}
    signs |= {r"\textless{}": "<", r"\textgreater{}": ">", r"\textbar{}": "|", r"\textasciigrave{}": "`"}
    pattern = "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
    return re.sub(pattern, lambda match: signs[match[0]], text)


@given(st.text(_SPECIAL))
@example("--set ring.points=400")
@example("100 % of key_range & co. {#1} ~ x^2 \\ end")
def test_latex_prints_what_was_written(text: str) -> None:
    written = escape_latex(text)
    assert _read_latex(written) == text
    assert "--" not in written


@given(st.text())
def test_latex_never_meets_a_letter_it_cannot_set(text: str) -> None:
    written = escape_latex(text)
    assert max(map(ord, written), default=0) <= 0x17F
    assert not re.search(r"[\x00-\x1f]", written)


def test_neighbouring_powers_are_one() -> None:
    assert escape_latex("10⁻⁹") == "10$^{-9}$"


@given(st.text(_SPECIAL))
def test_markdown_keeps_to_its_cell(text: str) -> None:
    written = escape_markdown(f"a|{text}\nb")
    assert "\n" not in written
    assert not re.search(r"(?<!\\)(?:\\\\)*[|*<]", written)


# ------------------------------------------------------------------------------------------------ tables


def _table(**others: Any) -> Table:
    frame = pd.DataFrame(
        {
            "event": ["add:1"] * 3 + ["remove:middle"] * 3,
            "algorithm": ["modulo", "ring", "jump"] * 2,
            "keys": [1_000_000] * 6,
            "moved": [0.941, 0.0588, 0.0588, 0.5, 0.0625, None],
            "low": [0.94, 0.057, 0.0587, 0.49, 0.06, None],
            "high": [0.942, 0.06, 0.0589, 0.51, 0.065, None],
            "cv": [0.0078, 0.0123, 7.6e-9, 1.0, 2.0, None],
            "remark": [
                "nearly everything moves | as 16 and 17 have nothing in common",
                "",
                "",
                "",
                "",
                "cannot",
            ],
        }
    )
    settings: dict[str, Any] = {
        "formats": {"moved": Interval(Percent(2), "low", "high")},
        "headers": {"cv": Header("coefficient of variation", r"$c_v$"), "moved": "movement"},
        "groups": ["event"],
        "notes": ["jump: removes its last node only (REMOVES_LAST)"],
    }
    return Table("moved", "Keys that move", frame, "10 repetitions, 95 % intervals.", **(settings | others))


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_a_terminal_never_cuts_a_number_nor_a_line(width: int) -> None:
    table = _table()
    text = table.to_terminal(width)
    assert max(map(len, text.split("\n"))) <= width
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    assert "nan" not in text.lower().replace("nan-", "")
    assert "…" not in text
    if width >= 60:
        for number in ("1,000,000", "94.10 [94.00, 94.20] %", "7.60e-9", "0.0123"):
            assert number in text
    # Even where a line cannot hold a value and its interval, each number of it is whole.
    whole = set(text.split())
    assert all(part in whole for cells in table.cells() for cell in cells[2:5] for part in cell.split())


def test_a_wide_terminal_has_a_line_a_row_and_a_narrow_one_more_grids() -> None:
    wide, narrow = _table().to_terminal(200), _table().to_terminal(80)
    assert [len(re.findall("─{20,}", text)) for text in (wide, narrow)] == [1, 2]
    row = next(line for line in wide.split("\n") if "94.10" in line)
    assert "modulo" in row
    assert "nothing in common" in row


def test_a_terminal_shows_brackets_and_markup_as_they_are() -> None:
    table = Table.of_rows("t", "[bold]T[/bold] :smile:", ["a"], [("[red]x[/red]",)])
    assert table.to_terminal(80).startswith("[bold]T[/bold] :smile:")
    assert "[red]x[/red]" in table.to_terminal(80)
    assert "\x1b" not in table.to_terminal(80)
    assert "\x1b[1m" in table.to_terminal(80, colour=True)


def test_a_terminal_does_not_listen_to_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [_table().to_terminal(80), _table().to_terminal(80, colour=True)]
    for name, value in {"NO_COLOR": "1", "COLUMNS": "30", "FORCE_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    assert [_table().to_terminal(80), _table().to_terminal(80, colour=True)] == before


def test_missing_values_are_dashes_everywhere() -> None:
    table = Table.of_rows("t", "T", ["x", "y"], [(1, None), (None, float("nan")), (pd.NA, 0.5)])
    assert table.cells() == [["1", "–"], ["–", "–"], ["–", "0.500"]]
    assert table.cells(latex=True)[1] == ["--", "--"]
    for text in (table.to_terminal(80), table.to_markdown(), table.to_latex()):
        assert "nan" not in text.lower()
        assert "none" not in text.lower()


def test_integers_of_any_size_survive_beside_a_missing_one() -> None:
    table = Table.of_rows("t", "T", ["hash"], [(2**64 - 1,), (None,)])
    assert table.cells() == [["18,446,744,073,709,551,615"], ["–"]]


def test_an_empty_table_is_a_table() -> None:
    table = Table.of_rows("t", "Nothing", ["algorithm", "keys"], [])
    assert "algorithm" in table.to_terminal(80)
    assert "algorithm" in table.to_terminal(12)
    assert table.to_markdown().count("|") == 6
    assert r"\bottomrule" in table.to_latex()


def test_markdown_has_as_many_cells_in_each_row() -> None:
    text = _table().to_markdown()
    rows = [line for line in text.split("\n") if line.startswith("|")]
    counts = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert counts == {7}
    assert len(rows) == 2 + 6 + 1
    assert r"everything moves \| as" in text
    assert "–" in text
    assert text.endswith("- jump: removes its last node only (REMOVES_LAST)\n")


def test_latex_has_as_many_cells_in_each_row_and_rules_of_booktabs() -> None:
    text = _table().to_latex()
    rows = [line for line in text.split("\n") if line.endswith(r" \\")]
    assert len(rows) == 7
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {5}
    assert "$c_v$" in rows[0]
    assert [text.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule", r"\addlinespace")] == [
        1,
        1,
        1,
        1,
    ]
    assert r"\label{tab:moved}" in text
    assert "95 \\% intervals" in text
    assert text.count("{") == text.count("}")
    begun, ended = re.findall(r"\\begin{(\w+)}", text), re.findall(r"\\end{(\w+)}", text)
    assert begun == ended[::-1]


def test_latex_takes_no_bracket_at_the_start_of_a_row_for_an_option() -> None:
    frame = pd.DataFrame({"x": [0.5], "low": [0.4], "high": [0.6]})
    table = Table("t", "T", frame, formats={"x": Interval(Significant(1), "low", "high", centre=False)})
    assert r"{}[0.4, 0.6] \\" in table.to_latex()


def test_a_table_longer_than_a_page_is_a_longtable() -> None:
    text = Table.of_rows("t", "T", ["i"], [(i,) for i in range(100)]).to_latex()
    assert r"\begin{longtable}" in text
    assert r"\endhead" in text
    assert text.startswith("% needs: booktabs, longtable\n")


def test_groups_are_parted_and_named_once() -> None:
    text = _table().to_terminal(200)
    assert text.count("add:1") == text.count("remove:middle") == 1
    assert "add:1" in _table().to_terminal(20)


def test_a_table_refuses_what_it_does_not_have() -> None:
    with pytest.raises(ValueError, match="no column 'moves': its columns are event, algorithm"):
        _table(formats={"moves": Count()})
    with pytest.raises(ValueError, match="no column 'nought'"):
        _table(formats={"moved": PlusMinus(Percent(), "nought")})
    with pytest.raises(ValueError, match="choose from left, right, center"):
        _table(align={"keys": "middle"})
    with pytest.raises(ValueError, match="lower-case letters"):
        Table.of_rows("../t", "T", ["a"], [])


def test_tables_with_times_say_so_in_their_names() -> None:
    assert (_table().stem, _table(timing=True).stem) == ("moved", "moved-timing")


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
    shares = {arcs.nodes[bucket].name: Fraction(size, 2**64) for bucket, size in arcs.shares().items()}
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


def test_newcomers_take_nobodys_colour_while_there_is_one_left() -> None:
    names = list(algorithms.names())
    with_them = styles([*names, "newcomer", "another"])
    assert {name: with_them[name] for name in names} == styles(names)
    assert with_them["newcomer"] != with_them["another"]
    many = styles([f"made_up_{i}" for i in range(16)])
    assert len({(style.colour, style.marker) for style in many.values()}) == 16


def test_a_name_may_be_anything() -> None:
    assert set(styles(["", "π", "mine.py:MyHash", "50 % law"])) == {"", "π", "mine.py:MyHash", "50 % law"}
    assert style_of("π") == style_of("π")


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


def _gallery() -> list[Figure]:
    """Return a figure of each kind, on data that a formula makes."""
    names = ["modulo", "key_range", "ring", "jump", "rendezvous", "table", "random_choice"]
    events = ["add:1", "double", "remove:middle", "weight:2"]
    values = (np.arange(28).reshape(4, 7) * 11 % 29 + 1) / 31
    values[2, 3] = values[3, 0] = values[3, 3] = np.nan
    n = 10.0 ** np.arange(0, 5)
    letters = [chr(65 + i) for i in range(26)]
    loads = (np.arange(26) * 7 % 11 + 1) / 150
    half = np.linspace(-2, 2, 501)
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

    def heat(canvas: Canvas) -> None:
        heat_map(canvas.subplots(), np.diag(np.arange(1, 17) / 272, 1))

    def cells(canvas: Canvas) -> None:
        heat_map(canvas.subplots(), np.diag([0.05, 0.1, 0.15, 0.2], 1), [f"server-{i}" for i in "abcde"])

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
        Figure(
            "loads",
            "",
            lambda canvas: histogram(
                canvas.subplots(), 10 + half**3, law=(np.linspace(0.3, 1.7, 50), np.full(50, 0.7))
            ),
        ),
        Figure("heat", "", heat, (COLUMN, 3)),
        Figure("cells", "", cells, (COLUMN, 3)),
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
        root = Path(__file__).parents[1]
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


def test_saved_figures_hold_no_date_and_no_version(tmp_path: Path) -> None:
    figure = Figure("line", "", lambda canvas: canvas.subplots().plot([1, 2]), (1, 1), timing=True)
    paths = save(figure, tmp_path / "deep" / "folder")
    assert [path.name for path in paths] == ["line-timing.pdf", "line-timing.svg", "line-timing.png"]
    assert sorted(paths) == sorted((tmp_path / "deep" / "folder").iterdir())
    contents = [path.read_bytes() for path in paths]
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


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    drawing = ["bars", "charts", "cuts", "figures", "layout", "palette", "spaces"]
    modules = [*drawing, "escapes", "formats", "latex", "tables", "terminal"]
    program = (
        f"import importlib, sys; [importlib.import_module('experiments.report.' + m) for m in {modules}];"
        "print([m for m in ('matplotlib', 'pandas', 'rich', 'scipy', 'pyarrow') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert ran.stdout.strip() == "[]"


def test_one_line_is_one_line() -> None:
    assert one_line("a\r\nb\tc\x00\u2028d") == "a  b c  d"


if __name__ == "__main__":
    found = {
        f"{figure.name}.{kind}": hashlib.sha256(content).hexdigest()
        for figure in _gallery()[::5]
        for kind, content in render(figure).items()
    }
    assert "matplotlib.pyplot" not in sys.modules
    sys.stdout.write(json.dumps(found))
