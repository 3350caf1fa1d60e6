"""Sheets of numbers: each has one name, one value, and one way in which it is written."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Interval, Percent, PlusMinus, Text

FRAME = pd.DataFrame(
    {
        "n": [16, 16, 256],
        "label": ["jump", "ring", "jump"],
        "movement": [0.0589, 0.0597, None],
        "law": [1 / 17, 1 / 17, None],
        "low": [0.0580, 0.0561, None],
        "high": [0.0598, 0.0633, None],
        "half": [0.0009, 0.0036, None],
        "says": ["agrees", "open", None],
    }
)


def sheet(**measures: Measure) -> Sheet:
    return Sheet("events", FRAME, ("n", "label"), measures)


def test_a_number_is_named_by_its_measure_and_its_keys() -> None:
    events = sheet(movement=Measure("mean of movement", Percent(2)))
    values = {value.name: value.text for value in events.values()}
    assert values == {"movement/16/jump": "5.89 %", "movement/16/ring": "5.97 %"}
    assert next(events.values()).source == "rows: mean of movement where n = 16, label = jump"


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Interval(Percent(2), "low", "high"), "5.89 [5.80, 5.98] %"),
        (PlusMinus(Percent(2), "half"), "5.89 ± 0.09 %"),
    ],
)
def test_ends_and_laws_are_written_as_numbers_alone(form: Interval | PlusMinus, written: str) -> None:
    numbers = Summary([sheet(movement=Measure("mean", form, low="low", high="high", law="law"))])
    assert numbers.value("movement/16/jump").text == written
    assert [numbers.value(f"{name}/16/jump").text for name in ("low", "high", "law")] == [
        "5.80 %",
        "5.98 %",
        "5.88 %",
    ]
    assert numbers.value("movement/16/jump").rounded(0).text == "6 %"


def test_what_is_no_number_has_no_digits() -> None:
    (first, _) = sheet(says=Measure("the conclusion", Text())).values()
    with pytest.raises(ValueError, match="no digits"):
        first.rounded(1)


def test_a_series_is_by_the_key_that_is_left() -> None:
    events = sheet(movement=Measure("mean", Percent(2)))
    assert events.series("movement", n=16) == {"jump": 0.0589, "ring": 0.0597}
    with pytest.raises(ValueError, match="n, label is left"):
        events.series("movement")


def test_a_name_that_two_sheets_give_has_the_name_of_its_sheet() -> None:
    first = sheet(movement=Measure("mean", Percent(2)))
    second = Sheet("pairs", FRAME, ("n", "label"), {"movement": Measure("mean", Percent(1))})
    alone = Sheet("all", pd.DataFrame({"tested": [204]}), (), {"tested": Measure("how many", Count())})
    values = Summary([first, second, alone]).values
    assert values["events/movement/16/jump"].text == "5.89 %"
    assert values["pairs/movement/16/jump"].text == "5.9 %"
    assert values["tested"].text == "204"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("movement/256/jum", "near: movement/256/jump"),
        ("movment/16/ring", "near: movement/16/ring"),  # of the measure
        ("movement/ring", "near: movement/16/ring"),
        ("movement", "near: movement/"),
        ("laws/16/ring", "near: law/16/ring"),
    ],
)
def test_a_name_that_no_number_has_is_told_with_the_nearest(wrong: str, near: str) -> None:
    frame = FRAME.assign(movement=FRAME["movement"].fillna(0.004))
    measures = {"movement": Measure("mean", Percent(2), law="law")}
    numbers = Summary([Sheet("events", frame, ("n", "label"), measures)])
    with pytest.raises(LookupError, match=f"no number is named '{wrong}'; {near}"):
        numbers.value(wrong)


def test_a_name_like_none_is_told_without_any() -> None:
    numbers = Summary([sheet(movement=Measure("mean", Percent(2)))])
    with pytest.raises(LookupError, match=r"no number is named 'tea'$"):
        numbers.value("tea")


def test_a_column_that_is_not_there_and_keys_that_come_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="no column 'stray'"):
        sheet(stray=Measure("mean", Percent(2)))
    with pytest.raises(ValueError, match="two rows with the same n"):
        Sheet("events", FRAME, ("n",))


def test_a_name_leaves_out_what_is_usual_and_never_names_two_numbers() -> None:
    frame = pd.DataFrame({"hash": ["a", "b"], "workload": ["b", "a"], "cv": [0.1, 0.2]})
    measures = {"cv": Measure("mean of cv", Percent(2))}
    keys = ("hash", "workload")
    assert [v.name for v in Sheet("loads", frame, keys, measures, usual={"hash": "a"}).values()] == [
        "cv/b",
        "cv/b/a",
    ]
    with pytest.raises(ValueError, match="names two numbers 'b'"):
        Sheet("loads", frame, keys, measures, usual={"hash": "a", "workload": "a"})
