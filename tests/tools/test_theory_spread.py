"""Laws of variance against exhaustion, and against simulations with literal seeds."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from algorithms import Node
from experiments import theory
from experiments.measures import EventShape

LEVEL = 1e-6


def nodes(count: int) -> dict[int, Node]:
    return {i: Node(f"node-{i}") for i in range(count)}


def near(samples: np.ndarray, variance: float, cases: int) -> None:
    """Compare a sample variance with its law, by the normal law of the mean of squares."""
    from scipy import stats

    squares = (samples - samples.mean()) ** 2
    error = squares.std(ddof=1) / math.sqrt(len(squares))
    assert abs(squares.mean() - variance) <= stats.norm.isf(LEVEL / 2 / cases) * error + 1e-15


@pytest.mark.parametrize(("n", "m"), [(1, 3), (2, 2), (2, 5), (3, 4), (4, 4)])
def test_variance_of_cv_squared_by_all_placements(n: int, m: int) -> None:
    squares = [
        Fraction(n * sum(draws.count(node) ** 2 for node in range(n)), m * m) - 1
        for draws in product(range(n), repeat=m)
    ]
    mean = sum(squares) / len(squares)
    assert theory.cv_squared_variance(n, keys=m) == sum((x - mean) ** 2 for x in squares) / len(squares)
    assert theory.cv_squared_variance(n, keys=m) == Fraction(2 * (n - 1), m * m) * (1 - Fraction(1, m))


@pytest.mark.parametrize(("n", "v", "m"), [(2, 1, 3), (2, 3, 4), (3, 2, 3)])
def test_variance_of_cv_squared_on_a_ring_by_all_loads(n: int, v: int, m: int) -> None:
    """Loads are a Polya urn's: the chance of each is a product of rising factorials."""

    def rising(start: int, steps: int) -> int:
        return math.prod(range(start, start + steps))

    mean = second = whole = Fraction(0)
    for load in product(range(m + 1), repeat=n):
        if sum(load) != m:
            continue
        ways = Fraction(math.factorial(m), math.prod(map(math.factorial, load)))
        chance = ways * Fraction(math.prod(rising(v, x) for x in load), rising(n * v, m))
        square = Fraction(n * sum(x * x for x in load), m * m) - 1
        mean, second, whole = mean + chance * square, second + chance * square**2, whole + chance
    assert whole == 1
    assert theory.cv_squared_variance(n, keys=m, points=v) == second - mean**2


@pytest.mark.parametrize(("n", "v"), [(2, 1), (5, 3), (16, 40)])
def test_variance_of_the_cv_squared_of_shares(n: int, v: int) -> None:
    shares = np.random.default_rng([51, n, v]).dirichlet([v] * n, size=100_000)
    near(n * (shares**2).sum(axis=1) - 1, float(theory.cv_squared_variance(n, points=v)), 3)


def test_one_measured_cv_errs_as_the_rule_says() -> None:
    """The rule CV / sqrt(2 (n - 1)) is the root of the variance of CV^2 over 2 CV, for equal shares."""
    for n in (2, 16, 1000):
        cv = math.sqrt((n - 1) / 1_000_000)
        error = math.sqrt(theory.cv_squared_variance(n, keys=1_000_000)) / (2 * cv)
        assert cv / math.sqrt(2 * (n - 1)) == pytest.approx(error, rel=1e-5)


@pytest.mark.parametrize(("before", "after", "points"), [(16, 17, 160), (3, 5, 2), (8, 4, 10), (2, 1, 1)])
def test_movement_on_rings_varies_as_the_law_says(before: int, after: int, points: int) -> None:
    keys, rings = 1000, 100_000
    shape = EventShape.between(nodes(before), nodes(after))
    share, law = theory.ring_moved(shape, points), theory.movement_variance(
        "ring", shape, collision=1 / keys, points=points
    )  # fmt: skip
    assert share is not None
    assert law is not None
    rng = np.random.default_rng([52, before, after])
    moved = rng.binomial(keys, share.rvs(size=rings, random_state=rng)) / keys
    near(moved, float(law), 4)
    whole = theory.movement_variance("ring", shape, points=points)
    assert whole is not None
    assert float(whole) == pytest.approx(float(share.var()), rel=1e-9)


def test_movement_of_keys_that_repeat_varies_more() -> None:
    """Ten keys, some drawn more often: each moves whole, or not at all."""
    counts = np.array([10, 5, 5, 3, 2, 1, 1, 1, 1, 1])
    m = int(counts.sum())
    shape = EventShape.between(nodes(3), nodes(4))
    law = theory.movement_variance("consistent", shape, collision=float((counts**2).sum()) / m**2)
    assert law is not None
    moves = np.random.default_rng(53).random((100_000, len(counts))) < 1 / 4
    near(moves @ counts / m, float(law), 1)


def test_movement_of_rows_varies_as_they_are_few() -> None:
    """Sixteen rows are placed whole, and a hundred keys fall into them."""
    rows, m = 16, 100
    shape = EventShape.between(nodes(3), nodes(4))
    law = theory.movement_variance("consistent", shape, collision=1 / m, rows=rows)
    assert law is not None
    rng = np.random.default_rng(54)
    counts = rng.multinomial(m, [1 / rows] * rows, size=100_000)
    moves = rng.random((100_000, rows)) < 1 / 4
    near((moves * counts).sum(axis=1) / m, float(law), 1)


def test_movement_has_no_law_of_variance_where_there_is_none() -> None:
    replaced = EventShape.between(nodes(3), {**nodes(2), 2: Node("other")})
    assert theory.movement_variance("ring", replaced, points=10) is None
    assert theory.movement_variance("ring", EventShape.between(nodes(3), nodes(4))) is None
    assert theory.movement_variance("", replaced) is None


def test_what_has_no_cv_is_refused() -> None:
    for bad in ({"nodes": 0}, {"nodes": 2, "keys": 0}, {"nodes": 2, "points": 0}):
        with pytest.raises(ValueError, match="at least one node, one key and one point"):
            theory.cv_squared_variance(**bad)
