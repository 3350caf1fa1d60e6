"""CARP and consistent weighted sampling: recordings, factors, shares, stray moves, and the exponential."""

from __future__ import annotations

import csv
import math
from decimal import Context, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracles import carp, icws

from algorithms import Node, create
from algorithms.baselines.carp import factors_of
from algorithms.machinery.logarithm import exponential
from experiments import theory

VECTORS = Path(__file__).parents[1] / "vectors"
LADDER = [1.0, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def _hashes(seed: int, count: int) -> NDArray[np.uint64]:
    return np.random.PCG64(seed).random_raw(count)


# ---- CARP ------------------------------------------------------------------------------------------------


@given(
    weights=st.lists(
        st.floats(1e-3, 1e3) | st.sampled_from((1.0, 2.0, 1e-100, 1e100)), min_size=1, max_size=9
    )
)
def test_factors_are_the_drafts(weights: list[float]) -> None:
    ascending = sorted(weights)
    expected = [float(factor) for factor in carp.factors(ascending)]
    assert factors_of(ascending) == pytest.approx(expected, rel=1e-15, abs=0)
    if len(set(weights)) == 1:
        assert factors_of(weights) == [1.0] * len(weights)


def test_factors_give_the_weights_their_shares_exactly() -> None:
    """The chance that X_i u is the highest of all, by integration over it between the factors."""
    weights = [1.0, 2.0, 4.0, 4.0, 7.0]
    factors = factors_of(weights)
    for i, weight in enumerate(weights):
        share = 0.0
        edges = sorted({0.0, *factors})
        for low, high in pairwise(edges):
            if high <= factors[i]:
                # of x in [low, high) those with a greater factor are below x with chance x / X, others surely
                others = [factor for j, factor in enumerate(factors) if j != i and factor >= high]
                power = len(others) + 1
                share += (high**power - low**power) / power / (factors[i] * math.prod(others))
        assert share == pytest.approx(weight / sum(weights), rel=1e-12)


def _moved(weights: dict[str, float], change: dict[str, Any], keys: int) -> tuple[float, float]:
    """Return what moves, and what moves between nodes that nobody touched."""
    p = create("carp", [Node(name, weight) for name, weight in weights.items()])
    hashes = _hashes(21, keys)
    names = p.nodes.name_array()
    before = names[p.assign(hashes)]
    p.change(**change)
    after = p.nodes.names_of(p.assign(hashes))
    touched = [*(node.name for node in change["add"]), *change["remove"], *change["weights"]]
    moved = before != after
    return float(moved.mean()), float((moved & ~np.isin(before, touched) & ~np.isin(after, touched)).mean())


@pytest.mark.parametrize(
    ("before", "after", "moved", "minimum"),
    [
        (LADDER, [3.0, *LADDER[1:]], 0.0702, 0.0604),
        ([1.0, 2.0, 4.0, 0.0], [1.0, 2.0, 4.0, 1.0], 0.1548, 0.125),
        ([1.0, 2.0, 4.0, 9.0], [0.0, 2.0, 4.0, 9.0], 0.0808, 0.0625),
    ],
)
def test_keys_move_between_nodes_that_nobody_touched(
    before: list[float], after: list[float], moved: float, minimum: float
) -> None:
    """By the exact law, and sampled."""
    names = [str(i) for i in range(len(before))]
    old = {name: weight for name, weight in zip(names, before, strict=True) if weight}
    new = {name: weight for name, weight in zip(names, after, strict=True) if weight}

    def factors(weights: list[float]) -> list[float]:
        some = iter(factors_of([weight for weight in weights if weight]))
        return [next(some) if weight else 0.0 for weight in weights]

    law = theory.multiples_moved(factors(before), factors(after))
    assert law == pytest.approx(moved, abs=5e-5)
    change = {
        "add": [Node(name, weight) for name, weight in new.items() if name not in old],
        "remove": [name for name in old if name not in new],
        "weights": {name: new[name] for name in old if name in new and new[name] != old[name]},
    }
    keys = 1_000_000
    seen, stray = _moved(old, change, keys)
    assert abs(seen - law) < 4.5 * math.sqrt(law / keys)
    assert stray > 0.3 * (law - minimum) > 0


def test_the_heaviest_node_may_change_alone() -> None:
    after = [*LADDER[:9], 8.0]
    exact = theory.multiples_moved(factors_of(LADDER), factors_of(after))
    assert exact == pytest.approx(8 / 33 - 5 / 30, rel=1e-12)
    weights = {str(i): weight for i, weight in enumerate(LADDER)}
    assert _moved(weights, {"add": [], "remove": [], "weights": {"9": 8.0}}, 200_000)[1] == 0


def test_equal_weights_are_rendezvous() -> None:
    hashes = _hashes(3, 5000)
    assert np.array_equal(create("carp", 60).assign(hashes), create("rendezvous", 60).assign(hashes))


@pytest.mark.parametrize("n", [2, 3, 10, 11])
def test_shares_follow_weights_for_odd_and_even_numbers(n: int) -> None:
    weights = np.array([1 + (i * 5) % 7 for i in range(n)], dtype=np.float64)
    p = create("carp", [Node(str(i), weight) for i, weight in enumerate(weights)])
    keys = 300_000
    loads = np.bincount(p.assign(_hashes(8, keys)), minlength=n)
    wanted = keys * weights / weights.sum()
    assert float(((loads - wanted) ** 2 / wanted).sum()) < n - 1 + 5 * math.sqrt(2 * n)


# ---- consistent weighted sampling ------------------------------------------------------------------------


def test_placements_of_hash4j() -> None:
    """By its ziggurat, its uniform and its logarithm; the class draws other exponential variables."""
    with (VECTORS / "icws_hash4j.csv").open(newline="") as file:
        rows = [{key: int(value) for key, value in row.items()} for row in csv.DictReader(file)]
    assert len(rows) == 772
    for row in rows:
        assert icws.bucket_of_hash4j(row["hash"], row["n"]) == row["bucket"]


@given(value=st.integers(0, 2**64 - 1), n=st.integers(1, 300) | st.integers(1, 2**31 - 1))
def test_any_number_of_nodes_is_the_papers(value: int, n: int) -> None:
    one = np.array([value], dtype=np.uint64)
    assert create("icws", n).assign(one).tolist() == [icws.bucket(value, n)]


def test_growth_moves_keys_to_the_new_node_alone_up_to_the_last_size() -> None:
    hashes = _hashes(4, 2000)
    buckets = create("icws", 1).assign(hashes)
    for n in (*range(2, 70), 1000, 1001, 10**6, 10**6 + 1):
        after = create("icws", n).assign(hashes)
        stays = after == buckets
        assert after.max() < n
        if n in (1000, 10**6):
            assert (stays | (after >= buckets)).all()
        else:
            assert set(after[~stays].tolist()) <= {n - 1}
        buckets = after
    last = create("icws", 2**31 - 1).assign(hashes).tolist()
    for value, bucket in zip(hashes.tolist(), last, strict=True):
        one = np.array([value], dtype=np.uint64)
        assert create("icws", bucket + 1).assign(one)[0] == bucket


@pytest.mark.parametrize("n", [2, 3, 10, 33, 1000])
def test_samples_are_uniform(n: int) -> None:
    from scipy import stats

    loads = np.bincount(create("icws", n).assign(_hashes(17, 500_000)), minlength=n)
    assert stats.chisquare(loads).pvalue > 1e-4


@given(x=st.floats(-700, 700) | st.floats(-1e-6, 1e-6))
def test_exponential_is_within_two_units_in_the_last_place(x: float) -> None:
    exact = Context(prec=60).exp(Decimal(x))
    assert abs(Decimal(exponential(x)) - exact) <= 2 * Decimal(math.ulp(float(exact)))
