"""Comparisons of algorithms over the same repetitions: the same keys, the same seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from numpy.typing import ArrayLike

from experiments.inference.agreement import mean_agrees
from experiments.inference.corrections import holm
from experiments.inference.effects import cohen_d
from experiments.inference.equivalence import mean_equivalent
from experiments.inference.estimates import mean
from experiments.inference.levels import LEVEL
from experiments.inference.samples import Estimate, differences


def paired_difference(ours: ArrayLike, theirs: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Mean difference of two algorithms over the same repetitions (same keys, same seeds).

    Examples
    --------
    >>> paired_difference([3.0, 4.0, 5.0], [2.0, 3.0, 4.0]).value
    1.0
    """
    return mean(differences(ours, theirs), level=level)


@dataclass(frozen=True)
class Comparison:
    """Two algorithms, compared over the same repetitions.

    Attributes
    ----------
    ours, theirs
        Their labels.
    difference
        Mean of ours minus theirs, with its t interval.
    p_value
        Of the paired t test.
    corrected
        The same, corrected by Holm over the family.
    effect
        Cohen's d_z.
    equivalence
        p-value of the test that the difference is within the margin; None where none was given.
    """

    ours: str
    theirs: str
    difference: Estimate
    p_value: float
    corrected: float
    effect: float
    equivalence: float | None


def compare(
    values: Mapping[str, ArrayLike], *, margin: float | None = None, level: float = LEVEL
) -> list[Comparison]:
    """Compare each algorithm with each other, paired by repetition; a family corrected by Holm.

    Examples
    --------
    >>> made = compare({"a": [1.0, 2.0, 3.1], "b": [1.1, 2.1, 3.1], "c": [9.0, 9.9, 11.2]})
    >>> [(pair.ours, pair.theirs, pair.corrected < 0.05) for pair in made]
    [('a', 'b', False), ('a', 'c', True), ('b', 'c', True)]
    """
    found = []
    for ours, theirs in combinations(values, 2):
        apart = differences(values[ours], values[theirs])
        p_value = mean_agrees(apart, 0).p_value
        same = None if margin is None else mean_equivalent(apart, 0, margin).p_value
        estimate = mean(apart, level=level)
        found.append(Comparison(ours, theirs, estimate, p_value, p_value, cohen_d(apart, 0), same))
    corrected = holm([pair.p_value for pair in found])
    return [replace(pair, corrected=float(p)) for pair, p in zip(found, corrected, strict=True)]
