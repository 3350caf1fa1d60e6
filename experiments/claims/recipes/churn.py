"""What events move beyond the least that they must."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner, create
from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, mean_over, recipe
from experiments.seeds import derive

__all__: list[str] = []

SEEDS = 200
"""Seeds at most; each has its part of the keys, and at most so many."""
KEYS_OF_A_SEED = 50_000


def _over_seeds(given: Mapping[str, Any], run: Run, one: Callable[[int], float], method: str) -> Ours:
    seeds = max(2, min(given.get("seeds", SEEDS), run.rings))
    return mean_over(list(run.engine.map(one, seeds)), run, f"{method}, {seeds} seeds", "rings")


@recipe
def moved_times_minimum(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the movement as a node joins or leaves, in multiples of its fair share; mean over seeds.

    ``algorithm``, ``nodes``, ``set``; ``event``: ``add`` or ``remove``, of the last node; ``by``: ``arcs``,
    all hashes; ``entries``, all of a table into which hashes go by their remainder; or ``keys``, sampled.
    """
    from experiments.measures import EventShape, Flows

    nodes, how = given["nodes"], given["by"]

    def one(number: int) -> float:
        seed = derive(run.seed, "claims", "seed", number)
        before = create(given["algorithm"], nodes, seed=seed, **given.get("set", {}))
        after = before.copy()
        if given["event"] == "add":
            after.add_node(f"node-{nodes}")
        else:
            after.remove_node(f"node-{nodes - 1}")
        shape = EventShape.between(before.nodes, after.nodes)
        if how == "arcs":
            flows = Flows.exact(shape, before.arcs(), after.arcs())
        else:
            hashes = _hashes(before, how, run, number)
            flows = Flows.sampled(shape, before.assign(hashes), after.assign(hashes))
        return float(flows.movement / flows.ideal)

    method = {"arcs": "all hashes", "entries": "all entries", "keys": "sampled"}[how]
    return _over_seeds(given, run, one, method)


def _hashes(partitioner: Partitioner[Any], how: str, run: Run, number: int) -> NDArray[np.uint64]:
    if how == "entries":
        return np.arange(partitioner.parameters["table_size"], dtype=np.uint64)
    words = np.random.PCG64(derive(run.seed, "claims", "keys", number)).random_raw(
        min(run.keys, KEYS_OF_A_SEED)
    )
    return words >> np.uint64(64 - partitioner.hash_bits)


@recipe
def strays_of_removal(given: Mapping[str, Any], run: Run) -> Ours:
    """Return which part of the keys leaves a node that stays, as the ``number``-th of ``nodes`` is removed.

    Nodes go in random order; mean over orders. Where no key strays, the interval is that of all keys.
    """
    from experiments import inference
    from experiments.measures import EventShape, Flows

    nodes, times = given["nodes"], given["number"]

    def one(number: int) -> float:
        words = np.random.PCG64(derive(run.seed, "claims", "order", nodes, number)).random_raw(nodes)
        order = [f"node-{bucket}" for bucket in np.argsort(words, kind="stable")]
        before = create(given["algorithm"], nodes)
        for name in order[: times - 1]:
            before.remove_node(name)
        after = before.copy()
        after.remove_node(order[times - 1])
        hashes = _hashes(before, "keys", run, number)
        shape = EventShape.between(before.nodes, after.nodes)
        return float(Flows.sampled(shape, before.assign(hashes), after.assign(hashes)).stray)

    found = _over_seeds(given, run, one, "sampled, random orders")
    if found.value or not found.size:
        return found
    keys = found.size * min(run.keys, KEYS_OF_A_SEED)
    none = inference.proportion(0, keys, level=run.level).interval
    return replace(found, low=0.0, high=none.high if none else 1.0, size=keys, unit="keys")


@recipe
def moved_by_shrinking(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what doublejump moves if ``live`` of ``nodes`` are left and all holes are closed at once.

    That is a new one of the nodes in the order of their slots.
    """
    from experiments.measures import EventShape, Flows

    nodes = given["nodes"]

    def one(number: int) -> float:
        words = np.random.PCG64(derive(run.seed, "claims", "order", nodes, number)).random_raw(nodes)
        before = create("doublejump", nodes)
        for bucket in np.argsort(words, kind="stable")[: nodes - given["live"]]:
            before.remove_node(f"node-{bucket}")
        after = create("doublejump", list(before.nodes.values()))
        hashes = _hashes(before, "keys", run, number)
        shape = EventShape.between(before.nodes, after.nodes)
        return float(Flows.sampled(shape, before.assign(hashes), after.assign(hashes)).movement)

    return _over_seeds(given, run, one, "sampled, random orders")


@recipe
def dx_scale_moved(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what moves as DxHash doubles a full table of ``nodes`` slots to let one more node in.

    A first draw modulo twice the slots is the old one for half of the keys. The others draw the new node, or
    a slot that is free and then, by further draws, any of the n + 1 nodes alike, the old one among them.
    """
    n = given["nodes"]
    stays = Fraction(1, 2) + Fraction(1, 2) * Fraction(n - 1, n) * Fraction(1, n + 1)
    return Ours(1 - stays, "exact", "1/2 - (n-1)/(2n(n+1))")


@recipe
def carp_moved(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what CARP moves from weights ``before`` to ``after``, 0 where a node is absent.

    ``less_minimum``: less what it must move.
    """
    from algorithms.baselines.carp import factors_of
    from experiments.measures import rounded, total_variation
    from experiments.theory import multiples_moved

    def factors(weights: Sequence[float]) -> list[float]:
        known = iter(factors_of([weight for weight in weights if weight]))
        return [next(known) if weight else 0.0 for weight in weights]

    moved = rounded(multiples_moved(factors(given["before"]), factors(given["after"])))
    minimum = float(total_variation(given["before"], given["after"]))
    if given.get("less_minimum"):
        return Ours(rounded(moved - minimum, scale=1.0), "exact", f"by the factors, less {minimum:.4f}")
    return Ours(moved, "exact", f"by the factors; the minimum is {minimum:.4f}")


@recipe
def strays_of_death(given: Mapping[str, Any], run: Run) -> Ours:
    """Return which part of the keys leaves a live node of lrh as one dies and its points stay on the ring."""
    from algorithms.rings.lrh import Windows, alive_kernel
    from experiments import inference

    ring = create("lrh", given["nodes"], **given.get("set", {}))
    windows: Windows = ring._state.structure
    points, candidates, seeds, buckets = windows
    keys = min(run.keys, given.get("keys", run.keys))
    hashes = np.random.PCG64(derive(run.seed, "claims", "keys", 0)).random_raw(keys)
    before, after = np.empty((2, keys), dtype=np.int32)
    live = np.ones(len(seeds), dtype=np.bool_)
    alive_kernel(hashes, *points, candidates, seeds, buckets, live, before)
    live[0] = False
    alive_kernel(hashes, *points, candidates, seeds, buckets, live, after)
    strays = int(((before != after) & (before != buckets[0])).sum())
    found = inference.proportion(strays, keys, level=run.level)
    low, high = (found.interval.low, found.interval.high) if found.interval else (0.0, 1.0)
    return Ours(found.value, "estimate", "our own, exact binomial", low, high, keys, "keys")
