"""Balance by the thousand: draws of a hash seed and few keys, enough to hold each CV² against its law."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from algorithms import Capability
from algorithms.hashing import hash_function
from experiments.balance.rows import Rows, described
from experiments.harness.engine import Engine
from experiments.harness.experiment import ALL_HASHES, Context
from experiments.harness.laws import squares_variance
from experiments.harness.trial import MOST_DRAWS

if TYPE_CHECKING:
    from experiments.harness.trial import Trial

__all__ = ["METHOD", "of_draws"]

METHOD = "draws"
"""Of a row that is of many draws."""

KEYS = 20_000
"""Of a draw, at most: how CV² spreads beside its mean does not depend on them, from some a node on."""

KEYS_PER_NODE = 10
"""Of a draw, at least, for chi-square to be the law."""

DEGREES = 20
"""A draw of fewer degrees of freedom tells less than others: of ten nodes there are twice as many draws."""

MOST_POINTS = 100_000_000
"""On all rings of a cell together: of rings of a million points there are 100."""


@dataclass(frozen=True)
class _Asked:
    """A CV² that is held against its law: of the loads of a trial's keys, or of all hashes."""

    trial: Trial
    exact: bool
    law: dict[str, Any]
    variance: float | None

    @property
    def degrees(self) -> float:
        """Those of the chi-square law that has the mean and the variance of one draw."""
        from experiments import inference

        if self.variance is None:
            return DEGREES
        return inference.degrees_of(float(self.law["law_cv"]) ** 2, self.variance)

    def row(self, measured: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
        """Return the row of all draws: CV², the largest and the smallest load over the mean."""
        squares, largest, smallest = zip(*measured, strict=True)
        size = len(squares)
        mean = math.fsum(squares) / size
        keys = None if self.exact else self.trial.parameters.keys
        return {
            **described(self.trial, METHOD),
            **({"workload": ALL_HASHES} if self.exact else {}),
            **dict.fromkeys(("repetition", "hash_seed")),
            "keys": keys,
            "distinct": keys,
            "cv": math.sqrt(mean),
            "max_to_mean": math.fsum(largest) / size,
            "min_to_mean": math.fsum(smallest) / size,
            **self.law,
            "draws": size,
            "deviation": math.sqrt(math.fsum((square - mean) ** 2 for square in squares) / (size - 1)),
            "law_deviation": None if self.variance is None else math.sqrt(self.variance),
        }


def of_draws(trials: Sequence[Trial], draws: int, context: Context) -> list[dict[str, Any]]:
    """Return a row for all hashes and one for each workload of distinct keys, where they follow a law.

    The draws of a cell are its own: their hash seeds (their names, where the function has none) and keys.
    """
    from experiments import measures

    asked = _asked(trials)
    if not asked:
        return []
    first = asked[0].trial

    def measured(draw: int) -> list[tuple[float, float, float]]:
        found, alone = [], Context(Engine(1))
        numbered = [one.trial.drawn(METHOD, draw) for one in asked]
        partitioner = numbered[0].start()
        assert not isinstance(partitioner, str)
        weights = Rows(partitioner, first).weights
        for one, trial in zip(asked, numbered, strict=True):
            if one.exact:
                load = list(partitioner.arcs().shares().values())
            else:
                load = trial.load(partitioner, alone).tolist()
            relative = measures.relative_loads(load, weights)
            found.append((measures.cv(load, weights) ** 2, float(relative.max()), float(relative.min())))
        return found

    many = context.engine.map(measured, _size(asked, draws), progress=context.chunks_done)
    return [one.row(values) for one, values in zip(asked, zip(*many, strict=True), strict=True)]


def _size(asked: Sequence[_Asked], draws: int) -> int:
    """Return how many draws are made: those of few degrees tell as much together as the others."""
    enough = math.ceil(draws * max(1.0, DEGREES / min(one.degrees for one in asked)))
    points = asked[0].law.get("points", asked[0].trial.candidate.points)
    most = MOST_DRAWS if points is None else max(2, MOST_POINTS // (points * asked[0].trial.n))
    return min(enough, most)


def _asked(trials: Sequence[Trial]) -> list[_Asked]:
    """Return what has a law by which it varies; nothing where the nodes are refused."""
    first = trials[0]
    partitioner = first.start()
    if isinstance(partitioner, str):
        return []
    candidate, n = first.candidate, first.n
    made = Rows(partitioner, first)
    asked = [(first, True)] if candidate.spec.can(Capability.INTERVALS) else []
    if hash_function(candidate.hash).seeded:
        asked += [
            (replace(trial, parameters=replace(trial.parameters, keys=few)), False)
            for trial in trials
            if not trial.source.skewed and (few := _keys(trial)) >= KEYS_PER_NODE * n
        ]
    found = []
    for trial, exact in asked:
        keys: int | None = None if exact else trial.parameters.keys
        law = made.law(keys, None)
        if law["law_cv"]:
            points = law.get("points", candidate.points)
            variance = None if made.weights else squares_variance(law["law"], n, keys, points)
            found.append(_Asked(trial, exact, law, variance))
    return found


def _keys(trial: Trial) -> int:
    wanted = min(trial.parameters.keys, max(KEYS, KEYS_PER_NODE * trial.n))
    return trial.source.available(wanted)
