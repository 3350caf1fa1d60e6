"""What is said of means that were tested: columns, how they are written, and their legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.inference.levels import FAMILY_LEVEL
from experiments.inference.verdict import AGREES, DIFFERS, OF_TESTS, OPEN
from experiments.report.summary import Measure
from experiments.report.tables.formats import Count, Format, Percent, PlusMinus, Significant, Text

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AGREEMENT",
    "COLUMNS",
    "FORMATS",
    "HEADERS",
    "LEGEND",
    "MARGIN",
    "MEASURES",
    "POWER",
    "agreement",
    "counted",
    "counts",
    "pair_formats",
    "worded",
]

MARGIN = 0.05
"""A difference from the law that is too small to matter, as a part of the law's value."""

POWER = 0.8
"""The chance to find the smallest difference that a run is said to see."""

MEASURES: Mapping[str, Measure] = {
    "off": Measure("measured over law, less 1", Percent(2)),
    "d": Measure("difference from the law in standard deviations of a repetition", Significant(2)),
    "corrected": Measure("p of the test of a difference, corrected by Holm over the run", Significant(2)),
    "same": Measure(
        "p of two one-sided tests of equivalence, corrected by Holm over the run", Significant(2)
    ),
    "sees": Measure("the smallest difference that would be found", Percent(2)),
    "method": Measure("the test: t, z or chi-square", Text()),
    "conclusion": Measure("of both tests", Text()),
}
"""The columns of `statistics.concluded`."""

AGREEMENT: Mapping[str, Measure] = {
    "tested": Measure("means that were tested against their law", Count()),
    AGREES: Measure("of these, no difference found, and shown to be within the margin", Count()),
    OPEN: Measure("of these, neither found nor shown", Count()),
    DIFFERS: Measure("of these, a difference found", Count()),
    "level": Measure("of all tests of a difference together, and of all of equivalence", Percent(0)),
    "margin": Measure("a difference that is too small to matter, as a part of the law", Percent(0)),
}
"""What is said of all tests of a run; the words are those of `inference.verdict`."""

COLUMNS: Sequence[str] = tuple(MEASURES)

FORMATS: Mapping[str, Format] = {
    name: measure.format for name, measure in MEASURES.items() if name not in ("method", "conclusion")
}

HEADERS: Mapping[str, str] = {
    "off": "off by", "d": "d", "corrected": "p", "same": "TOST p", "sees": "sees", "method": "by",
    "conclusion": "conclusion",
}  # fmt: skip

LEGEND: Sequence[str] = (
    "Off by: measured over law, less 1. d: the same in standard deviations of a repetition (Cohen). p: of a "
    "difference; by: z or chi-square with the law's variance, t where none is known. TOST p: of two "
    "one-sided tests of a "
    f"difference of {MARGIN:.0%} of the law. Both are corrected by Holm over the run. "
    f"Sees: the smallest difference that so many repetitions find with {POWER:.0%} at the corrected level.",
    f"Agrees: no difference found, and shown to be within the margin, both at {FAMILY_LEVEL:.0%} of the "
    "whole run; "
    "differs: a difference found, whatever its size; open: neither, so more repetitions are needed.",
)


def agreement(conclusions: pd.Series[Any]) -> dict[str, Any]:
    """Return the record of `AGREEMENT` of the conclusions of a run.

    Examples
    --------
    >>> import pandas as pd
    >>> agreement(pd.Series(["agrees", "open"]))["tested"]
    2
    """
    found = counts(conclusions)
    return {"tested": sum(found.values()), **found, "level": FAMILY_LEVEL, "margin": MARGIN}


def pair_formats(measures: Mapping[str, Percent | Significant]) -> dict[str, Format]:
    """Return the formats of the columns of `statistics.pairs`."""
    formats: dict[str, Format] = {}
    for measure, inner in measures.items():
        formats[measure] = PlusMinus(inner, f"{measure}_half")
        formats |= {f"{measure}_d": Significant(2), f"{measure}_p": Significant(2)}
    return formats


def counts(conclusions: pd.Series[Any]) -> dict[str, int]:
    """Return how many conclusions there are of each kind.

    Examples
    --------
    >>> import pandas as pd
    >>> counts(pd.Series(["agrees", "open", "agrees", None]))
    {'agrees': 2, 'open': 1, 'differs': 0}
    """
    return {name: int((conclusions == name).sum()) for name in OF_TESTS}


def counted(conclusions: pd.Series[Any]) -> str:
    """Say how many conclusions there are of each kind.

    Examples
    --------
    >>> import pandas as pd
    >>> counted(pd.Series(["agrees", "open", "agrees", None]))
    '2 agree, 1 is open, none differ'
    """
    return worded(counts(conclusions))


def worded(counts: Mapping[str, int]) -> str:
    """Say how many conclusions there are of each kind, once they are counted.

    Examples
    --------
    >>> worded({"agrees": 1, "open": 0, "differs": 3})
    '1 agrees, none are open, 3 differ'
    """
    return ", ".join(
        f"{counts.get(name, 0) or 'none'} {words[counts.get(name, 0) != 1]}" for name, words in _WORDS.items()
    )


_WORDS: Mapping[str, tuple[str, str]] = {
    AGREES: ("agrees", "agree"),
    OPEN: ("is open", "are open"),
    DIFFERS: ("differs", "differ"),
}
