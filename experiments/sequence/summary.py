"""Every number that `sequence` states: each step, what the steps come to, and tests against laws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from experiments import events, inference
from experiments.report import conclusions, statistics
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.statistics import against_law, concluded
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Percent, PlusMinus, Significant

if TYPE_CHECKING:
    from experiments.sequence.parameters import SequenceParameters

CASE = ("sequence", "workload", "n")
USUAL = {"workload": "uniform"}
MEAN = "mean over repetitions of "
STEP = {
    "movement": Measure(MEAN + "movement", Percent(2)),
    "moved_so_far": Measure(MEAN + "moved_in_all", Percent(1)),
    "cv": Measure(MEAN + "cv", Percent(2)),
}
TOTALS = {
    "made": Measure("steps that it makes in every repetition", Count()),
    "moved_in_all": Measure(
        MEAN + "moved_in_all, last step", PlusMinus(Percent(1), "half"), "low", "high", "law_in_all"
    ),
    "touched": Measure(MEAN + "touched, last step", Percent(2)),
    "net": Measure(MEAN + "net, last step", Percent(2)),
    "net_ideal": Measure(MEAN + "net_ideal, last step", Percent(2)),
    "strays": Measure(MEAN + "the sum of stray", Percent(2)),
    "drift": Measure(MEAN + "drift, last step", Percent(2)),
    "cv_start": Measure(MEAN + "cv at the start", Percent(2)),
    "cv_end": Measure(MEAN + "cv, last step", Percent(2)),
    "max_end": Measure(MEAN + "max_to_mean, last step", Significant(4)),
}
Groups = Mapping[tuple[str, str, int], pd.DataFrame]
"""Rows by sequence, workload and number of nodes."""

HELD = {"movement": "law_movement", "net": "law_net"}
"""What is held against a law, and the column of that."""


def summary(results: Results[SequenceParameters]) -> Summary:
    """Return sheets of steps, of what they come to, of who sits out, and of tests."""
    rows = results.rows
    groups = cast("Groups", dict(iter(rows.groupby(list(CASE), sort=False))))
    tests = _tests(rows)
    agreement = conclusions.agreement(tests["conclusion"])
    return Summary(
        [
            _cases(groups),
            _asked(groups),
            _steps(groups),
            _totals(groups),
            _refused(rows),
            Sheet("tests", tests, (*CASE, "step", "label", "quantity"), conclusions.MEASURES),
            Sheet.of_records("agreement", (), conclusions.AGREEMENT, [agreement]),
        ]
    )


def _cases(groups: Groups) -> Sheet:
    """Return what each sequence, workload and number of nodes was measured with."""
    body = [
        {
            **dict(zip(CASE, key, strict=True)),
            "nodes": key[2],
            "keys": int(group["keys"].max()),
            "repetitions": group["repetition"].nunique(),
            "steps": len(events.sequence(key[0])),
            "ideal_in_all": float(np.sum(_ideals(key[0], group))),
        }
        for key, group in groups.items()
    ]
    measures = {
        "nodes": Measure("n at the start", Count()),
        "keys": Measure("the most keys of a repetition", Count()),
        "repetitions": Measure("how many", Count()),
        "steps": Measure("how many", Count()),
        "ideal_in_all": Measure("sum over steps of what perfect balance would move", Percent(2)),
    }
    return Sheet.of_records("cases", CASE, measures, body, usual=USUAL)


def _asked(groups: Groups) -> Sheet:
    """Return what each step is: its event, the nodes after it, and what perfect balance would move."""
    body: list[dict[str, Any]] = []
    for key, group in groups.items():
        ideals = _ideals(key[0], group)
        so_far = np.cumsum(ideals).tolist()
        for number, event in enumerate(events.sequence(key[0])):
            did = group[(group["step"] == number + 1) & group["cannot"].isna()]
            body.append(
                {
                    **dict(zip(CASE, key, strict=True)),
                    "step": number + 1,
                    "event": event.text,
                    "title": event.title,
                    "sizes": sorted({int(n) for n in did["n_after"]}),
                    "ideal": ideals[number],
                    "ideal_so_far": so_far[number],
                }
            )
    about = f"{MEAN}ideal, of those who make the most steps"
    measures = {
        "ideal": Measure(about, Percent(2)),
        "ideal_so_far": Measure(f"sum over steps of the {about}", Percent(1)),
    }
    return Sheet.of_records("asked", (*CASE, "step"), measures, body, usual=USUAL)


def _ideals(sequence: str, group: pd.DataFrame) -> list[float]:
    """Return the ideal movement of each step, of those who make the most steps."""
    sat_out = group.groupby("label")["cannot"].count()
    rows = group[group["label"].isin(sat_out[sat_out == sat_out.min()].index)]
    steps = range(1, len(events.sequence(sequence)) + 1)
    return [_mean(rows[rows["step"] == step], "ideal") for step in steps]


def _steps(groups: Groups) -> Sheet:
    """Return what each algorithm moves in each step, and in all steps so far; step 0 is the start."""
    columns = {"movement": "movement", "moved_so_far": "moved_in_all", "cv": "cv"}
    body = [
        {
            **dict(zip(CASE, key, strict=True)),
            "step": step,
            "label": label,
            **{name: _mean(part, column) for name, column in columns.items()},
        }
        for key, group in groups.items()
        for (step, label), part in group.groupby(["step", "label"], sort=False)
    ]
    keys = (*CASE, "step", "label")
    return Sheet("steps", frame_of(body, numbers=list(STEP), others=keys), keys, STEP, usual=USUAL)


def _totals(groups: Groups) -> Sheet:
    """Return what the steps come to at the end; nothing of those who cannot take the nodes of a cluster."""
    keys = (*CASE, "label")
    body = [
        {**dict(zip(keys, (*key, label), strict=True)), **_total(rows, len(events.sequence(key[0])))}
        for key, group in groups.items()
        for label, rows in group.groupby("label", sort=False)
    ]
    ends = [end for measure in TOTALS.values() for end in (measure.low, measure.high, measure.law) if end]
    frame = frame_of(body, numbers=[*TOTALS, *ends, "half"], others=keys)
    return Sheet("totals", frame, keys, TOTALS, usual=USUAL)


def _total(rows: pd.DataFrame, steps: int) -> dict[str, Any]:
    if _absent(rows):
        return {"absent": True, "sizes": [], "sat_out": 0}
    last, later = rows[rows["step"] == steps], rows[rows["step"] > 0]
    done = later[later["cannot"].isna()]
    moved = inference.mean(last["moved_in_all"])
    laws = later.groupby("repetition")["law_movement"].sum(min_count=1)
    known = done["law_movement"].notna().all() and len(laws)
    return {
        "absent": False,
        "sizes": sorted({int(n) for n in last["n_after"]}),
        "sat_out": later[later["cannot"].notna()]["step"].nunique(),
        "made": int(later.groupby("step")["cannot"].apply(lambda reasons: bool(reasons.isna().all())).sum()),
        "moved_in_all": moved.value,
        **statistics.ends_of(moved),
        "law_in_all": float(laws.mean()) if known else None,
        "strays": inference.mean(rows.groupby("repetition")["stray"].sum().to_numpy(dtype=float)).value,
        **{name: _mean(last, name) for name in ("touched", "net", "net_ideal", "drift")},
        "cv_start": _mean(rows[rows["step"] == 0], "cv"),
        "cv_end": _mean(last, "cv"),
        "max_end": _mean(last, "max_to_mean"),
    }


def _absent(rows: pd.DataFrame) -> bool:
    """Say whether an algorithm cannot even take the nodes of the start."""
    return bool(rows[rows["step"] == 0]["cannot"].notna().any())


def _refused(rows: pd.DataFrame) -> Sheet:
    """Return who sits out which step, and why; a row for the start is of those who take no part."""
    keys = (*CASE, "label", "cannot", "step")
    refused = rows[rows["cannot"].notna()][list(keys)]
    return Sheet("refused", refused.drop_duplicates().reset_index(drop=True), keys)


def _mean(rows: pd.DataFrame, column: str) -> float:
    values = rows[column].dropna()
    return inference.mean(values.astype(float)).value if len(values) else np.nan


def _tests(rows: pd.DataFrame) -> pd.DataFrame:
    """Hold means of steps, and from start to end, against their laws, where keys are distinct; one family."""
    keys = (*CASE, "step", "label")
    tests: list[dict[str, Any]] = []
    distinct = set(
        rows.loc[rows["law_cv"].notna(), "workload"]
    )  # no law of loads is known of keys that repeat
    for key, group in rows[rows["workload"].isin(distinct)].groupby(list(keys), sort=False):
        for column, law in HELD.items():
            both = group[[column, law]].dropna().astype(float)
            mean_law = float(both[law].mean()) if len(both) > 1 else 0.0
            if not mean_law:
                continue
            # a law of its own for each repetition is taken off it, so that all are tested against one value
            found = against_law((both[column] - both[law] + mean_law).to_numpy(), mean_law)
            if found["p_value"] is not None:
                tests.append(
                    {**dict(zip(keys, key, strict=True)), "quantity": column, "law": mean_law, **found}
                )
    return concluded(tests, numbers=["law"], others=[*keys, "quantity"])
