"""Power: what a run of a given size can see, and the size that it takes to see it.

Three questions, each both ways round. A mean over repetitions (movement over rings, max/mean, a paired
difference) is compared by a t test; its power follows the noncentral t law. A fraction of independent keys is
compared by a binomial test, here in its normal approximation. Loads are compared with equal shares by G or
chi-square, whose power follows the noncentral chi-square law in Cohen's w, which is the CV of the shares.
(Cohen 1988, chapters 2, 6 and 7.)
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from experiments.inference.levels import ALPHA
from experiments.inference.samples import check_level, finite
from experiments.inference.tails import (
    chi_square_above,
    chi_square_tails,
    noncentral_t_below,
    normal_quantile,
    t_quantile,
)
from experiments.measures import rounded

POWER = 0.8
"""Chance to find the difference, unless said otherwise."""

LARGEST = 10**18
"""A number of keys or repetitions beyond which nobody will look."""


def mean_power(effect: float, repetitions: int, *, alpha: float = ALPHA) -> float:
    """Chance that a two-sided t test finds a difference of so many standard deviations.

    Examples
    --------
    >>> round(mean_power(0.5, 34), 3), round(mean_power(0.0, 34), 3)
    (0.808, 0.05)
    """
    check_level(alpha)
    if repetitions < 2:
        raise ValueError(f"{repetitions} repetitions; a test of a mean needs at least 2")
    degrees, centre = repetitions - 1, abs(effect) * math.sqrt(repetitions)
    bound = -t_quantile(alpha / 2, degrees)
    if centre > bound + 40:  # scipy's noncentral t gives up far beyond certainty
        return 1.0
    beyond = 1 - noncentral_t_below(bound, degrees, centre)
    # scipy gives no number for the other tail where it is too small to be one
    return beyond + float(np.nan_to_num(noncentral_t_below(-bound, degrees, centre)))


def repetitions_needed(
    difference: float, deviation: float, *, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """Repetitions (rings) for which a t test finds a difference of a mean with this power.

    Examples
    --------
    >>> repetitions_needed(0.5, 1.0)
    34
    """
    _check(difference, deviation, power)
    effect = abs(difference) / deviation if deviation else math.inf
    return _least(lambda r: math.isinf(effect) or mean_power(effect, r, alpha=alpha) >= power, 2)


def smallest_difference(
    deviation: float, repetitions: int, *, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Return the smallest difference of a mean that a run of so many repetitions could have seen.

    Examples
    --------
    >>> smallest_difference(1.0, 34)
    0.495028098
    """
    _check(1.0, deviation, power)
    return rounded(deviation * _smallest_effect(repetitions, alpha, power))


def smallest_difference_by_law(
    deviation: float, repetitions: int, *, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Return the smallest difference of a mean that a z test, of the law's deviation, could have seen.

    Examples
    --------
    >>> round(smallest_difference_by_law(1.0, 34), 4)
    0.4805
    """
    check_level(alpha)
    _check(1.0, deviation, power)
    reach = normal_quantile(power) - normal_quantile(alpha / 2)
    return rounded(deviation * reach / math.sqrt(repetitions))


def smallest_square(degrees: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Return the smallest excess of CV² over its law, as a part of it, that `squares_agree` could have seen.

    Examples
    --------
    >>> round(smallest_square(99), 3)
    0.476
    """
    check_level(alpha)
    return rounded(chi_square_above(alpha / 2, degrees) / chi_square_above(power, degrees) - 1)


def squares_needed(margin: float, *, alpha: float = ALPHA, power: float = POWER) -> int:
    """Degrees of freedom for which CV² that follows its law is shown to be within a margin of it.

    Examples
    --------
    >>> squares_needed(0.1), squares_needed(0.1, alpha=0.0001)
    (1723, 5085)
    """
    check_level(alpha)

    def shown(degrees: int) -> bool:
        most = (1 + margin) * chi_square_above(1 - alpha, degrees)
        least = (1 - margin) * chi_square_above(alpha, degrees)
        below, above = chi_square_tails(most, degrees)[0], chi_square_tails(least, degrees)[0]
        return below - above >= power

    found = _least(shown, 1)
    assert found is not None
    return found


@functools.cache
def _smallest_effect(repetitions: int, alpha: float, power: float) -> float:
    return _root(lambda effect: mean_power(effect, repetitions, alpha=alpha) - power)


def fraction_power(keys: int, expected: float | Fraction, true: float, *, alpha: float = ALPHA) -> float:
    """Chance that a two-sided binomial test finds that a fraction is not the expected one (normal law).

    Examples
    --------
    >>> round(fraction_power(10_000, 1 / 17, 0.065), 3)
    0.737
    """
    check_level(alpha)
    p = float(expected)
    if not (0 < p < 1 and 0 <= true <= 1):
        raise ValueError(f"fractions {p} and {true}; give an expected one in (0, 1) and a true one in [0, 1]")
    from scipy import stats

    reach = float(stats.norm.isf(alpha / 2)) * math.sqrt(p * (1 - p) / keys)
    error = math.sqrt(true * (1 - true) / keys)
    if not error:
        return float(abs(true - p) > reach)
    above, below = (p + reach - true) / error, (p - reach - true) / error
    return float(stats.norm.sf(above) + stats.norm.cdf(below))


def keys_needed(
    difference: float, expected: float | Fraction, *, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """Keys for which a binomial test finds a difference of a fraction from its law with this power.

    Examples
    --------
    >>> keys_needed(0.001, Fraction(1, 17))
    436612
    """
    _check(difference, 0.0, power)
    true = float(expected) + difference
    return _least(lambda m: fraction_power(m, expected, true, alpha=alpha) >= power, 1)


def loads_power(cv: float, nodes: int, keys: int, *, alpha: float = ALPHA) -> float:
    """Chance that chi-square finds that shares are not equal, if their CV is this; G too, if it is small.

    Chi-square's noncentrality is m CV² whatever the shares are. That of G is 2 m KL, which is the same for
    small differences only: `shares_power` has it.

    Examples
    --------
    >>> round(loads_power(0.01, 16, 200_000), 3)
    0.83
    """
    if nodes < 2 or keys < 1 or cv < 0:
        raise ValueError(f"{nodes} nodes, {keys} keys, a CV of {cv}; give at least 2, 1 and 0")
    return _noncentral_power(keys * cv * cv, nodes, alpha)


def shares_power(
    shares: ArrayLike, keys: int, expected: ArrayLike | None = None, *, alpha: float = ALPHA
) -> float:
    """Chance that G finds that keys fall by other shares than the expected (equal) ones.

    G is about noncentral chi-square, of noncentrality 2 m KL(shares, expected): the value that G itself has
    where loads are just as these shares say.

    Examples
    --------
    >>> round(shares_power([1.1, *[1 - 0.1 / 15] * 15], 20_000), 4)
    0.5935
    """
    true = finite(shares)
    law = np.ones_like(true) if expected is None else finite(expected)
    if true.size != law.size or true.size < 2 or keys < 1 or true.min() < 0 or not law.min() > 0:
        raise ValueError(f"{true.size} and {law.size} shares, {keys} keys; give as many of each, not below 0")
    true, law = true / true.sum(), law / law.sum()
    some = true > 0
    distance = math.fsum((true[some] * np.log(true[some] / law[some])).tolist())
    return _noncentral_power(2 * keys * max(0.0, distance), true.size, alpha)


def _noncentral_power(beyond: float, nodes: int, alpha: float) -> float:
    check_level(alpha)
    from scipy import stats

    bound = float(stats.chi2.isf(alpha, nodes - 1))
    if beyond > 1e7:  # certain, and more than scipy's series is made for
        return 1.0
    return float(stats.ncx2.sf(bound, nodes - 1, beyond)) if beyond else alpha


def keys_needed_for_cv(cv: float, nodes: int, *, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Keys for which chi-square (and G, nearly) finds shares with this CV to be unequal, with this power.

    Examples
    --------
    >>> keys_needed_for_cv(0.01, 16)
    188111
    """
    _check(cv, 0.0, power)
    return _least(lambda m: loads_power(cv, nodes, m, alpha=alpha) >= power, 1)


def smallest_cv(nodes: int, keys: int, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Return the smallest CV of shares that chi-square (and G, nearly) could have seen with so many keys.

    Examples
    --------
    >>> smallest_cv(16, 188_111)
    0.009999997009
    """
    _check(1.0, 0.0, power)
    return rounded(_root(lambda cv: loads_power(cv, nodes, keys, alpha=alpha) - power))


def cv_of_excess(excess: float, nodes: int) -> float:
    """CV of the shares if one node has so much more than its share, and the others alike less.

    Examples
    --------
    >>> cv_of_excess(0.05, 26)
    0.01
    """
    if nodes < 2:
        raise ValueError(f"{nodes} nodes; one alone cannot have more than its share")
    return abs(excess) / math.sqrt(nodes - 1)


def _check(difference: float, deviation: float, power: float) -> None:
    if not difference or not math.isfinite(difference) or not 0 <= deviation < math.inf:
        raise ValueError(f"a difference of {difference} with deviation {deviation}; give finite ones, not 0")
    if not 0 < power < 1:
        raise ValueError(f"a power of {power}; give one between 0 and 1, such as {POWER}")


def _least(enough: Callable[[int], bool], start: int) -> int | None:
    """Return the least whole number from `start` on that is enough, if more never is less."""
    high = start
    while not enough(high):
        high *= 2
        if high > LARGEST:
            return None
    low = max(start - 1, high // 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _root(short: Callable[[float], float]) -> float:
    """Return where a rising function of an effect comes to 0, by halving: few need it, and no import."""
    high = 1.0
    while short(high) < 0:
        high *= 2
    low = high / 2
    while short(low) > 0:
        low /= 2
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if short(middle) < 0 else (low, middle)
    return high
