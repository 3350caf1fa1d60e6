"""Planted differences: how often they are found, beside what `experiments.inference.power` foretells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algorithms import create
from experiments import inference
from experiments.calibration import exact
from experiments.calibration.procedure import procedure
from experiments.calibration.procedures.draws import MOVED, NODES, hashes
from experiments.inference.levels import ALPHA

EXCESS = 0.1
"""By how much one node has more than its share, where that is planted."""

KEYS = 20_000


def biased_loads(rng: np.random.Generator, keys: int, excess: float = EXCESS) -> NDArray[np.int64]:
    """Return the loads of jump, of whose keys some are handed to bucket 0 afterwards."""
    buckets = create("jump", NODES).assign(hashes(rng, keys))
    buckets[rng.random(keys) < excess / (NODES - 1)] = 0
    return np.bincount(buckets, minlength=NODES)


@procedure("power", "t, a mean off by 0.8 deviations, 15 repetitions", inference.mean_power(0.8, 15))
def mean_off(seed: int, count: int) -> int:
    """Count the hits."""
    rng = np.random.default_rng(seed)
    return sum(not inference.mean_agrees(rng.normal(0.8, 1, 15), 0).agrees(ALPHA) for _ in range(count))


@procedure("power", "t, the smallest difference that 12 repetitions see", 0.8)
def smallest_difference(seed: int, count: int) -> int:
    """Count the hits."""
    rng, planted = np.random.default_rng(seed), inference.smallest_difference(2.0, 12)
    return sum(not inference.mean_agrees(rng.normal(planted, 2, 12), 0).agrees(ALPHA) for _ in range(count))


@procedure(
    "power", "paired t, as many repetitions as are needed for 80 %",
    lambda: inference.mean_power(0.5, inference.repetitions_needed(0.5, 1.0) or 0),
)  # fmt: skip
def repetitions_needed(seed: int, count: int) -> int:
    """Count the hits."""
    rng, needed = np.random.default_rng(seed), inference.repetitions_needed(0.5, 1.0)
    assert needed is not None
    hits = 0
    for _ in range(count):
        shared = rng.normal(0, 10, needed)
        apart = inference.differences(shared + rng.normal(0.5, 1, needed), shared)
        hits += not inference.mean_agrees(apart, 0).agrees(ALPHA)
    return hits


@procedure(
    "power", "G, one of 16 nodes of jump has 10 % more, 20,000 keys", cost=4,
    nominal=lambda: inference.shares_power([1 + EXCESS, *[1 - EXCESS / (NODES - 1)] * (NODES - 1)], KEYS),
)  # fmt: skip
def one_node_has_more(seed: int, count: int) -> int:
    """Count the hits."""
    rng = np.random.default_rng(seed)
    return sum(not inference.loads_agree(biased_loads(rng, KEYS)).agrees(ALPHA) for _ in range(count))


@procedure(
    "power", "chi-square, as many keys as a CV of 2 % needs for 80 %", 0.8,
)  # fmt: skip
def keys_needed_for_a_cv(seed: int, count: int) -> int:
    """Count the hits."""
    rng, keys = np.random.default_rng(seed), inference.keys_needed_for_cv(0.02, NODES)
    assert keys is not None
    shares = (1 + 0.02 * np.where(np.arange(NODES) % 2, 1, -1)) / NODES
    return sum(
        not inference.loads_agree(load, statistic="chi-square").agrees(ALPHA)
        for load in rng.multinomial(keys, shares, size=count)
    )


@procedure(
    "power", "exact binomial, the keys that 0.5 % more movement needs for 80 %",
    lambda: exact.binomial_rejection(
        inference.keys_needed(0.005, MOVED) or 0, MOVED, MOVED + 0.005, alpha=ALPHA
    ),
)  # fmt: skip
def keys_needed_for_movement(seed: int, count: int) -> int:
    """Count the hits."""
    rng, keys = np.random.default_rng(seed), inference.keys_needed(0.005, MOVED)
    assert keys is not None
    moved = rng.binomial(keys, MOVED + 0.005, size=count)
    return sum(not inference.proportion_agrees(int(x), keys, MOVED).agrees(ALPHA) for x in moved)


@procedure(
    "power", "TOST, a margin of one deviation, 20 repetitions of equals",
    lambda: exact.equivalence_power(0.0, 1.0, 20, alpha=ALPHA),
)  # fmt: skip
def equivalence_of_equals(seed: int, count: int) -> int:
    """Count the hits."""
    rng = np.random.default_rng(seed)
    return sum(
        inference.mean_equivalent(rng.normal(1, 1, 20), 1, 1.0).holds(ALPHA) for _ in range(count)
    )  # fmt: skip
