"""Every registered algorithm follows the laws that its `Spec` names.

Means over seeds are compared with the laws, at a level corrected for the number of cases. No algorithm is
named: whatever is registered is crossed with all events that it can do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from algorithms import (
    Capability,
    InvalidWeight,
    Node,
    Partitioner,
    UnsupportedEvent,
    create,
    having,
    names,
    spec_of,
)
from algorithms.hashing import hash_function
from experiments import inference, theory
from experiments.measures import EventShape, Flows, cv, loads, max_to_mean, min_to_mean

KEYS = 4_000
SEEDS = 60
LEVEL = 1e-4  # of the whole family of a test, if seeds were drawn anew

Event = Callable[[Partitioner[Any]], None]


def old(p: Partitioner[Any], *numbers: int) -> list[str]:
    """Return the names of nodes that are there."""
    return [f"{_begun(p)}node-{number}" for number in numbers]


def new(p: Partitioner[Any], *names: str) -> list[str]:
    """Return the names of nodes that come: they begin as those that are there do."""
    return [f"{_begun(p)}{name}" for name in names]


def _begun(p: Partitioner[Any]) -> str:
    return p.nodes[0].name.removesuffix("node-0")


def weigh(p: Partitioner[Any], weights: dict[int, float]) -> dict[str, float]:
    return {old(p, number)[0]: weight for number, weight in weights.items()}


EVENTS: dict[str, Event] = {
    "join one": lambda p: p.change(add=new(p, "x")),
    "join three": lambda p: p.change(add=new(p, "x", "y", "z")),
    "double": lambda p: p.change(add=new(p, *(f"x-{i}" for i in range(6)))),
    "leave last": lambda p: p.change(remove=old(p, 5)),
    "leave middle": lambda p: p.change(remove=old(p, 2)),
    "replace one": lambda p: p.change(add=new(p, "x"), remove=old(p, 2)),
    "replace two": lambda p: p.change(add=new(p, "x", "y"), remove=old(p, 1, 4)),
    "replace one, join one": lambda p: p.change(add=new(p, "x", "y"), remove=old(p, 2)),
    "one weight": lambda p: p.change(weights=weigh(p, {2: 2.0})),
    "two weights": lambda p: p.change(weights=weigh(p, {1: 3.0, 2: 2.0})),
    "weight and join": lambda p: p.change(add=[Node(new(p, "x")[0], 2.0)], weights=weigh(p, {1: 3.0})),
}


def named(name: str, seed: int) -> list[str]:
    """Return six names: where the hash function takes no seed, they draw the points."""
    seeded = hash_function(create(name, 1).hash).seeded
    return [f"{'' if seeded else f'{seed}/'}node-{i}" for i in range(6)]


def can(name: str, event: str) -> bool:
    try:
        EVENTS[event](create(name, 6))
    except (UnsupportedEvent, InvalidWeight):
        return False
    return True


CASES = [(name, event) for name in names() for event in EVENTS if can(name, event)]


def hashes(seed: int, bits: int) -> NDArray[np.uint64]:
    return np.random.default_rng([41, seed]).integers(0, 1 << bits, KEYS, dtype=np.uint64)


def sample(name: str, event: str, seed: int) -> tuple[Partitioner[Any], Partitioner[Any], Flows]:
    before = create(name, named(name, seed), seed=seed)
    after = before.copy()
    EVENTS[event](after)
    keys = hashes(seed, before.hash_bits)
    shape = EventShape.between(before.nodes, after.nodes)
    return before, after, Flows.sampled(shape, before.assign(keys), after.assign(keys))


def check(measured: list[float], prediction: theory.Prediction, cases: int) -> None:
    result = inference.mean_agrees(measured, prediction.value)
    assert result.agrees(LEVEL / cases), (result, prediction, np.mean(measured))


@pytest.mark.parametrize(("name", "event"), CASES)
def test_movement_and_strays_follow_the_law(name: str, event: str) -> None:
    flows = [sample(name, event, seed)[2] for seed in range(SEEDS)]
    shape = flows[0].event
    law = theory.family_of(spec_of(name), shape)
    moved, stray = theory.movement(law, shape), theory.stray(law, shape)
    if moved is not None:
        check([float(each.movement) for each in flows], moved, 2 * len(CASES))
    if stray is not None:
        check([float(each.stray) for each in flows], stray, 2 * len(CASES))
    assert all(each.movement >= each.minimum for each in flows)


@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 0.5, 1.0, 1.0, 3.0]], ids=["equal", "weighted"])
@pytest.mark.parametrize("name", names())
def test_balance_follows_the_law(name: str, weights: list[float] | None) -> None:
    if weights is not None and not spec_of(name).can(Capability.WEIGHTED):
        with pytest.raises(InvalidWeight):
            create(name, [Node(f"node-{i}", weight) for i, weight in enumerate(weights)])
        return
    if weights is not None and spec_of(name).whole_weights is not None:
        weights = [2 * weight for weight in weights]
    counts = []
    law = None
    for seed in range(SEEDS):
        nodes = [Node(*node) for node in zip(named(name, seed), weights or [1.0] * 6, strict=True)]
        partitioner = create(name, nodes, seed=seed)
        counts.append(loads(partitioner.assign(hashes(seed, partitioner.hash_bits)), list(partitioner.nodes)))
        if law is None:
            law, spec = None, spec_of(name)
            points = partitioner.parameters[spec.points] if spec.points else None
            family, points = theory.family_and_points(spec, weights or 6, points)
            law = theory.balance(family, weights or 6, keys=KEYS, points=points)
    if law is None:
        assert spec_of(name).balance_law == "" or weights is not None
        return
    assert law.max_to_mean is not None
    assert law.min_to_mean is not None
    cases = 6 * len(names())
    squares = [cv(load, weights) ** 2 for load in counts]
    assert inference.mean_agrees(squares, float(law.cv) ** 2).agrees(LEVEL / cases)
    check([max_to_mean(load, weights) for load in counts], law.max_to_mean, cases)
    check([min_to_mean(load, weights) for load in counts], law.min_to_mean, cases)


EXACT_CASES = [(name, event) for name, event in CASES if name in having(Capability.INTERVALS)]


@pytest.mark.parametrize(("name", "event"), EXACT_CASES)
def test_sampled_and_exact_movement_agree(name: str, event: str) -> None:
    before, after, sampled = sample(name, event, seed=1)
    exact = Flows.exact(sampled.event, before.arcs(), after.arcs())
    assert exact.total == 1 << before.hash_bits
    result = inference.proportion_agrees(sampled.moved, sampled.total, exact.movement)
    assert result.agrees(LEVEL / len(EXACT_CASES)), result
    shares = before.arcs().shares()
    assert exact.load_before[exact.event.slots_before].tolist() == [shares[bucket] for bucket in before.nodes]


@pytest.mark.parametrize(
    ("name", "event"),
    [(name, e) for name, e in EXACT_CASES if spec_of(name).movement_law in ("modulo", "range")],
)
def test_laws_of_the_continuum_hold_on_whole_hashes_within_a_grain(name: str, event: str) -> None:
    before, after, sampled = sample(name, event, seed=1)
    exact = Flows.exact(sampled.event, before.arcs(), after.arcs())
    grain = (len(before.nodes) + len(after.nodes)) / 2**before.hash_bits
    law = theory.movement(spec_of(name).movement_law, exact.event)
    assert law is not None
    assert abs(exact.movement - law.value) <= grain
