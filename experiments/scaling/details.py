"""The tables of `scaling` after those that everybody reads: intervals, laws, pairs; and what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.report import conclusions
from experiments.report.tables.formats import Percent, PlusMinus, Significant
from experiments.report.tables.table import Table
from experiments.scaling.summary import PAIRED, QUANTITIES

if TYPE_CHECKING:
    from experiments.report.summary import Summary
    from experiments.scaling.part import Part

NAMES = {
    "cv_after": "CV",
    "max_to_mean_after": "max/mean",
    "min_to_mean_after": "min/mean",
}


def tables(part: Part) -> Iterator[Table]:
    """Yield the tables of one workload and one number of nodes."""
    if part.repetitions < 2:
        return
    yield _intervals(part)
    laws = part.sheet("laws")
    if len(laws):
        yield _laws(part, laws)
    pairs = part.sheet("pairs")
    if len(pairs):
        yield _pairs(part, pairs)


def _intervals(part: Part) -> Table:
    frame = part.sheet("events")
    frame = frame[frame["movement"].notna()]
    return Table(
        f"intervals{part.suffix}",
        "Every quantity with its interval",
        frame.assign(event=[part.title(event) for event in frame["event"]]),
        f"{part.facts}. Means ± half of the 95 % interval: t over repetitions"
        + ("; of max/mean and min/mean BCa." if part.case["bootstrapped"] else ".")
        + " Balance after the event.",
        columns=["event", "label", *QUANTITIES],
        groups=["event"],
        formats={name: PlusMinus(inner, f"{name}_half") for name, inner in QUANTITIES.items()},
        headers={"label": "algorithm", **NAMES},
        detail=True,
    )


def _of_rings(laws: pd.DataFrame) -> Iterator[str]:
    """Say over how many rings a ring is tested, where they are not those of the repetitions."""
    many = laws["size"].max()
    if many > laws["size"].min():
        yield (
            f"Rings are tested over {many:,} of them, all hashes counted, and other ones for each event; "
            "those of "
            "the repetitions, whose means stand in the other tables, are the same in all events."
        )


def _laws(part: Part, laws: pd.DataFrame) -> Table:
    return Table(
        f"laws{part.suffix}",
        "Movement against its law",
        laws.assign(event=[part.title(event) for event in laws["event"]]),
        f"{part.facts}.",
        columns=["event", "label", "law", *conclusions.COLUMNS[:-1], "spread", "conclusion"],
        groups=["event"],
        formats={"law": Percent(2), "spread": Significant(2), **conclusions.FORMATS},
        headers={"label": "algorithm", "spread": "spread p", **conclusions.HEADERS},
        align={"conclusion": "left"},
        detail=True,
        notes=[
            *conclusions.LEGEND,
            *_of_rings(laws),
            "Spread p: whether repetitions vary as the law says (binomial; on a ring Beta too); corrected.",
            "Where keys repeat nothing is tested: what moves is the weight of a few keys, and neither t nor "
            "the chi-square "
            "of dispersions holds its level there.",
        ],
    )


def _pairs(part: Part, pairs: pd.DataFrame) -> Table:
    headers = {"ours": "algorithm", "theirs": "less"}
    for name in PAIRED:
        shown = NAMES.get(name, name)
        headers |= {name: shown, f"{name}_d": "d" + " " * len(headers), f"{name}_p": "p" + " " * len(headers)}
    return Table(
        f"pairs{part.suffix}",
        f"Algorithms against each other, {part.title(part.events[0])}: paired differences",
        pairs,
        f"{part.facts}, the same keys and seeds for all. Mean differences ± half of the 95 % t interval; "
        "d: in standard deviations of a difference (Cohen's d_z); p: paired t, corrected by Holm over "
        "the table. CV and max/mean after the event, in % of the mean load.",
        columns=["ours", "theirs", *(f"{name}{end}" for name in PAIRED for end in ("", "_d", "_p"))],
        groups=["ours"],
        formats=conclusions.pair_formats(dict.fromkeys(PAIRED, Percent(2))),
        headers=headers,
        detail=True,
    )


def meaning(numbers: Summary) -> list[str]:
    """Say how many means agree with their laws, and which do not."""
    laws = numbers["laws"].frame
    (said,) = numbers["agreement"].records()
    if not said["tested"]:
        return []
    lines = [
        f"Of {said['tested']} mean movements of distinct keys held against their law "
        f"{conclusions.worded(said)} "
        f"(difference and equivalence to within {said['margin']:.0%}, each at {said['level']:.0%} of all)."
        + _apart(numbers, laws[laws["apart"]])
    ]
    if said["spreads"]:
        lines.append(
            f"Of {said['spreads']} spreads over repetitions {said['spreads_differ'] or 'none'} "
            f"{'differs' if said['spreads_differ'] == 1 else 'differ'} from what the law says "
            f"(dispersion, {said['level']:.0%} of all)." + _apart(numbers, laws[laws["wild"]])
        )
    return lines


def _apart(numbers: Summary, laws: pd.DataFrame) -> str:
    titles: dict[str, Any] = dict(numbers["asked"].frame[["event", "title"]].itertuples(index=False))
    names = [
        f"{row['label']}, {titles[row['event']]} ({row['workload']}, {row['n']} nodes)"
        for row in laws.to_dict("records")
    ]
    return f" Those are {'; '.join(names)}." if names else ""
