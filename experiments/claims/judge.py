"""Judging: a published value against ours, and how much work would decide where it is open.

Ours is exact, or an estimate with a confidence interval, or a prediction: the interval in which a single
measurement like the published one falls, if the law holds. Intervals of all claims hold together at
`FAMILY_LEVEL`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from experiments.claims.claim import Claim
from experiments.inference.verdict import (
    CONFIRMED,
    NOT_IMPLEMENTED,
    REFUTED,
    UNDECIDED,
    Place,
    Verdict,
    bounds,
    place_of,
)

__all__ = ["LARGEST", "Ours", "judge", "unexpected"]

NARROW = 0.05
"""Of our value: a prediction whose half-width is more of it confirms nothing."""

LARGEST = 10**18
"""A number of keys or rings beyond which nobody will decide."""


@dataclass(frozen=True)
class Ours:
    """What we compute for a claim.

    Parameters
    ----------
    value
        The value.
    kind
        "exact", "estimate" or "prediction".
    method
        How, in a few words.
    low, high
        Of the interval, where it is not exact.
    size, unit
        Independent observations, and of what: keys or rings.
    needed
        How many would decide, where the recipe knows it better than a rule of thumb.
    shown
        Theirs and ours in words, where they are no plain numbers.
    """

    value: float | Fraction
    kind: Literal["exact", "estimate", "prediction"]
    method: str
    low: float | None = None
    high: float | None = None
    size: int | None = None
    unit: str = ""
    needed: int | None = None
    shown: tuple[str, str] | None = None


def judge(claim: Claim, ours: Ours) -> Verdict:
    """Judge a claim.

    A value is confirmed if all that ours may be lies within the tolerance, and refuted if none of it does. A
    prediction says where a single measurement falls, which lies within the tolerance by luck alone: that it
    fell there confirms the law if the interval is narrow, and else nothing.

    Examples
    --------
    >>> from experiments.claims.claim import load
    >>> claim = next(claim for claim in load() if claim.value is not None and claim.relation == "equals")
    >>> judge(claim, Ours(claim.value, "exact", "")).word
    'confirmed'
    >>> far = claim.value + 3 * claim.tolerance + 1
    >>> judge(claim, Ours(far, "estimate", "", far - 1e-9, far + 1e-9, 10)).word
    'refuted'
    """
    if claim.value is None:
        raise ValueError(f"claim {claim.id} has no value to judge")
    allowed = bounds(claim.value, claim.relation, claim.tolerance)
    low, high = ours.low, ours.high
    if low is None or high is None:
        place = place_of(ours.value, ours.value, allowed)
    else:
        place = place_of(low, high, allowed)
    if place is Place.ACROSS and ours.kind != "prediction":
        return Verdict(UNDECIDED, needed=ours.needed or _needed(ours, *allowed))
    if place is Place.BESIDE:
        return Verdict(REFUTED)
    return Verdict(UNDECIDED if ours.kind == "prediction" and not _narrow(ours) else CONFIRMED)


def _narrow(ours: Ours) -> bool:
    """Return whether the interval of a prediction is narrow enough to be no mere absence of a refutation."""
    if ours.low is None or ours.high is None:
        return True
    return (ours.high - ours.low) / 2 <= NARROW * abs(float(ours.value))


def _needed(ours: Ours, low: float, high: float) -> int | None:
    """Return about how many observations make the interval as narrow as the way to the nearer end."""
    if not ours.size or ours.low is None or ours.high is None or not math.isfinite(ours.high - ours.low):
        return None
    value = float(ours.value)
    way = min(abs(value - end) for end in (low, high) if math.isfinite(end))
    half = (ours.high - ours.low) / 2
    if way <= 0:
        return None
    needed = ours.size * (half / way) ** 2
    return None if needed > LARGEST else max(ours.size + 1, int(float(f"{needed:.1e}")))


def unexpected(verdict: str, expected: str) -> bool:
    """Return whether a verdict is another one than expected; an open question is not.

    Examples
    --------
    >>> unexpected("refuted", "confirmed"), unexpected("undecided", "confirmed")
    (True, False)
    """
    return verdict not in (expected, UNDECIDED, NOT_IMPLEMENTED)
