"""The main job: its rows against exact movement, against the laws, and what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from algorithms import leading, names
from experiments import events, inference
from experiments.harness import selection
from experiments.harness.engine import Engine
from experiments.harness.runner import Outcome, run
from experiments.harness.trial import Trial
from experiments.options.errors import BadUse
from experiments.report import timings
from experiments.report.tables import terminal
from experiments.scaling import EXPERIMENT, summary
from experiments.scaling import measure as measured
from experiments.scaling.parameters import ScalingParameters
from experiments.scaling.rings import rings_of
from experiments.storage.machine import Spent

EVENTS = (
    "add:1",
    "add:4",
    "double",
    "remove:last",
    "remove:middle",
    "remove-random:3",
    "replace",
    "weight:2",
)


def rows_of(folder: Path, **values: object) -> tuple[pd.DataFrame, Outcome[ScalingParameters]]:
    parameters = EXPERIMENT.profile("smoke").replace(values)
    outcome = run(EXPERIMENT, parameters, profile="smoke", out=folder)
    return outcome.results.rows, outcome


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Outcome[ScalingParameters]]:
    return rows_of(tmp_path_factory.mktemp("scaling"), algorithms="all")


def test_every_algorithm_has_a_row_for_every_event_and_repetition(smoke: tuple[pd.DataFrame, object]) -> None:
    rows = smoke[0]
    sampled = rows[rows["method"] == "sampled"]
    seen = sampled.groupby(["label", "event"], sort=False).size()
    assert set(seen.index) == {(label, event) for label in names() for event in EVENTS}
    assert set(seen) == {3}


def test_who_cannot_do_an_event_says_why_and_has_no_numbers(smoke: tuple[pd.DataFrame, object]) -> None:
    rows = smoke[0]
    refused = rows[rows["cannot"].notna()]
    assert len(refused)
    assert refused["movement"].isna().all()
    assert refused["cannot"].str.len().min() > 20
    assert rows[rows["cannot"].isna()]["movement"].notna().all()


def test_sampled_movement_agrees_with_the_exact_one_of_the_same_partitioner(
    smoke: tuple[pd.DataFrame, object],
) -> None:
    rows = smoke[0]
    where = ["label", "event", "repetition"]
    exact = rows[(rows["method"] == "exact") & rows["movement"].notna()]
    both = rows[rows["method"] == "sampled"].merge(exact, on=where, suffixes=("", "_x"))
    assert len(both) == len(exact) >= 3 * 3 * len(EVENTS)
    p_values = [
        inference.proportion_agrees(int(row["moved"]), int(row["keys"]), row["movement_x"]).p_value
        for _, row in both.iterrows()
    ]
    assert inference.holm(p_values).min() > 0.01


def test_exact_movement_of_ranges_and_tables_is_the_law(smoke: tuple[pd.DataFrame, object]) -> None:
    rows = smoke[0]
    exact = rows[(rows["method"] == "exact") & rows["label"].isin(["key_range", "table"])]
    assert len(exact) == 2 * 3 * len(EVENTS)
    for _, row in exact.iterrows():
        assert row["movement"] == pytest.approx(float(row["law_movement"]), abs=1e-12)
        assert row["stray"] == pytest.approx(float(row["law_stray"]), abs=1e-12)


def test_measures_of_one_event_are_consistent(smoke: tuple[pd.DataFrame, object]) -> None:
    rows = smoke[0]
    done = rows[rows["cannot"].isna() & (rows["method"] != "rings")]
    moved = [int(value) for value in done["moved"]]
    keys = [int(value) for value in done["keys"]]
    assert np.allclose(done["movement"], [m / k for m, k in zip(moved, keys, strict=True)])
    assert np.allclose(done["excess"], done["movement"] - done["minimum"])
    assert (done["excess"] >= 0).all()
    assert (done["stray"] <= done["movement"] + 1e-12).all()
    assert (done["largest"] <= done["movement"] + 1e-12).all()
    assert (done["min_to_mean_after"] <= 1).all()
    assert (done["max_to_mean_after"] >= 1).all()


def test_rows_say_how_far_one_run_departs_from_its_law(smoke: tuple[pd.DataFrame, object]) -> None:
    """Binomial where keys are placed one by one; on a ring the variance of Beta(v, n v) comes first."""
    rows = smoke[0][smoke[0]["event"] == "add:1"]
    sampled = rows[rows["method"] == "sampled"].drop_duplicates("label").set_index("label")
    mean, keys = 1 / 17, 20_000
    assert sampled["law_variance"]["jump"] == pytest.approx(mean * (1 - mean) / keys)
    share = mean * (1 - mean) / (17 * sampled["points"]["ring"] + 1)
    assert sampled["law_variance"]["ring"] == pytest.approx(share + (mean * (1 - mean) - share) / keys)
    assert pd.isna(sampled["points"]["jump"])
    exact = rows[rows["method"] == "exact"].drop_duplicates("label").set_index("label")
    assert exact["law_variance"]["ring"] == pytest.approx(share)
    assert exact["law_variance"]["key_range"] == 0.0


def test_what_it_shows_is_complete(smoke: tuple[pd.DataFrame, Outcome[ScalingParameters]]) -> None:
    outcome = smoke[1]
    tables = {table.stem: terminal.write(table, 120) for table in outcome.presentation.tables}
    assert set(tables) == {
        "movement", "events", "balance", "speed-timing", "intervals", "laws", "pairs",
    }  # fmt: skip
    assert "ideal" in tables["movement"]
    notes = " ".join(tables["movement"].split())
    assert "jumpback, power and icws cannot remove the middle one, remove 3 at random: buckets" in notes
    assert "– Parameters: binomial retries=4 rehash=mixed; " in notes
    assert "add one (16 → 17)" in tables["events"]
    assert any("5.88 %" in line for line in outcome.presentation.meaning)
    assert {path.name for path in outcome.files} >= {"rows.csv", "timing.csv", "run.json", "movement.pdf"}


def test_where_nobody_names_algorithms_a_few_of_each_family_are_shown_on_one_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "load_average", lambda: 0.1)
    parameters = EXPERIMENT.profile("regular").replace({"keys": 2_000, "repetitions": 2, "timed": 1})
    shown = run(EXPERIMENT, parameters, out=tmp_path / "run").presentation
    assert [candidate.label for candidate in selection.of_run(parameters)] == list(leading())
    screen = [terminal.write(table, 120) for table in shown.tables if not table.detail]
    lines = sum(text.count("\n") + 2 for text in screen)
    assert lines + sum(1 + len(line) // 120 for line in shown.meaning) <= 50
    assert any(line.startswith("Million lookups a second, 16 nodes") for line in shown.meaning)


def timed_rows(nanoseconds: Sequence[float], load: float) -> pd.DataFrame:
    common = {"workload": "uniform", "n": 16, "label": "jump", "event": "add:1", "timed_keys": 100}
    return pd.DataFrame(
        [
            {
                **common, "repetition": number, "threads": 1, "load_average": load, "event_ms": 2 * ns,
                "lookup_ns_before": ns, "lookup_ns_after": ns,
            }
            for number, ns in enumerate(nanoseconds)
        ]
    )  # fmt: skip


def test_speeds_have_an_interval_over_repetitions_and_rank_nobody_when_the_machine_is_busy() -> None:
    lookups, changes, steadiness = summary._timed(timed_rows([2.0, 4.0, 5.0, 3.9, 4.1, 4.0], 0.1))
    (row,) = lookups.records()
    assert (row["before"], row["before_low"], row["before_high"]) == (250, 200, 500)
    assert lookups.measures["before"].format.text(row["before"], row) == "250 [200, 500]"
    (change,) = changes.records()
    assert (change["event_ms"], change["event_ms_low"], change["event_ms_high"]) == (8, 4, 10)
    assert timings.trusted({"machine": {"cpus": 2}}, steadiness)
    *_, busy = summary._timed(timed_rows([2.0, 4.0, 5.0, 3.9, 4.1, 4.0], 2.5))
    assert not timings.trusted({"machine": {"cpus": 2}}, busy)
    *_, few = summary._timed(timed_rows([2.0, 4.0], 0.1))
    assert few.records()[0]["unsteady"] == 2


def test_lookups_are_timed_on_keys_that_are_new(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def rounds(who: Any, count: int) -> Any:
        for _ in range(count):
            for one in who[1:]:
                seen.extend(one.fresh().args[0].tolist())
            yield [Spent(1, 1)] * len(who)

    monkeypatch.setattr(measured, "rounds", rounds)
    parameters = EXPERIMENT.profile("smoke").replace({"algorithms": "modulo", "keys": 300, "event": "add:1"})
    trial: Trial = EXPERIMENT.cases(parameters)[0].arguments["trial"]
    before = trial.build()
    step = trial.step(before, events.parse("add:1"), "event")
    (row,) = measured._timed(trial, before, [step])
    assert row["timed_keys"] == 300
    assert len(set(seen)) == len(seen) == 2 * measured.TIMED_ROUNDS * 300


def test_skewed_keys_are_counted_as_draws_and_as_distinct_keys(tmp_path: Path) -> None:
    rows, outcome = rows_of(
        tmp_path, workload=["names"], algorithms="jump,modulo", event="add:1", repetitions=2, keys=20_000
    )
    assert (rows["distinct"] < rows["keys"]).all()
    assert (rows["distinct_moved"] < rows["distinct"]).all()
    events = next(table for table in outcome.presentation.tables if table.name == "events")
    assert "distinct" in (events.columns or ())


def test_all_algorithms_see_the_same_keys(tmp_path: Path) -> None:
    rows, _ = rows_of(tmp_path, event="add:1", repetitions=2, keys=1000)
    for _, group in rows[rows["method"] == "sampled"].groupby("repetition"):
        assert group["seed"].nunique() == group["hash_seed"].nunique() == 1
    assert rows["seed"].nunique() == 2


def test_a_hash_without_a_seed_varies_the_names(tmp_path: Path) -> None:
    rows, _ = rows_of(
        tmp_path, algorithms="ring:hash=sha1_28:points=5", event="add:1", repetitions=3, keys=5000
    )
    exact = rows[rows["method"] == "exact"]
    assert exact["movement"].nunique() == 3
    assert {int(keys) for keys in exact["keys"]} == {2**28}


def test_threads_do_not_change_a_byte(tmp_path: Path) -> None:
    files = []
    for threads in (1, 3):
        folder = tmp_path / str(threads)
        rows_of(folder, threads=threads, keys=600_000, repetitions=1, event="add:1,weight:2", nodes="5")
        files.append((folder / "rows.csv").read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("event", "nodes"), [("remove:last", 1), ("remove-random:16", 16), ("remove:middle", 1)]
)
def test_an_event_that_leaves_no_node_is_bad_use(event: str, nodes: int) -> None:
    with pytest.raises(BadUse, match="leaves no node"):
        ScalingParameters(event=event, nodes=(nodes,))


def test_ints_only_hashes_refuse_text_keys_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="takes ints only"):
        rows_of(tmp_path / "none", workload=["names"], set="ring.hash=identity")
    assert not (tmp_path / "none").exists()


def test_settings_reach_the_algorithm(tmp_path: Path) -> None:
    few, many = (
        rows_of(
            tmp_path / points, algorithms="ring", event="add:1", set=f"ring.points={points}", repetitions=4
        )[0]
        for points in ("2", "2000")
    )
    assert few["cv_before"].mean() > 5 * many["cv_before"].mean()
    assert selection.resolve(["ring"], ["ring.points=2"])[0].settings.startswith("points=2 ")


def test_rings_by_the_hundred_hold_each_event_against_its_law(tmp_path: Path) -> None:
    rows, outcome = rows_of(
        tmp_path,
        algorithms="ring,jump",
        nodes="4",
        keys=2_000,
        repetitions=2,
        rings=400,
        event="add:1,replace",
    )
    of_rings = rows[rows["method"] == "rings"].set_index("event")
    assert set(of_rings["label"]) == {"ring"}
    assert set(of_rings["rings"]) == {400}
    law = stats.beta(160, 640)
    one = of_rings.loc["add:1"]
    assert abs(one["movement"] - 1 / 5) < 4.5 * law.std() / 20
    assert abs(one["deviation"] / law.std() - 1) < 0.2
    assert abs(of_rings.loc["replace", "movement"] - 2 / 5) < 0.01
    laws = outcome.presentation.summary["laws"].frame.set_index(["label", "event"])
    assert (laws.loc["ring", "conclusion"] == "agrees").all(), "two rings would have told nothing"
    assert laws.loc[("ring", "add:1"), ["method", "size"]].tolist() == ["z", 400]
    assert laws.loc[("ring", "replace"), "method"] == "t"
    assert laws.loc[("ring", "add:1"), "spread"] > 0.01


def test_rings_of_different_events_are_different_ones() -> None:
    parameters = EXPERIMENT.profile("smoke").replace({"algorithms": "ring", "nodes": "4,8"})
    (four, eight) = (
        case.arguments["trial"] for case in EXPERIMENT.cases(parameters) if not case.arguments["trial"].number
    )
    seen = {
        rings_of(trial, place, "add:1", 2, Engine(1), lambda done, total: None)["movement"]
        for trial in (four, eight)
        for place in (0, 1)
    }
    assert len(seen) == 4


def test_one_ring_has_no_deviation() -> None:
    with pytest.raises(BadUse, match="one ring has no deviation"):
        EXPERIMENT.profile("smoke").replace({"rings": 1})
