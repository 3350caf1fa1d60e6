"""The statistics of `scaling`: an interval for every quantity, tests against laws, pairs of algorithms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments import events, inference
from experiments.inference.levels import FAMILY_LEVEL
from experiments.report import statistics
from experiments.report.frames import frame_of
from experiments.report.tables.formats import Format, Percent, PlusMinus, Significant
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    from experiments.scaling.part import Part

SKEWED = ("max_to_mean_after", "min_to_mean_after")
QUANTITIES: dict[str, Percent | Significant] = {
    "excess": Percent(2),
    "stray": Percent(2),
    "cv_after": Percent(2),
    "max_to_mean_after": Significant(4),
    "min_to_mean_after": Significant(4),
}
NAMES = {
    "cv_after": "CV",
    "max_to_mean_after": "max/mean",
    "min_to_mean_after": "min/mean",
}


def groups_of(rows: pd.DataFrame) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield the repetitions of each workload, n, event and algorithm that could be measured."""
    names = ["workload", "n", "event", "label"]
    measured = rows[(rows["method"] == "sampled") & rows["movement"].notna()]
    order = {event: place for place, event in enumerate(dict.fromkeys(rows["event"]))}
    measured = measured.sort_values("event", key=lambda events: events.map(order), kind="stable")
    for key, group in measured.groupby(names, sort=False):
        yield dict(zip(names, key, strict=True)), group


def against_laws(rows: pd.DataFrame) -> pd.DataFrame:
    """Test every mean movement of a run against its law; one family."""
    found = []
    for common, group in groups_of(rows):
        laws = group["law_movement"].dropna()
        if len(laws) < len(group):
            continue
        law = float(np.mean([float(value) for value in laws]))
        moved = group["movement"].to_numpy(dtype=float)
        if law:
            found.append(
                {**common, "law": law, **statistics.against_law(moved, law), "spread": _spread(group)}
            )
    frame = statistics.concluded(found, numbers=["law", "spread"], others=["workload", "n", "event", "label"])
    known = frame["spread"].notna()
    frame.loc[known, "spread"] = inference.holm(frame.loc[known, "spread"].to_numpy(dtype=float))
    return frame


def _spread(group: pd.DataFrame) -> float | None:
    """Return the p-value of the dispersion about the law, or None where its variance is not known."""
    if "law_variance" not in group or len(group) < 2 or group["law_variance"].isna().any():
        return None
    variances = group["law_variance"].to_numpy(dtype=float)
    if not (variances > 0).all():
        return None
    laws = np.array([float(value) for value in group["law_movement"]])
    scaled = (group["movement"].to_numpy(dtype=float) - laws) / np.sqrt(variances)
    return inference.dispersion_agrees(scaled, 0.0, 1.0).p_value


def tables(part: Part, laws: pd.DataFrame) -> list[Table]:
    """Return the tables of one workload and one number of nodes, after those that everybody reads."""
    if part.repetitions < 2:
        return []
    made = [_intervals(part)]
    own = laws[(laws["workload"] == part.workload) & (laws["n"] == part.n)] if len(laws) else laws
    if len(own):
        made.append(_laws(part, own.reset_index(drop=True)))
    return made + _pairs(part)


def _intervals(part: Part) -> Table:
    body = []
    for common, group in groups_of(part.sampled):
        row: dict[str, Any] = {"event": events.parse(common["event"]).title, "label": common["label"]}
        for name in QUANTITIES:
            values = group[name].to_numpy(dtype=float)
            skewed = name in SKEWED
            estimate = inference.skewed_mean(values, seed=0) if skewed else inference.mean(values)
            row |= {name: estimate.value, f"{name}_half": statistics.half(estimate)}
        body.append(row)
    formats: dict[str, Format] = {
        name: PlusMinus(inner, f"{name}_half") for name, inner in QUANTITIES.items()
    }  # fmt: skip
    few = part.repetitions < inference.estimates.BOOTSTRAP_LEAST
    return Table(
        f"intervals{part.suffix}",
        "Every quantity with its interval",
        frame_of(
            body, numbers=[*QUANTITIES, *(f"{name}_half" for name in QUANTITIES)], others=["event", "label"]
        ),
        f"{part.facts}. Means ± half of the 95 % interval: t over repetitions"
        + ("." if few else "; of max/mean and min/mean BCa.")
        + " Balance after the event.",
        columns=["event", "label", *QUANTITIES],
        groups=["event"],
        formats=formats,
        headers={"label": "algorithm", **NAMES},
        detail=True,
    )


def _laws(part: Part, laws: pd.DataFrame) -> Table:
    frame = laws.assign(event=[events.parse(event).title for event in laws["event"]])
    return Table(
        f"laws{part.suffix}",
        "Movement against its law",
        frame,
        f"{part.facts}.",
        columns=["event", "label", "law", *statistics.COLUMNS[:-1], "spread", "conclusion"],
        groups=["event"],
        formats={"law": Percent(2), "spread": Significant(2), **statistics.FORMATS},
        headers={"label": "algorithm", "spread": "spread p", **statistics.HEADERS},
        align={"conclusion": "left"},
        detail=True,
        notes=[
            *statistics.LEGEND,
            "Spread p: whether repetitions vary as the law says (binomial; on a ring Beta too); corrected.",
        ],
    )


def _pairs(part: Part) -> list[Table]:
    event = part.events[0]
    rows = part.sampled[(part.sampled["event"] == event) & part.sampled["movement"].notna()]
    labels: Sequence[str] = list(dict.fromkeys(rows["label"]))
    if len(labels) < 2:
        return []
    by_label = {label: rows[rows["label"] == label].sort_values("repetition") for label in labels}
    if len({tuple(group["repetition"]) for group in by_label.values()}) > 1:
        return []  # a run in which an algorithm cannot do some repetitions has no pairs
    measures: dict[str, Percent | Significant] = {
        "movement": Percent(2), "cv_after": Percent(2), "max_to_mean_after": Percent(2),
    }  # fmt: skip
    frame = statistics.pairs(
        {name: {label: group[name] for label, group in by_label.items()} for name in measures}
    )
    headers = {"ours": "algorithm", "theirs": "less"}
    for name in measures:
        shown = NAMES.get(name, name)
        headers |= {name: shown, f"{name}_d": "d" + " " * len(headers), f"{name}_p": "p" + " " * len(headers)}
    return [
        Table(
            f"pairs{part.suffix}",
            f"Algorithms against each other, {events.parse(event).title}: paired differences",
            frame,
            f"{part.facts}, the same keys and seeds for all. Mean differences ± half of the 95 % t interval; "
            "d: in standard deviations of a difference (Cohen's d_z); p: paired t, corrected by Holm over "
            "the table. CV and max/mean after the event, in % of the mean load.",
            columns=["ours", "theirs", *(f"{name}{end}" for name in measures for end in ("", "_d", "_p"))],
            groups=["ours"],
            formats=statistics.pair_formats(measures),
            headers=headers,
            detail=True,
        )
    ]


def meaning(laws: pd.DataFrame) -> list[str]:
    """Say how many means agree with their laws, and which do not."""
    tested = laws[laws["conclusion"].notna()]
    if tested.empty:
        return []
    found = tested["corrected"].astype(float) <= FAMILY_LEVEL
    line = (
        f"{len(tested) - int(found.sum())} of {len(tested)} measured means agree with their law (t-tests, "
        f"Holm, {FAMILY_LEVEL:.0%}); with equivalence within {statistics.MARGIN:.0%} of it: "
        f"{statistics.counted(tested['conclusion'])}."
    )
    apart = [
        f"{row['label']}, {events.parse(row['event']).title} ({row['workload']}, {row['n']} nodes)"
        for row in tested[found].to_dict("records")
    ]
    lines = [line + (f" Not so: {'; '.join(apart)}." if apart else "")]
    wild = laws[laws["spread"].notna() & (laws["spread"].astype(float) <= FAMILY_LEVEL)]
    known = int(laws["spread"].notna().sum())
    if known:
        names = [
            f"{row['label']}, {events.parse(row['event']).title} ({row['workload']}, {row['n']} nodes)"
            for row in wild.to_dict("records")
        ]
        lines.append(
            f"{known - len(wild)} of {known} vary over repetitions as their law says (dispersion, Holm, "
            f"{FAMILY_LEVEL:.0%})." + (f" Not so: {'; '.join(names)}." if names else "")
        )
    return lines
