"""Targets of counting what moves in a scale event: what a key costs, from its draw to its count."""

from __future__ import annotations

import itertools
from functools import partial

from experiments.harness.parameters import Parameters
from experiments.targets.goals.goal import ANY, Goal, Pair, Setting

__all__ = ["EVENTS", "FIVE"]

FIVE = ("modulo", "key_range", "ring", "jump", "rendezvous")
"""The algorithms of which the targets speak."""

CHUNKS = 4
"""Of a call: a million keys."""

BOUNDS = (2.2, 2.0, 3.1, 5.4, 12.2)
"""A third of what a key took before pieces and loops, on two threads of a virtual Xeon with AVX-512."""


def _counting(algorithm: str, setting: Setting) -> Pair | str:
    from algorithms.interface.together import Together
    from experiments import events
    from experiments.harness import selection
    from experiments.harness.counting import LEAST_KEYS, loop_of
    from experiments.harness.trial import Trial
    from experiments.workloads import CHUNK, parse

    parameters = Parameters(algorithms=(algorithm,), keys=LEAST_KEYS, seed=setting.seed)
    trial = Trial(parameters, selection.of_run(parameters)[0], 16, parse("uniform"))
    before = trial.build()
    step = trial.step(before, events.parse("add:1"), "event")
    if isinstance(step, str):
        return step
    loop = loop_of(trial, Together([before, step.after]), step.shape.tally())
    if loop is None:
        return "its keys are placed in pieces"
    places, shape = itertools.cycle(range(0, len(trial.chunks), CHUNKS)), step.shape

    def count() -> object:
        first, tally = next(places), shape.tally()
        loop.add(range(first, first + CHUNKS), tally)
        return tally

    return Pair(count, None, lambda spent: spent[0] / (CHUNKS * CHUNK))


EVENTS = tuple(
    Goal(f"event-key-{algorithm}", f"a key of a scale event 16 → 17, {algorithm}", "ns", True, {ANY: bound},
         partial(_counting, algorithm))
    for algorithm, bound in zip(FIVE, BOUNDS, strict=True)
)  # fmt: skip
