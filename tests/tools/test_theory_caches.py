"""Laws of caches against caches that are simulated, against each other, and where they are simple."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments.caching import POLICIES, replay
from experiments.theory.caches import Demand, Share
from experiments.workloads import chunks_of, parse
from experiments.workloads.powers import negative_powers

ITEMS, COUNT = 10_000, 400_000


def keys_of(exponent: float, seed: int) -> NDArray[np.int32]:
    source = parse(f"zipf:{exponent}:{ITEMS}")
    ids = [source.ids(chunk, seed, size) for chunk, size in enumerate(chunks_of(COUNT))]
    return np.concatenate(ids).astype(np.int32)


def hits_of(
    keys: NDArray[np.int32], before: NDArray[np.int32], after: NDArray[np.int32], entries: int, emptied: bool
) -> NDArray[np.bool_]:
    """Return hits of LRU on nodes of which keys have others from half time on."""
    hits = np.zeros(len(keys), dtype=np.bool_)
    top = int(max(before.max(), after.max())) + 1
    caches, room = POLICIES["lru"].make(top, ITEMS), np.full(top, entries)
    half = len(keys) // 2
    replay("lru", caches, keys[:half], before, room, hits[:half])
    if emptied:
        caches.empty(0)
    replay("lru", caches, keys[half:], after, room, hits[half:])
    return hits


@pytest.mark.parametrize("exponent", [0.6, 0.9, 1.2])
@pytest.mark.parametrize("entries", [500, 5000])
def test_che_s_approximation_and_the_working_set_are_those_of_a_simulated_cache(
    exponent: float, entries: int
) -> None:
    keys, one = keys_of(exponent, 1), np.zeros(ITEMS, dtype=np.int32)
    demand = Demand(negative_powers(1, ITEMS, exponent))
    hits = hits_of(keys, one, one, entries, False)[COUNT // 2 :]
    assert demand.hits(1.0, entries) == pytest.approx(hits.mean(), abs=0.005)
    nexts = np.unique(keys[COUNT // 2 :], return_index=True)[1]
    law = demand.working_set(1.0, entries, COUNT // 2, COUNT // 2)
    assert law == pytest.approx(hits[nexts].sum(), rel=0.05, abs=15)
    assert law < entries


@pytest.mark.parametrize("exponent", [0.6, 1.2])
@pytest.mark.parametrize("moving", [0.3, 1.0])
def test_the_law_of_an_event_is_what_is_counted(exponent: float, moving: float) -> None:
    """Keys of two nodes go to the other one, so that both have about as many as before."""
    demand = Demand(negative_powers(1, ITEMS, exponent))
    entries, caused, laws = 2500, [], []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        before = rng.integers(0, 2, ITEMS).astype(np.int32)
        moved = rng.random(ITEMS) < moving
        after = np.where(moved, 1 - before, before).astype(np.int32)
        keys = keys_of(exponent, seed)
        still = hits_of(keys, after, after, entries, False).sum()
        caused.append(still - hits_of(keys, before, after, entries, False).sum())
        parts = []
        for node in (0, 1):
            stay, go, come = ~moved & (after == node), moved & (before == node), moved & (after == node)
            parts.append(Share(float(stay.mean()), float(go.mean()), float(come.mean()), entries))
        laws.append(demand.caused(parts, COUNT // 2, COUNT // 2))
    assert np.mean(laws) == pytest.approx(np.mean(caused), rel=0.05)
    assert moving * 2 * entries > 1.3 * np.mean(laws), "what is cached is no measure of it"


def test_an_empty_cache_misses_the_working_set_and_no_more() -> None:
    keys, one = keys_of(0.9, 5), np.zeros(ITEMS, dtype=np.int32)
    warm, cold = (hits_of(keys, one, one, 3000, emptied)[COUNT // 2 :] for emptied in (False, True))
    nexts = np.unique(keys[COUNT // 2 :], return_index=True)[1]
    assert warm.sum() - cold.sum() == warm[nexts].sum(), "LRU: what is cached anew is cached as before"
    demand = Demand(negative_powers(1, ITEMS, 0.9))
    empty = demand.caused([Share(0.0, 1.0, 1.0, 3000)], COUNT // 2, COUNT // 2)
    assert empty == pytest.approx(demand.working_set(1.0, 3000, COUNT // 2, COUNT // 2))
    assert empty == pytest.approx(warm[nexts].sum(), rel=0.05)


def test_equal_items_have_a_law_in_closed_form() -> None:
    """T = -n ln(1 - c) for a cache of the part c; and 1 - e^-x (1 + x) of them are in the working set."""
    demand = Demand(np.ones(1000))
    for part in (0.1, 0.5, 0.9):
        x = -math.log(1 - part)
        assert demand.time(1.0, 1000 * part) == pytest.approx(1000 * x, rel=1e-3)
        assert demand.hits(1.0, 1000 * part) == pytest.approx(part, rel=1e-3)
        assert demand.working_set(1.0, 1000 * part) == pytest.approx(
            1000 * (1 - math.exp(-x) * (1 + x)), rel=2e-3
        )


def test_bands_of_rates_are_as_good_as_all_rates() -> None:
    rates = negative_powers(1, 3000, 0.9)
    rates = rates / rates.sum()
    demand = Demand(rates)
    for time in (10.0, 1000.0, 50_000.0):
        exact = -np.expm1(-rates * time).sum()
        assert float(demand.distinct(np.array(time))) == pytest.approx(exact, rel=1e-3)


def test_caches_in_which_all_have_room_miss_nothing_twice() -> None:
    demand = Demand(np.ones(100))
    assert demand.time(0.5, 50) == math.inf
    assert demand.hits(0.5, 50) == 0.5
    assert demand.working_set(0.5, 50) == pytest.approx(50, rel=1e-3)
    assert demand.working_set(0.5, 50, after=0.0) == 0
    assert demand.caused([Share(1.0, 0.0, 0.0, 100)]) == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="a cache has at least one entry, not 0"):
        demand.time(1.0, 0)


def test_nothing_that_moves_causes_nothing() -> None:
    demand = Demand(negative_powers(1, 1000, 0.9))
    assert demand.caused([Share(0.5, 0.0, 0.0, 200)] * 2) == pytest.approx(0, abs=0.5)
