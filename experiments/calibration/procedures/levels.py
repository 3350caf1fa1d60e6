"""Tests at the level of one of many in a family, on arrays of data sets: how often they reject a true law.

At so small a level a test's tail is asked for, and 10^6 data sets are needed to see it. The tests are those
of `experiments.inference`, written for arrays; tests hold each to its original, data set by data set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from experiments.calibration.procedure import procedure
from experiments.calibration.procedures.draws import MOVED, NODES, POINTS, ring_movements
from experiments.inference.levels import FAMILY, FAMILY_LEVEL

Reals: TypeAlias = NDArray[np.float64]

ONE_OF_MANY: Final = FAMILY_LEVEL / FAMILY
REPETITIONS: Final = 10
FEW: Final = 10
"""Nodes: the fewest of a large run, where CV² is most skewed."""

KEYS: Final = 50_000
MANY: Final = 200
PART: Final = 5_000


def z_p_values(values: Reals, law: float, variance: float) -> Reals:
    """Return `mean_agrees` of each row, by z."""
    from scipy import special

    z = (values.mean(axis=1) - law) / np.sqrt(variance / values.shape[1])
    result: Reals = 2 * special.ndtr(-np.abs(z))
    return result


def t_p_values(values: Reals, law: float) -> Reals:
    """Return `mean_agrees` of each row, by t."""
    from scipy import special

    size = values.shape[1]
    t = (values.mean(axis=1) - law) / (values.std(axis=1, ddof=1) / np.sqrt(size))
    result: Reals = 2 * special.stdtr(size - 1, -np.abs(t))
    return result


def square_p_values(ratios: Reals, degrees: float) -> Reals:
    """Return `squares_agree` of each ratio."""
    from scipy import special

    tails = special.chdtr(degrees, degrees * ratios), special.chdtrc(degrees, degrees * ratios)
    result: Reals = np.minimum(1.0, 2 * np.minimum(*tails))
    return result


def dispersion_p_values(values: Reals, law: float, variance: float, kurtosis: float = 0.0) -> Reals:
    """Return `dispersion_agrees` of each row."""
    ratios: Reals = ((values - law) ** 2).mean(axis=1) / variance
    return square_p_values(ratios, 2 * values.shape[1] / (2 + kurtosis))


def equivalence_p_values(values: Reals, law: float, margin: float, variance: float) -> Reals:
    """Return `mean_equivalent` of each row, by z."""
    from scipy import special

    effect, error = values.mean(axis=1) - law, np.sqrt(variance / values.shape[1])
    result: Reals = np.maximum(
        special.ndtr(-(effect + margin) / error), special.ndtr((effect - margin) / error)
    )
    return result


def ring_variance() -> float:
    """Return the variance of `ring_movements`."""
    from experiments.theory import ring_share_variance

    return ring_share_variance(POINTS, NODES * POINTS)


def loads_of(rng: np.random.Generator, shape: tuple[int, ...]) -> Reals:
    """Return CV² over its law, of loads of few nodes of equal shares."""
    load = rng.multinomial(KEYS, np.full(FEW, 1 / FEW), size=shape)
    squares: Reals = (FEW * (load.astype(np.float64) ** 2).sum(axis=-1) / KEYS**2 - 1) / ((FEW - 1) / KEYS)
    return squares


def _counted(seed: int, count: int, p_values: Callable[[np.random.Generator, int], Reals]) -> int:
    """Count the data sets that are rejected, a part at a time."""
    rng = np.random.default_rng(seed)
    return sum(int((p_values(rng, size) <= ONE_OF_MANY).sum()) for size in _parts(count))


def _parts(count: int) -> Iterator[int]:
    for start in range(0, count, PART):
        yield min(PART, count - start)


@procedure("level", "z, movement of 10 rings", ONE_OF_MANY, many=MANY)
def z_of_rings(seed: int, count: int) -> int:
    """Count the hits."""
    variance = ring_variance()
    return _counted(
        seed, count, lambda rng, size: z_p_values(ring_movements(rng, (size, REPETITIONS)), MOVED, variance)
    )


@procedure("level", "z, movement of 50,000 keys, 10 repetitions", ONE_OF_MANY, many=MANY)
def z_of_counts(seed: int, count: int) -> int:
    """Count the hits."""
    variance = MOVED * (1 - MOVED) / KEYS
    return _counted(
        seed,
        count,
        lambda rng, size: z_p_values(rng.binomial(KEYS, MOVED, (size, REPETITIONS)) / KEYS, MOVED, variance),
    )


@procedure("level", "t, movement of 10 rings", ONE_OF_MANY, many=MANY)
def t_of_rings(seed: int, count: int) -> int:
    """Count the hits."""
    return _counted(
        seed, count, lambda rng, size: t_p_values(ring_movements(rng, (size, REPETITIONS)), MOVED)
    )


@procedure("level", "chi-square, mean CV² of 10 nodes, 10 repetitions", ONE_OF_MANY, many=MANY)
def chi_square_of_squares(seed: int, count: int) -> int:
    """Count the hits."""
    return _counted(
        seed,
        count,
        lambda rng, size: square_p_values(
            loads_of(rng, (size, REPETITIONS)).mean(axis=1), REPETITIONS * (FEW - 1)
        ),
    )


@procedure(
    "level", "scaled chi-square, mean CV² of 10 rings of 10 nodes × 160 points", ONE_OF_MANY, many=MANY
)
def chi_square_of_ring_squares(seed: int, count: int) -> int:
    """Count the hits."""
    from experiments import inference, theory

    law = float(theory.ring_share_cv_squared(FEW, POINTS))
    degrees = inference.degrees_of(law, float(theory.cv_squared_variance(FEW, points=POINTS)), REPETITIONS)

    def p_values(rng: np.random.Generator, size: int) -> Reals:
        """Return those of so many sets of rings."""
        lengths = rng.standard_gamma(POINTS, (size, REPETITIONS, FEW))
        shares = lengths / lengths.sum(axis=-1, keepdims=True)
        return square_p_values((FEW * (shares**2).sum(axis=-1) - 1).mean(axis=1) / law, degrees)

    return _counted(seed, count, p_values)


@procedure("level", "dispersion of 10 rings, with the kurtosis of their law", ONE_OF_MANY, many=MANY)
def dispersion_of_few_rings(seed: int, count: int) -> int:
    """Count the hits."""
    from experiments.theory import ring_share_kurtosis

    variance, kurtosis = ring_variance(), ring_share_kurtosis(POINTS, NODES * POINTS)
    return _counted(
        seed,
        count,
        lambda rng, size: dispersion_p_values(
            ring_movements(rng, (size, REPETITIONS)), MOVED, variance, kurtosis
        ),
    )


@procedure("level", "TOST by z, 10 repetitions at the margin", ONE_OF_MANY, many=MANY)
def equivalence_by_law(seed: int, count: int) -> int:
    """Count the hits."""
    return _counted(
        seed,
        count,
        lambda rng, size: equivalence_p_values(rng.normal(1.05, 0.01, (size, REPETITIONS)), 1.0, 0.05, 1e-4),
    )


@procedure(
    "level", f"Holm, any of {FAMILY} true hypotheses, at {FAMILY_LEVEL:.0%}",
    1 - (1 - FAMILY_LEVEL / FAMILY) ** FAMILY, many=20,
)  # fmt: skip
def holm_of_many(seed: int, count: int) -> int:
    """Count the hits: the least of a family is what Holm looks at first."""
    rng = np.random.default_rng(seed)
    return sum(
        int((rng.random((size, FAMILY)).min(axis=1) * FAMILY <= FAMILY_LEVEL).sum()) for size in _parts(count)
    )


@procedure(
    "warning", f"t, mean CV² of 10 nodes, 10 repetitions, at the level of one of {FAMILY}", 4 * ONE_OF_MANY,
    relation="at least", many=MANY,
)  # fmt: skip
def t_of_squares(seed: int, count: int) -> int:
    """Count the hits."""
    return _counted(seed, count, lambda rng, size: t_p_values(loads_of(rng, (size, REPETITIONS)), 1.0))


@procedure(
    "warning", "dispersion, 5 %, movement of 50,000 draws of 1000 keys (Zipf), 10 repetitions", 0.2,
    relation="at least", cost=5,
)  # fmt: skip
def dispersion_of_repeated_keys(seed: int, count: int) -> int:
    """Count the hits."""
    from experiments.inference.levels import ALPHA

    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, 1_001)
    weights /= weights.sum()
    variance, hits = MOVED * (1 - MOVED) * float((weights**2).sum()), 0
    for size in _parts(count):
        moved = (rng.random((size, REPETITIONS, weights.size)) < MOVED) @ weights
        hits += int((dispersion_p_values(moved, MOVED, variance) <= ALPHA).sum())
    return hits
