"""Exact shares and movement of arcs, tables and both, against enumeration of a small hash space."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from algorithms import Partitioner, create
from experiments.plan.movement import Movement, Side
from experiments.plan.pool import Pool
from experiments.plan.structure import joint_of, structure_of

BITS = 12


@dataclass
class Placed:
    """A placement as a system's module makes one."""

    partitioner: Partitioner[object]
    modulus: int | None = None

    def which(self, keys: object) -> list[str]:
        raise NotImplementedError


def ring(*names: str) -> Placed:
    return Placed(create("ring", list(names), points=7, hash_bits=BITS))


def modulo(*names: str) -> Placed:
    return Placed(create("modulo", list(names), hash_bits=BITS), len(names))


def whole(*names: str) -> Placed:
    return Placed(create("rendezvous", list(names), hash_bits=BITS))


SIDES = [
    ring("a", "b", "c"),
    ring("a", "c", "d"),
    modulo("a", "b", "c"),
    modulo("b", "a"),
    whole("a", "d", "b", "e"),
]


@pytest.mark.parametrize(("before", "after"), list(product(SIDES, SIDES)))
def test_the_joint_counts_are_those_of_all_hashes(before: Placed, after: Placed) -> None:
    pool = Pool("nginx")
    left, right = structure_of(pool, before), structure_of(pool, after)
    assert left is not None
    assert right is not None
    hashes = np.arange(1 << BITS, dtype=np.uint64)
    names = [
        [side.partitioner.nodes[bucket].name for bucket in side.partitioner.assign(hashes).tolist()]
        for side in (before, after)
    ]
    assert joint_of(left, right) == Counter(zip(*names, strict=True))
    counts = dict(zip(left.names, left.counts(), strict=True))
    assert {name: count for name, count in counts.items() if count} == Counter(names[0])
    assert sum(counts.values()) == 1 << BITS


def test_spaces_of_64_bits_are_counted_in_whole_numbers() -> None:
    pool = Pool("nginx")
    one = structure_of(pool, Placed(create("modulo", 3), 3))
    two = structure_of(pool, Placed(create("modulo", 4), 4))
    arcs = structure_of(pool, Placed(create("key_range", 3)))
    assert one is not None
    assert two is not None
    assert arcs is not None
    for left, right in product((one, two, arcs), repeat=2):
        joint = joint_of(left, right)
        assert joint is not None
        assert sum(joint.values()) == 1 << 64


def test_two_hash_functions_are_not_counted_against_each_other() -> None:
    pool = Pool("nginx")
    one = structure_of(pool, Placed(create("modulo", 3), 3))
    two = structure_of(pool, Placed(create("modulo", 3, hash="fnv1a_64"), 3))
    assert one is not None
    assert two is not None
    assert joint_of(one, two) is None


def test_measures_of_a_replaced_node() -> None:
    sides = [Side.of_weights(dict.fromkeys(names, 1)) for names in ("abc", "abd")]
    counts = {("a", "a"): 5, ("b", "b"): 4, ("b", "d"): 1, ("c", "d"): 3, ("c", "a"): 2}
    movement = Movement(counts, sides[0], sides[1], "exact")
    assert movement.moved == Fraction(6, 15)
    assert movement.minimum == Fraction(6, 15)  # a gains 2 and d 4
    assert movement.stray == Fraction(3, 15)  # off b, and onto a
    assert [float(share) for share in movement.shares_after.values()] == [7 / 15, 4 / 15, 4 / 15]
