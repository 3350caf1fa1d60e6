"""What is said of means that were tested: columns, how they are written, and their legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.inference.verdict import AGREES, DIFFERS, NEGLIGIBLE, OPEN
from experiments.report.summary import Measure
from experiments.report.tables.formats import Format, Percent, PlusMinus, Significant, Text

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLUMNS",
    "FORMATS",
    "HEADERS",
    "LEGEND",
    "MARGIN",
    "MEASURES",
    "POWER",
    "counted",
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
    "corrected": Measure("p of the t test against the law, corrected by Holm over the run", Significant(2)),
    "same": Measure("p of two one-sided t tests of equivalence", Significant(2)),
    "sees": Measure("the smallest difference that would be found", Percent(2)),
    "conclusion": Measure("of both tests", Text()),
}
"""The columns of `statistics.concluded`."""

COLUMNS: Sequence[str] = tuple(MEASURES)

FORMATS: Mapping[str, Format] = {
    name: measure.format for name, measure in MEASURES.items() if name != "conclusion"
}

HEADERS: Mapping[str, str] = {
    "off": "off by", "d": "d", "corrected": "p", "same": "TOST p", "sees": "sees", "conclusion": "conclusion",
}  # fmt: skip

LEGEND: Sequence[str] = (
    "Off by: measured over law, less 1. d: the same in standard deviations of a repetition (Cohen). p: t "
    "test, corrected by Holm over the run. TOST p: two one-sided t tests of a difference of "
    f"{MARGIN:.0%} of the law. "
    f"Sees: the smallest difference that so many repetitions find with {POWER:.0%} at the corrected level.",
    "Agrees: no difference found, and shown to be within the margin; negligible: found, but within it; open: "
    "neither found nor shown to be within it, so more repetitions are needed; differs: found.",
)


def pair_formats(measures: Mapping[str, Percent | Significant]) -> dict[str, Format]:
    """Return the formats of the columns of `statistics.pairs`."""
    formats: dict[str, Format] = {}
    for measure, inner in measures.items():
        formats[measure] = PlusMinus(inner, f"{measure}_half")
        formats |= {f"{measure}_d": Significant(2), f"{measure}_p": Significant(2)}
    return formats


def counted(conclusions: pd.Series[Any]) -> str:
    """Say how many conclusions there are of each kind.

    Examples
    --------
    >>> import pandas as pd
    >>> counted(pd.Series(["agrees", "open", "agrees", None]))
    '2 agree to within 5 %, 1 needs more repetitions to tell'
    """
    return worded({name: int((conclusions == name).sum()) for name in _WORDS})


def worded(counts: Mapping[str, int]) -> str:
    """Say how many conclusions there are of each kind, once they are counted.

    Examples
    --------
    >>> worded({"agrees": 2, "negligible": 0, "open": 1})
    '2 agree to within 5 %, 1 needs more repetitions to tell'
    """
    return ", ".join(f"{many} {_WORDS[name][many > 1]}" for name, many in counts.items() if many)


_MARGIN_SHOWN = f"{100 * MARGIN:.3g} %"

_WORDS: Mapping[str, tuple[str, str]] = {
    AGREES: (f"agrees to within {_MARGIN_SHOWN}", f"agree to within {_MARGIN_SHOWN}"),
    NEGLIGIBLE: (f"differs by less than {_MARGIN_SHOWN}", f"differ by less than {_MARGIN_SHOWN}"),
    OPEN: ("needs more repetitions to tell", "need more repetitions to tell"),
    DIFFERS: ("differs", "differ"),
}
