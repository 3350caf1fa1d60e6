"""A member of few nodes in every experiment: what it cannot do is said, and all else is measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from algorithms import names as registered
from algorithms import unregister
from experiments.harness import runner
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
    "timed": 1, "ranges": 3, "effort": 2, "threads": 1,
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


def shown(outcome: runner.Outcome[Any]) -> str:
    tables = outcome.presentation.tables
    written = [*map(terminal.write, tables), *map(markdown.write, tables)]
    return " ".join("\n".join([*written, *outcome.presentation.meaning]).split())


TAKING = [name for name in names() if "algorithms" not in find(name).Parameters.without]
WITH_NODES = [name for name in TAKING if "nodes" not in find(name).Parameters.without and name != "article"]


def test_experiments_that_take_no_algorithms_say_why() -> None:
    for name in set(names()) - set(TAKING):
        with pytest.raises(BadUse, match="has no meaning here"):
            find(name).Parameters.build({"algorithms": LIMITED})
    assert {"memory", "throughput"} <= set(WITH_NODES)


@pytest.mark.parametrize("name", WITH_NODES)
def test_what_it_cannot_is_said_and_all_else_is_measured(name: str, tmp_path: Path) -> None:
    outcome = outcome_of(name, tmp_path / "out", f"jump,{LIMITED}")
    rows = [row for row in (*outcome.rows, *outcome.timing) if not row.get("peer")]
    ours = [row for row in rows if row["algorithm"] == "limited"]
    beyond = [row for row in ours if row["n"] > MOST]
    assert beyond
    for row in beyond:
        assert any(sentence in row["cannot"] for sentence in SENTENCES), row
    assert any(row["n"] == 5 and row.get("cannot") is None for row in ours)
    measured = {row["n"] for row in rows if row["algorithm"] == "jump" and row.get("cannot") is None}
    assert measured == set(NODES)
    assert any(sentence in shown(outcome) for sentence in SENTENCES)
