"""Cases measured in processes of their own give the rows of the room, and what goes wrong is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from algorithms.errors import ShardlabError
from experiments.harness import fresh_process, runner
from experiments.harness.experiment import Case
from experiments.throughput import EXPERIMENT
from experiments.throughput.parameters import ThroughputParameters

TINY = {"algorithms": "modulo", "nodes": 4, "keys": 200, "rounds": 2, "milliseconds": 0.05, "threads": 1}


def parameters(**changed: Any) -> ThroughputParameters:
    made: ThroughputParameters = EXPERIMENT.profile("smoke").replace({**TINY, "mode": "batch", **changed})
    return made


def test_each_process_gives_its_rows(tmp_path: Path) -> None:
    outcome = runner.run(EXPERIMENT, parameters(processes=2), out=tmp_path / "out")
    timing = outcome.results.timing
    assert timing is not None
    one = timing[timing["mode"] == "batch"]
    assert one[one["label"] == "modulo"][["process", "round"]].to_numpy().tolist() == [
        [0, 0], [0, 1], [1, 0], [1, 1],
    ]  # fmt: skip
    assert (timing["page_faults"] >= 0).all()
    assert outcome.presentation.methods[0].count("Times are medians of 2 processes")


def test_errors_come_back_as_they_are() -> None:
    given = parameters(processes=2, set=("modulo.hash=nothing",))
    with pytest.raises(ShardlabError, match="nothing"):
        fresh_process.measured("experiments.throughput", Case("uniform|4"), given, 1)


def test_a_process_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\necho out of memory >&2\nexit 3\n")
    dying.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(dying))
    with pytest.raises(RuntimeError, match="a fresh process could not measure x: out of memory"):
        fresh_process.measured("experiments.throughput", Case("x"), parameters(), 1)
