"""The experiment `targets`: which bound judges what, and how its document is written; never the times."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.harness import runner
from experiments.inference.growth import growth
from experiments.options.errors import BadUse
from experiments.report.presentation import Results
from experiments.storage import documents
from experiments.targets import EXPERIMENT
from experiments.targets.goals import GOALS, Goal, Pair, Setting
from experiments.targets.goals.commands import LEFT_OUT, _megabytes, _seconds
from experiments.targets.parameters import PART, TargetsParameters

ROOT = Path(__file__).resolve().parents[2]
AVX2, AVX512 = ({"machine": {"vectors": flags}} for flags in (["avx2"], ["avx2", "avx512f"]))
TINY = Setting(keys=500, large_keys=2000, event_keys=0, seed=0, rounds=2)
HUGE = {"ring-1e7", "scaling-cold", "scaling-warm", "help", "jump-100000"}


def present(values: dict[str, list[float]], facts: dict[str, Any], **parameters: Any) -> Any:
    rows = [
        {"target": name, "threads": 1, "load_average": 0.1, "round": turn, "value": value, "cannot": None}
        for name, all_values in values.items()
        for turn, value in enumerate(all_values)
    ]
    given = TargetsParameters(**parameters)
    return EXPERIMENT.present(Results(given, pd.DataFrame(), pd.DataFrame(rows), facts))


def test_names_differ_and_bounds_are_positive() -> None:
    assert len({goal.name for goal in GOALS}) == len(GOALS)
    assert all(goal.bounds and min(goal.bounds.values()) > 0 for goal in GOALS)


@pytest.mark.parametrize(
    "goal", [goal for goal in GOALS if goal.name not in HUGE], ids=lambda goal: goal.name
)
def test_each_pair_is_ready_to_be_timed(goal: Goal) -> None:
    found = goal.prepare(TINY)
    if isinstance(found, Pair):
        for _ in range(2):
            found.ours()
            found.refresh()
        spent = [200]
        if found.theirs is not None:
            found.theirs()
            spent.append(100)
        assert found.value(spent) > 0
        if goal.unit == "×":
            assert found.value(spent) == (2 if goal.at_most else 0.5)
        found.close()
    else:
        assert isinstance(found, str)


def test_a_bound_belongs_to_the_vectors_of_the_machine() -> None:
    verdicts = [
        present({"jump-16": [5.0] * 7}, facts).tables[0].frame["verdict"].tolist() for facts in (AVX2, AVX512)
    ]
    assert verdicts == [["met"], ["not met"]]
    (shown,) = present({"rendezvous-100": [0.2] * 7}, AVX2).tables[0].frame.to_dict("records")
    assert (shown["verdict"], shown["bound"]) == ("–", "none for AVX2")
    assert present({"rendezvous-100": [0.2] * 7}, AVX512).tables[0].frame["verdict"].tolist() == ["met"]


def spread(centre: float) -> list[float]:
    """Return values about a centre that come at random, and whose middle half is narrow."""
    steps = np.random.default_rng(3).permutation(np.linspace(-1, 1, 15))
    return [centre + 0.04 * float(step) for step in steps]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (spread(1.2), "met"),
        (spread(1.4), "not met"),
        (spread(1.29), "met, but the interval holds the target"),
    ],
)
def test_a_target_is_met_by_the_median_and_the_interval_may_hold_it(
    values: list[float], verdict: str
) -> None:
    shown = present({"key-range": values}, AVX2)
    assert shown.tables[0].frame["verdict"].tolist() == [verdict]
    assert shown.failures == ()
    assert shown.summary.value("measured/key-range").number == sorted(values)[len(values) // 2]
    assert shown.summary.value("met" if verdict.startswith("met") else "not_met").number == 1


def test_a_busy_machine_judges_no_target() -> None:
    shown = present({"key-range": [1.0, 1.1, 1.2] * 5}, AVX2)
    assert shown.tables[0].frame["verdict"].tolist() == ["none: too busy"]
    assert shown.meaning[0].startswith("The machine was too busy to trust these times")
    assert "Of 1 targets 0 are met and 0 are not, and 1 cannot be judged here" in shown.meaning[1]


def test_targets_are_measured_in_several_processes_but_for_commands(tmp_path: Path) -> None:
    changed = {"only": ("key-range", "modulo", "help"), "keys": 500, "rounds": 2, "processes": 2}
    parameters = EXPERIMENT.profile("smoke").replace(changed)
    assert [case.id for case in EXPERIMENT.cases(parameters)] == ["kernels|0", "kernels|1", "help"]
    timing = runner.run(EXPERIMENT, parameters, out=tmp_path / "out").results.timing
    assert timing is not None
    found = timing.groupby("target", sort=False)["process"].agg(list)
    assert found["key-range"] == found["modulo"] == [0, 0, 1, 1]
    assert set(found["help"]) == {0}


def test_what_is_not_measured_says_why() -> None:
    for prepare in (_seconds, _megabytes):
        assert prepare("jump", TINY) == LEFT_OUT
    row = {"threads": 1, "load_average": 0.1, "round": 0}
    lacking = row | {"target": "fastring-list-100", "value": None, "cannot": "no"}
    # a column in which some rows have no reason comes back from a file with NaN for it
    timed = row | {"target": "help", "value": 0.1, "cannot": float("nan")}
    rows = [timed, lacking]
    shown = EXPERIMENT.present(Results(TargetsParameters(), pd.DataFrame(), pd.DataFrame(rows), AVX2))
    assert shown.tables[0].frame["verdict"].tolist()[-1] == "not measured"
    assert list(shown.tables[0].notes) == [
        "Not measured, no: list of 21-byte str to names, ring, n = 100: faster than fastring."
    ]


def test_the_document_is_written_by_the_command_alone(tmp_path: Path) -> None:
    document = tmp_path / "speed.md"
    document.write_text(f"before\n{documents.begin_of(PART)}\n{documents.end_of(PART)}\nafter\n")
    changed = {
        "only": ("key-range", "fastring-list-100"),
        "keys": 500,
        "rounds": 7,
        "document": str(document),
    }
    parameters = EXPERIMENT.profile("smoke").replace(changed)
    runner.run(EXPERIMENT, parameters, out=tmp_path / "out")
    text = document.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "key_range, n = 1000: times the copy loop" in text
    assert re.search(r"Of 2 targets .+ Measured on .+", text)
    facts = json.loads((tmp_path / "out" / "run.json").read_text())
    assert "document" not in facts["parameters"], "computing it again must not write it"


def test_a_document_without_a_place_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    document = tmp_path / "speed.md"
    document.write_text("nothing\n")
    with pytest.raises(BadUse, match="has no part to write: put the lines"):
        EXPERIMENT.cases(TargetsParameters(document=str(document)))


def test_the_committed_document_has_its_place() -> None:
    documents.check(ROOT / "docs" / "performance.md", PART)


@pytest.mark.parametrize("shape", ["constant", "logarithmic", "linear"])
def test_a_growth_is_found_again(shape: str) -> None:
    sizes = np.array([16.0, 100, 1000, 10_000])
    term = {"constant": 0 * sizes, "logarithmic": np.log(sizes), "linear": sizes}[shape]
    noise = np.array([1.03, 0.96, 1.02, 0.99])
    found = growth(sizes, (3 + 2 * term) * noise)
    assert found is not None
    assert found.best.shape == shape
    assert found.best.off < 1.05
    assert sum(fit.weight for fit in found.fits) == pytest.approx(1)
    if shape != "constant":
        assert found.best.weight > 0.9
        assert found.best.slope == pytest.approx(2, rel=0.15)
