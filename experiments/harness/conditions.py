"""Under what conditions a case was timed: what else the machine had to do, and how fast it ran."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from experiments.harness.stopwatch import gigahertz
from experiments.storage import machine

__all__ = ["Conditions"]


class Conditions:
    """What is known when a case begins; the rest is asked when it has ended."""

    def __init__(self) -> None:
        self._load, self._ticks = machine.load_average(), machine.ticks()

    def told(self, timing: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return rows of a case that has ended, with the load before it, stolen time and frequency."""
        ended = machine.ticks()
        conditions = {
            "load_average": self._load,
            "steal": ended and self._ticks and ended.stolen_since(self._ticks),
            "ghz": gigahertz(),
        }
        return [row | conditions for row in timing]
