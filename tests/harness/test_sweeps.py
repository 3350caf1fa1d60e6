"""Sweeps: `--vary` makes a candidate of each value, in every experiment that takes algorithms."""

from __future__ import annotations

from typing import Any

import pytest

from experiments import run
from experiments.harness.experiment import find, names
from experiments.harness.parameters import Parameters
from experiments.harness.selection import of_run
from experiments.options.errors import BadUse

TAKING = [name for name in names() if not {"algorithms", "vary"} & find(name).Parameters.without.keys()]


def labels(**values: Any) -> list[str]:
    return [candidate.label for candidate in of_run(Parameters(**values))]


def test_several_parameters_of_one_algorithm_give_every_combination_in_order() -> None:
    both = ("ring.points=5,7", "ring.serves=successor,predecessor")
    assert labels(algorithms="jump,ring", vary=both) == [
        "jump",
        "ring:points=5:serves=successor",
        "ring:points=5:serves=predecessor",
        "ring:points=7:serves=successor",
        "ring:points=7:serves=predecessor",
    ]


def test_what_a_selection_gives_goes_before_a_sweep() -> None:
    assert labels(algorithms="ring,ring:points=3", vary="ring.points=5,7") == [
        "ring:points=5",
        "ring:points=7",
        "ring:points=3",
    ]


def test_a_selection_of_a_swept_candidate_builds_the_same() -> None:
    swept = of_run(
        Parameters(algorithms="maglev", vary=["maglev.table_size=101,103", "maglev.hash_bits=none,20"])
    )
    again = of_run(Parameters(algorithms=[candidate.selection for candidate in swept]))
    assert [one.parameters for one in again] == [one.parameters for one in swept]
    assert [one.label for one in again] == [one.label for one in swept]


def test_without_values_those_of_the_spec_are_taken() -> None:
    assert labels(algorithms="lrh", vary="lrh.candidates")[:2] == ["lrh:candidates=2", "lrh:candidates=4"]
    with pytest.raises(
        BadUse, match=r"--vary: the spec of ring names no values of points; give some: ring\.points=V1,V2"
    ):
        labels(algorithms="ring", vary="ring.points")


@pytest.mark.parametrize(
    ("algorithms", "sweep", "said"),
    [
        ("ring", "points=5", "'points=5' is not understood; give NAME.PARAM=V1,V2"),
        ("jump", "ring.points=5", "'ring' is not among the algorithms of this run"),
        ("ring", "ring.point=5", "ring has no parameter 'point': did you mean 'points'"),
        ("ring", "ring.points=5,five", r"ring\.points: 'five' is not a whole number"),
        ("ring", "ring.seed=1,2", "the seed is the same for all algorithms"),
        (
            "ring:points=5",
            "ring.points=7",
            "every ring of this run is given its points by",
        ),
        ("table", "table.rows=A,B", "a value of table.rows is a list itself"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused_in_a_sentence(algorithms: str, sweep: str, said: str) -> None:
    with pytest.raises(BadUse, match=f"^--vary: .*{said}"):
        labels(algorithms=algorithms, vary=sweep)
    with pytest.raises(BadUse, match="given twice"):
        Parameters(algorithms="ring", vary=["ring.points=5", "ring.points=7"])


@pytest.mark.parametrize("name", TAKING)
def test_every_experiment_that_takes_algorithms_takes_sweeps(name: str) -> None:
    experiment = find(name)
    parameters = experiment.profile("smoke").replace(
        {"algorithms": "ring", "vary": ["ring.points=5,7"], "nodes": 16}
    )
    trials = [str(case) for case in experiment.cases(parameters)]
    assert any("ring:points=5" in case for case in trials)
    assert any("ring:points=7" in case for case in trials)
    assert {"balance", "memory", "scaling", "throughput"} <= set(TAKING)


def test_the_sweep_of_a_profile_is_for_the_algorithms_that_it_leaves_open() -> None:
    profile = find("balance").profile("smoke")
    assert profile.vary == ("ring.points=10,160",)
    assert profile.replace({"algorithms": "jump,ring"}).vary == profile.vary
    assert profile.replace({"algorithms": "family:rings"}).vary == profile.vary
    for values in ({"algorithms": "jump"}, {"algorithms": "ring:points=5"}, {"set": "ring.points=5"}):
        assert profile.replace(values).vary == ()
    typed = {"algorithms": "jump", "vary": "jump.hash=crc32,xxh64"}
    assert profile.replace(typed).vary == ("jump.hash=crc32,xxh64",)


def test_no_sweep_leaves_the_digest_of_parameters_as_it_was() -> None:
    assert "vary" not in Parameters().canonical()
    assert Parameters(vary="ring.points=5").canonical()["vary"] == ["ring.points=5"]


def test_points_that_stored_runs_have_are_read_as_the_sweep_that_they_were() -> None:
    profile = find("balance").profile("full")
    stored = {name: value for name, value in profile.canonical().items() if name != "vary"}
    points = [1, 10, 100, 160, 400, 1000, 10_000]
    assert type(profile).of_stored({**stored, "points": points}) == profile
    assert type(profile).of_stored({**stored, "points": []}).vary == ()


@pytest.mark.parametrize("name", ["balance", "hashes"])
def test_what_took_the_place_of_points_is_said(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([name, "--points", "40,160"]) == 2
    assert f"{name} takes no --points: give --vary ring.points=40,160" in capsys.readouterr().err
    with pytest.raises(BadUse, match="'points' is no parameter any more: give --vary"):
        find(name).Parameters.build({"points": [5]})
