"""Stored and interrupted runs of the fake experiment, for the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import altered
from fake_experiment import FAKE, Fake

from experiments.harness.experiment import Measured

SMOKE = FAKE.profile("smoke")


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = altered.read(folder)
    change(content)
    altered.write(folder, content)


class Stopping(Fake):
    """Is interrupted after some cases."""

    def __init__(self, after: int) -> None:
        self.left = after

    def measure(self, case: Any, parameters: Any, context: Any) -> Measured:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().measure(case, parameters, context)
