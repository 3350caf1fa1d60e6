"""Is one build slower than another? Judged on paired ratios, with a machine in mind that others use as well.

A *round* times both builds, one right after the other, so that what slows the machine down slows both. A
*launch* is a fresh pair of processes with some rounds. Where a process' memory happens to lie makes it faster
or slower by some percent for as long as it lives, so rounds of one launch agree with each other more than
they agree with the truth: the unit of replication is the launch. Each gives one number, the median over its
rounds of the logarithm of the ratio, and Student's t over launches does the rest.

Two looks keep both kinds of error rare. The first look, a few launches of all cases, only screens. What it
suspects is timed anew in more launches, and the second look judges these alone, corrected for their number
after Holm: a false regression anywhere in the suite then has at most the chance `ALPHA` / 2, and the few
cases that remain need no correction for the many that were not suspected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from experiments.inference import TestResult

SCREEN = 0.25
"""In the first look a case is suspected at this level, for itself: rather too many than one too few."""

ALPHA = 0.01
"""Chance of any false verdict in the second look, slower or faster."""

TOLERANCE = 0.05
"""By how much a build may differ before it counts."""

SLOWER, FASTER, SAME = "slower", "faster", "as fast"


@dataclass(frozen=True)
class Verdict:
    """What is said of one case.

    Parameters
    ----------
    case
        The benchmark with its parameters.
    base, this
        Nanoseconds of a call: the median over all rounds.
    ratio
        Time of this build over that of the base: the geometric mean over launches.
    low, high
        Its 95 % interval.
    p_value
        Chance of a difference beyond the tolerance at least as clear, if there is none; corrected.
    word
        `SLOWER`, `FASTER` or `SAME`: the latter says only that nothing else could be shown.
    """

    case: str
    base: float
    this: float
    ratio: float
    low: float
    high: float
    p_value: float
    word: str


Times = Sequence[ArrayLike]
"""Of one case: for each launch (rounds, 2) nanoseconds, base and this; as many rounds as it had time for."""


def log_ratios(times: Times) -> NDArray[np.float64]:
    """Return one number a launch: the median over its rounds of log(this / base).

    Examples
    --------
    >>> np.exp(log_ratios([[[100, 200], [110, 220], [100, 900]]])).round(9)
    array([2.])
    """
    medians = []
    for launch in times:
        pairs = np.asarray(launch, dtype=np.float64)
        if pairs.ndim != 2 or pairs.shape[1] != 2 or not pairs.size or not (pairs > 0).all():
            raise ValueError("a launch has (rounds, 2) positive times, and one round at least")
        medians.append(float(np.median(np.log(pairs[:, 1] / pairs[:, 0]))))
    return np.array(medians, dtype=np.float64)


def suspects(samples: Mapping[str, Times], *, tolerance: float = TOLERANCE) -> list[str]:
    """Return the cases that deserve a second look: those that differ at the level `SCREEN`, uncorrected.

    Examples
    --------
    >>> suspects({"a": [[[100, 100]], [[100, 101]]], "b": [[[100, 150]], [[100, 151]]]})
    ['b']
    """
    return [case for case, times in samples.items() if _two_sided(log_ratios(times), tolerance)[0] <= SCREEN]


def judge(
    samples: Mapping[str, Times], *, tolerance: float = TOLERANCE, alpha: float = ALPHA
) -> list[Verdict]:
    """Judge the cases of a second look.

    Examples
    --------
    >>> verdict, = judge({"a": [[[100, 150]], [[100, 151]], [[100, 149]]]})
    >>> verdict.word, round(verdict.ratio, 2)
    ('slower', 1.5)
    """
    from experiments.inference import holm, mean

    logs = {case: log_ratios(times) for case, times in samples.items()}
    tests = [_two_sided(values, tolerance) for values in logs.values()]
    corrected = holm([p for p, _ in tests]).tolist()
    verdicts = []
    for (case, values), (_, side), p_value in zip(logs.items(), tests, corrected, strict=True):
        estimate = mean(values)
        base, this = np.median(np.concatenate([np.asarray(x) for x in samples[case]]), axis=0).tolist()
        low, high = (
            (estimate.interval.low, estimate.interval.high) if estimate.interval else (-np.inf, np.inf)
        )
        ratio, least, most = np.exp([estimate.value, low, high]).tolist()
        word = side if p_value <= alpha else SAME
        verdicts.append(Verdict(case, base, this, ratio, least, most, p_value, word))
    return verdicts


def resolution(samples: Mapping[str, Times]) -> float:
    """Return how small a difference is lost in the noise: the median over cases of the interval's half-width.

    Examples
    --------
    >>> resolution({"a": [[[100, 100]], [[100, 100]]]})
    0.0
    """
    from experiments.inference import mean

    estimates = (mean(log_ratios(times)) for times in samples.values())
    widths = [(e.interval.high - e.interval.low) / 2 if e.interval else np.inf for e in estimates]
    return float(np.expm1(np.median(widths)))


def _two_sided(values: NDArray[np.float64], tolerance: float) -> tuple[float, str]:
    """Return twice the p-value of the side on which the values lie, beyond the tolerance, and that side."""
    from experiments.inference import mean_agrees

    edge = float(np.log1p(tolerance))
    tests: dict[str, TestResult] = {
        SLOWER: mean_agrees(values, edge),
        FASTER: mean_agrees(-values, edge),
    }
    # each test is two-sided: beyond the edge its p-value is twice that of one side, which is what is wanted
    p_values = {side: test.p_value if test.effect > 0 else 1.0 for side, test in tests.items()}
    side = min(p_values, key=p_values.__getitem__)
    return p_values[side], side
