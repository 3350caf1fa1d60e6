"""A listener that remembers what a run told it."""

from __future__ import annotations

from experiments.harness.runner import Silent


class Told(Silent):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.steps: list[float] = []

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def progress(self, done: float) -> None:
        self.steps.append(done)
