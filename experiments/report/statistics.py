"""What tests say of measured means, as columns: against a law, and of one algorithm against another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments import inference
from experiments.inference.levels import FAMILY_LEVEL
from experiments.report.conclusions import MARGIN, POWER
from experiments.report.frames import frame_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "LEAST_POINTS",
    "SQUARES_MARGIN",
    "against_law",
    "concluded",
    "ends_of",
    "half",
    "mean_against_law",
    "mean_columns",
    "mean_of",
    "pairs",
    "squares_against_law",
    "squares_of_draws",
    "untested",
]


SQUARES_MARGIN = 0.1
"""Of CV², so that the CV itself is within about 5 %."""

LEAST_POINTS = 1_000
"""Points of a node, over all repetitions, from which on CV² of rings is tested.

The chi-square that stands in for its law then holds the level of a family; of 10 rings of 10 points it
rejects 1.5 times as often as it says, of 10 rings of one point 3 times.
"""


def against_law(
    values: ArrayLike, law: float, *, margin: float = MARGIN, variance: float | None = None
) -> dict[str, Any]:
    """Return the columns of one mean against its law, before any correction: by t, or by z.

    z where the law gives the variance of one repetition.

    Examples
    --------
    >>> found = against_law([0.9, 1.0, 1.13], 1.0)
    >>> found["off"], found["d"], found["p_value"] > 0.5
    (0.01, 0.08671099695, True)
    """
    sample = np.asarray(values, dtype=np.float64) / law
    if len(sample) < 2 or not np.ptp(sample):
        return untested(len(sample))
    relative = None if variance is None else variance / (law * law)
    deviation = float(sample.std(ddof=1)) if relative is None else math.sqrt(relative)
    return {
        "off": inference.relative_excess(inference.mean(sample).value, 1.0),
        "d": inference.cohen_d(sample, 1.0),
        "p_value": inference.mean_agrees(sample, 1.0, variance=relative).p_value,
        "same": inference.mean_equivalent(sample, 1.0, margin, variance=relative).p_value,
        "deviation": deviation,
        "size": len(sample),
        "method": "t" if relative is None else "z",
    }


def mean_against_law(
    mean: float, deviation: float, size: int, law: float, *, variance: float | None, margin: float = MARGIN
) -> dict[str, Any]:
    """Return the same columns of a mean whose values are not at hand, with their deviation.

    Examples
    --------
    >>> found = mean_against_law(1.01, 0.1, 400, 1.0, variance=0.01)
    >>> round(found["p_value"], 4), found["method"]
    (0.0455, 'z')
    """
    spread = deviation if variance is None else math.sqrt(variance)
    found = inference.of_mean(mean / law, spread / law, size, 1.0, margin=margin, known=variance is not None)
    return {
        "off": inference.relative_excess(mean, law),
        "d": (mean - law) / deviation if deviation else None,
        "p_value": found[0],
        "same": found[1],
        "deviation": spread / law,
        "size": size,
        "method": "t" if variance is None else "z",
    }


def squares_against_law(ratio: float, degrees: float, *, margin: float, size: int) -> dict[str, Any]:
    """Return the columns of a mean of CV²/law², which is chi-square over its degrees, before any correction.

    Examples
    --------
    >>> found = squares_against_law(1.02, 90.0, margin=0.1, size=10)
    >>> found["off"], found["p_value"] > 0.5, found["method"]
    (0.02, True, 'χ²')
    """
    deviation = math.sqrt(2 / degrees * size)
    return {
        "off": inference.relative_excess(ratio, 1.0),
        "d": (ratio - 1) / deviation,
        "p_value": inference.squares_agree(ratio, degrees).p_value,
        "same": inference.squares_equivalent(ratio, degrees, margin),
        "deviation": deviation,
        "size": size,
        "method": "χ²",
    }


def squares_of_draws(
    square: float, deviation: float, size: int, law: float, *, variance: float | None, points: float | None
) -> dict[str, Any]:
    """Return the columns of a mean CV² of many draws: by the chi-square law of its variance, else by t.

    `points` are those of a node where the law is that of rings: of few in all draws it is not tested.

    Examples
    --------
    >>> squares_of_draws(1.1, 0.5, 90, 1.0, variance=0.2, points=None)["method"]
    'χ²'
    >>> squares_of_draws(1.1, 0.5, 90, 1.0, variance=0.2, points=10)["method"] is None
    True
    """
    if points is not None and size * points < LEAST_POINTS:
        return untested(size) | {"off": square / law - 1}
    if variance is None:
        return mean_against_law(square, deviation, size, law, variance=None, margin=SQUARES_MARGIN)
    degrees = inference.degrees_of(law, variance, size)
    return squares_against_law(square / law, degrees, margin=SQUARES_MARGIN, size=size)


def untested(size: int) -> dict[str, Any]:
    """Return the columns of what is not tested."""
    return {**dict.fromkeys(("off", "d", "p_value", "same", "deviation", "method")), "size": size}


def concluded(
    rows: Sequence[Mapping[str, Any]], *, numbers: Sequence[str] = (), others: Sequence[str] = ()
) -> pd.DataFrame:
    """Correct a family of rows of `against_law`, its differences and its equivalences, and conclude each.

    A row without `same` is tested for a difference alone, and has no conclusion.
    """
    corrected = _corrected(rows, "p_value")
    same = _corrected(rows, "same")
    sees: dict[int, float] = {}
    words: dict[int, str] = {}
    for number, close in same.items():
        words[number] = inference.conclusion(corrected[number], close)
        sees[number] = _sees(rows[number], FAMILY_LEVEL / len(corrected))
    columns: Mapping[str, Mapping[int, Any]] = {
        "corrected": corrected, "same": same, "sees": sees, "conclusion": words
    }  # fmt: skip
    return frame_of(
        [dict(row) | {name: columns[name].get(k) for name in columns} for k, row in enumerate(rows)],
        numbers=[*numbers, "off", "d", "p_value", "same", "deviation", "corrected", "sees"],
        others=[*others, "method", "conclusion"],
    )


def _corrected(rows: Sequence[Mapping[str, Any]], column: str) -> dict[int, float]:
    """Return the p-values of a column that are there, corrected by Holm, by the numbers of their rows."""
    there = [number for number, row in enumerate(rows) if row[column] is not None]
    found = inference.holm([rows[number][column] for number in there]).tolist()
    return dict(zip(there, found, strict=True))


def _sees(row: Mapping[str, Any], alpha: float) -> float:
    """Return the smallest difference from 1 that a row's test finds, of so many repetitions."""
    if row["method"] == "χ²":
        degrees = 2 * row["size"] / row["deviation"] ** 2
        return inference.smallest_square(degrees, alpha=alpha, power=POWER)
    smallest = inference.smallest_difference if row["method"] == "t" else inference.smallest_difference_by_law
    return smallest(row["deviation"], row["size"], alpha=alpha, power=POWER)


def pairs(values: Mapping[str, Mapping[str, ArrayLike]]) -> pd.DataFrame:
    """Compare all algorithms with each other in several measures; one family, corrected by Holm."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    places: list[tuple[tuple[str, str], str]] = []
    p_values: list[float] = []
    for measure, by_label in values.items():
        for pair in inference.compare(by_label):
            row = found.setdefault((pair.ours, pair.theirs), {"ours": pair.ours, "theirs": pair.theirs})
            row |= {measure: pair.difference.value, f"{measure}_half": half(pair.difference)}
            row |= {f"{measure}_d": pair.effect if math.isfinite(pair.effect) else None}
            places.append(((pair.ours, pair.theirs), f"{measure}_p"))
            p_values.append(pair.p_value)
    for (key, column), p_value in zip(places, inference.holm(p_values), strict=True):
        found[key][column] = float(p_value)
    numbers = [f"{measure}{end}" for measure in values for end in ("", "_half", "_d", "_p")]
    return frame_of(found.values(), numbers=numbers, others=["ours", "theirs"])


def ends_of(estimate: inference.Estimate, before: str = "") -> dict[str, float | None]:
    """Return the ends of an interval and half of its width, as columns; None where there is none.

    Examples
    --------
    >>> ends_of(inference.mean([1.0]), "cv_")
    {'cv_low': None, 'cv_high': None, 'cv_half': None}
    """
    interval = estimate.interval
    ends = (None, None) if interval is None else (interval.low, interval.high)
    return {f"{before}low": ends[0], f"{before}high": ends[1], f"{before}half": half(estimate)}


def mean_of(
    values: ArrayLike, *, level: float = inference.LEVEL
) -> tuple[float | None, float | None, float | None]:
    """Return the mean of those values that are known and the ends of its t interval, as far as there are any.

    Examples
    --------
    >>> mean_of([2.0, float("nan")]), mean_of([])
    ((2.0, None, None), (None, None, None))
    """
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[~np.isnan(sample)]
    if not len(sample):
        return None, None, None
    estimate = inference.mean(sample, level=level)
    ends = estimate.interval
    return (estimate.value, None, None) if ends is None else (estimate.value, ends.low, ends.high)


def mean_columns(values: ArrayLike, name: str, *, level: float = inference.LEVEL) -> dict[str, float | None]:
    """Return the same as columns of this name.

    Examples
    --------
    >>> mean_columns([2.0], "rate")
    {'rate': 2.0, 'rate_low': None, 'rate_high': None}
    """
    return dict(zip((name, f"{name}_low", f"{name}_high"), mean_of(values, level=level), strict=True))


def half(estimate: inference.Estimate) -> float | None:
    """Return half of the width of an interval, or None where there is none."""
    interval = estimate.interval
    return None if interval is None else (interval.high - interval.low) / 2
