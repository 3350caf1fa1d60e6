"""What experiments measure, and say, of a cluster that a file describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clusters import TAKING, UNEQUAL, measured, parameters_of, write
from corners import drawn

from algorithms import Node, create
from experiments import clusters, run
from experiments.harness.experiment import find
from experiments.harness.runner import run as run_experiment
from experiments.report.figures import elsewhere
from experiments.report.figures import figure as figures
from experiments.seeds import repetition_of
from experiments.storage import store
from experiments.theory import balance, whole_points


@pytest.mark.parametrize(
    "name", [name for name in TAKING if "algorithms" not in find(name).Parameters.without]
)
@pytest.mark.parametrize("text", [UNEQUAL, "a,3\nb,3\nc,3\n", "one,5\n"])
def test_every_experiment_measures_and_shows_a_cluster_and_misses_no_algorithm(
    name: str, text: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (figures, elsewhere):
        monkeypatch.setattr(place, "render", drawn)
    # what jump can do, but for weights
    asked = {
        "sequence": {"sequence": "grow"}, "advise": {"remove": "none"}, "cache": {"event": "add:1"},
    }.get(name, {})  # fmt: skip
    path = write(tmp_path, text)
    parameters = parameters_of(name, path, algorithms="ring,jump,rendezvous,table", **asked)
    experiment = find(name)
    outcome = run_experiment(experiment, parameters, out=Path("out"))
    rows = [*outcome.rows, *outcome.timing]
    assert {row["label"].partition(":")[0] for row in rows} >= {"ring", "jump", "rendezvous", "table"}
    nodes = clusters.read(parameters.cluster)
    assert {row["n"] for row in rows} == {len(nodes)}
    jump = [row for row in rows if row["label"] == "jump" and row.get("operation") != "remove"]
    assert jump
    for row in jump:
        assert bool(row.get("cannot")) == (not nodes.equal_weights)
    written = "\n".join(path.read_text(encoding="utf-8") for path in Path("out/tables").glob("*.md"))
    assert ("a weight other than 1 is refused" in written) == (not nodes.equal_weights)
    assert any(
        line.startswith(f"{parameters.cluster}: {len(nodes)} node") for line in outcome.presentation.meaning
    )


def test_loads_are_relative_to_weights_and_laws_are_of_weights(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    rows, _ = measured(
        "balance", parameters_of("balance", path, algorithms="ring:points=5,rendezvous,jump", keys=20_000)
    )
    weights = [1.0, 2.0, 4.0, 1.0]
    for row in rows:
        if row["algorithm"] == "jump":
            assert "refused" in row["cannot"]
            continue
        assert row["max_to_mean"] < 2.2
        assert row["variance"] is row["g"] is row["first_to_mean"] is None
        points = 5 if row["algorithm"] == "ring" else None
        law = balance(row["law"], weights, keys=row["keys"], points=points)
        assert law is not None
        assert row["law_cv"] == float(law.cv)
    exact = next(row for row in rows if row["method"] == "exact" and row["repetition"] == 0)
    drawn = repetition_of(0, "uniform", 0, seed_bits=64)
    nodes = [Node(name, weight) for name, weight in zip("abcd", weights, strict=True)]
    shares = create("ring", nodes, points=5, seed=drawn.hash).arcs().shares()
    relative = np.array([float(shares[i]) for i in range(4)]) / weights
    assert exact["max_to_mean"] == pytest.approx(relative.max() * 8 / sum(map(float, shares.values())))


def test_equal_weights_of_any_size_are_as_none_for_who_follows_none(tmp_path: Path) -> None:
    rows = {}
    for weight in ("1", "64"):
        path = write(tmp_path, f"a,{weight}\nb,{weight}\nc,{weight}\n", f"{weight}.csv")
        rows[weight], _ = measured(
            "scaling", parameters_of("scaling", path, algorithms="jump,rendezvous", event="add:1", timed=0)
        )
    assert rows["1"] == rows["64"]
    assert not any(row["cannot"] for row in rows["1"])


def test_a_ring_that_rounds_points_has_no_law(tmp_path: Path) -> None:
    assert whole_points([1, 2, 0.5, 0], 160)
    assert not whole_points([1, 0.3], 5)
    path = write(tmp_path, "a,0.3\nb,0.7\nc,1\n")
    for name, column in (("scaling", "law_movement"), ("balance", "law_cv"), ("sequence", "law_cv")):
        values = {"algorithms": "ring,rendezvous", "set": "ring.points=5"}
        rows, _ = measured(name, parameters_of(name, path, **values))
        taking = [row for row in rows if row.get("cannot") is None and row.get("event", 1) is not None]
        assert taking
        assert all(
            (row[column] is None) == (row["algorithm"] == "ring") for row in taking if row["law"] is not None
        )
        assert all(
            row["law"] is None
            for row in rows
            if row["algorithm"] == "ring" and row.get("step") != 0 and "law" in row
        )


def test_what_no_ring_holds_is_a_reason_beside_those_that_can(tmp_path: Path) -> None:
    path = write(tmp_path, "a,65536000\nb,65536\n")
    rows, _ = measured("scaling", parameters_of("scaling", path, algorithms="ring,table", timed=0))
    reasons = {row["cannot"] for row in rows if row["algorithm"] == "ring"}
    assert len(reasons) == 1
    assert "divide all weights" in str(reasons.pop())
    assert all(
        row["cannot"] is None for row in rows if row["algorithm"] == "table" and row["event"] == "add:1"
    )


def test_other_libraries_are_not_given_weights_that_they_cannot_take(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    _, timing = measured(
        "throughput", parameters_of("throughput", path, algorithms="ring", mode="batch,single", peers=True)
    )
    peers = {row["label"]: row["cannot"] for row in timing if row.get("peer")}
    ours = ("np.searchsorted", "C loop of ring")
    assert peers["np.searchsorted"] is None
    assert {why for label, why in peers.items() if label not in ours} == {
        "is given names of nodes, and no weights"
    }


def test_what_is_written_for_one_weight_is_not_timed_on_others(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    _, timing = measured(
        "throughput", parameters_of("throughput", path, algorithms="rendezvous", mode="batch")
    )
    peers = {row["label"]: row["cannot"] for row in timing if row.get("peer")}
    assert peers["C vectors of rendezvous"] == "is written for nodes of one weight"


def test_a_fresh_process_builds_the_nodes_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, UNEQUAL)
    _, timing = measured(
        "throughput", parameters_of("throughput", path, algorithms="table,jump", mode="start")
    )
    assert all(row["nanoseconds"] for row in timing if row["algorithm"] == "table")
    (refused,) = [row for row in timing if row["algorithm"] == "jump"]
    assert refused["cannot"]
    assert refused["stage"] is None


def test_the_command_line_answers_for_twelve_caches_of_different_memory(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    memory = [64, 64, 128, 64, 32, 64, 128, 256, 64, 64, 96, 64]
    write(tmp_path, "name,weight\n" + "".join(f"cache-{i},{gb}\n" for i, gb in enumerate(memory, 1)))
    arguments = ["--cluster", "nodes.csv", "--event", "add:2,remove:cache-3,weight:2"]
    options = ["--profile", "smoke", "--repetitions", "2", "--details", "--out", "out"]
    assert run.main(["scaling", *options, *arguments]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "add 2 (12 → 14)" in said
    assert "remove cache-3 (12 → 11)" in said
    cannot = "jump, jumpback and jumpback_anchor cannot add 2, remove cache-3, one weight × 2: a node is only"
    assert cannot in said
    rows = store.load(Path("out"))
    counted = rows["movement"].notna() & (rows["method"] != "rings")  # these are of other rings
    removed = rows[(rows["event"] == "remove:cache-3") & counted]
    assert set(removed["ideal"].round(6)) == {round(128 / 1088, 6)}
