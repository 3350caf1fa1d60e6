"""Verdicts: the words of all judges, and of which kind each is. One home, so that a word means one thing."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from experiments.inference.levels import ALPHA

__all__ = [
    "AGREES",
    "BROKEN",
    "CONFIRMED",
    "DIFFERS",
    "EQUAL",
    "ERRATUM",
    "EXACT",
    "FITS",
    "HOLDS",
    "KEPT",
    "KINDS",
    "MET",
    "NEGLIGIBLE",
    "NOT_APPLICABLE",
    "NOT_DECLARED_REFUTED",
    "NOT_IMPLEMENTED",
    "NOT_MET",
    "NO_REASON",
    "OPEN",
    "OUT_OF_SCOPE",
    "REFUTED",
    "UNASKED",
    "UNDECIDED",
    "UNEVEN",
    "Kind",
    "conclusion",
    "kind_of",
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
"""Of claims."""

AGREES, NEGLIGIBLE, OPEN, DIFFERS = "agrees", "negligible", "open", "differs"
"""Of a test of agreement and one of equivalence."""

FITS, EXACT, UNEVEN = "fits", "exact", "uneven"
"""Of loads beside their law."""

EQUAL, ERRATUM, OUT_OF_SCOPE, UNASKED = "equal", "erratum", "out of scope", "not in the article"
"""Of the article's numbers, which also differ."""

MET, NOT_MET = "met", "not met"
"""Of targets."""

HOLDS, BROKEN, NOT_DECLARED_REFUTED, KEPT = (
    "holds",
    "declared and refuted",
    "not declared: refuted",
    "not declared: holds",
)
NOT_APPLICABLE, NO_REASON = "not applicable", "neither declared nor excused"
"""Of properties."""

KINDS: Mapping[str, Kind] = {
    CONFIRMED: Kind.GOOD,
    REFUTED: Kind.BAD,
    UNDECIDED: Kind.OPEN,
    NOT_IMPLEMENTED: Kind.WAITING,
    AGREES: Kind.GOOD,
    EXACT: Kind.GOOD,
    DIFFERS: Kind.BAD,
    MET: Kind.GOOD,
    NOT_MET: Kind.BAD,
    HOLDS: Kind.GOOD,
    NOT_DECLARED_REFUTED: Kind.BAD,
    NOT_APPLICABLE: Kind.NONE,
    BROKEN: Kind.BROKEN,
    KEPT: Kind.OPEN,
    NO_REASON: Kind.OPEN,
}
"""The kind of each word that a table marks; the others are written as they are."""


def kind_of(word: str) -> Kind | None:
    """Return the kind of a verdict; None for a word that is not marked.

    Examples
    --------
    >>> kind_of("refuted"), kind_of("out of scope")
    (<Kind.BAD: 'bad'>, None)
    """
    return KINDS.get(word)


def conclusion(agreement: float, equivalence: float, *, level: float, alpha: float = ALPHA) -> str:
    """Put a test of agreement and one of equivalence together.

    ==============  ============================  ==========================================
    conclusion      a difference is               and it is
    ==============  ============================  ==========================================
    ``agrees``      not found                     shown to be within the margin
    ``negligible``  found                         shown to be within the margin
    ``open``        not found                     not shown to be within it: too few repetitions
    ``differs``     found                         not shown to be within it
    ==============  ============================  ==========================================

    Examples
    --------
    >>> [conclusion(p, q, level=0.01) for p, q in ((0.5, 0.001), (0.001, 0.001), (0.5, 0.5), (0.001, 0.5))]
    ['agrees', 'negligible', 'open', 'differs']
    """
    small = equivalence <= alpha
    if agreement <= level:
        return NEGLIGIBLE if small else DIFFERS
    return AGREES if small else OPEN
