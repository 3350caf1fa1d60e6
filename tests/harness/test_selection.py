"""Selections: texts become candidates, and values by the annotations of a signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pytest

from algorithms import Capability, names, unregister
from algorithms.interface import memory
from algorithms.interface.signature import Parameter
from algorithms.registry import leading, parameters_of, spec_of, usual
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context, find
from experiments.harness.parameters import Parameters
from experiments.harness.selection import files_of, resolve
from experiments.options.errors import BadUse
from experiments.options.values import parse_value
from experiments.storage import provenance


def read(annotation: Any, text: str) -> Any:
    return parse_value(Parameter("x", annotation, None, True), text)


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (int, "1e3", 1000),
        (int, "-2", -2),
        (float, "2", 2.0),
        (str, "2", "2"),
        (bool, "false", False),
        (Literal["up", "down"], "up", "up"),
        (int | None, "none", None),
        (int | None, "7", 7),
        (float | str, "seven", "seven"),
        (float | str, "0.5", 0.5),
        (int | float, "3", 3),
        (Sequence[int], "1, 2,3", [1, 2, 3]),
        (tuple[str, ...], "A,C,E", ["A", "C", "E"]),
        (Sequence[int | str] | None, "A,2", ["A", 2]),
        (Sequence[int] | None, "none", None),
    ],
)
def test_a_value_is_read_by_its_annotation(annotation: Any, text: str, value: Any) -> None:
    found = read(annotation, text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("annotation", "text", "said"),
    [
        (int, "many", "'many' is not a whole number; give a whole number from -"),
        (float, "nan", "'nan' is not allowed; give a number"),
        (bool, "perhaps", "neither true nor false"),
        (Literal["up", "down"], "dwon", "give one of up, down; did you mean 'down'"),
        (int | None, "x", "not a whole number"),
        (Sequence[int], "1,x", "'x' is not a whole number"),
        (Mapping[str, int], "a=1", "cannot be given as a text"),
        (object, "a", "cannot be given as a text"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(annotation: Any, text: str, said: str) -> None:
    with pytest.raises(BadUse, match=said):
        read(annotation, text)


def test_every_default_of_every_algorithm_is_kept_when_nothing_is_set() -> None:
    for candidate in resolve():
        assert candidate.parameters == {}
        for name, parameter in parameters_of(candidate.algorithm).items():
            assert candidate.value(name) is parameter.default


def test_the_usual_algorithms_are_candidates_by_default_in_their_order() -> None:
    assert [candidate.label for candidate in resolve()] == list(usual())


def test_seven_are_usual_so_that_committed_results_keep_their_rows_when_a_member_joins() -> None:
    seven = ("jump", "key_range", "rendezvous", "ring", "modulo", "random_choice", "table")
    assert usual() == seven


def test_a_family_whose_members_are_many_has_one_that_leads_it_and_nobody_leads_two() -> None:
    assert [candidate.label for candidate in resolve(["leading"])] == list(leading())
    led = [spec_of(name).family for name in names() if spec_of(name).leads]
    assert len(led) == len(set(led))
    shown = {spec_of(name).family for name in leading()}
    # deployed programs have no idea in common: nobody stands for all
    unseen = {spec_of(name).family for name in names()} - shown - {"", "deployed"}
    assert unseen == set(), "where a few stand for all nobody does for these: name one that `leads`, and why"
    assert set(usual()) < set(leading()) < set(names())


def test_a_word_names_all_algorithms_or_those_of_a_family() -> None:
    assert [candidate.label for candidate in resolve(["all"])] == list(names())
    jumps = [name for name in names() if spec_of(name).family == "jumps"]
    assert [candidate.label for candidate in resolve(["ring", "family:jumps"])] == ["ring", *jumps]


@pytest.mark.parametrize(
    ("selections", "said"),
    [
        (["family:jump"], "no family is named 'jump': .*jumps"),
        (["family:"], "no family is named ''"),
        (["jump", "family:jumps"], "'jump' is given twice"),
        (["all", "ring"], "'ring' is given twice"),
    ],
)
def test_a_family_that_is_not_there_or_comes_twice_is_refused(selections: list[str], said: str) -> None:
    with pytest.raises(BadUse, match=said):
        resolve(selections)


@pytest.mark.parametrize("name", names())
def test_what_is_set_reaches_the_partitioner(name: str) -> None:
    (candidate,) = resolve([name], [f"{name}.hash=murmur3_64", f"{name}.hash_bits=20"])
    built = candidate.build(3, seed=7, hash="xxh64")
    assert (built.hash_bits, candidate.hash, candidate.hash_bits) == (20, "murmur3_64", 20)
    assert candidate.label == name


@pytest.mark.parametrize("capability", list(Capability))
def test_who_lacks_a_capability_says_why(capability: Capability) -> None:
    candidates = resolve()
    for candidate in candidates:
        spec, reason = spec_of(candidate.algorithm), candidate.lacks(capability)
        assert (reason is None) == spec.can(capability)
        assert reason is None or reason == spec.lacks.get(capability, reason) != ""


@pytest.mark.parametrize(
    ("selections", "settings"),
    [
        (["ring", "ring"], []),
        (["ring:points=5", "ring:points=5.0"], []),
        (["ring:points=5:hash=crc32", "ring:hash=crc32:points=5"], []),
        (["ring", "ring:points=160"], []),
        (["ring", "ring:hash=xxh64"], []),
        (["ring", "ring:points=80"], ["ring.points=80"]),
        (["ring:points=5:points=6"], []),
        (["ring:points=5:points=5"], []),
        (["ring"], ["ring.points=1", "ring.points=2"]),
    ],
)
def test_an_algorithm_or_a_parameter_given_twice_is_refused(
    selections: list[str], settings: list[str]
) -> None:
    with pytest.raises(BadUse, match="given twice"):
        resolve(selections, settings)


def test_two_candidates_that_a_sweep_makes_the_same_are_refused() -> None:
    balance = find("balance")
    fine = balance.Parameters(algorithms="ring,ring:points=160", vary="ring.points=10,20", nodes=4)
    assert len(balance.cases(fine)) == 3 * fine.repetitions
    for text, sweep in (("ring,ring:points=10", "ring.points=10,20"), ("ring,ring:points=160", ())):
        with pytest.raises(BadUse, match="given twice"):
            balance.cases(balance.Parameters(algorithms=text, vary=sweep, nodes=4))


def test_the_files_of_workloads_are_inputs(tmp_path: Any) -> None:
    path = tmp_path / "keys.txt"
    path.write_text("a\nb\n", encoding="utf-8")
    assert files_of(Parameters(workload=[f"file:{path}"])) == [path]


def test_an_algorithm_from_a_file_is_an_input_wherever_it_lies(tmp_path: Any) -> None:
    example = provenance.root() / "examples" / "slots.py"
    copied = tmp_path / "mine.py"
    copied.write_text(example.read_text(encoding="utf-8").replace('name="slots"', 'name="slots_of_mine"'))
    try:
        for path in (example, copied):
            assert files_of(Parameters(algorithms=f"ring,{path}:Slots")) == [path]
    finally:
        unregister("slots")
        unregister("slots_of_mine")


def test_what_an_algorithm_from_a_file_imports_is_an_input_too(tmp_path: Any, monkeypatch: Any) -> None:
    """An edit there changes the rows, so it must discard what is stored and what was begun."""
    example = (provenance.root() / "examples" / "slots.py").read_text(encoding="utf-8")
    imports = "import steps_of_mine.inner\nfrom constants_of_mine import SLOTS\n"
    text = example.replace('name="slots"', 'name="slots_that_imports"').replace(
        "import numpy as np\n", "import numpy as np\n" + imports
    )
    files = {
        "mine.py": text,
        "constants_of_mine.py": "def later():\n    import numpy\n\n\nSLOTS = 3\n",
        "steps_of_mine/__init__.py": "",
        "steps_of_mine/inner.py": "from . import deep\n",
        "steps_of_mine/deep.py": "",
        "not_imported.py": "",
    }
    (tmp_path / "steps_of_mine").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        found = files_of(Parameters(algorithms=f"ring,{tmp_path / 'mine.py'}:Slots"))
    finally:
        unregister("slots_that_imports")
    assert {str(path.relative_to(tmp_path)) for path in found} == set(files) - {"not_imported.py"}
    assert found[0] == tmp_path / "mine.py"


@pytest.mark.parametrize(
    "name", ["balance", "hashes", "memory", "resize", "scaling", "sequence", "throughput"]
)
@pytest.mark.parametrize(
    ("algorithms", "nodes"),
    [("ring", 10**7), ("ring:points=1e6", 1000), ("rendezvous,ring", 10**9)],
)
def test_nodes_that_no_candidate_can_have_are_refused_before_anything_is_measured(
    name: str, algorithms: str, nodes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "limit", lambda: 1 << 30)
    experiment = find(name)
    with pytest.raises(BadUse, match=r"^--nodes: .*: .*(points on one ring|take about .* bytes)"):
        experiment.cases(experiment.Parameters(algorithms=algorithms, nodes=nodes))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("scaling", {"event": "add:1e6"}),
        ("scaling", {"event": "double", "nodes": 300_000}),
        ("sequence", {"sequence": ",".join(["double"] * 20)}),
    ],
)
def test_nodes_after_an_event_that_no_candidate_can_have_are_refused_before_too(
    name: str, values: dict[str, Any]
) -> None:
    experiment = find(name)
    with pytest.raises(BadUse, match=r"--nodes: .* nodes of ring: [0-9]+ points on one ring"):
        experiment.cases(experiment.Parameters(algorithms="ring", **values))


def test_an_event_whose_weight_no_memory_holds_is_a_reason_and_no_error() -> None:
    scaling = find("scaling")
    parameters = scaling.Parameters(
        algorithms="ring", event="weight:419430", keys=100, repetitions=1, timed=0, threads=1
    )
    (case,) = scaling.cases(parameters)
    with Engine(1) as engine:
        (row,) = scaling.measure(case, parameters, Context(engine)).rows
    assert "divide all weights" in row["cannot"]
