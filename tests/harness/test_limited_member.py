"""A member of few nodes in every experiment: what it cannot do is said, and all else is measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import golden
import pytest

from algorithms import InvalidParameter, Nodes, registry, unregister
from algorithms import names as registered
from experiments import run
from experiments.conformance import conform, subjects
from experiments.harness import runner
from experiments.harness.class_files import load_class
from experiments.harness.experiment import find, names
from experiments.options.errors import BadUse
from experiments.options.parameters import fields_of
from experiments.report.tables import markdown, terminal

LIMITED = f"{Path(__file__).parents[1] / 'limited.py'}:Limited"
MOST = 101
NODES = (5, 101, 120)
"""Few nodes, as many as its table holds, and more."""

SENTENCES = ("it can have 101 nodes at most", "nodes do not fit into a table of 101 slots")

TINY: dict[str, Any] = {
    "nodes": NODES, "keys": 300, "repetitions": 2, "rounds": 2, "milliseconds": 0.01, "starts": 1,
    "event": "add:1,add:100,remove:middle", "sequence": ["add:1,remove:middle"], "mode": "batch,single,start",
    "timed": 1, "ranges": 3, "effort": 2, "threads": 1, "start": (5,), "removed": (0.5,),
}  # fmt: skip


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Have nothing registered that a file of a run brought."""
    before = set(registered())
    yield
    for name in set(registered()) - before:
        unregister(name)


def outcome_of(name: str, folder: Path, algorithms: str, **values: Any) -> runner.Outcome[Any]:
    experiment = find(name)
    known = fields_of(experiment.Parameters)
    asked = {field: value for field, value in {**TINY, **values}.items() if field in known}
    parameters = experiment.profile("smoke").replace({**asked, "algorithms": algorithms})
    return runner.run(experiment, parameters, profile="smoke", out=folder)


def outcomes_of(name: str, folder: Path, algorithms: str) -> list[runner.Outcome[Any]]:
    """Return the run of all numbers of nodes, or one of each where an experiment takes one alone."""
    try:
        return [outcome_of(name, folder, algorithms)]
    except BadUse as error:
        if "one number of nodes" not in str(error):
            raise
        one = {"event": "add:1"}
        return [outcome_of(name, folder / str(n), algorithms, nodes=n, **one) for n in NODES]


def shown(outcomes: list[runner.Outcome[Any]]) -> str:
    written = []
    for said in (outcome.presentation for outcome in outcomes):
        written += [*map(terminal.write, said.tables), *map(markdown.write, said.tables), *said.meaning]
    return " ".join("\n".join(written).split())


TAKING = [name for name in names() if "algorithms" not in find(name).Parameters.without]
WITH_NODES = [name for name in TAKING if "nodes" not in find(name).Parameters.without and name != "article"]


def test_experiments_that_take_no_algorithms_say_why() -> None:
    for name in set(names()) - set(TAKING):
        with pytest.raises(BadUse, match="has no meaning here"):
            find(name).Parameters.build({"algorithms": LIMITED})
    assert {"memory", "throughput"} <= set(WITH_NODES)


@pytest.mark.parametrize("name", WITH_NODES)
def test_what_it_cannot_is_said_and_all_else_is_measured(name: str, tmp_path: Path) -> None:
    outcomes = outcomes_of(name, tmp_path / "out", f"jump,ring,{LIMITED}")
    every = [row for outcome in outcomes for row in (*outcome.rows, *outcome.timing)]
    rows = [row for row in every if not row.get("peer")]
    ours = [row for row in rows if row["algorithm"] == "limited"]
    assert ours
    reasons = {row.get("cannot") for row in ours}
    if None in reasons:
        assert any(row["n"] == 5 and row.get("cannot") is None for row in ours)
        for row in (row for row in ours if row["n"] > MOST):
            assert any(sentence in row["cannot"] for sentence in SENTENCES), row
        assert any(sentence in shown(outcomes) for sentence in SENTENCES)
    else:  # what is measured there it does not declare
        (reason,) = reasons
        assert reason in shown(outcomes)
        assert name not in ("memory", "throughput", "scaling", "balance")
    measured = {row["n"] for row in rows if row["algorithm"] == "ring" and row.get("cannot") is None}
    assert measured == set(NODES)


@pytest.mark.parametrize("name", ["article", "properties"])
def test_experiments_without_numbers_of_nodes_take_it(name: str, tmp_path: Path) -> None:
    outcome = outcome_of(name, tmp_path / "out", f"jump,{LIMITED}", property="bad_nodes_are_refused,ordered")
    assert any("limited" in (row.get("algorithm"), row.get("label")) for row in outcome.rows)
    assert not outcome.presentation.failures


UNANNOUNCED = """
from dataclasses import replace
from algorithms import InvalidParameter, class_of, register
Jump = class_of("jump")
@register(replace(Jump.spec, name="unannounced"))
class Unannounced(Jump):
    def _build(self, nodes):
        if len(nodes) > 101:
            raise InvalidParameter(f"{len(nodes)} nodes are too many")
        return super()._build(nodes)
"""
"""Refuses more than 101 nodes, and tells nobody before."""


@pytest.mark.parametrize("name", WITH_NODES)
def test_nodes_that_no_candidate_can_have_are_refused_before_anything_is_measured(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "unannounced.py").write_text(UNANNOUNCED, encoding="utf-8")
    for alone, said in (
        (f"{LIMITED}:table_size=11", "120 nodes of limited:table_size=11: it can have 11 nodes at most"),
        (f"{tmp_path / 'unannounced.py'}:Unannounced", "120 nodes of unannounced: 120 nodes are too many"),
    ):
        with pytest.raises(BadUse, match=f"^--nodes: {said}$"):
            outcome_of(name, tmp_path / "out", alone, nodes=120, event="add:1")
    assert not (tmp_path / "out").exists()


def test_a_value_that_its_table_cannot_have_is_refused_and_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    for flags in (["--set", "limited.table_size=100"], ["--vary", "limited.table_size=101,100"]):
        assert run.main(["scaling", "--algorithms", f"jump,{LIMITED}", *flags]) == 2
        assert "table_size must be a prime, not 100" in capsys.readouterr().err


def test_a_sweep_over_its_table_is_a_candidate_for_each_value(tmp_path: Path) -> None:
    sweep = {"algorithms": f"jump,{LIMITED}", "vary": ["limited.table_size"], "nodes": (5, 12)}
    outcome = outcome_of("balance", tmp_path / "out", **sweep)
    cannot = {(row["label"], row["n"]): row.get("cannot") for row in outcome.rows}
    assert cannot[("limited:table_size=101", 12)] is None
    assert cannot[("limited:table_size=11", 5)] is None
    assert "it can have 11 nodes at most" in str(cannot[("limited:table_size=11", 12)])


BREAKING = """
from dataclasses import replace
from algorithms import class_of, register
Jump = class_of("jump")
@register(replace(Jump.spec, name="breaking"))
class Breaking(Jump):
    def _build(self, nodes):
        return super()._build(nodes) if len(nodes) < 50 else [][0]
"""
"""Has a bug that shows with 50 nodes."""


def test_a_bug_at_one_size_is_shown_and_what_was_measured_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "breaking.py").write_text(BREAKING, encoding="utf-8")
    few = ["--nodes", "5,60", "--out", str(tmp_path / "out"), "--quiet"]
    chosen = f"ring,{tmp_path / 'breaking.py'}:Breaking"
    assert run.main(["memory", "--profile", "smoke", "--algorithms", chosen, *few]) == 2
    assert "breaking failed with 60 nodes, in " in capsys.readouterr().err
    assert len((tmp_path / "out" / ".journal.jsonl").read_bytes().splitlines()) == 1 + 3


def test_it_passes_every_check_also_with_a_small_table() -> None:
    limited = load_class(*LIMITED.split(":"))
    assert [str(subject) for subject in subjects(limited)] == ["limited", "limited[table_size=11]"]
    conform(limited, examples=10)


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Any:
    found = load_class(*LIMITED.split(":"))
    monkeypatch.setitem(registry._classes, "limited", found)
    return found


@pytest.mark.parametrize(("least", "named"), [(11, True), (3, False)])
def test_its_golden_placements_have_no_more_nodes_than_fit(
    limited: Any, least: int, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited, "spec", replace(limited.spec, vary={"table_size": (least, 101)}))
    placed = golden.rows("limited")
    sizes = {(row["parameters"], int(row["nodes"])) for row in placed if row["nodes"].isdigit()}
    assert {n for parameters, n in sizes if not parameters} == {1, 2, 3, 7, 16, 17, 100}
    assert {n for parameters, n in sizes if parameters} == {n for n in (1, 2, 3, 7) if n <= least}
    small = {row["event"] for row in placed if row["parameters"] == f"table_size={least} seed=7"}
    assert ("add new" in small) == named


def test_golden_events_add_no_more_nodes_than_there_is_room_for(
    limited: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Four(limited):  # type: ignore[misc]
        spec = replace(limited.spec, vary={})

        @property
        def room(self) -> int:
            return 4 - len(self.nodes)

        def _build(self, nodes: Nodes) -> Any:
            if len(nodes) > 4:
                raise InvalidParameter(f"{len(nodes)} nodes are more than 4")
            return super()._build(nodes)

    monkeypatch.setitem(registry._classes, "limited", Four)
    events = {row["event"] for row in golden.rows("limited") if row["parameters"] == "seed=7"}
    assert events == {"", "remove 節点", "remove server-b", "add new, remove server-a"}
