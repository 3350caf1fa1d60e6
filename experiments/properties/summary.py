"""Every number that `properties` states: the cells of the matrix, and how many came to which verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from experiments.inference.verdict import (
    BROKEN,
    HOLDS,
    KEPT,
    NO_REASON,
    NOT_APPLICABLE,
    NOT_DECLARED_REFUTED,
    OF_PROPERTIES,
)
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Significant
from experiments.storage.records import records

if TYPE_CHECKING:
    from experiments.properties.parameters import PropertiesParameters

__all__ = ["SYMBOLS", "summary"]

SYMBOLS: Mapping[str, str] = {
    HOLDS: "+",
    NOT_DECLARED_REFUTED: "o",
    NOT_APPLICABLE: "·",
    BROKEN: "FAILS",
    KEPT: "(+)",
    NO_REASON: "?",
}
"""How a verdict stands in the matrix."""

CELL: Mapping[str, Measure] = {
    "examples": Measure("examples that did not refute it", Count()),
    "statistic": Measure("of the test of significance", Significant(4)),
    "p_value": Measure("of the worst size, corrected for the number of sizes", Significant(2)),
    "level": Measure("below which the property would be refuted", Significant(2)),
}
WORDS = (
    "algorithm", "selection", "title", "kind", "promise", "reason", "counterexample", "replay", "test",
    "sizes", "verdict",
)  # fmt: skip
"""What else is known of a cell."""


def summary(results: Results[PropertiesParameters]) -> Summary:
    """Return the cells, what each algorithm keeps, and counts by verdict and in all."""
    cells = Sheet.of_records(
        "cells",
        ("property", "label"),
        CELL,
        ({**dict.fromkeys(WORDS), **row, "symbol": SYMBOLS[row["verdict"]]} for row in records(results.rows)),
    )
    frame = cells.frame
    labels = (
        {
            "label": label,
            "held": int(part["verdict"].isin([HOLDS, KEPT]).sum()),
            "asked": int((part["verdict"] != NOT_APPLICABLE).sum()),
        }
        for label, part in frame.groupby("label", sort=False)
    )
    several = frame.loc[frame["examples"] > 1, "examples"]
    whole: dict[str, tuple[str, Any]] = {
        "cells": ("rows", len(frame)),
        "checks": ("properties", frame["property"].nunique()),
        "selections": ("labels", frame["label"].nunique()),
        "examples": ("sum of examples", int(frame["examples"].dropna().sum())),
        "searched": ("rows of more than one example", len(several)),
        "least": ("the fewest examples of these", int(several.min()) if len(several) else 0),
        "once": ("rows of one example, which is all that there is", int((frame["examples"] == 1).sum())),
        "counterexamples": ("rows with a counterexample", int(frame["counterexample"].notna().sum())),
    }
    return Summary(
        [
            cells,
            Sheet.of_records(
                "labels",
                ("label",),
                {
                    "held": Measure("properties that hold, declared or not", Count()),
                    "asked": Measure("properties that can be asked for", Count()),
                },
                labels,
            ),
            Sheet.of_counts("verdicts", frame, "cells", "rows", verdict=OF_PROPERTIES),
            Sheet.of_records(
                "all",
                (),
                {name: Measure(about, Count()) for name, (about, _) in whole.items()},
                [{name: number for name, (_, number) in whole.items()}],
            ),
        ]
    )
