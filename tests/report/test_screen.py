"""The first screen: whatever a room shows, a terminal shows thirty lines of it and says what is left out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from experiments.report.presentation import First, Presentation
from experiments.report.screen import everything, first_screen
from experiments.report.tables.table import Table
from experiments.report.telling import largest, rows_where
from tests.screens import check_screen

LONG = Table(
    "long",
    "Long",
    pd.DataFrame(
        {
            "group": [f"group {number // 20}" for number in range(100)],
            "name": [f"row {number}" for number in range(100)],
            **{f"column_{number}": range(number * 10**8, number * 10**8 + 100) for number in range(12)},
        }
    ),
    "Of a hundred. " + "More of it. " * 30,
    groups=["group"],
    notes=["A note. " * 20] * 3,
)
OTHER = Table("other", "Other", pd.DataFrame({"x": [1]}), detail=True)
SENTENCES = [f"{number}: {'words ' * 30}end." for number in range(20)]


def test_a_long_table_says_how_many_rows_and_columns_are_left_out() -> None:
    lines = check_screen(Presentation([LONG, OTHER], meaning=SENTENCES))
    said = " ".join(lines)
    many = sum(f"row {number} " in said for number in range(100))
    assert many > 5
    assert f"And {100 - many} more rows and 6 more columns: --details." in said
    assert "17 more findings, 3 more notes, 1 more table: Other" in said


def test_the_most_telling_rows_are_shown_in_their_order() -> None:
    first = First(rows=[99, 5], columns=["name", "column_3"], findings=[SENTENCES[7]])
    lines = check_screen(Presentation([LONG], meaning=SENTENCES, first=first))
    assert [line.split()[1] for line in lines if line.startswith("row")] == ["5", "99"]
    assert next(line for line in lines if "words" in line).startswith("7: words")


def test_what_fits_is_whole() -> None:
    small = Table("small", "Small", pd.DataFrame({"x": range(5)}), "Of five.", notes=["Noted."])
    lines = check_screen(Presentation([small], meaning=["All."], first=First(rows=[3])))
    assert [line.strip() for line in lines if line.strip().isdecimal()] == list("01234")
    assert "--details" not in " ".join(lines)
    assert "Noted." in lines


def test_a_sentence_that_never_ends_is_cut() -> None:
    lines = check_screen(Presentation([LONG], meaning=["words " * 1000]))
    assert sum("words" in line for line in lines) == 6
    assert any(line.endswith("\N{HORIZONTAL ELLIPSIS}") for line in lines)


def test_details_show_all() -> None:
    shown = "\n".join(everything(Presentation([LONG, OTHER], meaning=SENTENCES), 100))
    assert all(f"row {number}" in shown for number in range(100))
    assert all(sentence[:10] in shown for sentence in SENTENCES)
    assert "Other" in shown


def test_a_run_without_tables_has_its_sentences_and_its_path() -> None:
    assert first_screen(Presentation(meaning=["All."]), Path("here"), 80) == ["All.", "", "Written to here/"]


def test_rows_are_told_by_what_they_hold() -> None:
    values = pd.Series([1.0, None, 3.0, 2.0], index=[7, 7, 8, 9])
    assert largest(values) == [2, 3, 0, 1]
    assert rows_where(values > 2, values < 2) == [2, 0]
