"""Every number that `servers` states: means over sets of addresses, beside what is needed and the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.statistics import mean_of
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Interval, Percent, Significant, Text
from experiments.servers.systems import COLUMNS, EDITS

if TYPE_CHECKING:
    from experiments.servers.parameters import ServersParameters

__all__ = ["TWICE", "summary"]

KEYS = ("n", "edit", "system")
MEANS = (
    "movement", "ideal", "minimum", "stray", "busiest", "busiest_after", "law_movement", "law_stray",
)  # fmt: skip

TWICE = 2
"""What moves more than so many times what is needed is counted."""

MEASURES: Mapping[str, Measure] = {
    "movement": Measure(
        "mean over sets of addresses of what moves",
        Interval(Percent(2), "low", "high"),
        "low",
        "high",
        "law_movement",
    ),
    "ideal": Measure("what the shares differ by that servers are to have", Percent(2)),
    "minimum": Measure("mean of what the shares differ by that servers have", Percent(2)),
    "stray": Measure("mean of what moves between servers that keep their share", Percent(2), law="law_stray"),
    "busiest": Measure("mean share of the fullest server over what it is to have, before", Significant(3)),
    "busiest_after": Measure("the same after", Significant(3)),
    "sets": Measure("sets of addresses", Count()),
}
"""Of each edit in each system."""

NEEDED: Mapping[str, Measure] = {
    "needed": Measure("what the shares differ by that servers are to have", Percent(1)),
    "systems": Measure("systems in which there is this edit", Count()),
    "wasteful": Measure(f"systems that move more than {TWICE} times what is needed", Count()),
    "most": Measure("the most that any system moves", Percent(1)),
    "most_system": Measure("which system that is", Text()),
}
"""Of each edit, over all systems."""

APART: Mapping[str, Measure] = {
    "delete": Measure("what moves if a line is deleted", Percent(1)),
    "down": Measure("what moves if the same server is marked down", Percent(1)),
}
"""Of each system in which the one moves more than twice what the other does."""


def summary(results: Results[ServersParameters]) -> Summary:
    """Return what each edit moves, how even servers are, what is needed, and what cannot be done."""
    # a run in which nothing can be done has not all of the columns
    rows = results.rows.reindex(columns=list(dict.fromkeys([*results.rows.columns, *COLUMNS, "cannot"])))
    edits = [_edit(keys, group) for keys, group in rows.groupby([*KEYS, "label"], sort=False)]
    edits.sort(key=lambda row: (results.parameters.nodes.index(row["n"]), list(EDITS).index(row["edit"])))
    done = [row for row in edits if row["movement"] is not None]
    balance = [
        {"n": n, "system": system, "label": label, "busiest": mean_of(group["busiest"])[0]}
        for (n, system, label), group in rows.groupby(["n", "system", "label"], sort=False)
    ]
    busiest = Measure("mean share of the fullest server over the mean, before any edit", Significant(3))
    absent = {(row["system"], row["edit"], row["cannot"]): row["label"] for row in edits if row["cannot"]}
    return Summary(
        [
            Sheet("edits", _frame(done), KEYS, MEASURES),
            Sheet.of_records("balance", ("n", "system"), {"busiest": busiest}, balance),
            Sheet.of_records("needed", ("n", "edit"), NEEDED, _needed(done)),
            Sheet.of_records("apart", ("n", "system"), APART, _apart(done)),
            Sheet.of_records(
                "absent",
                ("system", "edit", "cannot"),
                {},
                [dict(zip(("system", "edit", "cannot", "label"), (*key, label), strict=True))
                 for key, label in absent.items()],
            ),
        ]
    )  # fmt: skip


def _frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the rows of all edits, with all columns if there is none."""
    return frame_of(rows, numbers=(*MEANS, "low", "high"), others=(*KEYS, "label", "sets", "method", "law"))


def _edit(keys: tuple[Any, ...], group: pd.DataFrame) -> dict[str, Any]:
    """Return the means of one edit in one system; an interval where addresses or hashes are drawn."""
    reasons = group["cannot"].dropna().tolist()
    _, low, high = mean_of(group["movement"])
    return {
        **dict(zip((*KEYS, "label"), keys, strict=True)),
        **{name: mean_of(group[name])[0] for name in MEANS},
        "low": low,
        "high": high,
        "sets": int(group["movement"].count()),
        "method": group["method"].iloc[0],
        "law": group["law"].iloc[0],
        "cannot": reasons[0] if reasons else None,
    }


def _needed(done: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what is needed for each edit, and who moves more; of those that move as much, the first."""
    for n, edit in dict.fromkeys((row["n"], row["edit"]) for row in done):
        part = [row for row in done if (row["n"], row["edit"]) == (n, edit)]
        most = max(part, key=lambda row: float(row["movement"]))
        yield {
            "n": n,
            "edit": edit,
            "needed": most["ideal"],
            "systems": len(part),
            "wasteful": sum(row["movement"] > TWICE * row["ideal"] for row in part),
            "most": most["movement"],
            "most_system": most["label"],
        }


def _apart(done: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the systems in which a deleted line moves more than twice what a server does that is down."""
    moved = {(row["n"], row["system"], row["edit"]): row for row in done}
    for (n, system, edit), row in moved.items():
        down = moved.get((n, system, "down"))
        if edit == "delete" and down and row["movement"] > TWICE * down["movement"]:
            names = {"n": n, "system": system, "label": row["label"]}
            yield {**names, "delete": row["movement"], "down": down["movement"]}
