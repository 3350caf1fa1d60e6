"""Runs of the fake experiment, for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fake_experiment import FAKE, Fake

from experiments.harness import runner
from experiments.harness.runner import Silent


def run_here(folder: Path, *, experiment: Fake = FAKE, reporter: Silent | None = None, **values: Any) -> Any:
    parameters = experiment.profile("smoke").replace(values)
    return runner.run(experiment, parameters, profile="smoke", out=folder, reporter=reporter)
