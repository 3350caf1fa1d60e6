"""Intervals cover at their level, tests reject at theirs, and bad samples are refused.

Rates are exact sums where the law is discrete, else simulated with literal seeds and judged at a level
corrected for the number of cases.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from experiments import inference, theory
from experiments.inference import tails
from experiments.inference.verdict import (
    KINDS,
    OF_ARTICLE,
    OF_CALIBRATION,
    OF_CLAIMS,
    OF_PROPERTIES,
    Place,
    Verdict,
    bounds,
    kind_of,
    place_of,
)
from experiments.theory import ring_share
from experiments.theory.rings import ring_share_variance

RATE_LEVEL = 1e-6


def check_rate(hits: int, trials: int, rate: float, cases: int) -> None:
    """Reject a rate that no true rate of this size would show."""
    assert stats.binomtest(hits, trials, rate).pvalue > RATE_LEVEL / cases


@pytest.mark.parametrize("size", [2, 5, 30])
@pytest.mark.parametrize("level", [0.95, 0.99])
def test_t_intervals_cover_at_their_level(size: int, level: float) -> None:
    rng = np.random.default_rng([31, size])
    samples = rng.normal(7.0, 2.0, size=(1_000, size))
    covered = sum(7.0 in interval_of(inference.mean(sample, level=level)) for sample in samples)
    check_rate(covered, len(samples), level, 6)


def interval_of(estimate: inference.Estimate) -> inference.Interval:
    assert estimate.interval is not None
    return estimate.interval


@pytest.mark.parametrize("trials", [1, 10, 60])
def test_binomial_intervals_cover_at_least_at_their_level(trials: int) -> None:
    intervals = [interval_of(inference.proportion(x, trials)) for x in range(trials + 1)]
    for p in np.linspace(0, 1, 41):
        chances = stats.binom.pmf(np.arange(trials + 1), trials, p)
        coverage = sum(chance for chance, interval in zip(chances, intervals, strict=True) if p in interval)
        assert coverage >= 0.95 - 1e-9


def test_a_binomial_interval_does_not_cover_over_rings_and_t_does() -> None:
    """16 -> 17 nodes of 160 points, a million keys: the keys hardly matter, the rings do."""
    keys, rings, truth = 1_000_000, 150, 1 / 17
    rng = np.random.default_rng(32)
    moved = rng.binomial(keys, ring_share(160, 160 * 16).rvs(size=(rings, 10), random_state=rng))
    binomial = sum(truth in interval_of(inference.proportion(int(x), keys)) for x in moved[:, 0])
    assert 0.03 * rings < binomial < 0.15 * rings
    by_ring = sum(truth in interval_of(inference.mean(row / keys)) for row in moved)
    check_rate(by_ring, rings, 0.95, 1)


def test_bootstrap_intervals_cover_nearly_at_their_level() -> None:
    rng = np.random.default_rng(33)
    samples = rng.gamma(4.0, size=(300, 40))
    covered = 0
    for seed, sample in enumerate(samples):
        covered += 4.0 in interval_of(inference.bootstrap(sample, np.mean, seed=seed, resamples=999))
    assert 0.90 <= covered / len(samples) <= 0.98


def test_bootstrap_repeats_itself_and_survives_ties() -> None:
    values = np.random.default_rng(39).normal(size=20)
    first, again, other = (inference.bootstrap(values, np.mean, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.interval != other.interval
    assert interval_of(first).method == "bootstrap BCa"
    ties = inference.bootstrap([1.0] * 7 + [2.0], np.median, seed=1)
    assert interval_of(ties) == inference.Interval(1.0, 1.0, 0.95, "bootstrap percentile")
    assert interval_of(inference.bootstrap([3.0] * 5, np.mean, seed=1)) == inference.Interval(
        3.0, 3.0, 0.95, "bootstrap BCa"
    )
    assert inference.bootstrap([3.0], np.mean, seed=1).interval is None


def test_mean_agrees_rejects_at_its_level_and_finds_a_planted_bias() -> None:
    rng = np.random.default_rng(34)
    null = rng.normal(1.0, 0.5, size=(1_000, 12))
    rejections = sum(not inference.mean_agrees(row, 1).agrees(0.05) for row in null)
    check_rate(rejections, len(null), 0.05, 2)
    shift = 0.5
    power = 1 - stats.nct.cdf(stats.t.isf(0.025, 11), 11, shift / 0.5 * math.sqrt(12))
    found = sum(not inference.mean_agrees(row + shift, 1).agrees(0.05) for row in null)
    check_rate(found, len(null), float(power), 2)


@pytest.mark.parametrize("expected", [Fraction(1, 17), Fraction(1, 2), 0.3])
def test_proportion_agrees_rejects_at_most_at_its_level(expected: float | Fraction) -> None:
    trials = 200
    chances = stats.binom.pmf(np.arange(trials + 1), trials, float(expected))
    results = [inference.proportion_agrees(x, trials, expected) for x in range(trials + 1)]
    rejected = sum(chance for chance, result in zip(chances, results, strict=True) if not result.agrees(0.05))
    assert 0.02 < rejected <= 0.05 + 1e-12
    assert all(
        result.effect == pytest.approx(x / trials - float(expected)) for x, result in enumerate(results)
    )


@pytest.mark.parametrize(
    ("moved", "expected", "p_value"), [(0, 0, 1.0), (1, 0, 0.0), (5, 1, 1.0), (4, 1, 0.0)]
)
def test_proportion_agrees_where_nothing_or_everything_moves(
    moved: int, expected: int, p_value: float
) -> None:
    result = inference.proportion_agrees(moved, 5, expected)
    assert result.p_value == p_value
    assert result.standardised == (0.0 if p_value else math.copysign(math.inf, result.effect))


def test_paired_differences_forget_what_pairs_share() -> None:
    rng = np.random.default_rng(35)
    shared = rng.normal(0, 100, size=30)
    estimate = inference.paired_difference(shared + 1 + rng.normal(0, 0.1, 30), shared)
    assert interval_of(estimate).low == pytest.approx(1, abs=0.1)
    assert interval_of(estimate).high == pytest.approx(1, abs=0.1)
    with pytest.raises(ValueError, match="30 and 29 repetitions"):
        inference.paired_difference(shared, shared[:-1])


def test_holm_by_its_definition() -> None:
    """Step down: the smallest times t, the next times t - 1, ..., never below the one before."""
    rng = np.random.default_rng(36)
    for size in (1, 2, 5):
        p = rng.random(size) / 4
        ranked = sorted(p)
        steps = [min(1.0, (size - i) * x) for i, x in enumerate(ranked)]
        expected = dict(zip(ranked, itertools.accumulate(steps, max), strict=True))
        assert inference.holm(p).tolist() == [expected[x] for x in p]
    assert inference.holm([]).tolist() == []
    assert inference.holm([0.02, 0.02]).tolist() == [0.04, 0.04]


def test_holm_keeps_false_rejections_of_a_family_rare() -> None:
    rng = np.random.default_rng(37)
    families = rng.random((5_000, 8))
    wrong = sum(bool((inference.holm(family) <= 0.05).any()) for family in families)
    check_rate(wrong, len(families), 1 - (1 - 0.05 / 8) ** 8, 1)


def test_equivalence_is_an_interval_within_the_margin() -> None:
    """The p-value is at most alpha just where the interval of level 1 - 2 alpha lies within the margin."""
    rng = np.random.default_rng(41)
    for row in rng.normal(0.3, 1.0, size=(300, 12)):
        found = inference.mean_equivalent(row, 0, 1.0, alpha=0.05)
        within = found.interval.low > -1.0 and found.interval.high < 1.0
        assert found.holds(0.05) == within
        assert found.interval.level == 0.9
        sides = [
            stats.ttest_1samp(row, margin, alternative=side).pvalue
            for margin, side in ((-1.0, "greater"), (1.0, "less"))
        ]
        assert found.p_value == pytest.approx(max(sides), rel=1e-8)
    assert inference.mean_equivalent([1.0, 1.0], 1, 0.1).p_value == 0.0
    assert inference.mean_equivalent([2.0, 2.0], 1, 0.1).p_value == 1.0


def test_statistics_of_loads_are_those_of_scipy() -> None:
    load, shares = np.array([30, 50, 20, 41]), np.array([1.0, 2.0, 1.0, 1.5])
    expected = shares / shares.sum() * load.sum()
    for statistic, lambda_ in (("g", "log-likelihood"), ("chi-square", "pearson")):
        theirs = stats.power_divergence(load, expected, lambda_=lambda_)
        ours = inference.loads_agree(load, shares, statistic=statistic)
        assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-8)
        assert (1 + ours.effect) * 3 == pytest.approx(theirs.statistic, rel=1e-8)


@pytest.mark.parametrize("degrees", [1, 9, 250.5])
def test_tails_are_those_of_scipy(degrees: float) -> None:
    for value in (-7.5, -0.3, 0.0, 1.0, 40.0):
        assert tails.t_below(value, degrees) == stats.t.cdf(value, degrees)
        assert tails.t_below(-value, degrees) == stats.t.sf(value, degrees)
        law = stats.chi2(degrees)
        assert tails.chi_square_tails(abs(value), degrees) == (law.cdf(abs(value)), law.sf(abs(value)))
        assert tails.noncentral_t_below(value, degrees, 2.5) == pytest.approx(
            stats.nct.cdf(value, degrees, 2.5), rel=1e-12
        )
    for chance in (1e-4, 0.3, 0.975):
        assert tails.t_quantile(chance, degrees) == stats.t.ppf(chance, degrees)
        assert ring_share_variance(chance, degrees) == stats.beta(chance, degrees).var()


def test_comparisons_of_all_pairs_are_those_of_scipy_corrected() -> None:
    rng = np.random.default_rng(42)
    shared = rng.normal(0, 50, 20)
    values = {label: shared + rng.normal(shift, 1, 20) for label, shift in (("a", 0), ("b", 0), ("c", 3))}
    made = inference.compare(values, margin=1.0)
    assert [(pair.ours, pair.theirs) for pair in made] == [("a", "b"), ("a", "c"), ("b", "c")]
    for pair in made:
        theirs = stats.ttest_rel(values[pair.ours], values[pair.theirs])
        assert pair.p_value == pytest.approx(theirs.pvalue, rel=1e-6)
        assert pair.difference.value == pytest.approx(np.mean(values[pair.ours] - values[pair.theirs]))
        assert pair.effect == pytest.approx(theirs.statistic / math.sqrt(20))
        assert pair.effect == inference.cohen_d(
            inference.differences(values[pair.ours], values[pair.theirs]), 0
        )
        assert pair.equivalence is not None
    assert [pair.corrected < 0.01 for pair in made] == [False, True, True]
    assert [pair.corrected for pair in made] == inference.holm([pair.p_value for pair in made]).tolist()


@pytest.mark.parametrize("power", [0.5, 0.8, 0.99])
def test_what_is_needed_is_the_least_that_suffices(power: float) -> None:
    r = inference.repetitions_needed(0.3, 1.0, power=power)
    m = inference.keys_needed(0.002, 0.1, power=power)
    k = inference.keys_needed_for_cv(0.05, 10, power=power)
    assert r is not None
    assert m is not None
    assert k is not None
    assert inference.mean_power(0.3, r) >= power > inference.mean_power(0.3, r - 1)
    assert inference.fraction_power(m, 0.1, 0.102) >= power > inference.fraction_power(m - 1, 0.1, 0.102)
    assert inference.loads_power(0.05, 10, k) >= power > inference.loads_power(0.05, 10, k - 1)
    assert inference.smallest_difference(1.0, r, power=power) <= 0.3
    assert inference.smallest_cv(10, k, power=power) == pytest.approx(0.05, rel=1e-3)


def test_power_has_ends() -> None:
    assert inference.repetitions_needed(1e-12, 1.0) is None
    assert inference.keys_needed_for_cv(1e-12, 10) is None
    assert inference.repetitions_needed(0.1, 0.0) == 2
    assert inference.mean_power(1e6, 30) == 1.0
    assert inference.loads_power(0.0, 10, 100) == 0.05
    assert inference.loads_power(1.0, 10, 10**9) == 1.0
    assert inference.fraction_power(100, 0.5, 1.0) == 1.0


def test_equal_repetitions_have_an_interval_of_no_width() -> None:
    estimate = inference.mean([0.1] * 10)
    assert estimate.value == 0.1
    assert interval_of(estimate) == inference.Interval(0.1, 0.1, 0.95, "t")
    assert inference.mean([0.1]).interval is None
    assert inference.mean_agrees([0.1] * 10, 0.1).p_value == 1.0
    assert inference.mean_agrees([0.1] * 10, 0.2).p_value == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inference.mean([]), "at least one value"),
        (lambda: inference.mean([1.0, math.nan]), "infinite or missing"),
        (lambda: inference.mean([[1.0], [2.0]]), "one dimension"),
        (lambda: inference.mean([1.0, 2.0], level=95), "between 0 and 1"),
        (lambda: inference.bootstrap([math.inf, 1.0], np.mean, seed=1), "infinite or missing"),
        (lambda: inference.proportion(3, 2), "3 of 2 keys"),
        (lambda: inference.proportion(0, 0), "at least one trial"),
        (lambda: inference.proportion_agrees(1, 2, 1.5), r"in \[0, 1\]"),
        (lambda: inference.mean_agrees([1.0], 1), "at least 2"),
        (lambda: inference.holm([0.5, math.nan]), "outside"),
        (lambda: inference.holm([1.5]), "outside"),
        (lambda: inference.mean_equivalent([1.0], 1, 0.1), "at least 2"),
        (lambda: inference.mean_equivalent([1.0, 2.0], 1, 0.0), "smallest difference that matters"),
        (lambda: inference.mean_equivalent([1.0, 2.0], 1, 0.1, alpha=0.7), "between 0 and 0.5"),
        (lambda: inference.loads_agree([5]), "fewer than 2"),
        (lambda: inference.loads_agree([3, 4]), "a node expects 3.5 keys"),
        (lambda: inference.dispersion_agrees([1.0], 1, 0.0), "a variance of 0.0"),
        (lambda: inference.mean_by_law([1.0], math.nan), "a variance of nan"),
        (lambda: inference.cv_by_law([0.1], 1), "at least 2 nodes"),
        (lambda: inference.cohen_d([1.0], 1), "at least 2"),
        (lambda: inference.relative_excess(-0.1, 0.5), "values from 0"),
        (lambda: inference.mean_power(0.5, 1), "at least 2"),
        (lambda: inference.repetitions_needed(0.0, 1.0), "not 0"),
        (lambda: inference.keys_needed(0.1, 0.5, power=1.0), "between 0 and 1"),
        (lambda: inference.fraction_power(10, 0, 0.5), r"in \(0, 1\)"),
        (lambda: inference.loads_power(0.1, 1, 10), "at least 2, 1 and 0"),
        (lambda: inference.cv_of_excess(0.1, 1), "one alone"),
        (lambda: inference.paired_difference([1.0, 2.0], [1.0]), "2 and 1 repetitions"),
    ],
)
def test_bad_samples_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("word", [*OF_ARTICLE, *OF_CALIBRATION, *OF_CLAIMS, *OF_PROPERTIES])
def test_every_word_of_a_judge_has_a_kind(word: str) -> None:
    assert Verdict(word).kind is KINDS[word] is kind_of(word)


@pytest.mark.parametrize(
    ("relation", "low", "high", "place"),
    [
        ("equals", 0.9, 1.1, Place.WITHIN),
        ("equals", 1.0, 1.3, Place.ACROSS),
        ("equals", 1.25, 1.3, Place.BESIDE),
        ("at most", -math.inf, 1.1, Place.WITHIN),
        ("at most", 1.0, 1.3, Place.ACROSS),
        ("at most", 1.25, math.inf, Place.BESIDE),
        ("at least", 0.9, math.inf, Place.WITHIN),
        ("at least", 0.0, 0.9, Place.ACROSS),
        ("at least", -math.inf, 0.75, Place.BESIDE),
    ],
)
def test_an_interval_lies_within_across_or_beside_what_a_statement_allows(
    relation: str, low: float, high: float, place: Place
) -> None:
    assert place_of(low, high, bounds(1.0, relation, 0.125)) is place
    exact = low if math.isfinite(low) else high
    assert place_of(exact, exact, bounds(1.0, relation, 0.125)) is not Place.ACROSS


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999, 1 - 0.05 / 28])
def test_the_interval_of_a_median_is_that_of_scipy(level: float) -> None:
    """Ours asks the binomial law itself, since `scipy.stats` takes a second to import."""
    for size in (*range(1, 40), 500):
        values = np.random.default_rng(size).permutation(size) / 8  # no digits that are rounded away
        theirs = stats.quantile_test(values, p=0.5).confidence_interval(level)
        ours = inference.median(values, level=level).interval
        if ours is None:
            assert not (np.isfinite(theirs.low) and np.isfinite(theirs.high))
        else:
            assert (ours.low, ours.high) == (theirs.low, theirs.high)


def test_squares_needed_show_equivalence_as_often_as_they_say() -> None:
    degrees = inference.squares_needed(0.1, alpha=0.001, power=0.8)
    ratios = np.random.default_rng(4).chisquare(degrees, size=2_000) / degrees
    shown = sum(inference.squares_equivalent(float(ratio), degrees, 0.1) <= 0.001 for ratio in ratios)
    assert inference.proportion_agrees(shown, 2_000, 0.8).agrees(0.001)


@pytest.mark.parametrize("points", [1, 10])
def test_cv_squared_of_many_rings_holds_small_levels_however_few_their_points(points: int) -> None:
    """CV² of one ring of one point is more skewed than chi-square; the mean of hundreds hardly is."""
    n, rings, sets = 4, 250, 8_000
    law = float(theory.ring_share_cv_squared(n, points))
    degrees = inference.degrees_of(law, float(theory.cv_squared_variance(n, points=points)), rings)
    draws = np.random.default_rng(points).standard_gamma(points, size=(sets, rings, n))
    squares = (draws / draws.sum(axis=2, keepdims=True)).var(axis=2).mean(axis=1) * n * n
    rejected = sum(inference.squares_agree(float(one) / law, degrees).p_value < 0.01 for one in squares)
    assert inference.proportion_agrees(rejected, sets, 0.01).agrees(0.001)


def test_values_of_single_draws_are_as_near_as_chance_has_them_and_means_are_nearer() -> None:
    generator = np.random.default_rng(6)
    degrees = [50.0, 900.0, 1000.0, 10.0]
    single = [
        inference.squares_so_near((generator.chisquare(degrees) / degrees).tolist(), degrees)
        for _ in range(500)
    ]
    assert stats.kstest(single, "uniform").pvalue > 0.001
    means = (generator.chisquare(degrees, size=(200, 4)) / degrees).mean(axis=0)
    assert inference.squares_so_near(means.tolist(), degrees) < 0.01
