"""What tests say of measured means, as columns: against a law, and of one algorithm against another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments import inference
from experiments.inference.levels import FAMILY_LEVEL
from experiments.report.frames import frame_of
from experiments.report.tables.formats import Format, Percent, PlusMinus, Significant

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MARGIN = 0.05
"""A difference from the law that is too small to matter, as a part of the law's value."""

POWER = 0.8
"""The chance to find the smallest difference that a run is said to see."""

COLUMNS: Sequence[str] = ("off", "d", "corrected", "same", "sees", "conclusion")

FORMATS: Mapping[str, Format] = {
    "off": Percent(2),
    "d": Significant(2),
    "corrected": Significant(2),
    "same": Significant(2),
    "sees": Percent(2),
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


def pair_formats(measures: Mapping[str, Percent | Significant]) -> dict[str, Format]:
    """Return the formats of the columns of `pairs`."""
    formats: dict[str, Format] = {}
    for measure, inner in measures.items():
        formats[measure] = PlusMinus(inner, f"{measure}_half")
        formats |= {f"{measure}_d": Significant(2), f"{measure}_p": Significant(2)}
    return formats


def half(estimate: inference.Estimate) -> float | None:
    """Return half of the width of an interval, or None where there is none."""
    interval = estimate.interval
    return None if interval is None else (interval.high - interval.low) / 2


def counted(conclusions: pd.Series[Any]) -> str:
    """Say how many conclusions there are of each kind.

    Examples
    --------
    >>> counted(pd.Series(["agrees", "open", "agrees", None]))
    '2 agree, 1 is open'
    """
    words = {
        "agrees": ("agrees", "agree"), "negligible": ("differs negligibly", "differ negligibly"),
        "open": ("is open", "are open"), "differs": ("differs", "differ"),
    }  # fmt: skip
    found = {name: int((conclusions == name).sum()) for name in words}
    return ", ".join(f"{many} {words[name][many > 1]}" for name, many in found.items() if many)
