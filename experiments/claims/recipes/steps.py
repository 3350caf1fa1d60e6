"""What lookups cost after removals: the laws, and steps counted by the kernels that place keys."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from algorithms import Node, Partitioner, class_of, create
from algorithms.machinery.steps import STEPS
from algorithms.registry import parameters_of
from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, mean_over, recipe
from experiments.seeds import derive

__all__: list[str] = []

ORDERS = 100
"""Orders of removal at most; each has its part of the keys."""


def _law(given: Mapping[str, Any], live: int) -> float:
    from experiments.measures import rounded
    from experiments.theory.lookups import LAWS, Setting

    nodes = given["nodes"]
    values = [LAWS[name].value(Setting(nodes, live, nodes)) for name in given["laws"]]
    less: float = given.get("less", 0)
    return rounded(math.fsum(value for value in values if value is not None)) - less


def _formula(given: Mapping[str, Any]) -> str:
    from experiments.theory.lookups import LAWS

    less = f" - {given['less']}" if given.get("less") else ""
    return " + ".join(LAWS[name].formula for name in given["laws"]) + less


@recipe
def lookup_law(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the mean steps by ``laws`` of `theory.lookups`, added, ``less`` a number, with ``live`` left."""
    return Ours(_law(given, given["live"]), "exact", _formula(given))


@recipe
def lookup_growth(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many times the steps grow from ``first`` live nodes to ``live``, by the same laws."""
    return Ours(
        _law(given, given["live"]) / _law(given, given["first"]), "exact", f"growth of {_formula(given)}"
    )


def _left(algorithm: str, order: Sequence[int], live: int) -> Partitioner[Any]:
    """Return a partitioner of which only the last ``live`` buckets of an order of removal are left."""
    freed, stay = order[: len(order) - live], sorted(order[len(order) - live :])
    if "removed" in parameters_of(class_of(algorithm)):
        return create(algorithm, {bucket: Node(f"node-{bucket}") for bucket in stay}, removed=list(freed))
    partitioner = create(algorithm, len(order))
    partitioner.change(remove=[f"node-{bucket}" for bucket in freed])
    return partitioner


def _order(given: Mapping[str, Any], run: Run, number: int) -> Sequence[int]:
    """Return an order of removal of all buckets."""
    nodes = given["nodes"]
    if given.get("order") == "adverse":
        adverse = list(class_of(given["algorithm"]).adverse_removals(nodes))
        return [*adverse, *sorted(set(range(nodes)) - set(adverse))]
    words = np.random.PCG64(derive(run.seed, "claims", "order", nodes, number)).random_raw(nodes)
    return [int(bucket) for bucket in np.argsort(words, kind="stable")]


@recipe
def lookup_steps(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the mean of the counted ``steps`` of an ``algorithm``, with ``live`` of ``nodes`` left.

    ``order``: ``random`` or ``adverse``; ``keys`` at most are looked up.
    """
    keys = min(run.keys, given.get("keys", run.keys))
    columns = [STEPS.index(step) for step in given["steps"]]

    def count(number: int, keys: int) -> list[int]:
        partitioner = _left(given["algorithm"], _order(given, run, number), given["live"])
        words = np.random.PCG64(derive(run.seed, "claims", "steps", number)).random_raw(keys)
        _, steps = partitioner.count_steps(words >> np.uint64(64 - partitioner.hash_bits))
        counts: list[int] = steps[:, columns].sum(axis=1).tolist()
        return counts

    if given.get("order") == "adverse":
        return mean_over(count(0, keys), run, "counted, adverse order", "keys")
    orders = max(2, min(ORDERS, run.rings))
    part = max(1, keys // orders)
    means = [float(Fraction(sum(count(number, part)), part)) for number in range(orders)]
    return mean_over(means, run, f"counted, {orders} random orders", "orders")


@recipe
def state_bytes(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the bytes of the numbers from which an ``algorithm`` with ``removed`` buckets is built again.

    The size and the free buckets in their order, 4 bytes each; more bytes than there are if what is built of
    them places a key elsewhere.
    """
    nodes, gone = given["nodes"], given["removed"]
    before = _left(given["algorithm"], _order(given, run, 0), nodes - gone)
    named = before.parameters["removed"]
    others = set(range(before.numbered)) - set(before.nodes) - set(named)
    # those that it does not name were freed before, from the highest down
    saved = np.array([before.numbered, *sorted(others, reverse=True), *named], dtype=np.int32).tobytes()
    size, *stack = np.frombuffer(saved, dtype=np.int32).tolist()
    live = sorted(set(range(size)) - set(stack))
    again = create(given["algorithm"], {bucket: Node(f"node-{bucket}") for bucket in live}, removed=stack)
    hashes = np.random.PCG64(derive(run.seed, "claims", "state")).random_raw(min(run.keys, 100_000))
    same = np.array_equal(before.assign(hashes), again.assign(hashes))
    return Ours(
        len(saved) if same else math.inf, "exact", f"saved and built again, {len(hashes):,} keys equal"
    )


@recipe
def bytes_saved(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the part of the memory that ``bits`` a bucket spare where another takes ``others``."""
    return Ours(1 - Fraction(given["bits"], given["others"]), "exact", "bits a bucket")


@recipe
def chosen_sets_changed(given: Mapping[str, Any], run: Run) -> Ours:
    """Return for which part of the keys the first ``count`` replicas change as a node joins ``nodes``."""
    from experiments import inference

    nodes, count = given["nodes"], given["count"]
    keys = min(run.keys, given.get("keys", run.keys))
    hashes = np.random.PCG64(derive(run.seed, "claims", "sets")).random_raw(keys)
    sets = [
        np.sort(create(given["algorithm"], size).assign_replicas(hashes, count), axis=1)
        for size in (nodes, nodes + 1)
    ]
    changed = int((sets[0] != sets[1]).any(axis=1).sum())
    found = inference.proportion(changed, keys, level=run.level)
    low, high = (found.interval.low, found.interval.high) if found.interval else (0.0, 1.0)
    return Ours(found.value, "estimate", "our own, exact binomial", low, high, keys, "keys")
