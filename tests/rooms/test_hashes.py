"""The experiment `hashes`: poor hash functions are found out, and good ones are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from algorithms import names as registered
from algorithms import unregister
from experiments.harness import runner, selection
from experiments.hashes import EXPERIMENT

WORKLOADS = ("sequential", "strings", "uniform")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("regular").replace({"keys": 100_000, "repetitions": 2})
    return runner.run(EXPERIMENT, parameters, out=tmp_path_factory.mktemp("hashes"))


def cells(outcome: runner.Outcome[Any], name: str) -> pd.DataFrame:
    table = next(table for table in outcome.presentation.tables if table.name == name)
    return table.frame.set_index(["workload", "label"])


def test_every_algorithm_has_a_line_for_every_workload(shown: runner.Outcome[Any]) -> None:
    for name in ("ratio", "peak"):
        assert list(cells(shown, name).index) == [
            (workload, one.label) for workload in WORKLOADS for one in selection.resolve()
        ]


def test_a_good_hash_function_is_as_random_as_random_hashes(shown: runner.Outcome[Any]) -> None:
    good = cells(shown, "ratio")["xxh64"].astype(float)
    assert good.between(0.75, 1.3).all()
    assert not any(line.startswith("xxh64") for line in shown.presentation.meaning)


def test_identity_puts_sequential_keys_on_one_range_and_deals_them_out_by_modulo(
    shown: runner.Outcome[Any],
) -> None:
    peak, ratio = cells(shown, "peak")["identity"], cells(shown, "ratio")["identity"]
    assert peak["sequential", "key_range"] == 100
    assert ratio["sequential", "key_range"] > 100
    assert peak["sequential", "modulo"] == 1
    assert ratio["sequential", "modulo"] == 0
    assert float(ratio["sequential", "rendezvous"]) == pytest.approx(1, abs=0.3)
    line = next(line for line in shown.presentation.meaning if line.startswith("identity on sequential"))
    assert "key_range × " in line
    assert "more even: modulo" in line


def test_who_takes_no_text_says_so_and_has_no_number(shown: runner.Outcome[Any]) -> None:
    table = next(table for table in shown.presentation.tables if table.name == "ratio")
    assert cells(shown, "ratio").loc["strings", "identity"].isna().all()
    assert any("identity takes ints only" in note for note in table.notes)


def notes_of(folder: Path, **values: object) -> dict[str, list[str]]:
    """Return the notes under each table of a small run."""
    parameters = EXPERIMENT.profile("smoke").replace({"keys": 500, "repetitions": 2, **values})
    before = set(registered())
    outcome = runner.run(EXPERIMENT, parameters, out=folder)
    for name in set(registered()) - before:
        unregister(name)  # what a file of the run brought
    return {table.name: list(table.notes) for table in outcome.presentation.tables}


def test_a_row_without_a_number_has_a_note(tmp_path: Path) -> None:
    limited = f"{Path(__file__).parents[1] / 'limited.py'}:Limited"
    fits = notes_of(tmp_path / "fits", algorithms=f"jump,{limited}", nodes=[4])
    # its loads are known, and a ratio would need a law
    assert "limited: no ratio, since no law of the loads is known." in fits["ratio"]
    assert not any("no law" in note for note in fits["peak"])
    beyond = notes_of(tmp_path / "beyond", algorithms=f"jump,{limited}", nodes=[4, 150])
    for name in ("ratio-n150", "peak-n150"):
        assert "limited: it can have 101 nodes at most." in beyond[name]
        assert not any("no law" in note for note in beyond[name])
    one = notes_of(tmp_path / "one", algorithms="jump", nodes=[1])
    assert "jump: the load of one node has no spread." in one["ratio"]


def test_a_reason_stands_under_a_table_once(tmp_path: Path) -> None:
    names = notes_of(tmp_path / "names", algorithms="jump,ring", nodes=[4], hash=["identity", "splitmix64"])
    assert len(names["peak"]) == len(set(names["peak"])) == 3


def test_similar_names_hashed_by_fnv_or_crc_make_poor_rings(shown: runner.Outcome[Any]) -> None:
    ratio = cells(shown, "ratio")
    for function, least in (("fnv1a_64", 4), ("crc32", 2)):
        assert float(ratio.loc[("uniform", "ring"), function]) > least
        line = next(x for x in shown.presentation.meaning if x.startswith(f"{function} on uniform"))
        assert "ring ×" in line


def test_what_it_writes_is_a_chart_for_each_workload(tmp_path: Path) -> None:
    outcome = runner.run(EXPERIMENT, EXPERIMENT.profile("smoke"), profile="smoke", out=tmp_path / "smoke")
    drawn = {path.name for path in outcome.files if path.suffix == ".pdf"}
    assert drawn == {"ratio-sequential.pdf", "ratio-names.pdf"}
    assert any("repeat" in line or "as uneven as" in line for line in outcome.presentation.meaning)


def test_the_summary_names_what_a_paper_would_cite(shown: runner.Outcome[Any]) -> None:
    stated, rows = shown.presentation.summary, shown.results.rows
    part = rows[(rows["hash"] == "crc32") & (rows["workload"] == "sequential") & (rows["label"] == "ring")]
    part = part[part["method"] == "sampled"]
    ratio = ((part["cv"] / part["law_cv"]) ** 2).mean() ** 0.5
    assert stated.value("ratio/crc32/sequential/100/ring").number == pytest.approx(ratio, rel=1e-12)
    peak = part["max_to_mean"].mean()
    assert stated.value("max_to_mean/crc32/sequential/100/ring").number == pytest.approx(peak, rel=1e-12)
    as_random, tested = (stated.value(name).number for name in ("as_random", "tested"))
    assert shown.presentation.meaning[0].startswith(f"{as_random} of {tested} loads of distinct keys")


def test_the_page_keeps_numbers_of_nodes_apart(tmp_path: Path) -> None:
    parameters = EXPERIMENT.profile("smoke").replace({"nodes": [4, 8], "keys": 500, "algorithms": "jump"})
    outcome = runner.run(EXPERIMENT, parameters, out=tmp_path / "out")
    (chart,) = outcome.presentation.charts
    assert set(chart.frame["n"]) == {4, 8}
    assert "n" in chart.choices
