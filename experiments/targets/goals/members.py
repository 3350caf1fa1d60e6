"""Targets of the families: beside a C loop of the same rule, with nodes removed, one key, one event."""

from __future__ import annotations

from functools import partial

import numpy as np

from algorithms import create
from experiments.peers import loops
from experiments.peers.compiled import why_not
from experiments.seeds import derive
from experiments.targets.goals.goal import ANY, Goal, Pair, Setting, slower
from experiments.targets.goals.kernels import Fresh, beside, placing

__all__ = ["MEMBERS"]

SIZES = (16, 1000, 100_000)
NUMBERED = ("jumpback", "flip", "binomial", "power")
WITH_HISTORY = ("anchor", "memento", "jumpback_anchor")
OTHERS = ("dx", "choose", "permutation", "weighted_dx", "doublejump")
ON_CIRCLES = ("multi_probe", "lrh", "bounded")
SINGLE = (*NUMBERED, *WITH_HISTORY, *OTHERS, *ON_CIRCLES, "maglev", "rendezvous_rows")
SINGLE_KEYS = 2000


def _in_c(algorithm: str, n: int, removed: float, setting: Setting) -> Pair | str:
    """Pair an algorithm, of whose nodes a part has gone at random, with the C loop of the same rule."""
    partitioner = create(algorithm, n)
    leaving = np.random.default_rng(derive(setting.seed, "leaving")).permutation(n)[: int(n * removed)]
    if len(leaving):
        partitioner.change(remove=[f"node-{bucket}" for bucket in leaving.tolist()])
    return beside(f"C loop of {algorithm}", partitioner, False, setting)


def _gather(algorithm: str, n: int, setting: Setting) -> Pair | str:
    """Pair a table with a plain read of a table of its size."""
    reason = why_not(loops.LOOPS)
    if reason is not None:
        return reason
    partitioner, fresh = create(algorithm, n), Fresh(setting, setting.keys)
    table = next(part for part in partitioner._state.structure if isinstance(part, np.ndarray))
    ours, theirs = placing(partitioner, fresh.hashes), loops.gather(fresh.hashes, table)
    return Pair(ours, theirs, slower, refresh=fresh.renew)


def _one_key(algorithm: str, n: int, setting: Setting) -> Pair:
    """Time keys that were never asked for, one after the other."""
    partitioner, rounds = create(algorithm, n), iter(range(10**9))
    partitioner.lookup("warm")

    def ours() -> None:
        first = SINGLE_KEYS * next(rounds)
        for key in range(first, first + SINGLE_KEYS):
            partitioner.lookup(str(key))

    return Pair(ours, None, lambda spent: spent[0] / SINGLE_KEYS)


def _remove(algorithm: str, n: int, setting: Setting) -> Pair:
    """Time the removal of a node in the middle."""
    partitioner = create(algorithm, n)

    def remove() -> None:
        partitioner.copy().remove_node(f"node-{n // 2}")

    remove()
    return Pair(remove, None, lambda spent: spent[0] / 1e6)


MEMBERS = (
    *(
        Goal(f"{algorithm}-{n}", f"{algorithm}, n = {n:,}: faster than the same rule in C -O3", "×", False,
             {ANY: 2}, partial(_in_c, algorithm, n, 0.0))
        for algorithm in NUMBERED for n in SIZES
    ),
    *(
        Goal(f"{algorithm}-{n}-gone", f"{algorithm}, n = {n:,}, 10 % removed: faster than in C -O3", "×",
             False, {ANY: 1.2}, partial(_in_c, algorithm, n, 0.1))
        for algorithm in WITH_HISTORY for n in SIZES
    ),
    *(
        Goal(f"{algorithm}-{n}-gone", f"{algorithm}, n = {n:,}, 10 % removed: faster than in C -O3", "×",
             False, {ANY: 1}, partial(_in_c, algorithm, n, 0.1))
        for algorithm in OTHERS for n in SIZES
    ),
    *(
        Goal(f"{algorithm}-{n}", f"{algorithm}, n = {n:,}: faster than the same rule in C -O3", "×", False,
             {ANY: 1}, partial(_in_c, algorithm, n, 0.0))
        for algorithm, sizes in (
            *((name, SIZES[:2]) for name in (*ON_CIRCLES, "hierarchical")),
            *((name, SIZES[:1]) for name in ("straw2", "carp")),
            ("icws", SIZES),
        )
        for n in sizes
    ),
    *(
        Goal(f"{algorithm}-1000", f"{algorithm}, n = 1,000: times a plain read of such a table", "×", True,
             {ANY: 1.5}, partial(_gather, algorithm, 1000))
        for algorithm in ("maglev", "rendezvous_rows")
    ),
    *(
        Goal(f"one-{algorithm}", f"{algorithm}, n = 1,000: one new key", "ns", True, {ANY: 2000},
             partial(_one_key, algorithm, 1000))
        for algorithm in SINGLE
    ),
    Goal("remove-maglev", "maglev, n = 1,000: removing one node", "ms", True, {ANY: 5},
         partial(_remove, "maglev", 1000)),
)  # fmt: skip
