"""Parameters: one declaration, read from text, from TOML and from Python, and refused in one sentence."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path

import pytest
from fake_experiment import FAKE, FakeParameters
from hypothesis import given
from hypothesis import strategies as st

import experiments
from experiments.harness import catalogue
from experiments.harness.experiment import Experiment, find, names
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import fields_of, integer, number
from experiments.seeds import derive, repetition_of

EXPERIMENTS = [*(find(name) for name in names()), FAKE]


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_every_profile_of_the_catalogue_is_understood(experiment: Experiment, profile: str) -> None:
    parameters = experiment.profile(profile)
    assert type(parameters) is experiment.Parameters
    assert experiment.Parameters.build(parameters.canonical()) == parameters


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_what_an_experiment_is_without_is_a_common_field_with_a_reason(experiment: Experiment) -> None:
    for name, reason in experiment.Parameters.without.items():
        assert name in fields_of(Parameters)
        assert reason


def test_every_module_with_an_experiment_is_in_the_catalogue_and_under_its_own_name() -> None:
    found = {}
    for module in pkgutil.iter_modules(experiments.__path__):
        value = vars(importlib.import_module(f"experiments.{module.name}")).get("EXPERIMENT")
        if isinstance(value, Experiment):
            found[module.name] = value.name
    assert sorted(found) == list(names()) == list(catalogue.names())
    assert all(module == name for module, name in found.items())


@given(st.integers(0, 2**63 - 1))
def test_a_whole_number_survives_its_text(value: int) -> None:
    assert integer()(str(value)) == integer()(f"{value:_}") == integer()(value) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1e7", 10**7), ("2.5e3", 2500), (" 12 ", 12), ("1E2", 100), (1e6, 10**6)]
)
def test_a_whole_number_may_be_written_short(text: object, value: int) -> None:
    assert integer()(text) == value


@pytest.mark.parametrize(
    "text", ["", "x", "1.5", "nan", "inf", "-1", "1e400000000", "9" * 5000, True, None, "1e-5", 0.5, "--"]
)
def test_no_whole_number_is_refused_with_what_is_allowed(text: object) -> None:
    with pytest.raises(BadUse, match="give a whole number from 0"):
        integer()(text)


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-inf", "0", "-1", None, False])
def test_no_number_is_refused_with_what_is_allowed(text: object) -> None:
    with pytest.raises(BadUse, match="give a number above 0"):
        number(above=0)(text)


def test_a_tuple_takes_commas_repetition_and_typed_values() -> None:
    same = [FakeParameters(nodes=given) for given in ("1,2,3", ["1,2", "3"], ["1", 2, 3], (1, 2, 3))]
    assert {parameters.nodes for parameters in same} == {(1, 2, 3)}


def test_a_workload_is_never_cut_at_a_comma() -> None:
    assert Parameters(workload=["file:a,b.log"]).workload == ("file:a,b.log",)


@pytest.mark.parametrize("nodes", ["", "1,,2", "1,", (), "0", "-3", "1,x"])
def test_bad_nodes_are_refused_and_the_flag_is_named(nodes: object) -> None:
    with pytest.raises(BadUse, match=r"^--nodes: "):
        Parameters(nodes=nodes)


def test_threads_are_no_part_of_what_a_result_is() -> None:
    one, two = FakeParameters(threads=1, pause=1), FakeParameters(threads=2)
    assert one == two
    assert one.digest() == two.digest() != FakeParameters(seed=1).digest()
    assert not {"threads", "pause", "workload"} & one.canonical().keys()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[smoke]\n[regular]\n", r"lacks \[full\]"),
        ("[smoke]\n[regular]\n[full]\n[huge]\n", "unknown 'huge'"),
        ("[smoke]\nkees = 3\n[regular]\n[full]\n", r"\[smoke\]: 'kees' is no parameter.*did you mean 'keys'"),
        ("[smoke]\nworkload = ['x']\n[regular]\n[full]\n", "'workload' has no meaning here: it counts"),
        ("[smoke]\nkeys = -1\n[regular]\n[full]\n", r"\[smoke\]: --keys: -1 is below 1"),
        ("[smoke\n", "is no TOML"),
        (None, "there is no .*/mine.toml"),
    ],
)
def test_a_wrong_catalogue_is_refused_and_the_place_is_named(
    tmp_path: Path, text: str | None, problem: str
) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BadUse, match=problem):
        catalogue.read(path, "smoke", FakeParameters)


SAMPLES = {
    "algorithms": "ring",
    "set": "ring.points=3",
    "nodes": 3,
    "event": "add:1",
    "vary": "ring.points=3,5",
    "claim": "jump",
    "procedure": "wald",
    "property": "ordered",
    "only": "help",
    "system": "kafka",
    "edit": "add",
    "scheme": "split",
    "mutant": "flip__stale_structure",
}
"""A value of each parameter of many values that no profile gives one."""

MANY = [
    (experiment, name)
    for experiment in EXPERIMENTS
    for name, field in fields_of(experiment.Parameters).items()
    if field.many
]


@pytest.mark.parametrize(("experiment", "name"), MANY, ids=lambda value: getattr(value, "name", value))
def test_a_value_given_twice_is_refused_wherever_it_comes_from(
    experiment: Experiment, name: str, tmp_path: Path
) -> None:
    usual = getattr(experiment.profile("full"), name)
    value = usual[0] if usual else SAMPLES[name]
    said = rf"--{name}: .*given twice; give it once"
    with pytest.raises(BadUse, match=said):
        experiment.Parameters.build({name: [value, value]})
    with pytest.raises(BadUse, match=said):
        experiment.profile("smoke").replace({name: [str(value), f" {value} "]})
    path, written = tmp_path / "mine.toml", json.dumps([value, value])
    path.write_text(f"[smoke]\n{name} = {written}\n[regular]\n[full]\n", encoding="utf-8")
    with pytest.raises(BadUse, match=said):
        catalogue.read(path, "smoke", experiment.Parameters)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("nodes", "16", "1.6e1"),
        ("workload", "uniform", " uniform"),
        ("workload", "zipf:1", "zipf:1.0"),
        ("workload", "zipf", "zipf:0.99:1e6"),
        ("workload", "sequential", "sequential:0"),
        ("workload", "strings", "strings:user"),
        ("workload", "file:keys.log", "file:./keys.log"),
        ("workload", "file:keys.log", "file:folder/../keys.log"),
        ("workload", "file:keys.log", "file:link.log"),
        ("workload", "file:keys.csv:a", "file:./keys.csv:a"),
        ("set", "ring.points=1", "ring.points=2"),
        ("set", "ring.points=1", "ring.points=1"),
    ],
)
def test_two_spellings_of_a_value_are_the_same_value(
    name: str, one: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    for file in ("keys.log", "keys.csv"):
        (tmp_path / file).write_text("a\n", encoding="utf-8")
    (tmp_path / "link.log").symlink_to("keys.log")
    with pytest.raises(BadUse, match=rf"--{name}: .*given twice"):
        Parameters(**{name: [one, other]})


def test_different_values_that_look_alike_are_not_refused(tmp_path: Path) -> None:
    different = ["zipf:1", "zipf:1.1", "strings:a", "strings:A", "file:a.csv:x", "file:a.csv:y", "names"]
    assert Parameters(workload=different).workload == tuple(different)
    settings = ["ring.points=1", "ring.hash=crc32", "table.hash=crc32"]
    assert Parameters(set=settings).set == tuple(settings)


def test_a_workload_that_cannot_be_read_is_no_matter_for_stored_parameters() -> None:
    missing = ["file:nowhere.log", "file:elsewhere.log", "tea", "uniform:3"]
    assert Parameters(workload=missing).workload == tuple(missing)


axes = st.lists(st.one_of(st.integers(), st.text()), max_size=4)


@given(axes, axes)
def test_seeds_are_equal_only_for_equal_axes(one: list[int | str], other: list[int | str]) -> None:
    same = [(type(axis), axis) for axis in one] == [(type(axis), axis) for axis in other]
    assert (derive(0, *one) == derive(0, *other)) is same


def test_seeds_are_the_same_for_ever() -> None:
    # golden: recorded from this function; a change would change every stored result
    assert derive(0) == 15105599186167942220
    assert derive(7, "keys", "uniform", 3) == 1313568474439326532


def test_a_repetition_varies_the_seed_or_else_the_names() -> None:
    seeded = [repetition_of(0, "uniform", number, seed_bits=32) for number in range(20)]
    unseeded = [repetition_of(0, "uniform", number, seed_bits=0) for number in range(20)]
    assert len({repetition.hash for repetition in seeded}) == 20
    assert all(repetition.hash < 2**32 and repetition.nodes(2) == 2 for repetition in seeded)
    assert len({repetition.prefix for repetition in unseeded}) == 20
    assert all(repetition.hash == 0 and len(set(repetition.nodes(3))) == 3 for repetition in unseeded)
    assert [repetition.keys for repetition in seeded] == [repetition.keys for repetition in unseeded]
