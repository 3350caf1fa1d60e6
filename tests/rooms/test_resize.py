"""The experiment `resize`: what is timed is what it says, and what cannot be done says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from algorithms import Partitioner
from experiments.harness import runner, selection
from experiments.harness.trial import Trial
from experiments.options.errors import BadUse
from experiments.report.presentation import Results
from experiments.resize import EXPERIMENT
from experiments.resize import measure as resize
from experiments.resize.parameters import OPERATIONS, ResizeParameters
from experiments.storage.machine import Spent


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("smoke").replace({"nodes": (1, 4, 16)})
    return runner.run(EXPERIMENT, parameters, out=tmp_path_factory.mktemp("resize"))


def test_each_operation_of_each_algorithm_has_a_row_in_each_round(smoke: runner.Outcome[Any]) -> None:
    timing = smoke.results.timing
    assert timing is not None
    labels = [candidate.label for candidate in selection.resolve()]
    for _, group in timing.groupby(["n", "round"]):
        found = list(zip(group["label"], group["operation"], strict=True))
        assert found == [(label, operation) for label in labels for operation in OPERATIONS]
    assert (timing["nanoseconds"].isna() == timing["cannot"].notna()).all()
    assert (timing["nanoseconds"].dropna() > 0).all()
    assert smoke.rows == []


def test_the_only_node_cannot_leave(smoke: runner.Outcome[Any]) -> None:
    timing = smoke.results.timing
    assert timing is not None
    impossible = timing[timing["cannot"].notna()]
    assert set(impossible["n"]) == {1}
    assert set(impossible["operation"]) == {"remove"}
    assert set(impossible["cannot"]) == {"the only node cannot leave"}


@pytest.mark.parametrize("candidate", selection.resolve(), ids=lambda one: one.label)
def test_what_is_timed_is_an_event(candidate: selection.Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int | None]] = []
    keys: list[Any] = []

    def timed(call: Any) -> Spent:
        call()
        owner = call.func.__self__
        seen.append((call.func.__name__, len(owner.nodes) if isinstance(owner, Partitioner) else None))
        if call.func.__name__ in ("lookup", "_assign"):
            keys.append(np.array(call.args[0]).tolist())
        return Spent(2, 1)

    trial = Trial(ResizeParameters(), candidate, 9, "resize")
    built = trial.start()
    assert not isinstance(built, str)
    subject = resize._subject(trial, built, 3)
    monkeypatch.setattr(resize, "timed", timed)
    resize._timed(subject)
    half = len(seen) // 2
    assert seen[:half] == seen[half:], "each is done once before it is timed"
    events = [("add_node", 10), ("lookup", 10), ("lookup", 10), ("_assign", 10), ("_assign", 10)]
    assert seen[:half] == [("build", None), *events, ("remove_node", 8)]
    assert len({str(key) for key in keys}) == len(keys) == 8, "no key and no batch is asked for twice"
    assert len(subject.built.nodes) == 9, "the partitioner that all begin with is left as it is"


def test_medians_stand_in_the_tables() -> None:
    rows = [
        {
            "n": n, "algorithm": "jump", "label": "jump", "settings": None, "threads": 1, "round": turn,
            "load_average": 0.5, "operation": operation, "nanoseconds": (turn + 1) * n * 1000, "cannot": None,
        }
        for n in (10, 100, 1000)
        for turn in range(9)
        for operation in OPERATIONS
    ]  # fmt: skip
    shown = EXPERIMENT.present(Results(ResizeParameters(), pd.DataFrame(), pd.DataFrame(rows)))
    events, lookups = (table.frame.set_index("n") for table in shown.tables)
    assert events.loc[100, "add"] == pytest.approx(0.5)
    assert lookups.loc[100, "first key"] == pytest.approx(500)
    assert "adding a node" not in " ".join(shown.meaning).lower(), "times that drift say nothing"
    assert shown.summary.value("ms/add/100/jump").number == pytest.approx(0.5)
    assert shown.summary.value("us/first key/100/jump").number == pytest.approx(500)
    assert shown.summary.value("shape/add/jump").text == "linear"
    assert "too busy to trust" in shown.meaning[0]
    assert np.isfinite(events["add_low"]).all()


def test_who_cannot_make_an_event_is_told_with_that_event() -> None:
    reasons = {"add": "there is no room", "remove": "nobody leaves"}
    rows = [
        {
            "n": 4, "algorithm": "dx", "label": "dx", "settings": None, "threads": 1, "round": 0,
            "load_average": 0.5, "operation": operation, "cannot": reasons.get(operation),
            "nanoseconds": None if operation in reasons else 1000,
        }
        for operation in OPERATIONS
    ]  # fmt: skip
    shown = EXPERIMENT.present(Results(ResizeParameters(), pd.DataFrame(), pd.DataFrame(rows)))
    assert shown.tables[0].notes[1:] == [
        "dx adds no node: there is no room.",
        "dx removes no node: nobody leaves.",
    ]


def test_who_is_full_is_told_with_its_number_of_nodes_at_events_and_at_lookups() -> None:
    full = "it has 101 nodes and room for 0 more"

    def cannot(label: str, n: int, operation: str) -> str | None:
        if label == "ring" or n == 5 or (n == 101 and operation in ("build", "remove")):
            return None
        return full if n == 101 else "it can have 101 nodes at most"

    rows = [
        {
            "n": n, "algorithm": label, "label": label, "settings": None, "threads": 1, "round": turn,
            "load_average": 0.5, "operation": operation, "cannot": cannot(label, n, operation),
            "nanoseconds": 1000 if cannot(label, n, operation) is None else None,
        }
        for n in (5, 101, 120)
        for label in ("ring", "few")
        for turn in range(1 if cannot(label, n, "build") else 3)
        for operation in OPERATIONS
    ]  # fmt: skip
    shown = EXPERIMENT.present(Results(ResizeParameters(), pd.DataFrame(), pd.DataFrame(rows)))
    expected = [
        "few takes no part at n = 120: it can have 101 nodes at most.",
        f"few adds no node at n = 101: {full}.",
    ]
    assert [table.notes[1:] for table in shown.tables] == [expected, expected]


def test_what_has_no_meaning_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="'keys' has no meaning here: a batch is always 1000 hashes"):
        ResizeParameters.build({"keys": 5})
