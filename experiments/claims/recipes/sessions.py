"""Sessions on workers: a ring or rendezvous chooses the worker, and each worker has ranks alike."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe
from experiments.harness.engine import Engine
from experiments.seeds import derive

__all__: list[str] = []

TRIALS = 2_000
"""Trials at most."""


@lru_cache(maxsize=32)
def _trials(
    workers: int, ranks: int, sessions: int, points: int, trials: int, seed: int, threads: int
) -> tuple[Sequence[float], Sequence[float]]:
    """Return CV and max/mean of the sessions of ranks, by trial; without points workers are drawn alike."""
    slots = workers * ranks
    many = slots * sessions
    owners = np.arange(workers * points) // max(points, 1)

    def one(number: int) -> tuple[float, float]:
        words = np.random.PCG64(derive(seed, "claims", "sessions", sessions, number))
        if points:
            ring = words.random_raw(workers * points)
            order = np.argsort(ring, kind="stable")
            above = np.searchsorted(ring[order], words.random_raw(many)) % len(order)
            worker = owners[order[above]]
        else:
            worker = (words.random_raw(many) % np.uint64(workers)).astype(np.int64)
        rank = (words.random_raw(many) % np.uint64(ranks)).astype(np.int64)
        loads = np.bincount(worker * ranks + rank, minlength=slots).tolist()
        square = slots * sum(load * load for load in loads) - many * many
        return math.sqrt(square) / many, max(loads) / sessions

    measured = list(Engine(threads).map(one, trials))
    return tuple(cv for cv, _ in measured), tuple(peak for _, peak in measured)


@recipe
def sessions_spread(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the mean CV or max/mean of ranks, over trials; the interval has the error of their trials too.

    ``workers``, ``ranks``, ``sessions`` a rank, ``points`` (0 for rendezvous), ``measure``, their ``trials``.
    """
    from scipy import stats

    trials = max(2, min(TRIALS, run.rings))
    cvs, peaks = _trials(
        given["workers"], given["ranks"], given["sessions"], given["points"], trials, run.seed,
        run.engine.threads,
    )  # fmt: skip
    values = cvs if given["measure"] == "cv" else peaks
    mean = math.fsum(values) / trials
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (trials - 1))
    reach = float(stats.t.ppf((1 + run.level) / 2, trials - 1)) * deviation
    reach *= math.sqrt(1 / trials + 1 / given["trials"])
    if not deviation:
        reach = math.inf
    return Ours(mean, "estimate", f"drawn anew, {trials} trials", mean - reach, mean + reach, trials, "rings")
