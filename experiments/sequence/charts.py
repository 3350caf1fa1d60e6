"""The charts of `sequence`: movement and balance on the way, and the movement of each step."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from experiments.report.chart import Axis, Chart, Lines
from experiments.sequence.part import Part

CHOICES = {"sequence": "Sequence", "workload": "Keys", "n": "Nodes"}
SO_FAR = {"moved_so_far": "keys moved so far", "cv": "CV of the loads"}
STEP = Axis("step", "step", "count", fixed=True, zero=False, measured=True)


def charts(parts: Sequence[Part]) -> list[Chart]:
    """Return what the steps so far come to, and the movement of each step."""
    so_far = Lines(STEP, Axis("value", "", "percent", log=True), law="ideal_so_far", law_title="ideal")
    each = Lines(STEP, Axis("movement", "keys moved", "percent"), law="ideal", law_title="ideal")
    return [
        Chart(
            "steps",
            "Movement and balance, step by step",
            "Means. The sum of all movement, 100 % being every key once, beside the sum of the ideal "
            "(dotted); and the coefficient of variation of the loads, relative to weights.",
            pd.concat([_so_far(part) for part in parts], ignore_index=True),
            so_far,
            choices=CHOICES | {"what": "What"},
            facts="facts",
            panels="what",
        ),
        Chart(
            "each",
            "Keys moved by each step",
            "Means; dotted: what perfect balance would have moved. A line breaks where its algorithm cannot "
            "make a step.",
            pd.concat([_each(part) for part in parts], ignore_index=True),
            each,
            choices=CHOICES,
            facts="facts",
            page_only=True,
        ),
    ]


def _each(part: Part) -> pd.DataFrame:
    asked = part.sheet("asked")
    events = ", ".join(asked["event"])
    steps = part.sheet("steps").merge(asked[["step", "ideal", "ideal_so_far"]], on="step", how="left")
    return steps.assign(facts=f"The sequence {part.title} ({events}): {part.facts}")


def _so_far(part: Part) -> pd.DataFrame:
    frame = _each(part)
    moved, spread = (
        frame.assign(what=words, value=frame[column].astype(float)) for column, words in SO_FAR.items()
    )
    return pd.concat([moved[moved["step"] > 0], spread.assign(ideal_so_far=None)], ignore_index=True)
