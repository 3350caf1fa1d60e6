"""The price of having no history, by exhaustion; and how independent jump's draws are, by counting."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms import create
from experiments.theory import jump_dependence, least_without_history, replaced
from experiments.theory.successive import MULTIPLIER, floor_sum, low_pairs


@pytest.mark.parametrize("nodes", [1, 2, 3, 4, 5])
def test_no_placement_without_a_history_moves_less_when_a_node_is_replaced(nodes: int) -> None:
    """Every way to give a key a node in each of the n + 1 sets of n of n + 1 names."""
    names = range(nodes + 1)
    least = min(
        sum(g[i] != g[j] for i, j in combinations(names, 2))
        for g in product(*([name for name in names if name != i] for i in names))
    )
    assert Fraction(least, nodes * (nodes + 1) // 2) == least_without_history(nodes) == replaced(nodes)


@pytest.mark.parametrize("name", ["rendezvous", "ring", "modulo"])
def test_members_keep_to_the_bound_key_by_key(name: str) -> None:
    names = [f"node-{i}" for i in range(5)]
    keys = [f"key-{i}" for i in range(300)]
    placements = [
        create(name, [other for other in names if other != left]).lookup_many(keys) for left in names
    ]
    moves = np.sum([one != other for one, other in combinations(placements, 2)], axis=0)
    assert moves.min() >= 4
    assert (moves == 4).all() == (name != "modulo")


@given(st.integers(0, 300), st.integers(1, 90), st.integers(-200, 200), st.integers(-200, 200))
def test_sums_of_floors(terms: int, divisor: int, factor: int, offset: int) -> None:
    expected = sum((factor * i + offset) // divisor for i in range(terms))
    assert floor_sum(terms, divisor, factor, offset) == expected


@pytest.mark.parametrize("states", [0, 1, 17, 1000, 4096])
@pytest.mark.parametrize("bound", [0, 1, 5, 2000, 4096])
def test_pairs_of_states_are_those_of_a_small_generator(states: int, bound: int) -> None:
    pairs = sum((2869 * state + 1) % 4096 < bound for state in range(states))
    assert low_pairs(states, bound, multiplier=2869, bits=12) == pairs


def test_successive_draws_of_jump_are_independent_to_far_below_its_grain() -> None:
    """Root mean squares of 2.7e-18 and 3.1e-16 of a share at 10 and 1000 nodes; the grain makes 2.4e-7."""
    for nodes, measured in [(10, 2.67e-18), (1000, 3.11e-16)]:
        differences = [float(difference) * nodes for difference in jump_dependence(nodes)]
        assert (sum(x * x for x in differences) / nodes) ** 0.5 == pytest.approx(measured, rel=2e-3)
        assert max(map(abs, differences)) < 2e-15


def test_a_multiplier_that_does_not_mix_is_seen() -> None:
    """With multiplier 1 a low state is followed by a low one: far from the product of both chances."""
    half = 1 << 63
    assert low_pairs(half, half, multiplier=1) == half - 1
    assert abs(low_pairs(half, half, multiplier=MULTIPLIER) - (1 << 62)) < 1 << 14
