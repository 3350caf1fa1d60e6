"""Movement of rings by the hundred, all hashes counted: enough to hold each event against its law."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from experiments import events

if TYPE_CHECKING:
    from experiments.harness.engine import Engine
    from experiments.harness.trial import Trial

__all__ = ["METHOD", "rings_of"]

METHOD = "rings"
"""Of a row that is of many rings."""

STRIDE = 1 << 20
"""The most rings of an event; those of different events, and of different n, are never the same."""


def rings_of(
    trial: Trial, place: int, text: str, rings: int, engine: Engine, progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """Return the mean of an event's movement over rings of their own, and its deviation.

    `place` is that of the event among those of the run.
    """
    event = events.parse(text)

    def movement(ring: int) -> float:
        """Return that of one ring."""
        from experiments.measures import Flows

        one = replace(trial, number=(1 + place + trial.n * STRIDE) * STRIDE + ring)
        before = one.start()
        assert not isinstance(before, str)
        step = one.step(before, event, "event")
        assert not isinstance(step, str)
        return float(Flows.exact(step.shape, before.arcs(), step.after.arcs()).movement)

    moved = list(engine.map(movement, rings, progress=progress))
    mean = math.fsum(moved) / rings
    square = math.fsum((value - mean) ** 2 for value in moved) / (rings - 1)
    return {"rings": rings, "movement": mean, "deviation": math.sqrt(square)}
