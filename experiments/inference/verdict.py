"""Verdicts: the words of all judges, of which kind each is, and how an interval is judged by what is allowed.

One home, so that a word means one thing.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from experiments.inference.levels import FAMILY_LEVEL

__all__ = [
    "AGREES",
    "AS_STATED",
    "BROKEN",
    "CONFIRMED",
    "DIFFERS",
    "EQUAL",
    "EQUIVALENT",
    "ERRATUM",
    "EXACT",
    "FITS",
    "HOLDS",
    "KEPT",
    "KILLED",
    "KINDS",
    "MET",
    "NOT_APPLICABLE",
    "NOT_DECLARED_REFUTED",
    "NOT_IMPLEMENTED",
    "NOT_MET",
    "NO_REASON",
    "OFF",
    "OF_ARTICLE",
    "OF_CALIBRATION",
    "OF_CLAIMS",
    "OF_MUTANTS",
    "OF_PROPERTIES",
    "OF_TESTS",
    "OPEN",
    "OUT_OF_SCOPE",
    "REFUTED",
    "RELATIONS",
    "SURVIVED",
    "UNASKED",
    "UNDECIDED",
    "UNEVEN",
    "Kind",
    "Place",
    "Relation",
    "Verdict",
    "bounds",
    "conclusion",
    "kind_of",
    "place_of",
]


class Kind(enum.StrEnum):
    """What a verdict says of what was judged."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    WAITING = "wait"
    BROKEN = "broken"
    NONE = "none"


CONFIRMED, REFUTED, UNDECIDED, NOT_IMPLEMENTED = "confirmed", "refuted", "undecided", "not implemented"
OF_CLAIMS: Final = (CONFIRMED, REFUTED, UNDECIDED, NOT_IMPLEMENTED)
"""Of claims."""

AS_STATED, OFF = "as stated", "off"
OF_CALIBRATION: Final = (AS_STATED, OFF)
"""Of the rates of procedures."""

AGREES, OPEN, DIFFERS = "agrees", "open", "differs"
OF_TESTS: Final = (AGREES, OPEN, DIFFERS)
"""Of a test of a difference and one of equivalence, wherever something is held against a law."""

FITS, EXACT, UNEVEN = "fits", "exact", "uneven"
"""Of loads beside their law."""

EQUAL, ERRATUM, OUT_OF_SCOPE, UNASKED = "equal", "erratum", "out of scope", "not in the article"
OF_ARTICLE: Final = (EQUAL, ERRATUM, OUT_OF_SCOPE, DIFFERS, UNASKED)
"""Of the article's numbers."""

MET, NOT_MET = "met", "not met"
"""Of targets."""

HOLDS, BROKEN, NOT_DECLARED_REFUTED, KEPT = (
    "holds",
    "declared and refuted",
    "not declared: refuted",
    "not declared: holds",
)
NOT_APPLICABLE, NO_REASON = "not applicable", "neither declared nor excused"
OF_PROPERTIES: Final = (HOLDS, NOT_DECLARED_REFUTED, NOT_APPLICABLE, BROKEN, KEPT, NO_REASON)
"""Of properties."""

KILLED, SURVIVED, EQUIVALENT = "killed", "survived", "equivalent"
OF_MUTANTS: Final = (KILLED, SURVIVED, EQUIVALENT)
"""Of planted defects."""

KINDS: Mapping[str, Kind] = {
    CONFIRMED: Kind.GOOD,
    REFUTED: Kind.BAD,
    UNDECIDED: Kind.OPEN,
    NOT_IMPLEMENTED: Kind.WAITING,
    AS_STATED: Kind.GOOD,
    OFF: Kind.BAD,
    AGREES: Kind.GOOD,
    OPEN: Kind.OPEN,
    DIFFERS: Kind.BAD,
    FITS: Kind.GOOD,
    EXACT: Kind.GOOD,
    UNEVEN: Kind.BAD,
    EQUAL: Kind.GOOD,
    ERRATUM: Kind.BAD,
    OUT_OF_SCOPE: Kind.NONE,
    UNASKED: Kind.BAD,
    MET: Kind.GOOD,
    NOT_MET: Kind.BAD,
    HOLDS: Kind.GOOD,
    NOT_DECLARED_REFUTED: Kind.BAD,
    NOT_APPLICABLE: Kind.NONE,
    BROKEN: Kind.BROKEN,
    KEPT: Kind.OPEN,
    NO_REASON: Kind.OPEN,
    KILLED: Kind.GOOD,
    SURVIVED: Kind.OPEN,
    EQUIVALENT: Kind.NONE,
}
"""The kind of each word."""


def kind_of(word: str) -> Kind | None:
    """Return the kind of a verdict; None for what is none.

    Examples
    --------
    >>> kind_of("refuted"), kind_of("confirmed / refuted")
    (<Kind.BAD: 'bad'>, None)
    """
    return KINDS.get(word)


@dataclass(frozen=True)
class Verdict:
    """What a judge says: a word, the reason where there is one, and how many observations would decide."""

    word: str
    reason: str = ""
    needed: int | None = None

    @property
    def kind(self) -> Kind:
        """What the word says of what was judged."""
        return KINDS[self.word]


Number: TypeAlias = float | Fraction
Relation: TypeAlias = Literal["equals", "at most", "at least"]
RELATIONS: Final[tuple[Relation, ...]] = ("equals", "at most", "at least")
"""How a value may be stated."""


class Place(enum.Enum):
    """Where an interval lies: within what is allowed, wholly beside it, or across one of its ends."""

    WITHIN = "within"
    BESIDE = "beside"
    ACROSS = "across"


def bounds(value: float, relation: str, tolerance: float) -> tuple[float, float]:
    """Return the least and the greatest number that a stated value allows.

    Examples
    --------
    >>> bounds(1.0, "equals", 0.25), bounds(1.0, "at most", 0.25)
    ((0.75, 1.25), (-inf, 1.25))
    """
    least = -math.inf if relation == "at most" else value - tolerance
    most = math.inf if relation == "at least" else value + tolerance
    return least, most


def place_of(low: Number, high: Number, allowed: tuple[float, float]) -> Place:
    """Return where an interval lies beside what is allowed; an exact number is an interval of one point.

    Examples
    --------
    >>> [place_of(low, high, (0.0, 1.0)).value for low, high in ((0, 1), (1.5, 2), (1, 2))]
    ['within', 'beside', 'across']
    """
    least, most = allowed
    if least <= low and high <= most:
        return Place.WITHIN
    return Place.BESIDE if high < least or most < low else Place.ACROSS


def conclusion(difference: float, equivalence: float, *, level: float = FAMILY_LEVEL) -> str:
    """Put a test of a difference and one of equivalence together, both corrected within their family.

    ===========  ===============  ==========================================
    conclusion   a difference is  and it is
    ===========  ===============  ==========================================
    ``agrees``   not found        shown to be within the margin
    ``open``     not found        not shown to be: too few repetitions
    ``differs``  found            whatever its size, which stands beside it
    ===========  ===============  ==========================================

    Examples
    --------
    >>> [conclusion(p, q) for p, q in ((0.5, 0.001), (0.5, 0.02), (0.001, 0.001), (0.001, 0.5))]
    ['agrees', 'open', 'differs', 'differs']
    """
    if difference <= level:
        return DIFFERS
    return AGREES if equivalence <= level else OPEN
