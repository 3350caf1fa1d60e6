"""Laws of balance and cost against exact counts, or simulations with literal seeds."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from algorithms import Node
from experiments import theory
from experiments.measures import EventShape, cv
from experiments.theory import extremes

LEVEL = 1e-6


def within(samples: NDArray[np.float64], expected: float, cases: int) -> None:
    """Compare a mean with its law at the level of the family, by the normal law of means."""
    from scipy import stats

    error = samples.std(ddof=1) / math.sqrt(samples.size)
    assert abs(samples.mean() - expected) <= stats.norm.isf(LEVEL / 2 / cases) * error + 1e-12


# the mean square of the CV


@pytest.mark.parametrize(("n", "m", "items"), [(2, 3, 2), (3, 2, 3), (2, 4, 3), (3, 3, 1)])
def test_cv_of_skewed_keys_by_exhaustion(n: int, m: int, items: int) -> None:
    """All placements of the items on the nodes, crossed with all samples of m draws."""
    chances = [Fraction(2 * i + 1, items**2) for i in range(items)]
    total = Fraction(0)
    for placement in product(range(n), repeat=items):
        for draws in product(range(items), repeat=m):
            load = [sum(placement[item] == node for item in draws) for node in range(n)]
            square = Fraction(n * sum(x * x for x in load), m * m) - 1
            total += math.prod((chances[item] for item in draws), start=Fraction(1)) * square
    expected = theory.load_cv_squared(n, theory.collision([float(p) for p in chances], m))
    assert expected == pytest.approx(float(total / n**items), rel=1e-12)


def test_cv_of_distinct_keys_is_multinomial() -> None:
    for n, m in [(2, 2), (2, 5), (3, 4)]:
        square = Fraction(0)
        for draws in product(range(n), repeat=m):
            load = [draws.count(node) for node in range(n)]
            square += Fraction(n * sum(x * x for x in load), m * m) - 1
        assert theory.load_cv_squared(n, 1 / m) == pytest.approx(float(square / n**m), rel=1e-12)
        assert theory.load_cv_squared(n, 1 / m) == pytest.approx((n - 1) / m, rel=1e-12)


RINGS = [(2, 1), (2, 50), (5, 1), (16, 4), (16, 160), (100, 10)]


@pytest.mark.parametrize(("n", "v"), RINGS)
def test_ring_shares_are_dirichlet(n: int, v: int) -> None:
    rng = np.random.default_rng([11, n, v])
    points = np.sort(rng.random((4_000, n * v)), axis=1)
    gaps = np.diff(points, axis=1, append=points[:, :1] + 1)
    owners = np.argsort(rng.random((4_000, n * v)), axis=1) % n
    shares = np.zeros((4_000, n))
    np.add.at(shares, (np.arange(4_000)[:, None], owners), gaps)
    square = shares.var(axis=1) * n * n
    law = theory.balance("ring", n, points=v)
    assert law is not None
    assert law.max_to_mean is not None
    assert law.min_to_mean is not None
    cases = 4 * len(RINGS)
    within(square, float(theory.ring_share_cv_squared(n, v)), cases)
    within(shares.max(axis=1) * n, float(law.max_to_mean), cases)
    within(shares.min(axis=1) * n, float(law.min_to_mean), cases)
    within((shares[:, 0] < theory.ring_share(v, (n - 1) * v).ppf(0.9)).astype(float), 0.9, cases)
    assert float(law.cv) ** 2 == pytest.approx(float(theory.ring_share_cv_squared(n, v)), rel=1e-9)


@pytest.mark.parametrize(("n", "v", "m"), [(5, 1, 50), (16, 160, 2_000), (16, 10, 800), (64, 4, 3_000)])
def test_ring_loads_are_dirichlet_multinomial(n: int, v: int, m: int) -> None:
    rng = np.random.default_rng([12, n, v, m])
    loads = rng.multinomial(m, rng.dirichlet([v] * n, size=20_000))
    law = theory.balance("ring", n, keys=m, points=v)
    assert law is not None
    assert law.max_to_mean is not None
    assert law.min_to_mean is not None
    square = loads.var(axis=1) * (n / m) ** 2
    within(square, float(law.cv) ** 2, 16)
    within(square * m / (n - 1), (m + n * v) / (n * v + 1), 16)
    assert float(law.cv) ** 2 == pytest.approx((n - 1) / m * (m + n * v) / (n * v + 1), rel=1e-9)
    within(loads.max(axis=1) * n / m, float(law.max_to_mean), 16)
    within(loads.min(axis=1) * n / m, float(law.min_to_mean), 16)


def test_skewed_keys_on_a_ring() -> None:
    n, v, m, items, rings = 8, 20, 400, 50, 20_000
    rng = np.random.default_rng(13)
    chances = 1 / np.arange(1, items + 1)
    chances /= chances.sum()
    draws = rng.multinomial(m, chances, size=rings)
    shares = rng.dirichlet([v] * n, size=rings).cumsum(axis=1)
    nodes = (rng.random((rings, items, 1)) > shares[:, None, :-1]).sum(axis=2)
    loads = np.zeros((rings, n))
    np.add.at(loads, (np.arange(rings)[:, None], nodes), draws)
    law = theory.balance("ring", n, keys=m, points=v, collision=theory.collision(chances, m))
    assert law is not None
    assert law.max_to_mean is None
    within(loads.var(axis=1) * (n / m) ** 2, float(law.cv) ** 2, 1)


def test_laws_of_the_cv_do_not_depend_on_the_weights() -> None:
    weights, m, v = np.array([1.0, 2.0, 0.5, 4.0]), 300, 10
    p = weights / weights.sum()
    rng = np.random.default_rng(14)
    for law, shares in (
        (theory.balance("multinomial", weights, keys=m), np.tile(p, (20_000, 1))),
        (theory.balance("ring", weights, keys=m, points=v), rng.dirichlet(weights * v, size=20_000)),
    ):
        assert law is not None
        assert law.max_to_mean is not None
        assert law.min_to_mean is not None
        loads = rng.multinomial(m, shares)
        relative = loads / (m * p)
        within((p * (relative - 1) ** 2).sum(axis=1), float(law.cv) ** 2, 6)
        within(relative.max(axis=1), float(law.max_to_mean), 6)
        within(relative.min(axis=1), float(law.min_to_mean), 6)
        assert cv(loads[0], weights) ** 2 == pytest.approx((p * (relative[0] - 1) ** 2).sum(), rel=1e-9)


@pytest.mark.parametrize(("n", "v"), [(2, 3), (5, 4), (10, 20)])
def test_nearest_point_halves_the_gaps(n: int, v: int) -> None:
    rng = np.random.default_rng([15, n, v])
    gaps = rng.dirichlet([1] * (n * v), size=20_000)
    served = (gaps + np.roll(gaps, 1, axis=1)) / 2
    shares = np.zeros((20_000, n))
    owners = np.argsort(rng.random(served.shape), axis=1) % n
    np.add.at(shares, (np.arange(20_000)[:, None], owners), served)
    within(shares.var(axis=1) * n * n, float(theory.nearest_point_cv_squared(n, v)), 3)


# the largest and the smallest load


def counted(n: int, m: int, weight: Callable[[int], Fraction]) -> tuple[float, float]:
    """E[max] and E[min] over the mean of n loads that add up to m, with chances as prod weight(load)."""

    def total(low: int, high: int) -> Fraction:
        ways = [Fraction(1)] + [Fraction(0)] * m
        for _ in range(n):
            ways = [
                sum((ways[s - x] * weight(x) for x in range(low, min(high, s) + 1)), Fraction(0))
                for s in range(m + 1)
            ]
        return ways[m]

    everything = total(0, m)
    largest = sum(1 - total(0, x) / everything for x in range(m))
    smallest = sum(total(x, m) / everything for x in range(1, m + 1))
    return float(largest * n / m), float(smallest * n / m)


@pytest.mark.parametrize(("n", "m"), [(2, 20), (2, 60), (3, 30), (5, 20), (10, 30)])
def test_extremes_of_multinomial_loads_by_exact_counts(n: int, m: int) -> None:
    exact = counted(n, m, lambda x: Fraction(1, math.factorial(x)))
    for ours, truth in zip(theory.multinomial(m, [1.0] * n), exact, strict=True):
        assert abs(ours - truth) <= 0.015 * abs(truth - 1)


@pytest.mark.parametrize(("n", "m", "v"), [(2, 20, 1), (2, 30, 4), (3, 24, 5), (5, 20, 8), (5, 30, 2)])
def test_extremes_of_ring_loads_by_exact_counts(n: int, m: int, v: int) -> None:
    exact = counted(n, m, lambda x: Fraction(math.comb(v + x - 1, x)))
    for ours, truth in zip(theory.dirichlet_multinomial(m, [float(v)] * n), exact, strict=True):
        assert abs(ours - truth) <= 0.015 * abs(truth - 1)


def test_products_of_binomials_are_low_by_the_root_of_one_less_nth() -> None:
    from scipy import stats

    for n, m in [(2, 10_000), (16, 100_000)]:
        x = np.arange(m + 1)
        below = stats.binom.cdf(x, m, 1 / n) ** n
        product_of_binomials = float((1 - below).sum()) * n / m - 1
        ours = theory.multinomial(m, [1.0] * n)[0] - 1
        assert product_of_binomials / ours == pytest.approx(math.sqrt(1 - 1 / n), rel=0.002)


def test_extremes_of_two_nodes_in_closed_form() -> None:
    m = 1_000
    mean_distance = Fraction(math.comb(m, m // 2) * (m // 2), 2**m)  # E|X - m/2|, de Moivre
    largest, smallest = theory.multinomial(m, [1.0, 1.0])
    assert largest - 1 == pytest.approx(float(2 * mean_distance / m), rel=2e-4)
    assert 1 - smallest == pytest.approx(float(2 * mean_distance / m), rel=2e-4)


@pytest.mark.parametrize("n", [1, 2, 10, 1000])
def test_extremes_of_one_point_a_node_are_harmonic(n: int) -> None:
    largest, smallest = theory.dirichlet([1.0] * n)
    assert largest == pytest.approx(float(theory.jump_iterations(n)[0]), rel=1e-12)
    assert smallest == pytest.approx(1 / n, rel=1e-9)


def test_adding_up_and_integrating_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [
        (lambda: theory.multinomial(3_000, [1.0] * 10)),
        (lambda: theory.multinomial(2_000, [1.0, 2.0, 0.5])),
    ]
    cases.append(lambda: theory.dirichlet_multinomial(2_000, [40.0, 80.0, 40.0]))
    added = [case() for case in cases]
    monkeypatch.setattr(extremes, "EXACT_STEPS", 0)
    for case, expected in zip(cases, added, strict=True):
        assert case() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("law", ["multinomial", "range", "exact"])
def test_even_shares_have_no_spread(law: str) -> None:
    shares = theory.balance(law, 5)
    assert shares is not None
    assert shares.max_to_mean is not None
    assert shares.min_to_mean is not None
    assert (shares.cv.value, shares.max_to_mean.value, shares.min_to_mean.value) == (0.0, 1.0, 1.0)
    assert shares.cv_mean.exact
    one = theory.balance(law, 1, keys=7)
    assert one is not None
    assert one.max_to_mean is not None
    assert (one.cv.value, one.max_to_mean.value) == (0.0, 1.0)


# the CV as a measured quantity


@pytest.mark.parametrize(("n", "m"), [(2, 400), (5, 1_000), (50, 20_000)])
def test_mean_and_error_of_a_measured_cv(n: int, m: int) -> None:
    rng = np.random.default_rng([16, n, m])
    measured = rng.multinomial(m, [1 / n] * n, size=40_000).std(axis=1) * n / m
    law = theory.balance("multinomial", n, keys=m)
    assert law is not None
    assert measured.mean() == pytest.approx(float(law.cv_mean), rel=0.01)
    assert float(law.cv_mean) == pytest.approx(float(law.cv) * theory.mean_to_root_mean_square(n), rel=1e-9)
    if n >= 50:
        assert measured.std() == pytest.approx(float(law.cv) / math.sqrt(2 * (n - 1)), rel=0.03)


def test_points_and_keys_needed_are_the_least() -> None:
    for n, wanted in [(2, 0.1), (16, 0.05), (1000, 0.01)]:
        points, keys = theory.points_needed(wanted, n), theory.keys_needed(wanted, n)
        assert theory.ring_share_cv_squared(n, points) <= Fraction(str(wanted)) ** 2
        assert theory.ring_share_cv_squared(n, points - 1) > Fraction(str(wanted)) ** 2
        assert Fraction(n - 1, keys) <= Fraction(str(wanted)) ** 2 < Fraction(n - 1, keys - 1)
        assert points <= theory.points_needed(wanted)


def test_published_table_of_ring_shares() -> None:
    """Lamping & Veach 2014, key distribution, against the law for 1000 nodes: within 0.3 %."""
    published = {1: 0.9979060, 10: 0.3151810, 100: 0.0996996, 1000: 0.0315723}
    for points, error in published.items():
        assert math.sqrt(theory.ring_share_cv_squared(1000, points)) == pytest.approx(error, rel=0.003)


# movement on a ring, as a law over rings


def test_what_moves_when_nodes_only_join_or_leave_is_beta() -> None:
    base = {i: Node(f"node-{i}", weight) for i, weight in enumerate([1.0, 2.0, 1.0])}
    grown = {**base, 3: Node("x", 0.5), 4: Node("y", 0.5)}
    for event in (EventShape.between(base, grown), EventShape.between(grown, base)):
        law = theory.ring_moved(event, 100)
        assert law is not None
        assert law.args == (100.0, 400.0)
        assert law.mean() == pytest.approx(float(event.ideal))
    heavier = EventShape.between(base, {**base, 0: Node("node-0", 3.0)})
    replaced = EventShape.between(base, {**base, 0: Node("x")})
    assert theory.ring_moved(heavier, 100) is None
    assert theory.ring_moved(replaced, 100) is None
    assert theory.ring_moved(EventShape.between(base, base), 100) is None


# cost


def test_iterations_of_jump_by_exhaustion() -> None:
    for n in range(1, 7):
        outcomes = [
            (
                sum(jumps),
                math.prod(Fraction(1, i) if jump else 1 - Fraction(1, i) for i, jump in enumerate(jumps, 1)),
            )
            for jumps in product([0, 1], repeat=n)
        ]
        mean = sum(count * chance for count, chance in outcomes)
        variance = sum((count - mean) ** 2 * chance for count, chance in outcomes)
        assert theory.jump_iterations(n) == (mean, variance)


@pytest.mark.parametrize(
    ("peak", "nodes"), [(1.05, 10), (1.01, 100), (1.05, 1000), (1.5, 2), (3.0, 10), (7.4, 1000)]
)
def test_points_for_a_largest_share_are_the_fewest_that_give_it(peak: float, nodes: int) -> None:
    points = theory.points_for_peak(peak, nodes)
    assert theory.dirichlet([points] * nodes)[0] - 1 <= (peak - 1) * 1.001
    fewer = points - max(1, points // 500)
    if fewer:
        assert theory.dirichlet([fewer] * nodes)[0] > peak


def test_a_point_is_enough_where_any_ring_is() -> None:
    # with one point each the larger of two shares is 1.5 means
    assert theory.points_for_peak(1.51, 2) == 1
    for peak, nodes in ((1.0, 10), (1.05, 1), (float("nan"), 3)):
        with pytest.raises(ValueError, match="cannot be had"):
            theory.points_for_peak(peak, nodes)


@pytest.mark.parametrize("ratio", [1e6, 1e12, 1e60])
def test_extremes_of_loads_that_are_very_unlike_take_no_memory(ratio: float) -> None:
    # a key falls on one of 15 light nodes with a chance of 1 / ratio, and is then ratio / keys times its mean
    tracemalloc.start()
    try:
        largest, smallest = extremes.multinomial(20_000, [1.0] * 15 + [ratio])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 29
    assert largest == pytest.approx(16 if ratio > 1e6 else 13.85, rel=1e-3)
    assert smallest == pytest.approx(0, abs=1e-9)
