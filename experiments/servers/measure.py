"""What an edit moves in each system: a row for each system, number of servers, set of addresses and edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Node
from experiments import theory
from experiments.harness.experiment import Case, Context, Measured
from experiments.measures import EventShape
from experiments.plan.movement import Movement, Side, of_nodes
from experiments.plan.planned import PlacedPool
from experiments.plan.pool import Pool, pool_of
from experiments.plan.structure import joint_of
from experiments.plan.systems.redis import rebalanced
from experiments.seeds import derive

from .parameters import ServersParameters
from .systems import COLUMNS, EDITS, ENVOY, KETAMA, RENUMBERED, SYSTEMS, System, edited

KEY_LENGTH = 16
"""Bytes of a key, where its length counts: nginx hashes it again, behind a number, if its server is down."""

ALONE = "no server would be left"


def cases(parameters: ServersParameters) -> Sequence[Case]:
    """Return a case for each system, number of servers and set of addresses."""
    return [
        Case(f"{name}|{n}|{number}", {"name": name, "n": n, "number": number})
        for n in parameters.nodes
        for name, system in SYSTEMS.items()
        if not parameters.system or name in parameters.system
        for number in range(parameters.repetitions if system.addresses or system.sampled else 1)
    ]


def measure(case: Case, parameters: ServersParameters, context: Context) -> Measured:
    """Edit one configuration in each way, or say why that cannot be done."""
    name, n, number = (case.arguments[key] for key in ("name", "n", "number"))
    system = SYSTEMS[name]
    before = PlacedPool(pool_of(system.content(number, n)))
    rows = []
    for edit in EDITS:
        if parameters.edit and edit not in parameters.edit:
            continue
        common = {"system": name, "label": system.title, "n": n, "edit": edit, "repetition": number}
        cannot = system.cannot.get(edit, ALONE if n == 1 and edit in ("delete", "down") else None)
        measured = _nothing(before) if cannot else _edit(system, before, n, number, edit, parameters)
        rows.append({**common, **measured, "cannot": cannot})
    return Measured(rows)


def _nothing(before: PlacedPool) -> dict[str, Any]:
    """Return the columns where nothing can be edited: how even the servers are is known yet."""
    if before.structure is None:
        return dict.fromkeys(COLUMNS)
    return {**dict.fromkeys(COLUMNS), "busiest": _busiest(before.shares.shares, _wanted(before.pool))}


def _edit(
    system: System, before: PlacedPool, n: int, number: int, edit: str, parameters: ServersParameters
) -> dict[str, Any]:
    """Return what one edit moves."""
    after = _after(system, before, n, number, edit)
    movement = _movement(before, after, parameters, number)
    sides = movement.before, movement.after
    exact = movement.method == "exact"  # of a sample the fullest server is fuller by chance
    law, moved, stray = _law(system.law.get(edit, ""), before.pool, after.pool, n)
    return {
        "method": movement.method,
        "keys": None if exact else movement.total,
        "movement": float(movement.moved),
        "minimum": float(movement.minimum),
        "ideal": float(_distance(*sides)),
        "stray": float(movement.stray),
        "busiest": _busiest(movement.shares_before, sides[0]) if exact else None,
        "busiest_after": _busiest(movement.shares_after, sides[1]) if exact else None,
        "law": law or None,
        "law_movement": moved,
        "law_stray": stray,
    }


def _after(system: System, before: PlacedPool, n: int, number: int, edit: str) -> PlacedPool:
    """Return the configuration after an edit; Redis' slots are moved by its own rebalancing."""
    pool = pool_of(edited(system, number, n, edit))
    if pool.system != "redis":
        return PlacedPool(pool)
    weights = {node.name: float(node.weight) for node in pool.nodes}
    places = {node.name: place for place, node in enumerate(pool.nodes)}
    slots = [[first, last, places[name]] for first, last, name in rebalanced(before.pool, pool, weights)]
    content = edited(system, number, n, edit)
    return PlacedPool(pool_of({**content, "options": {**content["options"], "slots": slots}}))


def _wanted(pool: Pool) -> Side:
    """Return what each server is to have: its weight in the sum of those that are up."""
    return Side.of_weights({node.name: node.weight if node.usable else 0 for node in pool.nodes})


def _busiest(shares: Mapping[str, Fraction], wanted: Side) -> float:
    """Return the share of the fullest server over what it is to have."""
    return float(max(shares[name] / due for name, due in wanted.wanted.items() if due))


def _distance(before: Side, after: Side) -> Fraction:
    """Return how far apart the shares are that servers are to have."""
    names = {*before.wanted, *after.wanted}
    gains = (after.wanted.get(name, Fraction(0)) - before.wanted.get(name, Fraction(0)) for name in names)
    return sum((gain for gain in gains if gain > 0), Fraction(0))


def _movement(before: PlacedPool, after: PlacedPool, parameters: ServersParameters, number: int) -> Movement:
    """Count all hashes, by arcs or residues; those of nginx as keys of one length; else draw some."""
    sides = _wanted(before.pool), _wanted(after.pool)
    if before.structure is not None and after.structure is not None:
        joint = joint_of(before.structure, after.structure)
        if joint is not None:
            return Movement(of_nodes(joint), *sides, "exact")
    if before.system == "nginx":
        values = np.arange(1 << 15, dtype=np.uint64) << np.uint64(49)
        return Movement(_pairs(before, after, values + np.uint64(KEY_LENGTH)), *sides, "exact")
    words = np.random.PCG64(derive(parameters.seed, "servers", before.system, number))
    return Movement(_pairs(before, after, words.random_raw(parameters.keys)), *sides, "sampled")


def _pairs(before: PlacedPool, after: PlacedPool, words: NDArray[np.uint64]) -> Mapping[tuple[str, str], int]:
    """Count who has each hash before and after; a function of fewer bits has the high ones."""
    sides = []
    for placed in (before, after):
        partitioner = placed.partitioner
        buckets = partitioner.assign(words >> np.uint64(64 - partitioner.hash_bits))
        sides.append(partitioner.nodes.names_of(buckets).tolist())
    return Counter(zip(*sides, strict=True))


def _law(law: str, before: Pool, after: Pool, n: int) -> tuple[str, float | None, float | None]:
    """Return the name of the law, and what it expects to move, and to move needlessly."""
    if not law:
        return "", None, None
    if law == RENUMBERED:
        return law, float(theory.renumbered(n, n // 2 + 1)), None
    event = EventShape.between(*(_usable(pool) for pool in (before, after)))
    if law in (ENVOY, KETAMA):
        moved, stray = (theory.envoy_ring if law == ENVOY else theory.ketama_weighted)(event)
        return law, float(moved), float(stray)
    predicted = theory.movement(law, event), theory.stray(law, event)
    found = [None if prediction is None else float(prediction) for prediction in predicted]
    return law, found[0], found[1]


def _usable(pool: Pool) -> dict[int, Node]:
    return dict(enumerate(Node(node.name, float(node.weight)) for node in pool.usable))
