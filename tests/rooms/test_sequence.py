"""Sequences of scale events: movement adds up, a tide comes back, and drift is where a table has it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from algorithms import Capability, create, names, spec_of
from experiments import events
from experiments.harness import chapters
from experiments.harness.runner import Outcome, run
from experiments.options.errors import BadUse
from experiments.report.tables import terminal
from experiments.seeds import repetition_of
from experiments.sequence import EXPERIMENT
from experiments.sequence.parameters import SequenceParameters
from experiments.workloads import parse as workload

IDENTIFY = ["sequence", "label", "repetition"]


def rows_of(folder: Path, **values: object) -> tuple[pd.DataFrame, Outcome[SequenceParameters]]:
    parameters = EXPERIMENT.profile("smoke").replace(values)
    outcome = run(EXPERIMENT, parameters, profile="smoke", out=folder)
    return outcome.results.rows, outcome


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Outcome[SequenceParameters]]:
    return rows_of(tmp_path_factory.mktemp("sequence"), algorithms="all")


def test_every_named_sequence_has_ten_events_a_summary_and_enough_nodes_at_16() -> None:
    assert events.SEQUENCES.keys() == events.SEQUENCE_SUMMARIES.keys()
    for name, steps in events.SEQUENCES.items():
        assert len(steps) == 10
        assert tuple(event.text for event in events.sequence(name)) == steps
    SequenceParameters(sequence=tuple(events.SEQUENCES), nodes=(16,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lief", "did you mean 'life'"),
        (" ", "is no sequence"),
        ("add:1,,double", "is no scale event"),
        ("add:1,ad:1", "did you mean 'add'"),
    ],
)
def test_what_is_no_sequence_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(BadUse) as caught:
        SequenceParameters(sequence=(text,))
    assert words in str(caught.value)


def test_a_list_of_events_is_one_sequence() -> None:
    assert SequenceParameters(sequence="add, double").sequence == ("add:1,double",)


@pytest.mark.parametrize(
    ("text", "nodes"), [("shrink", 10), ("add:1,remove-random:5", 4), ("remove:last,replace,remove:last", 2)]
)
def test_a_step_that_would_leave_no_node_is_bad_use(text: str, nodes: int) -> None:
    SequenceParameters(sequence=(text,), nodes=(nodes + 1,))
    with pytest.raises(BadUse, match="leaves no node"):
        SequenceParameters(sequence=(text,), nodes=(nodes,))


def test_how_many_nodes_an_event_leaves_is_what_it_does() -> None:
    named = repetition_of(0, "uniform", 0, seed_bits=64).node
    for text in (
        "add:3",
        "double",
        "remove:last",
        "remove:middle",
        "remove-random:4",
        "replace",
        "replace-random:3",
        "weight:2",
    ):
        event, partitioner = events.parse(text), create("ring", 9, points=2)
        event.change(partitioner.nodes, named, 1).apply(partitioner)
        assert len(partitioner.nodes) == event.nodes_after(9), text


def test_every_algorithm_has_a_row_for_the_start_and_each_step(smoke: tuple[pd.DataFrame, object]) -> None:
    rows = smoke[0]
    assert set(rows["label"]) == set(names())
    for _, group in rows.groupby(IDENTIFY):
        assert list(group["step"]) == list(range(11))


def test_the_sum_is_the_sum_of_the_steps_and_bounds_what_was_touched(
    smoke: tuple[pd.DataFrame, object],
) -> None:
    for _, group in smoke[0].groupby(IDENTIFY):
        later = group[group["step"] > 0]
        assert np.allclose(later["moved_in_all"], later["movement"].fillna(0).cumsum())
        assert (np.diff(later["touched"]) >= 0).all()
        assert (later["touched"] <= later["moved_in_all"] + 1e-12).all()
        assert (later["net"] <= later["touched"] + 1e-12).all()
        assert (later["net_minimum"] <= later["net"] + 1e-12).all()
        assert later["net"].iloc[0] == pytest.approx(later["movement"].fillna(0).iloc[0])


def test_who_cannot_make_a_step_says_why_and_stays_as_it_was(smoke: tuple[pd.DataFrame, object]) -> None:
    rows = smoke[0]
    refused = rows[rows["cannot"].notna()]
    assert set(refused["label"]) >= {"jump", "modulo"}
    assert refused["movement"].isna().all()
    before = rows.set_index([*IDENTIFY, "step"])
    for row in refused.to_dict("records"):
        last = before.loc[(row["sequence"], row["label"], row["repetition"], row["step"] - 1)]
        for column in ("n_after", "cv", "max_to_mean", "moved_in_all"):
            assert row[column] == last[column]


def test_a_tide_brings_every_key_back_to_where_placement_depends_on_the_nodes_alone(
    smoke: tuple[pd.DataFrame, object],
) -> None:
    rows = smoke[0]
    end = rows[(rows["sequence"] == "tide") & (rows["step"] == 10)].set_index("label")
    for name in names():
        if spec_of(name).can(Capability.REVERSIBLE) and spec_of(name).can(Capability.REMOVES_LAST):
            assert (end.loc[name, "net"] == 0).all(), name
            assert (end.loc[name, "drift"] == 0).all(), name
    assert (end.loc["table", "net"] > 0).all()
    assert (end.loc["table", "drift"] == end.loc["table", "net"]).all()


def test_a_minimal_algorithm_makes_no_stray_moves_in_a_tide(smoke: tuple[pd.DataFrame, object]) -> None:
    rows = smoke[0]
    tide = rows[(rows["sequence"] == "tide") & (rows["step"] > 0)]
    minimal = [name for name in names() if spec_of(name).can(Capability.MINIMAL_MOVEMENT)]
    assert len(minimal) >= 3
    assert (tide[tide["label"].isin(minimal)]["stray"] == 0).all()
    assert (tide[tide["label"] == "modulo"]["stray"] > 0.5).all()


def test_all_means_agree_with_their_laws(smoke: tuple[pd.DataFrame, Outcome[SequenceParameters]]) -> None:
    said = re.match(r"Of (\d+) means .* agrees?, .* open, none differ", smoke[1].presentation.meaning[-1])
    assert said is not None
    assert int(said[1]) > 100


def test_a_step_is_what_one_event_does_and_newcomers_are_never_seen_before(tmp_path: Path) -> None:
    text = "remove:middle,add:1,replace"
    rows, _ = rows_of(
        tmp_path, sequence=[text], algorithms="ring:points=7", nodes="5", keys=4000, repetitions=1
    )
    drawn = repetition_of(0, "uniform", 0, seed_bits=64)
    keys = workload("uniform").hashes(
        0, seed=drawn.keys, hash="xxh64", hash_seed=drawn.hash, bits=64, limit=4000
    )
    ring: Any = create("ring", 5, points=7, seed=drawn.hash)

    def owners() -> Any:
        return ring.nodes.name_array()[ring.assign(keys)]

    start = before = owners()
    moved = []
    for change in (
        {"remove": ["node-2"]},
        {"add": ["node-5"]},
        # node-5 took the free bucket 2, which is the middle one again
        {"add": ["node-6"], "remove": ["node-5"]},
    ):
        ring.change(**change)
        after = owners()
        moved.append(float(np.mean(before != after)))
        before = after
    assert rows["movement"].dropna().tolist() == pytest.approx(moved)
    assert rows["net"].iloc[-1] == pytest.approx(float(np.mean(start != before)))


def test_threads_do_not_change_a_byte(tmp_path: Path) -> None:
    files = []
    for threads in (1, 3):
        folder = tmp_path / str(threads)
        rows_of(
            folder, threads=threads, keys=600_000, repetitions=1, sequence=["replace,add:2"],
            algorithms="ring,table,jump", nodes="5",
        )  # fmt: skip
        files.append((folder / "rows.csv").read_bytes())
    assert files[0] == files[1]


def test_what_it_shows_is_complete(smoke: tuple[pd.DataFrame, Outcome[SequenceParameters]]) -> None:
    outcome = smoke[1]
    tables = {table.stem: terminal.write(table, 120) for table in outcome.presentation.tables}
    assert set(tables) == {"steps-life", "totals-life", "steps-tide", "totals-tide"}
    notes = " ".join(tables["steps-life"].split())
    assert "power and icws sit out steps 3, 7, 10 and keep their nodes: buckets are a count" in notes
    assert "dx sits out steps 6, 9 and keeps its nodes: a node has one slot" in notes
    assert any("table 2.0 %" in line for line in outcome.presentation.meaning)
    assert {path.name for path in outcome.files} >= {"rows.csv", "run.json", "steps-life.pdf"}
    assert outcome.results.timing is None


def test_each_sentence_says_of_which_sequence_it_is(tmp_path: Path) -> None:
    def meaning(folder: str, **values: object) -> list[str]:
        options = {"algorithms": "ring,jump", "keys": 2000, "repetitions": 1, **values}
        return list(rows_of(tmp_path / folder, **options)[1].presentation.meaning)

    several = meaning("several", sequence=["tide", "life"], nodes=[16, 20])
    cases = [f"The sequence {name} ({n} nodes, uniform): " for name in ("tide", "life") for n in (16, 20)]
    counts = [sum(line.startswith(case) for line in several) for case in cases]
    assert counts == [3, 3, 4, 4]
    assert len(several) == sum(counts)  # one repetition is held against no law
    assert len(set(several)) == len(several)
    alone = meaning("alone", sequence=["tide"], nodes=[16])
    assert [line.startswith("The sequence tide (16 nodes, uniform): ") for line in alone] == [
        True,
        False,
        False,
    ]
    assert alone[-1].startswith("No drift: ")


def test_the_ideal_of_a_step_is_that_of_who_makes_all_steps(tmp_path: Path) -> None:
    """Who sits out a change of weights has as many nodes, and another ideal."""
    text = "weight:3,add:1"
    rows, outcome = rows_of(
        tmp_path, sequence=[text], algorithms="modulo,ring", nodes="5", keys=4000, repetitions=2
    )
    ideals = rows[rows["step"] == 2].groupby("label")["ideal"].first()
    assert ideals["ring"] != ideals["modulo"]
    (steps, _) = outcome.presentation.tables
    numbers = outcome.presentation.summary
    for shown in (steps.frame["ideal"][1], numbers.value(f"ideal/{text}/5/2").number):
        assert shown == pytest.approx(ideals["ring"])


def test_a_page_tells_cases_apart_and_states_what_the_tables_do(tmp_path: Path) -> None:
    rows_of(tmp_path, sequence=["add:1,double"], algorithms="ring,jump", nodes="3,5", keys=4000)
    (chapter,) = chapters.read([tmp_path])
    _, chart = chapter.presentation.charts
    assert set(chart.frame["n"]) == {3, 5}
    tables = [table.frame for table in chapter.presentation.tables if table.name.startswith("steps")]
    shown = chart.frame[chart.frame["step"] > 0]["movement"].tolist()
    stated = [value for frame in tables for label in ("jump", "ring") for value in frame[label]]
    assert sorted(shown) == pytest.approx(sorted(stated), abs=1e-9)
