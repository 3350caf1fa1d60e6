"""Laws of queries over several shards, against exhaustion and simulation."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from experiments import theory


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 3), (2, 1), (3, 2), (3, 5), (4, 4)])
def test_shards_that_hold_one_of_some_hashed_keys_by_all_placements(n: int, m: int) -> None:
    held = [len(set(draws)) for draws in product(range(n), repeat=m)]
    assert float(theory.holding(n, m)) == pytest.approx(sum(held) / len(held), rel=1e-14)
    chance = sum(0 in draws for draws in product(range(n), repeat=m)) / n**m
    assert float(theory.holding(n, m)) / n == pytest.approx(chance, rel=1e-14)


def test_powers_of_many_keys_are_as_exact_as_logarithms() -> None:
    keys = np.array([0, 1, 7, 1000, 123_457, 10**9])
    expected = -1000 * np.expm1(keys * np.log1p(-1 / 1000))
    np.testing.assert_allclose(theory.holding(1000, keys), expected, rtol=1e-11)
    with pytest.raises(ValueError, match="0 shards"):
        theory.holding(0, 1)
    with pytest.raises(ValueError, match="fewer than 0"):
        theory.holding(2, [-1])


@pytest.mark.parametrize("ends", [[4, 8], [0, 3, 3, 12], [1], [], [6, 7, 11]])
def test_ranges_met_by_all_beginnings(ends: list[int]) -> None:
    """Empty ranges between others are met too: whoever asks does not know that they are empty."""
    records = 12
    for matching in range(1, records + 1):
        met = [
            1 + sum(first < end <= first + matching - 1 for end in ends)
            for first in range(records - matching + 1)
        ]
        assert theory.ranges_met(ends, records, matching) == Fraction(sum(met), len(met))


def test_equal_ranges_meet_the_fewest_or_one_more() -> None:
    for shards, each in ((1, 5), (3, 4), (8, 30)):
        records = shards * each
        for matching in range(1, records + 1):
            fewest = theory.fewest_ranges(shards, records, matching)
            met = {
                (first + matching - 1) // each - first // each + 1 for first in range(records - matching + 1)
            }
            assert fewest == min(met)
            assert max(met) <= fewest + 1


def test_the_slowest_of_exponential_times_is_harmonic() -> None:
    times = np.random.default_rng(20261126).exponential(size=(200_000, 8)).max(axis=1)
    error = times.std() / np.sqrt(len(times))
    assert abs(times.mean() - float(theory.slowest(8))) < 5 * error


def test_one_shard_and_all_shards_are_even_where_the_law_says() -> None:
    shards, overhead, record = 16, 500e3, 1000.0
    matching = theory.even_fan_out(shards, overhead, record)
    noise = overhead * np.random.default_rng(20261126).exponential(size=(200_000, shards))
    one, every = noise[:, 0] + record * matching, noise.max(axis=1) + record * matching / shards
    error = (one - every).std() / np.sqrt(len(noise))
    assert abs((one - every).mean()) < 5 * error
    assert theory.even_fan_out(shards, overhead, 0) == np.inf
