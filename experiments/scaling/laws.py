"""Movement against its laws, and algorithms against each other: the families of tests of `scaling`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from experiments import inference, theory
from experiments.inference.levels import FAMILY_LEVEL
from experiments.inference.verdict import DIFFERS
from experiments.report import statistics

KEYS = ("workload", "n", "event", "label")


def law_of(group: pd.DataFrame) -> float | None:
    """Return the mean law of movement over repetitions; None where none is known."""
    laws = group["law_movement"].dropna()
    return float(np.mean([float(value) for value in laws])) if len(laws) else None


def against_laws(measured: pd.DataFrame, rings: pd.DataFrame) -> pd.DataFrame:
    """Test every mean movement of a run against its law, and its spread; two families.

    Where there are rings by the hundred, all hashes counted, they are tested, and not the few of the
    repetitions.
    """
    found, seen = [], set()
    many = {tuple(row[name] for name in KEYS[1:]): row for row in rings.to_dict("records")}
    for key, group in measured.groupby(list(KEYS), sort=False):
        law = law_of(group)
        if group["law_movement"].isna().any() or not law:
            continue
        moved = group["movement"].to_numpy(dtype=float)
        row = {**dict(zip(KEYS, key, strict=True)), "law": law}
        if repeats(group):  # of which no test holds so small a level: what moves is the weight of a few keys
            found.append({**row, **statistics.untested(len(group)), "spread": None})
            continue
        of_rings = many.get(key[1:])
        sample = key[1:] if of_rings else (*key[:2], law, moved.tobytes())
        if (
            sample in seen
        ):  # another name of an event, as a replacement is of a removal of ranges: one sample is one test
            found.append({**row, **statistics.untested(len(group)), "spread": None})
            continue
        seen.add(sample)
        if of_rings:
            found.append(row | _of_rings(of_rings, law))
            continue
        variance = _variance(group)
        tested = statistics.against_law(moved, law, variance=variance)
        found.append({**row, **tested, "spread": None if variance is None else _spread(group)})
    frame = statistics.concluded(found, numbers=["law", "spread"], others=KEYS)
    known = frame["spread"].notna()
    frame.loc[known, "spread"] = inference.holm(frame.loc[known, "spread"].to_numpy(dtype=float))
    frame["apart"] = frame["conclusion"] == DIFFERS
    frame["wild"] = frame["spread"] <= FAMILY_LEVEL
    return frame


def _of_rings(row: Mapping[Any, Any], law: float) -> dict[str, Any]:
    """Test the mean and the spread of many rings."""
    mean, deviation, size = float(row["movement"]), float(row["deviation"]), int(row["rings"])
    variance = None if pd.isna(row["law_variance"]) else float(row["law_variance"])
    tested = statistics.mean_against_law(mean, deviation, size, law, variance=variance)
    if variance is None:
        return tested | {"spread": None}
    ratio = ((size - 1) / size * deviation**2 + (mean - law) ** 2) / variance
    degrees = 2 * size / (2 + _kurtosis(law, variance))
    return tested | {"spread": inference.squares_agree(ratio, degrees).p_value}


def repeats(group: pd.DataFrame) -> bool:
    """Return whether keys of a group are drawn more than once: then distinct keys are counted."""
    return bool(group["distinct"].notna().any())


def _variance(group: pd.DataFrame) -> float | None:
    """Return the law's variance of one repetition, or None where it is not known."""
    if "law_variance" not in group or len(group) < 2 or group["law_variance"].isna().any():
        return None
    variances = group["law_variance"].to_numpy(dtype=float)
    return float(np.mean(variances)) if (variances > 0).all() else None


def _spread(group: pd.DataFrame) -> float:
    """Return the p-value of the dispersion about the law."""
    variances = group["law_variance"].to_numpy(dtype=float)
    laws = np.array([float(value) for value in group["law_movement"]])
    scaled = (group["movement"].to_numpy(dtype=float) - laws) / np.sqrt(variances)
    kurtosis = _kurtosis(float(laws[0]), float(variances[0])) if group["law"].iloc[0] == "ring" else 0.0
    return inference.dispersion_agrees(scaled, 0.0, 1.0, kurtosis=kurtosis).p_value


def _kurtosis(mean: float, variance: float) -> float:
    """Return that of what moves on a ring, Beta of this mean and variance."""
    total = mean * (1 - mean) / variance - 1
    return theory.ring_share_kurtosis(mean * total, (1 - mean) * total)


def against_each_other(measured: pd.DataFrame, event: str, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Yield the paired differences of all algorithms in one event, for each workload and number of nodes.

    Nothing where an algorithm cannot do some of the repetitions.
    """
    of_event = measured[measured["event"] == event]
    for key, rows in of_event.groupby(["workload", "n"], sort=False):
        labels = list(dict.fromkeys(rows["label"]))
        by_label = {label: rows[rows["label"] == label].sort_values("repetition") for label in labels}
        done = {tuple(group["repetition"]) for group in by_label.values()}
        if len(labels) > 1 and len(done) == 1 and len(*done) > 1:
            workload, n = cast("tuple[str, int]", key)
            values = {name: {label: group[name] for label, group in by_label.items()} for name in columns}
            yield statistics.pairs(values).assign(workload=workload, n=n, event=event)
