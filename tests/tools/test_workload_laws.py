"""What generated keys are drawn by: laws, the tables they are made of, and the census."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, localcontext
from importlib import resources
from itertools import accumulate

import numpy as np
import pytest
from scipy import stats

from algorithms.machinery.mixing import WORD
from experiments.workloads import CHUNK, parse
from experiments.workloads.census import PERSONS, first_names, last_names
from experiments.workloads.generated import _zipf_law
from experiments.workloads.powers import negative_powers

SEEDS = [1, 2, 3, 4, 5]


ALPHA = 1e-3 / (2 * len(SEEDS))


def _fits(counts: np.ndarray, probabilities: np.ndarray) -> bool:
    expected = probabilities / probabilities.sum() * counts.sum()
    assert expected.min() >= 5
    return bool(stats.power_divergence(counts, expected, lambda_="log-likelihood").pvalue > ALPHA)


@pytest.mark.parametrize("shift", [56, 0], ids=["high bits", "low bits"])
@pytest.mark.parametrize("seed", SEEDS)
def test_uniform_fills_equal_cells_equally(seed: int, shift: int) -> None:
    values = parse("uniform").chunk(2, seed).values
    counts = np.bincount(((values >> np.uint64(shift)) & np.uint64(255)).astype(np.int64), minlength=256)
    assert _fits(counts, np.ones(256))


def test_the_fit_test_sees_a_law_that_is_slightly_wrong() -> None:
    counts = np.bincount(parse("zipf:1.0:1000").chunk(2, 1).values.astype(np.int64), minlength=1000)
    assert not _fits(counts, np.arange(1, 1001) ** -0.98)


@pytest.mark.parametrize("text", ["zipf:1.0:1000", "zipf:0.5:1000"])
@pytest.mark.parametrize("seed", SEEDS)
def test_zipf_draws_items_by_their_powers(seed: int, text: str) -> None:
    workload = parse(text)
    counts = np.bincount(workload.chunk(2, seed).values.astype(np.int64), minlength=1000)
    assert len(counts) == 1000
    assert _fits(counts, np.arange(1, 1001) ** -float(text.split(":")[1]))


@pytest.mark.parametrize(("text", "seed"), [*(("names", seed) for seed in SEEDS), ("names:full", 6)])
def test_last_names_are_drawn_by_weight(text: str, seed: int) -> None:
    names, weights = last_names()
    drawn = Counter(key.split()[-1].decode() for key in parse(text).chunk(0, seed).tolist())
    cells = [*names[:300], *(f"other {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWYZ")]
    where = {name: row for row, name in enumerate(cells)}
    counts, expected = np.zeros(len(cells)), np.zeros(len(cells))
    for name, weight in zip(names, weights.tolist(), strict=True):
        # there are too few of X for a cell of their own
        cell = where[name] if name in where else where[f"other {name[0]}".replace("X", "Y")]
        expected[cell] += weight
        counts[cell] += drawn[name]
    assert sum(drawn.values()) == counts.sum() == CHUNK
    assert _fits(counts, expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_first_names_are_half_women_s_and_independent_of_the_last(seed: int) -> None:
    chance: Counter[str] = Counter()
    for sex in ("female", "male"):
        names, weights = first_names(sex)
        for name, share in zip(names, (weights / weights.sum() / 2).tolist(), strict=True):
            chance[name] += share
    pairs = [key.decode().split() for key in parse("names:full").chunk(0, seed).tolist()]
    common = [name for name, _ in chance.most_common(200)]
    counts = Counter(first for first, _ in pairs)
    observed = [counts[name] for name in common]
    shares = [chance[name] for name in common]
    assert _fits(np.array([*observed, CHUNK - sum(observed)]), np.array([*shares, 1 - sum(shares)]))
    initials = Counter((first[0] < "L", last[0] < "L") for first, last in pairs)
    table = [[initials[a, b] for b in (False, True)] for a in (False, True)]
    assert stats.chi2_contingency(table, correction=False).pvalue > ALPHA


@pytest.mark.parametrize("exponent", [0.0, 0.5, 0.99, 1.0, 1.1, 2.0, 10.0])
def test_powers_agree_with_forty_digits(exponent: float) -> None:
    starts = [1, 2, 3, 1000, 2**20 - 1, 99_999_990]
    with localcontext(prec=40):
        for start in starts:
            for base, power in enumerate(negative_powers(start, 3, exponent).tolist(), start):
                true = (-Decimal(exponent) * Decimal(base).ln()).exp()
                assert abs(Decimal(power) / true - 1) < Decimal("1e-13")


def test_the_table_of_zipf_is_the_cumulative_law() -> None:
    last = _zipf_law(0.99, 1000).last
    with localcontext(prec=40):
        powers = [(-Decimal("0.99") * Decimal(m).ln()).exp() for m in range(1, 1001)]
        ends = [end / sum(powers) for end in accumulate(powers)]
    assert last[-1] == WORD
    errors = [abs(Decimal(word + 1) / 2**64 - end) for word, end in zip(last.tolist(), ends, strict=True)]
    assert max(errors) < Decimal("1e-15") * 5


def test_the_table_of_zipf_is_the_same_bits_everywhere() -> None:
    # a million additions in order: any other order, or another libm, gives other bits
    assert [int(word) for word in _zipf_law(0.99, 1_000_000).last[[0, 1, 1000, 999_998]]] == [
        1198474801799481343, 1801880228437039103, 9264238594006487039, 18446742697676367871,
    ]  # fmt: skip


def test_the_weights_of_last_names_are_the_persons_counted() -> None:
    names, weights = last_names()
    assert len(names) == len(set(names)) == 88_799
    assert (np.diff(weights) <= 0).all()
    assert dict(zip(names[:3], weights[:3].tolist(), strict=True)) == {
        "SMITH": 63_277, "JOHNSON": 50_949, "WILLIAMS": 43_967,
    }  # fmt: skip
    # the number of names that 6, 7, ... persons bear, as ties in the file's order show it
    bearers, sizes = np.unique(weights, return_counts=True)
    assert bearers[:40].tolist() == list(range(6, 46))
    assert sizes[:5].tolist() == [13_123, 9_496, 7_312, 5_658, 4_686]
    assert weights.sum() / PERSONS == pytest.approx(0.90483, abs=1e-5)


def test_the_weights_stay_beside_both_printed_columns() -> None:
    for file, weights in [
        ("dist.all.last", last_names()[1]),
        ("dist.female.first", first_names("female")[1]),
        ("dist.male.first", first_names("male")[1]),
    ]:
        rows = [line.split() for line in resources.files("names").joinpath(file).read_text().splitlines()]
        percent = weights / PERSONS * 100
        assert np.abs(percent - [float(row[1]) for row in rows]).max() <= 0.00101
        assert np.abs(np.cumsum(percent) - [float(row[2]) for row in rows]).max() <= 0.004


def test_the_printed_frequencies_alone_would_lose_most_names() -> None:
    lines = resources.files("names").joinpath("dist.all.last").read_text().splitlines()
    printed = [line.split()[1] for line in lines]
    assert printed.count("0.000") == 69_960
    assert printed.count("0.001") == 11_339
    before = float(lines[printed.index("0.000") - 1].split()[2])
    assert float(lines[-1].split()[2]) - before == pytest.approx(13.003)


def test_first_names_of_nobody_are_refused() -> None:
    with pytest.raises(ValueError, match="give female or male"):
        first_names("all")
