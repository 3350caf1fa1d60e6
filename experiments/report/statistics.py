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

__all__ = ["against_law", "concluded", "ends_of", "half", "pairs"]


def against_law(values: ArrayLike, law: float, *, margin: float = MARGIN) -> dict[str, Any]:
    """Return the columns of one mean against its law, before any correction.

    Examples
    --------
    >>> found = against_law([0.9, 1.0, 1.13], 1.0)
    >>> found["off"], found["d"], found["p_value"] > 0.5
    (0.01, 0.08671099695, True)
    """
    sample = np.asarray(values, dtype=np.float64) / law
    nothing = {"off": None, "d": None, "p_value": None, "same": None, "deviation": None, "size": len(sample)}
    if len(sample) < 2 or not np.ptp(sample):
        return nothing
    return {
        "off": inference.relative_excess(inference.mean(sample).value, 1.0),
        "d": inference.cohen_d(sample, 1.0),
        "p_value": inference.mean_agrees(sample, 1.0).p_value,
        "same": inference.mean_equivalent(sample, 1.0, margin).p_value,
        "deviation": float(sample.std(ddof=1)),
        "size": len(sample),
    }


def concluded(
    rows: Sequence[Mapping[str, Any]], *, numbers: Sequence[str] = (), others: Sequence[str] = ()
) -> pd.DataFrame:
    """Correct a family of rows of `against_law`, and draw the conclusion of each."""
    tested = [number for number, row in enumerate(rows) if row["p_value"] is not None]
    corrected = inference.holm([rows[number]["p_value"] for number in tested])
    columns: dict[str, list[Any]] = {name: [None] * len(rows) for name in ("corrected", "sees", "conclusion")}
    for number, p_value in zip(tested, corrected, strict=True):
        row = rows[number]
        columns["corrected"][number] = float(p_value)
        if row["same"] is None:
            continue
        columns["sees"][number] = inference.smallest_difference(
            row["deviation"], row["size"], alpha=FAMILY_LEVEL / len(tested), power=POWER
        )
        columns["conclusion"][number] = inference.conclusion(float(p_value), row["same"], level=FAMILY_LEVEL)
    return frame_of(
        [dict(row) | {name: columns[name][k] for name in columns} for k, row in enumerate(rows)],
        numbers=[*numbers, "off", "d", "p_value", "same", "deviation", "corrected", "sees"],
        others=[*others, "conclusion"],
    )


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


def half(estimate: inference.Estimate) -> float | None:
    """Return half of the width of an interval, or None where there is none."""
    interval = estimate.interval
    return None if interval is None else (interval.high - interval.low) / 2
