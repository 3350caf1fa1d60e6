"""Tables: what is written is what was measured, readable at any width, and escaped as it should be."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from experiments.report.html import table as html_table
from experiments.report.tables import latex, markdown, terminal
from experiments.report.tables.escapes import escape_latex, escape_markdown, one_line
from experiments.report.tables.formats import (
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
from experiments.report.tables.table import Header, Table

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
    assert PlusMinus(Percent(1), "half").latex(-0.5, {"half": 0.1}) == r"$-$50.0 $\pm$ 10.0~\%"


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
    signs = {"''": '"', "{}": "", "~": " ", "$\\rightarrow$": "→", "$\\pm$": "±", "$-$": "\N{MINUS SIGN}"}
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
    text = terminal.write(table, width)
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
    wide, narrow = terminal.write(_table(), 200), terminal.write(_table(), 80)
    assert [len(re.findall("─{20,}", text)) for text in (wide, narrow)] == [1, 2]
    row = next(line for line in wide.split("\n") if "94.10" in line)
    assert "modulo" in row
    assert "nothing in common" in row


def test_a_terminal_shows_brackets_and_markup_as_they_are() -> None:
    table = Table.of_rows("t", "[bold]T[/bold] :smile:", ["a"], [("[red]x[/red]",)])
    assert terminal.write(table, 80).startswith("[bold]T[/bold] :smile:")
    assert "[red]x[/red]" in terminal.write(table, 80)
    assert "\x1b" not in terminal.write(table, 80)
    assert "\x1b[1m" in terminal.write(table, 80, colour=True)


def test_a_terminal_does_not_listen_to_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [terminal.write(_table(), 80), terminal.write(_table(), 80, colour=True)]
    for name, value in {"NO_COLOR": "1", "COLUMNS": "30", "FORCE_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    assert [terminal.write(_table(), 80), terminal.write(_table(), 80, colour=True)] == before


def test_missing_values_are_dashes_everywhere() -> None:
    table = Table.of_rows("t", "T", ["x", "y"], [(1, None), (None, float("nan")), (pd.NA, 0.5)])
    assert table.cells() == [["1", "–"], ["–", "–"], ["–", "0.500"]]
    assert table.cells(latex=True)[1] == ["--", "--"]
    for text in (terminal.write(table, 80), markdown.write(table), latex.write(table)):
        assert "nan" not in text.lower()
        assert "none" not in text.lower()


def test_integers_of_any_size_survive_beside_a_missing_one() -> None:
    table = Table.of_rows("t", "T", ["hash"], [(2**64 - 1,), (None,)])
    assert table.cells() == [["18,446,744,073,709,551,615"], ["–"]]


def test_an_empty_table_is_a_table() -> None:
    table = Table.of_rows("t", "Nothing", ["algorithm", "keys"], [])
    assert "algorithm" in terminal.write(table, 80)
    assert "algorithm" in terminal.write(table, 12)
    assert markdown.write(table).count("|") == 6
    assert r"\bottomrule" in latex.write(table)


def test_markdown_has_as_many_cells_in_each_row() -> None:
    text = markdown.write(_table())
    rows = [line for line in text.split("\n") if line.startswith("|")]
    counts = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert counts == {7}
    assert len(rows) == 2 + 6 + 1
    assert r"everything moves \| as" in text
    assert "–" in text
    assert text.endswith("- jump: removes its last node only (REMOVES_LAST)\n")


def test_latex_has_as_many_cells_in_each_row_and_rules_of_booktabs() -> None:
    text = latex.write(_table())
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
    assert "95~\\% intervals" in text
    assert text.count("{") == text.count("}")
    begun, ended = re.findall(r"\\begin{(\w+)}", text), re.findall(r"\\end{(\w+)}", text)
    assert begun == ended[::-1]


def test_latex_takes_no_bracket_at_the_start_of_a_row_for_an_option() -> None:
    frame = pd.DataFrame({"x": [0.5], "low": [0.4], "high": [0.6]})
    table = Table("t", "T", frame, formats={"x": Interval(Significant(1), "low", "high", centre=False)})
    assert r"{}[0.4, 0.6] \\" in latex.write(table)


def test_a_table_longer_than_a_page_is_a_longtable() -> None:
    text = latex.write(Table.of_rows("t", "T", ["i"], [(i,) for i in range(100)]))
    assert r"\begin{longtable}" in text
    assert r"\endhead" in text
    assert text.startswith("% needs: booktabs, longtable\n")


# Points: the width of a digit of Computer Modern in each size of a document of 10 points.
DIGITS = {r"\small": 4.625, r"\footnotesize": 4.25, r"\scriptsize": 3.986, r"\tiny": 3.404}


@pytest.mark.parametrize("columns", [6, 8, 11])
@pytest.mark.parametrize("digits", [5, 8, 9])
def test_a_long_table_of_numbers_is_set_as_small_as_the_page_is_wide(columns: int, digits: int) -> None:
    rows = [[int("3" * digits)] * columns] * 60
    text = latex.fit(Table.of_rows("t", "T", [f"c{i}" for i in range(columns)], rows, formats={}))
    size = next((size for size in DIGITS if size in text), "")
    gap = 6 if "tabcolsep" in text else 12
    cell = next(line for line in text.split("\n") if line.startswith("3")).split(" & ")[0]
    assert len(cell) * columns * DIGITS.get(size, 5.0) + (columns - 1) * gap <= 484


def test_groups_are_parted_and_named_once() -> None:
    text = terminal.write(_table(), 200)
    assert text.count("add:1") == text.count("remove:middle") == 1
    assert "add:1" in terminal.write(_table(), 20)


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


def test_one_line_is_one_line() -> None:
    assert one_line("a\r\nb\tc\x00\u2028d") == "a  b c  d"


NA = pd.array([None, None, 1], dtype="Int64")
FRAMES = {
    "long words": {"a": ["x" * 300, "b", "c"], "b": ["x" * 300 + " y", "d", ""], "c": ["漢" * 100, "e", "f"]},
    "nothing known": {"a": [None, None, None], "b": [math.nan] * 3, "c": NA},
    "blanks": {"a": ["", "", ""], "b": ["", " ", ""]},
    "no rows": {"a": [], "b": []},
    "no columns": {},
}


@pytest.mark.parametrize("what", FRAMES)
@pytest.mark.parametrize("groups", [0, 1, 3])
def test_every_format_bears_with_long_words_and_with_nothing(what: str, groups: int) -> None:
    frame = pd.DataFrame(FRAMES[what])
    table = Table("t", "T", frame, "A caption.", groups=list(frame.columns)[::-1][:groups], notes=["A note."])
    for width in (2, 10, 40, 80, 200):
        assert max(map(cell_len, terminal.write(table, width).split("\n"))) <= width
    assert markdown.write(table).startswith("**T**")
    page = html_table.write(table, "t")
    assert page.count("<tr") == page.count("</tr>")
    assert latex.fit(table).count("{") == latex.fit(table).count("}")


def test_a_column_without_a_header_and_without_rows_is_written_by_every_writer() -> None:
    table = Table.of_rows("nobody", "Nobody", ["place", "who"], [], headers={"place": ""})
    assert "who" in terminal.write(table, 80)
    for writer in (latex, markdown):
        assert "who" in writer.write(table)
