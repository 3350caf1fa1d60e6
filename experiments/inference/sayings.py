"""Sentences judged by repetitions: a number that each gives, and a bound that it must keep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.inference.verdict import (
    CONFIRMED,
    REFUTED,
    UNDECIDED,
    Place,
    Relation,
    bounds,
    place_of,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["judged_mean"]

VERDICTS = {Place.WITHIN: CONFIRMED, Place.BESIDE: REFUTED, Place.ACROSS: UNDECIDED}


def judged_mean(values: pd.Series[Any] | Sequence[float], relation: Relation, limit: float) -> dict[str, Any]:
    """Return the mean with the ends of its interval, and whether all of it keeps the bound, or none.

    Examples
    --------
    >>> judged_mean([0.97, 0.98, 0.99], "at least", 0.9)["verdict"]
    'confirmed'
    >>> judged_mean([0.5], "at least", 0.9)["verdict"]
    'undecided'
    """
    import numpy as np

    from experiments import inference

    estimate = inference.mean(np.asarray(values, dtype=float))
    ends = estimate.interval
    if ends is None:
        return {"value": estimate.value, "low": math.nan, "high": math.nan, "verdict": UNDECIDED}
    place = place_of(ends.low, ends.high, bounds(limit, relation, 0.0))
    return {"value": estimate.value, "low": ends.low, "high": ends.high, "verdict": VERDICTS[place]}
