"""Movement: over all hashes, by exhaustion, or sampled."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from algorithms import Node, Partitioner, create
from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe
from experiments.seeds import derive

__all__: list[str] = []

CHUNK = 1 << 20


def _changed(given: Mapping[str, Any], **parameters: Any) -> tuple[Partitioner[Any], Partitioner[Any]]:
    """Return a partitioner of ``nodes``, and it with ``after`` nodes, or without number ``remove``."""
    before = create(given["algorithm"], given["nodes"], **parameters)
    after = before.copy()
    if "remove" in given:
        after.change(remove=[f"node-{given['remove'] - 1}"])
    elif given["after"] > given["nodes"]:
        after.change(add=[f"node-{i}" for i in range(given["nodes"], given["after"])])
    else:
        after.change(remove=[f"node-{i}" for i in range(given["after"], given["nodes"])])
    return before, after


@recipe
def movement_exhaustive(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what hash mod n moves, over one period of both."""
    before, after = _changed(given)
    hashes = np.arange(math.lcm(len(before.nodes), len(after.nodes)), dtype=np.uint64)
    moved = int((before.assign(hashes) != after.assign(hashes)).sum())
    return Ours(Fraction(moved, len(hashes)), "exact", f"all of {len(hashes):,} hashes, one period")


@recipe
def movement_exact(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what an algorithm with arcs moves, over all hashes."""
    from experiments.measures import EventShape, Flows

    before, after = _changed(given)
    shape = EventShape.between(before.nodes, after.nodes)
    return Ours(Flows.exact(shape, before.arcs(), after.arcs()).movement, "exact", "all hashes, by arcs")


@recipe
def movement_sampled(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what an algorithm moves that places each key on its own, of ``keys`` random hashes."""
    from experiments import inference

    before, after = _changed(given)
    moved = _moved(before, after, run, "movement")
    found = inference.proportion(moved, run.keys, level=run.level)
    low, high = (found.interval.low, found.interval.high) if found.interval else (0.0, 1.0)
    return Ours(found.value, "estimate", "our own, exact binomial", low, high, run.keys, "keys")


def _moved(before: Partitioner[Any], after: Partitioner[Any], run: Run, axis: str) -> int:
    """Count the random hashes whose node differs."""
    from experiments.measures import EventShape

    shape = EventShape.between(before.nodes, after.nodes)
    words = np.random.PCG64(derive(run.seed, "claims", axis))
    moved = 0
    for start in range(0, run.keys, CHUNK):
        hashes = words.random_raw(min(CHUNK, run.keys - start)) >> np.uint64(64 - before.hash_bits)
        old, new = shape.before[before.assign(hashes)], shape.after[after.assign(hashes)]
        moved += int((old != new).sum())
    return moved


@recipe
def movement_over_rings(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what one node more takes of a ring, as a mean over rings."""
    from experiments import inference

    nodes, points = given["nodes"], given["points"]

    def one(number: int) -> float:
        seed = derive(run.seed, "claims", "ring", number)
        shares = create("ring", nodes + 1, points=points, seed=seed).arcs().shares()
        return float(Fraction(shares[nodes], sum(shares.values())))

    found = inference.mean(list(run.engine.map(one, run.rings)), level=run.level)
    low, high = (found.interval.low, found.interval.high) if found.interval else (0.0, 1.0)
    return Ours(found.value, "estimate", "our rings, t", low, high, run.rings, "rings")


@recipe
def movement_law_over_sizes(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the largest difference of our movement from its law, n and k up to ``most``.

    That of ranges is in units of n + k hashes.
    """
    from experiments import theory
    from experiments.measures import EventShape, Flows

    law = {"modulo": theory.modulo, "key_range": theory.equal_ranges}[given["algorithm"]]
    worst = Fraction(0)
    for n in range(1, given["most"] + 1):
        for k in range(1, given["most"] + 1):
            if n == k:
                continue
            before, after = _changed({"algorithm": given["algorithm"], "nodes": n, "after": k})
            if given["algorithm"] == "modulo":
                hashes = np.arange(math.lcm(n, k), dtype=np.uint64)
                moved = Fraction(int((before.assign(hashes) != after.assign(hashes)).sum()), len(hashes))
                unit = Fraction(1)
            else:
                shape = EventShape.between(before.nodes, after.nodes)
                moved = Flows.exact(shape, before.arcs(), after.arcs()).movement
                unit = Fraction(n + k, 1 << before.hash_bits)
            worst = max(worst, abs(moved - law(n, k)) / unit)
    return Ours(worst, "exact", f"all n, k up to {given['most']}")


@recipe
def movement_of_draws(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the fraction that moves of ``keys`` keys, each with the chance of the law, as one run shows it.

    ``law``: ``consistent`` or ``modulo``.
    """
    from scipy import stats

    from experiments import theory

    n, k, keys = given["nodes"], given["after"], given["keys"]
    chance = theory.joined(n, k - n) if given["law"] == "consistent" else theory.modulo(n, k)
    tail = (1 - run.level) / 2
    low, high = (float(stats.binom.ppf(q, keys, float(chance))) / keys for q in (tail, 1 - tail))
    return Ours(float(chance), "prediction", f"binomial, {given['law']}, one run", low, high)


@recipe
def removed_range(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what the removal of one of equal ranges moves."""
    from experiments import theory

    return Ours(
        theory.removed_range(given["nodes"], given["remove"]), "exact", "[K(K-1)+(N-K)(N-K+1)]/(2N(N-1))"
    )


@recipe
def weighted_movement(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what weighted rendezvous moves from weights ``before`` to ``after``, minus its law; sampled."""
    from experiments import inference, theory

    pairs = list(zip(given["before"], given["weights"], strict=True))
    p = create("rendezvous", [Node(f"node-{i}", float(old)) for i, (old, _) in enumerate(pairs) if old])
    q = create("rendezvous", [Node(f"node-{i}", float(new)) for i, (_, new) in enumerate(pairs) if new])
    moved = _moved(p, q, run, "weights")
    law = float(theory.weighted_rendezvous(given["before"], given["weights"]))
    found = inference.proportion(moved, run.keys, level=run.level)
    low, high = (found.interval.low, found.interval.high) if found.interval else (0.0, 1.0)
    return Ours(found.value - law, "estimate", f"our own minus the law {law:.5f}", low - law, high - law,
                run.keys, "keys")  # fmt: skip
