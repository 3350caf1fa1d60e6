"""The experiment `laws`: what follows its law agrees, what does not is found out, and nobody is left out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from algorithms.registry import names, spec_of
from experiments import theory
from experiments.harness import runner
from experiments.harness.trial import Trial
from experiments.inference.verdict import AGREES, DIFFERS
from experiments.laws import EXPERIMENT
from experiments.laws.measure import cases
from experiments.laws.show import FIRST
from experiments.laws.summary import summary
from experiments.laws.tested import NO_LAW, UNTESTED
from experiments.options.errors import BadUse
from experiments.report.presentation import Results
from experiments.report.summary import Summary

FEW = "jump,ring,rendezvous,modulo,maglev,rendezvous_rows"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("smoke").replace({"algorithms": FEW, "keys": 4_000, "draws": 500})
    return runner.run(EXPERIMENT, parameters, out=tmp_path_factory.mktemp("laws"))


@pytest.fixture(scope="module")
def numbers(drawn: runner.Outcome[Any]) -> Summary:
    return summary(drawn.results)


def altered(drawn: runner.Outcome[Any], label: str, quantity: str, factor: float) -> Summary:
    """Return the summary of a run in which the means of a quantity are some times what they were."""
    rows = drawn.results.rows.copy()
    chosen = (rows["label"] == label) & (rows["quantity"] == quantity)
    rows.loc[chosen, "mean"] = rows.loc[chosen, "mean"].astype(float) * factor
    return summary(Results(drawn.results.parameters, rows))


def test_what_follows_its_law_agrees(numbers: Summary) -> None:
    tests = numbers["tests"].frame
    assert not (tests["conclusion"] == DIFFERS).any()
    of_jump = tests[(tests["label"] == "jump") & (tests["quantity"] == "movement")]
    assert set(of_jump["conclusion"]) == {AGREES}
    assert numbers.value("movement_law/16/add:1/jump").number == pytest.approx(1 / 17)
    assert numbers.value("movement/16/add:1/jump").number == pytest.approx(1 / 17, rel=0.02)
    assert numbers.value("cv_law/16/modulo").number == pytest.approx(math.sqrt(15 / 4_000))


@pytest.mark.parametrize(
    ("label", "quantity", "factor"),
    [("jump", "movement", 1.1), ("ring", "movement", 0.9), ("modulo", "cv_squared", 1.25),
     ("modulo", "stray", 0.99), ("rendezvous", "max_to_mean", 1.02)],
)  # fmt: skip
def test_what_does_not_follow_its_law_is_found_out(
    drawn: runner.Outcome[Any], label: str, quantity: str, factor: float
) -> None:
    tests = altered(drawn, label, quantity, factor)["tests"].frame
    apart = tests[(tests["label"] == label) & (tests["quantity"] == quantity)]
    assert (apart["conclusion"] == DIFFERS).all()
    others = tests[(tests["label"] != label) | (tests["quantity"] != quantity)]
    assert not (others["conclusion"] == DIFFERS).any()


def test_a_key_that_strays_against_the_law_is_counted(drawn: runner.Outcome[Any]) -> None:
    rows = drawn.results.rows.copy()
    first = rows.index[(rows["label"] == "jump") & (rows["quantity"] == "stray")][0]
    rows.loc[first, "most"] = 1 / 4_000
    whole, one_less = numbers_of(drawn.results.rows, drawn), numbers_of(rows, drawn)
    assert whole["never_strays"] == whole["never"]
    assert one_less["never_strays"] == one_less["never"] - 1


@pytest.mark.parametrize("quantity", ["movement", "stray"])
def test_the_first_line_says_what_any_of_its_tests_finds(drawn: runner.Outcome[Any], quantity: str) -> None:
    rows = drawn.results.rows.copy()
    chosen = (rows["label"] == "modulo") & (rows["quantity"] == quantity) & (rows["event"] == "add:1")
    rows.loc[chosen, "mean"] = rows.loc[chosen, "mean"].astype(float) * 0.95
    lines = first_table(rows, drawn)
    assert lines["moves_as"]["modulo"] == DIFFERS
    assert lines["moves_as"]["jump"] == AGREES
    stray = (rows["label"] == "jump") & (rows["quantity"] == "stray") & (rows["event"] == "add:1")
    rows.loc[stray, "most"] = 1 / 4_000
    assert first_table(rows, drawn)["moves_as"]["jump"] == DIFFERS


def first_table(rows: pd.DataFrame, drawn: runner.Outcome[Any]) -> pd.DataFrame:
    table = EXPERIMENT.present(Results(drawn.results.parameters, rows)).first_table()
    assert table is not None
    return table.frame.set_index("label")


@pytest.mark.parametrize("quantity", ["movement", "stray"])
def test_what_is_the_same_in_every_draw_is_the_law_or_is_not(
    drawn: runner.Outcome[Any], quantity: str
) -> None:
    rows = drawn.results.rows.copy()
    chosen = (rows["label"] == "modulo") & (rows["quantity"] == quantity)
    rows.loc[chosen, "deviation"] = 0.0
    rows.loc[chosen, "mean"] = rows.loc[chosen, "law_mean"]
    assert set(outcomes_of(rows, drawn, "modulo", quantity)["conclusion"]) == {AGREES}
    rows.loc[chosen, "mean"] = 0.5
    assert set(outcomes_of(rows, drawn, "modulo", quantity)["conclusion"]) == {DIFFERS}


def outcomes_of(rows: pd.DataFrame, drawn: runner.Outcome[Any], label: str, quantity: str) -> pd.DataFrame:
    return summary(Results(drawn.results.parameters, rows))["tests"].where(label=label, quantity=quantity)


def small(folder: Path, **values: object) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("smoke").replace({"keys": 500, "draws": 20, **values})
    return runner.run(EXPERIMENT, parameters, out=folder)


def test_a_hash_without_a_seed_is_one_draw_and_untested(tmp_path: Path) -> None:
    numbers = summary(small(tmp_path / "run", algorithms="jump:hash=crc32,jump").results)
    assert set(numbers["tests"].frame["label"]) == {"jump"}
    assert set(numbers["moved"].where(label="jump:hash=crc32")["says"]) == {UNTESTED}


@pytest.mark.parametrize(("values", "label"), [({"keys": 50}, "jump"), ({}, "ring:points=2")])
def test_loads_of_few_keys_or_points_are_untested(
    tmp_path: Path, values: dict[str, object], label: str
) -> None:
    outcome = small(tmp_path / "run", algorithms=label, **values)
    (row,) = summary(outcome.results)["loads"].records()
    assert (row["says"], row["largest_says"]) == (UNTESTED, UNTESTED)
    assert not any("of their CV²" in line for line in outcome.presentation.meaning)


def test_two_names_of_an_event_are_one_test(tmp_path: Path) -> None:
    numbers = summary(small(tmp_path / "run", algorithms="rendezvous", nodes=[2]).results)
    assert list(numbers["tests"].where(quantity="movement")["event"]) == ["add:1", "remove:last"]
    assert len(numbers["moved"].frame) == 3
    assert NO_LAW not in set(numbers["moved"].frame["says"])


def test_an_event_that_needs_no_movement_has_no_excess(tmp_path: Path) -> None:
    outcome = small(tmp_path / "run", algorithms="ring,jump,maglev", event="fail-and-return:1")
    assert summary(outcome.results)["moved"].frame["needless"].isna().all()
    assert outcome.presentation.meaning


def numbers_of(rows: pd.DataFrame, drawn: runner.Outcome[Any]) -> dict[str, int]:
    (record,) = summary(Results(drawn.results.parameters, rows))["extent"].records()
    return record


def test_who_has_no_law_has_numbers_all_the_same(numbers: Summary, drawn: runner.Outcome[Any]) -> None:
    moved = numbers["moved"].where(label="maglev")
    assert set(moved["says"]) == {NO_LAW}
    assert (moved["needless_low"] > 0).all()
    assert any("maglev" in line for line in drawn.presentation.meaning if line.startswith("No law says"))


def test_who_cannot_make_an_event_says_why(drawn: runner.Outcome[Any]) -> None:
    rows = drawn.results.rows
    refused = rows[rows["cannot"].notna()]
    assert set(refused["label"]) == {"jump"}
    assert set(refused["event"]) == {"remove:middle"}
    (table,) = (table for table in drawn.presentation.tables if table.name == "laws")
    assert any(note.startswith("jump cannot remove the middle one: ") for note in table.notes)


def test_all_published_algorithms_are_asked_and_draws_differ() -> None:
    parameters = EXPERIMENT.profile("full")
    every = cases(parameters)
    published = {name for name in names() if spec_of(name).kind != "deployed"}
    assert {case.arguments["trial"].candidate.algorithm for case in every} == published
    trials: list[Trial] = [case.arguments["trial"] for case in every]
    numbers = {trial.drawn("laws", draw).number for trial in trials for draw in (0, 1)}
    assert len(numbers) == 2 * len(every)
    assert trials[0].drawn("laws", 0).number != trials[0].drawn("draws", 0).number


def test_the_deviation_of_a_draw_is_that_of_the_law(drawn: runner.Outcome[Any]) -> None:
    rows = drawn.results.rows
    known = rows[(rows["quantity"] == "movement") & rows["law_deviation"].notna()]
    ratio = known["deviation"].astype(float) / known["law_deviation"].astype(float)
    # a deviation over 500 draws is known to 3 %
    assert ((ratio > 0.85) & (ratio < 1.15)).all()
    one = known[(known["label"] == "jump") & (known["event"] == "add:1")].iloc[0]
    share = 1 / 17
    assert float(one["law_deviation"]) == pytest.approx(math.sqrt(share * (1 - share) / 4_000))


def test_the_variance_of_squares_is_that_of_theory(drawn: runner.Outcome[Any]) -> None:
    rows = drawn.results.rows
    ring = rows[(rows["label"] == "ring") & (rows["quantity"] == "cv_squared")].iloc[0]
    variance = theory.cv_squared_variance(16, keys=4_000, points=160)
    assert float(ring["law_deviation"]) == pytest.approx(math.sqrt(float(variance)))


@pytest.mark.parametrize(
    ("values", "said"),
    [({"draws": 1}, "--draws: 1 is below 2"), ({"nodes": [1]}, "leaves no node of 1"),
     ({"workload": "names"}, "has no meaning here"), ({"event": "remove-random:1"}, "draws its nodes"),
     ({"event": "remove:node-99"}, "names 'node-99', which is none of the 16 nodes")],
)  # fmt: skip
def test_bad_use_is_said(values: dict[str, object], said: str) -> None:
    with pytest.raises(BadUse, match=said):
        EXPERIMENT.profile("smoke").replace(values)


def test_one_screen_begins_with_what_is_looked_for_first(drawn: runner.Outcome[Any]) -> None:
    table = drawn.presentation.first_table()
    assert table is not None
    shown = table.frame.iloc[drawn.presentation.first.rows[:1]]
    said = {*table.frame["moves_as"], *table.frame["loads_as"]}
    worst = next(word for word in FIRST if word in said)
    assert worst in {*shown["moves_as"], *shown["loads_as"]}
