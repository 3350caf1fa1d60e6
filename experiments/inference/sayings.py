"""Sentences judged by repetitions: a number that each gives, and a bound that it must keep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
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

__all__ = ["Saying", "judged_mean"]

VERDICTS = {Place.WITHIN: CONFIRMED, Place.BESIDE: REFUTED, Place.ACROSS: UNDECIDED}


@dataclass(frozen=True)
class Saying:
    """A sentence about a system, and what it is taken to mean.

    Parameters
    ----------
    says
        In our words, or in its own in quotation marks.
    means
        The number, in words.
    relation, limit
        The bound that it must keep.

    Examples
    --------
    >>> Saying("all shards are asked", "part of the shards that are asked", "at least", 1.0).bound
    'part of the shards that are asked at least 1'
    """

    says: str
    means: str
    relation: Relation
    limit: float

    @property
    def bound(self) -> str:
        """The number and its bound, in words."""
        return f"{self.means} {self.relation} {self.limit:g}"


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
