"""Highest words: the folded mixer, the table of seeds and runs of equal weights, beside plain readings."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from algorithms.baselines.carp import best_uniform_bid, carp_kernel
from algorithms.machinery.bids import BLOCK, fold_seeds, room_for_seeds, row_of_seed
from algorithms.machinery.logarithm import ROUGH_ERROR, minus_log_of_uniform, rough_log
from algorithms.machinery.mixing import fold, mix, mix_folded, mix_int, multiply_high, unmix_folded
from algorithms.scores.rendezvous import Bidders, best_weighted_bid, place_by_weights, place_by_words

WORDS = st.integers(0, 2**64 - 1) | st.sampled_from((0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 1))
# few different seeds, so that some are equal, and some that fall in one place of the table
SEEDS = st.lists(
    st.sampled_from([*range(0, 2048, 256), 2**64 - 1, 2**63, 5]) | WORDS, min_size=1, max_size=40
)


def _words(values: list[int]) -> NDArray[np.uint64]:
    return np.array(values, dtype=np.uint64)


def _hashes(seed: int, count: int) -> NDArray[np.uint64]:
    return np.random.PCG64(seed).random_raw(count)


@given(x=WORDS, y=WORDS)
def test_the_mixer_folds_and_its_rest_can_be_undone(x: int, y: int) -> None:
    a, b = _words([x, y])
    assert mix(a) == mix_folded(np.uint64(fold(a))) == mix_int(x)
    assert fold(a ^ b) == fold(a) ^ fold(b)
    assert unmix_folded(np.uint64(mix_folded(a))) == x


@given(x=WORDS, n=st.integers(1, 2**32 - 1))
def test_high_products_are_exact(x: int, n: int) -> None:
    assert multiply_high(np.uint64(x), np.uint64(n)) == x * n >> 64


@given(seeds=SEEDS)
def test_the_table_finds_the_first_of_equal_seeds(seeds: list[int]) -> None:
    folded, rows = room_for_seeds(len(seeds))
    fold_seeds(_words(seeds), folded, rows)
    found = [int(row_of_seed(seed, folded, rows)) for seed in folded]
    assert found == [seeds.index(seed) for seed in seeds]


@given(seeds=SEEDS, first=WORDS, count=st.integers(1, 2 * BLOCK + 1))
def test_the_highest_word_wins_and_of_equal_seeds_the_first(seeds: list[int], first: int, count: int) -> None:
    hashes = np.append(_words([first]), _hashes(len(seeds), count - 1))
    out = np.empty(count, dtype=np.int32)
    place_by_words(_words(seeds), np.arange(len(seeds), dtype=np.int32) + 3, hashes, out)
    for value, bucket in zip(hashes.tolist(), out.tolist(), strict=True):
        words = [mix_int(value ^ seed) for seed in seeds]
        assert bucket == words.index(max(words)) + 3


@given(seeds=SEEDS, data=st.data())
def test_runs_of_equal_weights_bid_as_their_nodes_do(seeds: list[int], data: st.DataObject) -> None:
    """Weights that differ in the last bit too, and equal seeds of different weights."""
    some = st.sampled_from((1.0, float(np.nextafter(1.0, 2.0)), 1.00001, 3.0, 1e-9)) | st.floats(0.01, 100)
    drawn = data.draw(st.lists(some, min_size=len(seeds), max_size=len(seeds)))
    weights = np.array(sorted(drawn, reverse=True))
    bidders = Bidders(_words(seeds), weights, 1.0 / weights, np.arange(len(seeds), dtype=np.int32))
    hashes = np.append(bidders.seeds, _hashes(len(seeds), 100))
    out = np.empty(len(hashes), dtype=np.int32)
    place_by_weights(bidders, hashes, out)
    one_by_one = [int(best_weighted_bid(value, bidders.seeds, weights, None)) for value in hashes]
    assert out.tolist() == one_by_one
    words = np.empty((3, BLOCK), dtype=np.uint64)
    carp_kernel(
        hashes, bidders.seeds, weights, bidders.buckets, out, *room_for_seeds(len(seeds)), *words,
        np.empty(BLOCK),
    )  # fmt: skip
    assert out.tolist() == [int(best_uniform_bid(v, bidders.seeds, weights, None)) for v in hashes]


def test_the_rough_logarithm_keeps_its_bound() -> None:
    """Near 0 and 1, at the ends of its polynomial, and at random."""
    near = np.arange(1000, dtype=np.uint64) << np.uint64(16)
    root = np.uint64(int(2**63.5)) - (np.uint64(500) << np.uint64(16))
    words = np.concatenate([near, ~near, root + near, _hashes(3, 4000), _hashes(4, 4000) >> np.uint64(20)])
    exact = np.array([minus_log_of_uniform(word) for word in words])
    rough = -np.array([rough_log(word) for word in words])
    errors = np.abs(rough / exact - 1)
    assert errors.max() < ROUGH_ERROR
    assert errors.max() > ROUGH_ERROR / 2
